"""What the ledger's lines mean for one issue. Pure.

A fact is written before the request it announces and after the answer it reports, so that a
crash between the two is visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

KINDS = ("intent", "create_try", "created", "send_try", "refused", "done", "undone")


@dataclass(frozen=True)
class Fact:
    """One line of the ledger. ``at`` is seconds since the epoch.

    Kinds: ``intent`` (an issue shall go out), ``create_try`` and ``created`` (a draft),
    ``send_try`` (a send or schedule is about to be posted), ``refused`` (that one surely had
    no effect), ``done`` (the campaign left the draft state), ``undone`` (it is a draft again).
    """

    kind: str
    key: str
    at: float
    campaign: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The line as JSON, times in ISO 8601 UTC."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        head = {"at": at, "fact": self.kind, "key": self.key}
        return head | ({"campaign": self.campaign} if self.campaign else {}) | dict(self.data)


def parse(document: Mapping[str, Any]) -> Fact:
    """A fact out of a line's JSON.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    rest = dict(document)
    at = datetime.fromisoformat(rest.pop("at"))
    kind, key, campaign = rest.pop("fact"), rest.pop("key"), rest.pop("campaign", "")
    if kind not in KINDS or not key or not isinstance(key, str) or not isinstance(campaign, str):
        raise ValueError("not a fact")
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return Fact(kind, key, at.timestamp(), campaign, rest)


@dataclass(frozen=True)
class Past:
    """What the ledger knows of one issue.

    ``made`` are the drafts this machine knows to have created, with the time; ``create_open``
    the time of a create without an answer; ``tried`` the campaign a send was ever posted for;
    ``try_at`` the time of a send whose effect is unknown.
    """

    intent: Mapping[str, Any] | None = None
    made: tuple[tuple[str, float], ...] = ()
    create_open: float | None = None
    tried: str = ""
    try_at: float | None = None
    done: str = ""
    done_at: float | None = None
    status: str = ""


def after(past: Past, fact: Fact) -> Past:
    """What is known once ``fact`` is."""
    match fact.kind:
        case "intent":
            return replace(past, intent=dict(fact.data))
        case "create_try":
            return replace(past, create_open=fact.at)
        case "created":
            return replace(past, create_open=None, made=(*past.made, (fact.campaign, fact.at)))
        case "send_try":
            return replace(past, tried=fact.campaign, try_at=fact.at)
        case "refused":
            # Of a create if no send is open: then no draft was made.
            if past.try_at is None:
                return replace(past, create_open=None)
            return replace(past, try_at=None)
        case "done":
            status = str(fact.data.get("status") or "")
            return replace(past, done=fact.campaign, done_at=fact.at, status=status, try_at=None)
        case _:
            return replace(past, done="", done_at=None, status="", try_at=None)


def fold(facts: Iterable[Fact]) -> dict[str, Past]:
    """What is known of each issue, by key."""
    found: dict[str, Past] = {}
    for fact in facts:
        found[fact.key] = after(found.get(fact.key, Past()), fact)
    return found
