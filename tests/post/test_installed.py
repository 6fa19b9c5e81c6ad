"""What is installed: as importlib.metadata tells it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from publish.post import installed


def forget() -> None:
    """As a new process."""
    for each in (installed.release, installed.entry_points, installed._records):
        each.cache_clear()


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder of packages that is all there is."""
    monkeypatch.setattr("sys.path", [str(tmp_path / "nowhere"), str(tmp_path)])
    forget()
    yield tmp_path
    forget()


@pytest.mark.parametrize("package", ["lxml", "css-inline", "jinja2", "pillow", "Pelican"])
def test_a_librarys_release_is_what_its_record_says(package: str):
    assert installed.release(package) == importlib.metadata.version(package)


def test_a_release_is_reported_of_records_of_both_kinds_and_of_no_other_library(records: Path):
    for name in ("lxml_more-1.dist-info", "lxml-5.2.dist-info", "old-3.egg-info", "bare-9"):
        (records / name).mkdir()
    found = [installed.release(name) for name in ("lxml", "lxml-more", "old", "bare", "none")]
    assert found == ["5.2", "1", "3", "", ""]


def test_entry_points_are_those_of_importlib_metadata():
    stock = importlib.metadata.entry_points(group="markdown.extensions")
    assert installed.entry_points("markdown.extensions") == {e.name: e.value for e in stock}
    assert installed.entry_points("no such group") == {}


def offer(records: Path, package: str, text: str) -> None:
    (records / f"{package}-1.dist-info").mkdir()
    (records / f"{package}-1.dist-info/entry_points.txt").write_text(text)


def test_only_lines_of_the_group_count(records: Path):
    offer(records, "one", "[x]\na = m:A\n\n[ys]\nb=m.n:B [extra]\n# c = m:C\n[z]\nd = m:D\n")
    assert installed.entry_points("ys") == {"b": "m.n:B"}


def test_what_is_not_certain_is_not_reported(records: Path, monkeypatch: pytest.MonkeyPatch):
    offer(records, "one", "[x]\na = m:A\n")
    offer(records, "two", "[x]\na = n:A\n")
    assert installed.entry_points("x") is None
    archive = records / "packages.zip"
    archive.write_bytes(b"")
    forget()
    monkeypatch.setattr("sys.path", [str(archive)])
    assert installed.entry_points("y") is None
