"""What a rule is: a small pure function with an id, a severity and an example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem, Severity

Drafts = Literal["same", "softer", "silent"]


MOST = 20
"""Findings of one rule in one file; a thousand would hide the rest."""
BY_BYTES = ("empty-file", "binary-file", "bad-utf8")
"""The rules that look at a source which is no text."""
OverSource = Callable[[Source], Iterable[Problem]]
OverSite = Callable[[Site], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue; one of ``each`` and ``whole`` is set.

    ``drafts`` says what becomes of an error in a draft: the same, a warning (``softer``: it
    cannot harm the public site yet), or nothing (``silent``: a draft is allowed to be unfinished).
    ``by_clock`` marks a rule over a source that asks for the time too, ``any_format`` one that
    looks at records alone, and so at sources that are no Markdown too.
    """

    id: str
    severity: Severity
    description: str
    example: str
    drafts: Drafts = "softer"
    each: OverSource | None = None
    whole: OverSite | None = None
    by_clock: bool = False
    any_format: bool = False

    @property
    def lasting(self) -> bool:
        """Whether what it finds stays true for as long as source and settings do."""
        return self.each is not None and not self.by_clock


def found(rule: Rule, source: Source) -> Sequence[Problem]:
    """What a rule over a source finds in one, the first of it."""
    if rule.each is None or not (source.readable or rule.id in BY_BYTES):
        return ()
    if not (source.is_markdown or rule.any_format or rule.id in BY_BYTES):
        return ()
    if source.problems is not None and rule.lasting:
        return source.problems.get(rule.id, ())
    return tuple(islice(rule.each(source), MOST))


def source_rule(
    id: str, severity: Severity, example: str, drafts: Drafts = "softer", *,
    by_clock: bool = False, any_format: bool = False,
) -> Callable[[OverSource], Rule]:  # fmt: skip
    """A rule that looks at one source at a time; its docstring is the description."""

    def decorate(check: OverSource) -> Rule:
        described = _described(check)
        return Rule(
            id, severity, described, example, drafts, each=check, by_clock=by_clock,
            any_format=any_format,
        )  # fmt: skip

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
