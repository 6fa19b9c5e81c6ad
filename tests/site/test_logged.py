"""What is logged while a site is read, as data with a file, a line and what it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pelican.utils import get_date

from publish.post.diagnostic import Complaint
from publish.site.engine import BadMoment, UnfitSource
from publish.site.engine.logged import LogCollector

LOGGER = logging.getLogger("test of the collector")


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[LogCollector]:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("Title: A\nSettings: x\n\n[b](b.md)\n")
    lines = {str(tmp_path / "content/a.md"): {"title": 1, "settings": 2}}
    found = LogCollector(tmp_path, tmp_path / "stage", lines)
    LOGGER.addHandler(found)
    yield found
    LOGGER.removeHandler(found)


def test_a_plugins_complaint_is_taken_as_it_is(
    collector: LogCollector, caplog: pytest.LogCaptureFixture
):
    said = Complaint(
        "is taken", "content/a.md", remedy="rename it", kind="twin", parts=("b.md",), key="settings"
    )
    said.log(LOGGER)
    assert collector.errors == [said._replace(line=2)]
    assert str(collector.errors[0]) == "content/a.md:2: is taken — rename it"
    # Stock Pelican, which knows no lines, prints the same words.
    assert caplog.messages == ["content/a.md: is taken — rename it"]
    Complaint("a picture is large").log(LOGGER, logging.WARNING)
    assert list(map(str, collector.warnings)) == ["a picture is large"]


@pytest.mark.parametrize(
    ("template", "args", "kind", "grave"),
    [
        ("Unable to find '%s', skipping url replacement.", ("b.md",), "unfound", True),
        ('Unable to generate valid slug for %s "%s".', ("Tag", "..."), "no-slug", True),
        (
            "Skipping %s: could not find information about '%s'",
            ("a.md", "title"),
            "missing-key",
            True,
        ),
        ("Empty alt attribute for image %s in %s", ("x.png", "a.md"), "", False),
    ],
)
def test_pelicans_own_texts_are_reported_apart_by_what_they_were_before_their_values(
    collector: LogCollector, template: str, args: tuple[str, ...], kind: str, grave: bool
):
    LOGGER.log(logging.ERROR if "Skipping" in template else logging.WARNING, template, *args)
    (said,) = collector.errors if grave else collector.warnings
    assert (said.kind, said.parts) == (kind, args)


def test_an_error_is_reported_apart_by_where_it_was_raised(collector: LogCollector):
    def unfit() -> None:
        raise UnfitSource("a.md")

    def moment() -> None:
        raise BadMoment("modified")

    for fails in (
        lambda: get_date("soon"),
        lambda: ZoneInfo("Nowhere/None"),
        unfit,
        moment,
        lambda: int("q"),
    ):
        try:
            fails()
        except Exception:
            LOGGER.exception("Could not process %s", "a.md", exc_info=False)
    assert [(said.kind, said.parts) for said in collector.errors] == [
        ("bad-date", ("soon",)),
        ("bad-timezone", ()),
        ("unfit", ()),
        ("bad-moment", ("modified",)),
        ("", ()),
    ]
    assert all((said.file, said.line) == ("content/a.md", 1) for said in collector.errors)
    assert collector.errors[0].message == "'soon' is not a valid date"
