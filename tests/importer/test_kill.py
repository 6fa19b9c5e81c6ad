"""Killed at any point, the next run ends as if nothing had happened."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.settings import Settings
from tests.importer.export import export, imported, item, site, tree_of
from tests.importer.test_run import JPEG

UP = "https://old.example/wp-content/uploads"


def text(posts: int, word: str) -> str:
    return export(*(
        item(n, f'<p>{word} {n}.</p>\n<p><a href="/?p={n % posts + 1}">next</a> '
                f'<img src="{UP}/2020/03/{n}.jpg" alt="A"></p>', slug=f"post-{n}")
        for n in range(1, posts + 1)
    ))  # fmt: skip


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads/2020/03"
    folder.mkdir(parents=True)
    for n in range(1, 80):
        (folder / f"{n}.jpg").write_bytes(JPEG + str(n).encode())
    return tmp_path / "uploads"


def killed(blog: Settings, file: Path, uploads: Path, after: float) -> bool:
    """Start an import and kill it; whether it was still at work."""
    run = subprocess.Popen(
        [sys.executable, "-c", "import sys; from publish.cli import main; main(sys.argv[1:])",
        "import",
         str(file), "--uploads", str(uploads), "-s", str(blog.path), "-q"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    # The interesting moments are those in which files are written.
    while run.poll() is None and time.monotonic() < deadline:
        if (blog.content / "ledger/import.json").exists() or after < 0.2:
            break
        time.sleep(0.005)
    time.sleep(after / 4)
    done = run.poll() is not None
    run.send_signal(signal.SIGKILL)
    run.wait()
    return not done


def test_a_killed_import_ends_the_same_when_it_is_run_again(
    tmp_path: Path, root: Path, uploads: Path
):
    calm = site(tmp_path / "calm", root)
    old, new = text(40, "Old"), text(70, "New")
    assert imported(calm, old, "--uploads", str(uploads)) == 0
    before = tree_of(calm)
    assert imported(calm, new, "--uploads", str(uploads)) == 0
    after = tree_of(calm)
    source = random.Random(7)
    caught = 0
    for round_ in range(6):
        blog = site(tmp_path / f"killed{round_}", root)
        file = blog.root / "export.xml"
        file.write_text(old)
        caught += killed(blog, file, uploads, source.random())
        if round_ % 2:
            # The next run reads a newer export: what the killed one wrote is its own.
            assert imported(blog, new, "--uploads", str(uploads)) == 0
            assert without_report(tree_of(blog)) == without_report(after)
        else:
            assert imported(blog, old, "--uploads", str(uploads)) == 0
            assert tree_of(blog) == before
        assert not list(blog.root.rglob("*.part"))
        shutil.rmtree(blog.root)
    assert caught


def without_report(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if not name.startswith("import-report")}


def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, root: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
):
    from publish.importer import saving

    blog, calm = site(tmp_path / "blog", root), site(tmp_path / "calm", root)
    whole, written = saving.write_whole, []

    def full(path: Path, data: bytes) -> bool:
        written.append(path)
        if len(written) > 20:
            raise OSError(28, "No space left on device", str(path))
        return whole(path, data)

    monkeypatch.setattr(saving, "write_whole", full)
    assert imported(blog, text(40, "Old"), "--uploads", str(uploads)) == 1
    monkeypatch.setattr(saving, "write_whole", whole)
    assert imported(blog, text(40, "Old"), "--uploads", str(uploads)) == 0
    assert imported(calm, text(40, "Old"), "--uploads", str(uploads)) == 0
    assert tree_of(blog) == tree_of(calm)
