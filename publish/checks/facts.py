"""What can be told of a source alone, worked out once and put away for later checks. Pure."""

from __future__ import annotations

from typing import Any

from publish.checks import registry
from publish.checks.marks import Link
from publish.checks.rule import found
from publish.checks.source import Known, Source
from publish.post.diagnostic import Problem
from publish.post.frontmatter import Field, Header


def of(source: Source) -> Known:
    """All of it, by the lasting rules too."""
    told = {rule.id: tuple(found(rule, source)) for rule in registry.RULES if rule.lasting}
    return Known(
        source.readable, source.header, source.links, source.ids, source.secrets,
        {rule: problems for rule, problems in told.items() if problems},
    )  # fmt: skip


def packed(known: Known) -> tuple[Any, ...]:
    """The same in plain tuples, as ``marshal`` writes them; ``secrets`` is not among it."""
    header = known.header
    return (
        known.readable,
        (
            tuple(tuple(field) for field in header.fields),
            header.body_line,
            header.ended,
            header.fenced,
        ),
        tuple((line, tuple(link)) for line, link in known.links),
        tuple(sorted(known.ids)),
        tuple(
            (rule, tuple((p.line, p.message, p.remedy, p.severity) for p in problems))
            for rule, problems in known.problems.items()
        ),
    )


def unpacked(plain: tuple[Any, ...]) -> Known:
    """What was packed, of a source without secrets."""
    readable, (fields, body_line, ended, fenced), links, ids, told = plain
    return Known(
        readable,
        Header(tuple(Field(*field) for field in fields), body_line, ended, fenced),
        tuple((line, Link(*link)) for line, link in links),
        frozenset(ids),
        (),
        {
            rule: tuple(Problem(line, said, do, "", how) for line, said, do, how in problems)
            for rule, problems in told
        },
    )
