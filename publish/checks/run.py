"""Applies the rules to a site. Pure, but for the reading that comes first."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from publish.checks.rule import MOST, Rule, found
from publish.checks.site import Site
from publish.errors import ConfigError
from publish.post.diagnostic import Diagnostic, Problem
from publish.settings import Settings


def check(
    settings: Settings, paths: Sequence[Path] = (), *, now: datetime | None = None,
    built: bool = True,
) -> list[Diagnostic]:  # fmt: skip
    """Every finding, by file and line; only those of ``paths`` if some are given.

    The whole site is read in any case: a link can be judged only beside its target. ``now``
    must be aware; without it, the clock tells. Without ``built`` only what the next build is
    made of is judged, and not what the last one made.

    Raises:
        ConfigError: there is no content folder, or a path names nothing.
    """
    from publish.checks import kept, reading

    store = kept.Store(settings.cache / "checks")
    site = reading.read(settings, now, store, built=built)
    store.save(files=built)
    chosen = names(settings, paths)
    return sorted(f for f in findings(site) if chosen is None or within(f.file, chosen))


def leaks(settings: Settings, folder: Path) -> list[Diagnostic]:
    """Keys in the pages of a build that lies in ``folder`` still, named as in the output."""
    from publish.checks import surroundings
    from publish.checks.rules.whole import LEAK

    output = os.path.relpath(settings.output, settings.root)
    return [
        Diagnostic(f"{output}/{name}", line, "secret", "error", *LEAK)
        for name, line in surroundings.leaks(folder)
    ]


def findings(site: Site) -> Iterator[Diagnostic]:
    """What all rules find in a site, unsorted."""
    from publish.checks.registry import RULES

    drafts = {source.file for source in site.sources if source.kind == "draft"}
    for rule in RULES:
        counted: dict[str, int] = {}
        for file, problem in _problems(rule, site):
            counted[file] = counted.get(file, 0) + 1
            told = _finding(rule, file, problem, file in drafts)
            if told is None or counted[file] > MOST:
                continue
            if counted[file] == MOST:
                told = replace(told, message=f"{told.message} (and perhaps more like it)")
            yield told


def names(settings: Settings, paths: Sequence[Path]) -> frozenset[str] | None:
    """``paths`` as findings name files; None for no choice.

    Raises:
        ConfigError: one of them names nothing.
    """
    if not paths:
        return None
    chosen = set()
    for path in paths:
        # As typed in this folder, as findings name it, or as Pelican's settings would.
        places = (path, settings.root / path, settings.content / path)
        named = [os.path.relpath(p, settings.root) for p in places if os.path.lexists(p)]
        inside = next((name for name in named if not name.startswith("..")), None)
        if inside is None:
            raise ConfigError(
                f"{path}: there is no such file in this site", "name a file or folder of content"
            )
        chosen.add(Path(inside).as_posix())
    return frozenset(chosen)


def _problems(rule: Rule, site: Site) -> Iterator[tuple[str, Problem]]:
    if rule.whole:
        for problem in rule.whole(site):
            yield problem.file, problem
    for source in site.sources if rule.each else ():
        for problem in found(rule, source):
            yield source.file, problem


def _finding(rule: Rule, file: str, problem: Problem, draft: bool) -> Diagnostic | None:
    severity = problem.severity or rule.severity
    if draft and rule.drafts == "silent":
        return None
    if draft and rule.drafts == "softer":
        severity = "warning"
    return Diagnostic(file, problem.line, rule.id, severity, problem.message, problem.remedy)


def within(file: str, chosen: frozenset[str]) -> bool:
    """Whether a file is one of the chosen, or lies in one of them."""
    return any(name in (file, ".") or file.startswith(f"{name}/") for name in chosen)
