"""Killed by SIGKILL at any write, the next run ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from publish.importer import saving
from publish.post import files
from publish.settings import Settings
from tests.importer.export import export, imported, item, site, tree_of
from tests.importer.test_run import JPEG

UP = "https://old.example/wp-content/uploads"
POSTS = 3


def text(posts: int, word: str) -> str:
    return export(
        *(
            item(
                n,
                f'<p>{word} {n}.</p>\n<p><a href="/?p={n % posts + 1}">next</a> '
                f'<img src="{UP}/2020/03/{n}.jpg" alt="A"></p>',
                slug=f"post-{n}",
            )
            for n in range(1, posts + 1)
        )
    )


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads/2020/03"
    folder.mkdir(parents=True)
    for n in range(1, 41):
        (folder / f"{n}.jpg").write_bytes(JPEG + str(n).encode())
    return tmp_path / "uploads"


def killed(blog: Settings, words: str, uploads: Path, move: int, after: bool) -> bool:
    """Import in a process of its own that kills itself at its ``move``-th move of a file into its
    place, before or ``after`` it; whether it came that far."""
    child = os.fork()
    if not child:
        count = 0

        class Deadly(type(Path())):  # type: ignore[misc]
            def replace(self, target: object) -> object:
                nonlocal count
                count += 1
                moved = super().replace(target) if count != move or after else None
                if count == move:
                    os.kill(os.getpid(), signal.SIGKILL)
                return moved

        files.Path = Deadly  # type: ignore[misc]
        try:
            imported(blog, words, "--uploads", str(uploads))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    for part in blog.root.rglob(".*.part"):
        os.utime(part, (1, 1))
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_move_of_a_file_it_ends_the_same_when_it_is_run_again(
    tmp_path: Path, root: Path, uploads: Path, after: bool
):
    calm = site(tmp_path / "calm", root)
    old, new = text(POSTS, "Old"), text(POSTS + 1, "New")
    assert imported(calm, old, "--uploads", str(uploads)) == 0
    before = tree_of(calm)
    assert imported(calm, new, "--uploads", str(uploads)) == 0
    later = without_report(tree_of(calm))
    move = 1
    while True:
        blog = site(tmp_path / f"killed{move}", root)
        if not killed(blog, old, uploads, move, after):
            break
        if move % 2:
            # The next run reads a newer export: what the killed one wrote is its own.
            assert imported(blog, new, "--uploads", str(uploads)) == 0
            assert without_report(tree_of(blog)) == later
        else:
            assert imported(blog, old, "--uploads", str(uploads)) == 0
            assert tree_of(blog) == before
        shutil.rmtree(blog.root)
        move += 1
    # The ledger twice, each post and each picture, the addresses of feeds, two reports.
    assert move - 1 == 2 + 2 * POSTS + 1 + 2


def test_killed_between_two_runs_of_an_export_that_grew_it_keeps_what_was_edited(
    tmp_path: Path, root: Path, uploads: Path
):
    blog = site(tmp_path / "blog", root)
    assert imported(blog, text(POSTS, "Old"), "--uploads", str(uploads)) == 0
    mine = blog.content / "posts/post-2.md"
    mine.write_text(mine.read_text() + "\nMine.\n")
    for move in (2, 3, 4):
        assert killed(blog, text(POSTS + move, "New"), uploads, move, True)
        assert mine.read_text().endswith("\nMine.\n")
    assert imported(blog, text(POSTS, "Last"), "--uploads", str(uploads)) == 0
    assert mine.read_text().endswith("\nMine.\n")
    assert "Last 1." in (blog.content / "posts/post-1.md").read_text()


def without_report(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if not name.startswith("import-report")}


def failing(at: int, whole: Callable[[Path, bytes], bool]) -> Callable[[Path, bytes], bool]:
    written: list[Path] = []

    def full(path: Path, data: bytes) -> bool:
        written.append(path)
        if len(written) > at:
            raise OSError(28, "No space left on device", str(path))
        return whole(path, data)

    return full


@pytest.mark.parametrize("at", range(0, 2 * POSTS, 3))
def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, root: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch, at: int
):
    blog, calm = site(tmp_path / "blog", root), site(tmp_path / "calm", root)
    whole = saving.write_whole
    monkeypatch.setattr(saving, "write_whole", failing(at, whole))
    assert imported(blog, text(POSTS, "Old"), "--uploads", str(uploads)) == 1
    monkeypatch.setattr(saving, "write_whole", whole)
    assert imported(blog, text(POSTS, "Old"), "--uploads", str(uploads)) == 0
    assert imported(calm, text(POSTS, "Old"), "--uploads", str(uploads)) == 0
    assert tree_of(blog) == tree_of(calm)
