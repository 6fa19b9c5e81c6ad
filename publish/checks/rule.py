"""What a rule is: a small pure function with an id, a severity and an example."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from publish.checks.finding import Severity
from publish.checks.site import Site
from publish.checks.source import Source

Drafts = Literal["same", "softer", "silent"]


@dataclass(frozen=True)
class Problem:
    """What a rule found. ``file`` is for rules over the whole site, ``severity`` for a rule
    that is less sure than usual."""

    line: int
    message: str
    remedy: str
    file: str = ""
    severity: Severity | None = None


OverSource = Callable[[Source, Site], Iterable[Problem]]
OverSite = Callable[[Site], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue; one of ``each`` and ``whole`` is set.

    ``drafts`` says what becomes of an error in a draft: the same, a warning (``softer``: it
    cannot harm the public site yet), or nothing (``silent``: a draft is allowed to be unfinished).
    """

    id: str
    severity: Severity
    description: str
    example: str
    drafts: Drafts = "softer"
    each: OverSource | None = None
    whole: OverSite | None = None


def source_rule(
    id: str, severity: Severity, example: str, drafts: Drafts = "softer"
) -> Callable[[OverSource], Rule]:
    """A rule that looks at one source at a time; its docstring is the description."""

    def decorate(check: OverSource) -> Rule:
        return Rule(id, severity, _described(check), example, drafts, each=check)

    return decorate


def site_rule(
    id: str, severity: Severity, example: str, drafts: Drafts = "softer"
) -> Callable[[OverSite], Rule]:
    """A rule that compares sources, or looks at other files; it names the file itself."""

    def decorate(check: OverSite) -> Rule:
        return Rule(id, severity, _described(check), example, drafts, whole=check)

    return decorate


def _described(check: OverSource | OverSite) -> str:
    return " ".join((check.__doc__ or "").split())
