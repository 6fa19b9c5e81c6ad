"""Errors of Pelican and the plugins while they read a site, where no rule covers them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import site_rule
from publish.checks.rules.config import bad_timezone
from publish.checks.rules.links import inside
from publish.checks.site import Site, printable
from publish.checks.source import Source
from publish.post.diagnostic import Diagnostic, Problem, quoted

PLACED = re.compile(r"([^\s:][^:]*):(\d+): (.*)", re.S)
UNFOUND = re.compile(r"[Uu]nable to find '(.*?)', skipping")
ZONE = re.compile(r"No time zone found|ZoneInfo")
"""Another rule names the setting."""
DATE_FORMAT = re.compile(r"incomplete format|[Ii]nvalid format|strftime")
NAME = re.compile(r"\b[A-Z][A-Z_]{3,}\b")
NO_SLUG = re.compile(r"Unable to generate valid slug for (Category|Tag|Author) \"(.*)\"", re.S)
"""What Pelican says of a name, though not where it stands."""
MANY = 3
"""Files with one and the same complaint from which on it is told once: its cause is elsewhere."""


@site_rule("refused", "error", "a plugin that fails", "same")
def refused(site: Site) -> Iterator[Problem]:
    """Whatever else Pelican, a plugin or a template refuses: in its words, at its place."""
    told: dict[str, list[Problem]] = {}
    zone = any(True for _ in bad_timezone.over_site(site)) if bad_timezone.over_site else False
    for complaint in site.library.complaints:
        problem = _problem(complaint, site)
        if not (_of_unread(problem, site) or (zone and ZONE.search(problem.message))):
            told.setdefault(problem.message, []).append(problem)
    for same in told.values():
        yield from same[:1] if len(same) >= MANY else same


def _problem(complaint: str, site: Site) -> Problem:
    said, _, remedy = complaint.partition(" — ")
    remedy = remedy or "correct that, then check again"
    if placed := PLACED.fullmatch(said):
        file, line, message = placed.groups()
        problem = Problem(int(line), quoted(message, 200), quoted(remedy, 200), printable(file))
        source = next((source for source in site.sources if source.file == problem.file), None)
        return _of_key(problem, source) if source and problem.line == 1 else problem
    if found := NO_SLUG.search(said):
        key, name = {"Category": "category", "Tag": "tags", "Author": "author"}[found[1]], found[2]
        for source in site.sources:
            if name in (part.strip() for part in source.get(key).split(",")):
                message = f"the {found[1].lower()} {quoted(name)} makes no address"
                return Problem(source.line(key), message, "use letters or digits", source.file)
    named = (site.setting_line(name) for name in NAME.findall(said))
    plugin = site.setting_line("PLUGINS") if "plugin" in said.lower() else 1
    line = next((line for line in named if line > 1), plugin)
    return Problem(line, quoted(said, 200), quoted(remedy, 200), site.settings_file)


def diagnosed(complaint: str) -> Diagnostic:
    """The finding that a plugin's ``complaint`` of a letter is; it names its place."""
    said, _, remedy = complaint.partition(" — ")
    placed = PLACED.fullmatch(said)
    file, line, message = placed.groups() if placed else ("pelicanconf.py", "1", said)
    remedy = quoted(remedy or "correct that, then check again", 200)
    return Diagnostic(printable(file), int(line), refused.id, "error", quoted(message, 200), remedy)


def _of_key(problem: Problem, source: Source) -> Problem:
    """The same at the line of the key that Pelican fails on without naming it."""
    if source.header.field("timezone") and ZONE.search(problem.message):
        message = f"there is no time zone {quoted(source.get('timezone'))}"
        remedy = "write one such as Europe/Berlin, or remove the line"
        return Problem(source.line("timezone"), message, remedy, source.file)
    if source.header.field("date_format") and DATE_FORMAT.search(problem.message):
        message = f"no date can be written as {quoted(source.get('date_format'))}"
        remedy = "write one such as %b %-d, %Y, or remove the line"
        return Problem(source.line("date_format"), message, remedy, source.file)
    return problem


def _of_unread(problem: Problem, site: Site) -> bool:
    """Whether a link is only broken because its target, which is there, could not be read."""
    found = UNFOUND.search(problem.message)
    source = next((s for s in site.sources if s.file == problem.file), None)
    if not found or source is None:
        return False
    path = inside(source, found.group(1))
    return path in site.library.sources and path not in site.library.by_source


RULES = (refused,)
