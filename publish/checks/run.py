"""Applies the rules to a site. Pure, but for the reading that comes first."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from publish.checks import cached, environment
from publish.checks.rule import MOST, Rule, found
from publish.checks.site import Site
from publish.errors import ConfigError
from publish.post.diagnostic import Diagnostic, Problem
from publish.post.record import Library
from publish.settings import Settings

TWIN = re.compile(r"is also the Uid of (.+)$")
"""What the identity plugin says of two posts, at one of them; a rule says which is the copy."""


def check(
    settings: Settings, read: Callable[[], Library], paths: Sequence[Path] = (), *,
    built: bool = True,
) -> list[Diagnostic]:  # fmt: skip
    """Every finding, by file and line; only those of ``paths`` if some are given.

    ``read`` gives the records; it is not called where nothing changed since the last check.
    The whole site is judged in any case: a link can be judged only beside its target. Without
    ``built`` only what the next build is made of is judged, and not what the last one made.

    Raises:
        ConfigError: there is no content folder, or a path names nothing.
    """
    chosen = names(settings, paths)
    store = cached.Store(settings.cache / "checks")
    seen = cached.seen(environment.watched(settings, built=built))
    found = store.answer(seen, built=built)
    if found is None:
        library = read()
        found = judge(settings, library, store, built=built)
        # A finding may quote the line that holds a key, and a key is kept nowhere.
        if not any(finding.rule == "secret" for finding in found):
            waits = [p.date.timestamp() for p in library.posts if p.date and not p.public]
            until = min((moment for moment in waits if moment > time.time()), default=math.inf)
            store.keep(seen, until, found, built=built)
        store.save(files=built)
    return [f for f in found if chosen is None or within(f.file, chosen)]


def judge(
    settings: Settings, library: Library, store: cached.Store | None = None, *, built: bool = False
) -> list[Diagnostic]:
    """Every finding in a site whose records are at hand, by file and line."""
    from publish.checks import reading

    own = store or cached.Store(settings.cache / "checks")
    found = sorted(findings(reading.site_of(settings, library, own, built=built)))
    if store is None:
        own.save(files=built)
    return found


def leaks(settings: Settings, folder: Path) -> list[Diagnostic]:
    """Keys in the pages of a build that lies in ``folder`` still, named as in the output."""
    from publish.checks.rules.sitewide import LEAK

    output = os.path.relpath(settings.output, settings.root)
    return [
        Diagnostic(f"{output}/{name}", line, "secret", "error", *LEAK)
        for name, line in environment.leaks(folder)
    ]


def findings(site: Site) -> Iterator[Diagnostic]:
    """What all rules find in a site, unsorted."""
    from publish.checks.registry import RULES

    drafts = {source.file for source in site.sources if source.kind == "draft"}
    wrong: set[tuple[str, int]] = set()
    for rule in RULES:
        counted: dict[str, int] = {}
        for file, problem in _problems(rule, site):
            if rule.id == "refused" and _told(problem, site, wrong):
                continue
            counted[file] = counted.get(file, 0) + 1
            told = _finding(rule, file, problem, file in drafts)
            if told is None or counted[file] > MOST:
                continue
            if counted[file] == MOST:
                told = replace(told, message=f"{told.message} (and perhaps more like it)")
            if told.severity == "error":
                wrong.add((told.file, told.line))
            yield told


def _told(problem: Problem, site: Site, wrong: set[tuple[str, int]]) -> bool:
    """Whether a rule has said already what Pelican refuses."""
    if (problem.file, problem.line) in wrong:
        return True
    files = {file for file, _ in wrong}
    if (twin := TWIN.search(problem.message)) and twin[1] in files:
        return True
    unread = {s.file for s in site.sources if s.post is None} | {t.file for t in site.troubles}
    # Line 1 is said of what has no place in the file.
    vague = problem.line == 1 or problem.file in unread
    return vague and problem.file in files


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
    if rule.over_site:
        for problem in rule.over_site(site):
            yield problem.file, problem
    for source in site.sources if rule.over_source else ():
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
