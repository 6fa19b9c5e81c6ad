"""The state shared by the steps of one import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from publish.importer.address import Entry
from publish.importer.item_store import Spool, Store
from publish.importer.ledger import Ledger
from publish.importer.losses import Loss, LossLog
from publish.importer.model import Channel, Options
from publish.post.text import shorten
from publish.settings import Settings

Say = Callable[[str], None]


@dataclass
class Result:
    """The result of an import or a dry run."""

    posts: int = 0
    pages: int = 0
    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    pictures: int = 0
    types: Counter[str] = field(default_factory=Counter)
    losses: LossLog = field(default_factory=LossLog)
    ends: list[tuple[str, int]] = field(default_factory=list)
    drafts: int = 0
    scheduled: int = 0
    remembered: list[str] = field(default_factory=list)
    """The options that an earlier import was given and this one was not."""
    fault: str = ""
    """Why the old site, if it was asked, sent no more pictures."""


@dataclass
class State:
    """The state of an import. ``given`` are the options of the command, ``options`` those with what
    the ledger remembers. ``entries`` are the posts and pages to write, by their number in the
    store; ``moved`` maps old addresses of feeds and lists to the new ones; ``again`` are files
    whose edits may be replaced."""

    settings: Settings
    given: Options
    options: Options
    store: Store
    prepared: Spool
    results: Spool
    ledger: Ledger
    say: Say
    channel: Channel = field(default_factory=Channel)
    hosts: set[str] = field(default_factory=set)
    entries: dict[int, Entry] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    result: Result = field(default_factory=Result)

    @property
    def folder(self) -> str:
        """The content folder's name in messages."""
        return str(self.settings.values.get("PATH") or "content").strip("/")

    def lose(
        self, code: str, id: int = 0, detail: str = "", words: str = "", file: str = ""
    ) -> None:
        """Note a loss, with the post's file if known."""
        place = f"{self.folder}/{file}" if file else ""
        first = shorten(" ".join(words.split()), 80)
        self.result.losses.add([Loss(code, id, detail, first, place, 1 if file else 0)])
