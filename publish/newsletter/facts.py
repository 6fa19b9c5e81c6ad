"""Folds the ledger's facts into the known state of each issue. Pure.

A fact is written before each request and after its answer, so that a crash between the two is
visible. Ledgers of several machines are merged line by line, so a fact holds its run: an answer
closes the request of its own run only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

KINDS = (
    "intent", "create_try", "created", "replace_try", "write_try", "send_try", "refused", "done",
    "held", "lifted", "undone",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One line of the ledger. ``at`` is seconds since the epoch, ``run`` the run that wrote it.

    Kinds: ``intent`` (an issue is to go out), ``create_try`` and ``created`` (a draft),
    ``replace_try`` (words or hour of a scheduled campaign are about to be replaced), ``write_try``
    (settings and content are about to be written), ``send_try`` (a send or schedule is about to be
    posted), ``refused`` (it certainly had no effect), ``done`` (the campaign left the draft state),
    ``held`` (it is about to be taken back, and is sent only when named), ``lifted`` (it was named),
    ``undone`` (it is a draft again).
    """

    kind: str
    key: str
    at: float
    campaign: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""

    def document(self) -> dict[str, Any]:
        """The line as JSON, times in ISO 8601 UTC."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        named = {"campaign": self.campaign, "run": self.run}
        head = {"at": at, "fact": self.kind, "key": self.key}
        return head | {name: value for name, value in named.items() if value} | dict(self.data)


def hour_of(text: str) -> datetime | None:
    """The time of an ISO 8601 text with a zone; None for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def iso_of(moment: datetime) -> str:
    """A time as Mailchimp writes it: ISO 8601 in UTC with whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def parse(document: Mapping[str, Any]) -> Fact:
    """A fact out of a line's JSON.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    rest = dict(document)
    at = datetime.fromisoformat(rest.pop("at"))
    kind, key, campaign = rest.pop("fact"), rest.pop("key"), rest.pop("campaign", "")
    run = rest.pop("run", "")
    texts = (key, campaign, run)
    if kind not in KINDS or not key or not all(isinstance(text, str) for text in texts):
        raise ValueError("not a fact")
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return Fact(kind, key, at.timestamp(), campaign, rest, run)


