"""Lists the rules, and applies them to a site. Pure, except for the reading at the start."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType

from publish.checks import environment, reading
from publish.checks.file_cache import Store
from publish.checks.result_cache import Judged
from publish.checks.rule import MOST, Rule, found
from publish.checks.rules import (
    config,
    encoding,
    frontmatter,
    header_values,
    identity,
    images,
    linking,
    links,
    mail,
    pathological,
    pelican_errors,
    policy,
    sitewide,
    structure,
    text,
    unknown_keys,
    unrendered_markup,
)
from publish.checks.rules.pelican_errors import refusals, refused
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Complaint, Diagnostic, Problem
from publish.post.record import Library
from publish.settings import Settings


def rules_of(*modules: ModuleType) -> tuple[Rule, ...]:
    """The rules that modules define, in the order in which they stand there."""
    return tuple(
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Rule) and value.module == module.__name__
    )


SUBJECTS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Files", rules_of(encoding, pathological)),
    ("Front matter", rules_of(frontmatter, header_values, unknown_keys)),
    ("Identity and address", rules_of(identity)),
    ("Links", rules_of(links, linking)),
    ("Pictures and players", rules_of(images, policy)),
    ("Text", rules_of(text, structure, unrendered_markup)),
    ("Mail", rules_of(mail)),
    ("The whole site", rules_of(sitewide, config, pelican_errors)),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in SUBJECTS for rule in rules)
"""All rules, in the order of the catalogue."""


def judge(settings: Settings, library: Library, *, built: bool = False) -> Judged:
    """All findings of a site with these records; with ``built`` those of the last build's output
    too."""
    store = Store(settings.cache / "checks")
    found = sorted(findings(reading.site_of(settings, library, store, built=built)))
    store.save(files=built)
    waits = [post.date.timestamp() for post in library.posts if post.date and not post.public]
    return Judged(
        found, min((moment for moment in waits if moment > time.time()), default=math.inf)
    )


def leaks(settings: Settings, staged: Mapping[str, str]) -> list[Diagnostic]:
    """Findings about keys in staged pages (names in the output to paths)."""
    output = os.path.relpath(settings.output, settings.root)
    return [
        Diagnostic(f"{output}/{name}", line, "secret", "error", *sitewide.LEAK)
        for name, file in sorted(staged.items())
        if name.endswith(environment.WRITTEN)
        for line in environment.scan(file)
    ]


def findings(site: Site) -> Iterator[Diagnostic]:
    """The findings of all rules in a site, unsorted."""
    drafts = {source.file for source in site.sources if source.kind == "draft"}
    errors: set[tuple[str, int]] = set()
    # Few of thousands of sources have cached problems.
    faulty = [source for source in site.sources if source.facts is None or source.facts.problems]
    for rule in RULES:
        if rule is not refused:
            sources = (
                site.sources
                if not rule.cacheable
                else [
                    source
                    for source in faulty
                    if source.facts is None or rule.id in source.facts.problems
                ]
            )
            for finding in _diagnostics(rule, _problems(rule, site, sources), drafts):
                if finding.severity == "error":
                    errors.add((finding.file, finding.line))
                yield finding
    yield from _diagnostics(refused, _unreported(refusals(site), site, errors), drafts)


def _problems(rule: Rule, site: Site, sources: Iterable[Source]) -> Iterator[tuple[str, Problem]]:
    if rule.over_site:
        for problem in rule.over_site(site):
            yield problem.file, problem
        return
    for source in sources:
        for problem in found(rule, source):
            yield source.file, problem


def _diagnostics(
    rule: Rule, problems: Iterable[tuple[str, Problem]], drafts: set[str]
) -> Iterator[Diagnostic]:
    """The findings of one rule, at most ``MOST`` per file."""
    counted: dict[str, int] = {}
    for file, problem in problems:
        counted[file] = counted.get(file, 0) + 1
        finding = _finding(rule, file, problem, file in drafts)
        if finding is None or counted[file] > MOST:
            continue
        if counted[file] == MOST:
            finding = replace(finding, message=f"{finding.message} (and perhaps more like it)")
        yield finding


def _unreported(
    refusals: Iterable[tuple[Problem, Complaint]], site: Site, errors: set[tuple[str, int]]
) -> Iterator[tuple[str, Problem]]:
    """Pelican's errors, without those that rules have reported as ``errors``."""
    files = {file for file, _ in errors}
    unread = {s.file for s in site.sources if s.post is None} | {t.file for t in site.troubles}
    content = site.file_of("")
    for problem, refusal in refusals:
        # Line 1 stands for an unknown line.
        vague = problem.line == 1 or problem.file in unread or refusal.kind == "missing-key"
        # For two posts with one Uid the plugin names the second one, the rule the copy.
        twin = refusal.kind == "twin" and not files.isdisjoint(refusal.parts)
        reported = (problem.file, problem.line) in errors or twin
        # Two pages of one file may be a consequence of a reported error.
        if refusal.kind == "overwritten" and errors:
            continue
        # An invalid setting may make any code fail.
        own = refusal.kind or refusal.file.startswith(content)
        own = own and refusal.kind not in ("outside", "bad-pattern")
        settings = site.settings_texts.keys()
        if settings & files and (not own or problem.file in settings):
            continue
        if not reported and not (vague and problem.file in files):
            errors.add((problem.file, problem.line))
            files.add(problem.file)
            yield problem.file, problem


def _finding(rule: Rule, file: str, problem: Problem, draft: bool) -> Diagnostic | None:
    severity = problem.severity or rule.severity
    if draft and rule.drafts == "silent":
        return None
    if draft and rule.drafts == "softer":
        severity = "warning"
    return Diagnostic(
        file, problem.line, rule.id, severity, problem.message, problem.remedy, problem.fix
    )
