"""Defines rules: small pure functions with an id, a severity and an example."""

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
"""The rules for sources that are no text."""
OverSource = Callable[[Source], Iterable[Problem]]
OverSite = Callable[[Site], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue; one of ``over_source`` and ``over_site`` is set.

    ``drafts`` is the treatment of an error in a draft: the same, a warning (``softer``: it cannot
    harm the public site yet), or nothing (``silent``: a draft may be unfinished).
    ``time_dependent``: the findings depend on the time too. ``any_format``: the rule needs the
    record only, and so applies to other formats than Markdown.
    """

    id: str
    severity: Severity
    description: str
    example: str
    drafts: Drafts = "softer"
    over_source: OverSource | None = None
    over_site: OverSite | None = None
    time_dependent: bool = False
    any_format: bool = False

    @property
    def module(self) -> str:
        """The name of the module that defines it."""
        return (self.over_source or self.over_site).__module__

    @property
    def cacheable(self) -> bool:
        """Whether its findings depend on source and settings alone."""
        return self.over_source is not None and not self.time_dependent


def found(rule: Rule, source: Source) -> Sequence[Problem]:
    """The first findings of a source rule in a source."""
    if rule.over_source is None or not (source.readable or rule.id in BY_BYTES):
        return ()
    if not (source.is_markdown or rule.any_format or rule.id in BY_BYTES):
        return ()
    if source.facts and rule.cacheable:
        return source.facts.problems.get(rule.id, ())
    return tuple(islice(rule.over_source(source), MOST))


def source_rule(
    id: str,
    severity: Severity,
    example: str,
    drafts: Drafts = "softer",
    *,
    time_dependent: bool = False,
    any_format: bool = False,
) -> Callable[[OverSource], Rule]:
    """Define a rule over single sources; the docstring is its description."""
    return lambda check: Rule(
        id,
        severity,
        _described(check),
        example,
        drafts,
        over_source=check,
        time_dependent=time_dependent,
        any_format=any_format,
    )


def site_rule(
    id: str, severity: Severity, example: str, drafts: Drafts = "softer"
) -> Callable[[OverSite], Rule]:
    """Define a rule that compares sources or reads other files; its problems name the file."""
    return lambda check: Rule(id, severity, _described(check), example, drafts, over_site=check)


def _described(check: OverSource | OverSite) -> str:
    return " ".join((check.__doc__ or "").split())