def by_line(text: bytes) -> dict[bytes, Fact]:
    """Each line of a ledger, once, and its fact; a torn last line is left out.

    Raises:
        ValueError: a line is none; its number from 1, and why.
    """
    found: dict[bytes, Fact] = {}
    for number, line in enumerate(text.split(b"\n")[:-1], 1):
        try:
            found.setdefault(line, parse(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(number, "this line of the ledger is damaged") from None
    return found


@dataclass(frozen=True)
class OpenSend:
    """A send or schedule whose effect is unknown: of which campaign, when, by which run, and for
    which ``hour`` (ISO 8601; ``""`` is at once)."""

    campaign: str
    at: float
    run: str = ""
    hour: str = ""


@dataclass(frozen=True)
class OpenWrite:
    """A write of settings and content that no send of the same run has followed."""

    digest: str
    at: float
    run: str = ""


@dataclass(frozen=True)
class Replacing:
    """A scheduled campaign whose words are being replaced by those of ``digest``, for ``hour`` (ISO
    8601). ``acted``: its new schedule was posted."""

    campaign: str
    hour: str
    digest: str
    at: float
    run: str = ""
    acted: bool = False


@dataclass(frozen=True)
class IssueState:
    """The state of one issue according to the ledger.

    ``made`` are the drafts that the ledger's machines created, with the time; ``creates`` the
    creates without an answer, by run, with the time; ``tried`` the campaign a send was last posted
    for; ``tries`` the sends whose effect is unknown; ``wrote`` the last words that may still be on
    their way; ``orders`` the unschedules that may still act, by run, with the time; ``status`` and
    ``hour`` are of the campaign ``done``; ``held``: it was taken back, and was not
    sent since; ``lifted``: the run that its name lifts that for.
    """

    intent: Mapping[str, Any] | None = None
    made: tuple[tuple[str, float], ...] = ()
    creates: tuple[tuple[str, float], ...] = ()
    tried: str = ""
    tries: tuple[OpenSend, ...] = ()
    wrote: OpenWrite | None = None
    orders: tuple[tuple[str, float], ...] = ()
    done: str = ""
    done_at: float | None = None
    status: str = ""
    hour: str = ""
    held: bool = False
    lifted: str | None = None
    replacing: Replacing | None = None

    @property
    def promised(self) -> str:
        """The hour that readers' mail was set for, ISO 8601; ``""`` if there is none."""
        return self.replacing.hour if self.replacing else self.hour

    @property
    def create_open(self) -> float | None:
        """When a create without an answer was last posted."""
        return max((at for _, at in self.creates), default=None)

    @property
    def unanswered(self) -> OpenSend | None:
        """The latest send whose effect is unknown."""
        return max(self.tries, key=lambda t: t.at, default=None)


NOT_DONE: Mapping[str, Any] = {"done": "", "done_at": None, "status": "", "hour": ""}
"""The fields that the fact ``done`` sets, without it."""


def apply(past: IssueState, fact: Fact) -> IssueState:
    """The state after ``fact``."""
    match fact.kind:
        case "intent":
            return replace(past, intent=dict(fact.data))
        case "create_try":
            return replace(past, creates=(*past.creates, (fact.run, fact.at)))
        case "created":
            made = (*past.made, (fact.campaign, fact.at))
            return replace(past, creates=_of_other_runs(past.creates, fact), made=made)
        case "replace_try":
            hour, digest = str(fact.data.get("hour") or ""), str(fact.data.get("digest") or "")
            replacing = Replacing(fact.campaign, hour, digest, fact.at, fact.run)
            past = replace(past, orders=_with_order(past, fact), replacing=replacing)
            return replace(past, tried=fact.campaign, **NOT_DONE)
        case "write_try":
            wrote = OpenWrite(str(fact.data.get("digest") or ""), fact.at, fact.run)
            return replace(past, wrote=wrote)
        case "send_try":
            hour = str(fact.data.get("time") or "")
            tries = (*past.tries, OpenSend(fact.campaign, fact.at, fact.run, hour))
            begun = past.replacing
            if begun and begun.campaign == fact.campaign:
                begun = replace(begun, acted=True)
            # A run posts a send only after its own writes are answered.
            open_write = None if past.wrote and past.wrote.run == fact.run else past.wrote
            past = replace(past, orders=_of_other_runs(past.orders, fact), wrote=open_write)
            return replace(past, tried=fact.campaign, tries=tries, replacing=begun)
        case "refused" if not fact.campaign:
            return replace(past, creates=_of_other_runs(past.creates, fact))
        case "refused":
            return replace(past, tries=_still_open(past, fact, read=bool(fact.data.get("read"))))
        case "done":
            status, hour = (str(fact.data.get(name) or "") for name in ("status", "time"))
            past = replace(past, done=fact.campaign, done_at=fact.at, status=status, hour=hour)
            tries = _still_open(past, fact, read=True)
            return replace(past, held=False, replacing=None, tries=tries)
        case "held":
            return replace(past, held=True, replacing=None, orders=_with_order(past, fact))
        case "lifted":
            return replace(past, lifted=fact.run)
        case _:
            # It was read as a draft, so no earlier attempt can have sent it.
            past = replace(past, tries=_still_open(past, fact, read=True), tried="", **NOT_DONE)
            return replace(past, replacing=None, orders=_of_other_runs(past.orders, fact))


def _of_other_runs(asked: Iterable[tuple[str, float]], fact: Fact) -> tuple[tuple[str, float], ...]:
    return tuple(one for one in asked if one[0] != fact.run)


def _with_order(past: IssueState, fact: Fact) -> tuple[tuple[str, float], ...]:
    return (*_of_other_runs(past.orders, fact), (fact.run, fact.at))


def _still_open(past: IssueState, fact: Fact, *, read: bool) -> tuple[OpenSend, ...]:
    """The attempts that ``fact`` does not close: those of other runs, unless it is a ``read`` of
    their campaign."""
    return tuple(
        t for t in past.tries if t.run != fact.run and not (read and t.campaign == fact.campaign)
    )


def fold(facts: Iterable[Fact]) -> dict[str, IssueState]:
    """The state of each issue, by key."""
    found: dict[str, IssueState] = {}
    for fact in facts:
        found[fact.key] = apply(found.get(fact.key, IssueState()), fact)
    return found
