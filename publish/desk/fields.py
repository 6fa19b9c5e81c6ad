"""The form of six header fields, which are edited in place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from publish.desk import words
from publish.desk.model import Post, Snapshot
from publish.errors import ConfigError
from publish.newsletter import schedule
from publish.post import frontmatter
from publish.post.frontmatter import Header

NAMES = {
    "title": "Title", "summary": "Summary", "subject": "Subject", "preheader": "Preheader",
    "date": "Date", "category": "Category",
}  # fmt: skip
"""The form's names and the header's keys."""


class Field(NamedTuple):
    """A field's value, and a hint about it."""

    value: str
    hint: str = ""


def form(
    header: Header, post: Post, now: Snapshot, at: datetime, typed: Mapping[str, str]
) -> dict[str, Field]:
    """The fields with the values that were ``typed`` and refused, else with the file's."""
    when = words.moment(post.date, now.zone, at) if post.date else "no date yet"
    hints = {
        "summary": f"{len(header.get('summary'))} characters; search engines show about 160.",
        "subject": "Empty: the title.",
        "preheader": "What stands behind the subject in an inbox. Empty: the summary.",
        "date": f"{when}. Also “next tuesday 7:30”, in {words.zone_name(now.zone)}.",
        "category": "Several with commas between; the first is the main one.",
    }
    return {name: Field(typed.get(name, header.get(name)), hints.get(name, "")) for name in NAMES}


def shown(header: Header, name: str) -> str:
    """A field on one line, as a page can show it: bytes that are no UTF-8 are question marks."""
    return " ".join(header.get(name).encode("utf-8", "replace").decode().split())


def edited(data: bytes, given: Mapping[str, str], now: datetime, zone: ZoneInfo) -> bytes:
    """``data`` with the changed fields of ``given``; every other byte stays. An emptied field is
    removed.

    Raises:
        ConfigError: the title is empty, or the date is invalid.
    """
    header = frontmatter.read(data)
    for name, key in NAMES.items():
        old = shown(header, name)
        value = " ".join(given.get(name, old).split())
        if value == old:
            continue
        if not value and name == "title":
            raise ConfigError("a post needs a title", "write one")
        if name == "date" and value:
            moment = schedule.when(value, now, zone, time())
            value = f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
        data = frontmatter.set_key(data, key, value) if value else frontmatter.remove_key(data, key)
    return data
