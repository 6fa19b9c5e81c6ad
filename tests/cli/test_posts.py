"""The commands that write a post's file: the editor of a new one, a name that is right already."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import publish
from tests.newsletter.stand import make_site, put_post


@pytest.fixture
def small(tmp_path: Path) -> Path:
    make_site(tmp_path)
    return tmp_path


def test_a_new_draft_is_opened_in_the_editor(small: Path):
    done = publish("new", "A Title", "--edit", cwd=small, env={"EDITOR": "cp -t ."})
    assert (done.returncode, done.stdout) == (0, "content/posts/a-title.md\n")
    assert (small / "a-title.md").read_text().startswith("Title: A Title\n")
    done = publish("new", "Another", "--edit", cwd=small, env={"EDITOR": "no-such-editor"})
    assert done.returncode == 2
    assert done.stderr.startswith("error: no-such-editor: Editing failed")
    assert done.stderr.endswith(" — name your editor in EDITOR; the draft is written\n")
    assert (small / done.stdout.strip()).is_file()


def test_a_post_that_has_its_name_already_stays(small: Path):
    put_post(small, "calm", days=1)
    before = (small / "content/posts/calm.md").read_bytes()
    done = publish("rename", "calm", "calm", cwd=small)
    assert done.returncode == 0
    assert "its slug is calm already; nothing was changed" in done.stdout + done.stderr
    assert (small / "content/posts/calm.md").read_bytes() == before


def test_texts_that_lie_outside_the_sites_folder_are_named_in_full(small: Path):
    home, texts = small / "site", small / "content"
    home.mkdir()
    (small / "pelicanconf.py").rename(home / "pelicanconf.py")
    with (home / "pelicanconf.py").open("a") as stream:
        stream.write(
            f'PATH = "{texts}"\nDEPLOY = {{"a": {{"kind": "folder", "path": "../www"}}}}\n'
        )
    done = publish("new", "First", cwd=home)
    assert (done.returncode, done.stdout) == (0, f"{texts}/posts/first.md\n")
    for again in ("now;", "already;"):
        done = publish("rename", "posts/first.md", "second", cwd=home)
        assert (done.returncode, done.stdout[:-1].split(": its slug is second ")[0]) == (
            0,
            f"{texts}/posts/first.md",
        )
        assert again in done.stdout
    assert publish("build", cwd=home).returncode == 0
    done = publish("deploy", "--no-verify", cwd=home)
    assert (done.returncode, done.stderr) == (0, "")
