"""Errors of Pelican and the plugins while they read a site, where no rule covers them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import site_rule
from publish.checks.rules.config import bad_timezone
from publish.checks.rules.links import inside
from publish.checks.site import Site, printable
from publish.checks.source import Source
from publish.post import frontmatter
from publish.post.diagnostic import Complaint, Diagnostic, Problem, quoted
from publish.post.frontmatter import names

NAME = re.compile(r"\b[A-Z][A-Z_]{3,}\b")
"""A setting's name in an error message."""
KEYS = {"Category": "category", "Tag": "tags", "Author": "author"}
"""The key for each class of Pelican's names."""
FOUND = "correct the name, or remove the link"
EXTRA = "EXTRA_PATH_METADATA"
RAW = re.compile(r"'(?:str|int)' object has no attribute '(?:slug|save_as|tzinfo|lower)'")
"""How Pelican fails on a value of ``EXTRA_PATH_METADATA``, of which it makes no author and no
date."""
DEFAULTS = {"Category": "DEFAULT_CATEGORY", "Author": "AUTHOR"}
"""The settings that name one where a source names none."""
CAUSES = {
    "bad-date": ("DEFAULT_DATE", "DEFAULT_METADATA", EXTRA, "PATH_METADATA",
                 "FILENAME_METADATA", "FORMATTED_FIELDS"),
    "bad-date-format": ("DATE_FORMATS", "DEFAULT_DATE_FORMAT"),
    "bad-markdown": ("MARKDOWN",),
}  # fmt: skip
"""The settings at fault for what is wrong with no source's own line."""
OF_KEYS = {
    "bad-timezone": ("timezone", "there is no time zone", "Europe/Berlin"),
    "bad-date-format": ("date_format", "no date can be written as", "%b %-d, %Y"),
}
"""The keys by which a source may be at fault, with what is wrong and an example."""
CLASS = re.compile(r"\w+(?:Error|Exception): ")
QUOTED = re.compile(r"'[^']+'")
"""A value in the words of Python, as it mostly stands in the settings too."""
MANY = 3
"""Files with the same complaint from which on it is reported once, as its cause is elsewhere."""


@site_rule("refused", "error", "a plugin that fails", "same")
def refused(site: Site) -> Iterator[Problem]:
    """Whatever else Pelican, a plugin or a template refuses: in its words, at its place."""
    return (problem for problem, _ in refusals(site))


def refusals(site: Site) -> Iterator[tuple[Problem, Complaint]]:
    """The findings of ``refused``, each with its complaint."""
    groups: dict[tuple[str, str], list[tuple[Problem, Complaint]]] = {}
    zone = any(True for _ in bad_timezone.over_site(site)) if bad_timezone.over_site else False
    for said in site.library.complaints:
        # Another rule reports the setting.
        if not (
            said.kind == "setting"
            or _of_unread(said, site)
            or said.parts == ("Category", "..")  # a link out of the content folder is broken
            or (zone and said.kind == "bad-timezone")
        ):
            problem = _problem(said, site)
            alike = CLASS.sub("", problem.message), problem.file if _is_own(said, site) else ""
            groups.setdefault(alike, []).append((problem, said))
    for same in groups.values():
        problem, said = same[-1]
        cause = "" if _is_own(said, site) else _cause(said, site)
        if len(same) < MANY and not cause and said.kind != "bad-pattern":
            yield from same
        else:
            text = f"{cause and f'{cause}: '}{CLASS.sub('', problem.message)}"
            remedy = problem.remedy
            if cause and said.kind == "overwritten":
                text = f"{cause}: two pages would be {_overwritten(said)}"
                remedy = "let it hold what differs, such as {date:%d}"
            elif said.file:
                many = f"{len(same)} files such as " if len(same) > 1 else ""
                text += f", in {many}{printable(said.file)}"
                remedy = "write it into the posts" if cause == EXTRA else remedy
            yield _of_settings(text, remedy, site), said


def _is_own(said: Complaint, site: Site) -> bool:
    """Whether it is the fault of the source alone, in however many it is found."""
    source = site.by_file.get(printable(said.file))
    if said.kind == "bad-date":
        dates = (source.get(key) for key in ("date", "modified")) if source else ()
        return said.parts[0] in (" ".join(date.split()) for date in dates)
    if said.kind == "bad-date-format":
        return source is not None and source.header.field("date_format") is not None
    return said.kind not in ("", "bad-pattern", "bad-markdown", "overwritten")


def _cause(said: Complaint, site: Site) -> str:
    """The settings that may be at fault: those that hold the value, if any do."""
    if said.kind == "overwritten":
        return " and ".join(
            name
            for name, pattern in site.given.items()
            if name.endswith("_ARCHIVE_SAVE_AS") and _may_make(pattern, _overwritten(said))
        )
    if RAW.search(said.message) and site.given.get(EXTRA):
        return EXTRA
    given = [name for name in CAUSES.get(said.kind, ()) if site.given.get(name)]
    certain = [name for name in given if said.parts and said.parts[0] in str(site.given[name])]
    return " or ".join(certain or given)


def _overwritten(said: Complaint) -> str:
    """The file in the output that Pelican refuses to write twice."""
    return said.message.partition('"')[2].partition('"')[0]


def _may_make(pattern: object, path: str) -> bool:
    """Whether a pattern of addresses may give the file ``path`` in the output."""
    parts = re.split(r"\{[^{}]*\}", str(pattern))
    return re.fullmatch(".+".join(map(re.escape, parts)), path) is not None


def _problem(said: Complaint, site: Site) -> Problem:
    message = quoted(said.message, 200)
    missing = "install it, or name another in the settings"
    again = missing if "No module named" in message else "correct that, then check again"
    remedy = quoted(said.remedy or again, 200)
    if said.kind == "no-slug" and said.parts[0] in KEYS:
        # Pelican does not give the name's place.
        kind, name = said.parts
        key = KEYS[kind]
        for source in site.sources:
            if name in names(source.get(key).replace(";", ",")):
                message = f"the {kind.lower()} {quoted(name)} makes no address"
                return Problem(source.line(key), message, "use letters or digits", source.file)
        whole = site.values.get("DEFAULT_METADATA")
        given = {DEFAULTS.get(kind, ""): site.values.get(DEFAULTS.get(kind, ""))}
        given |= {"DEFAULT_METADATA": frontmatter.defaults(whole).get(key)}
        for setting, value in given.items():
            if name in names(value):
                return _of_settings(f"{setting} makes no address: {name}", remedy, site)
    named = NAME.match(CLASS.sub("", said.message))
    if not said.file or again is missing or (named and named[0] in site.given and not said.kind):
        return _of_settings(said.message, remedy, site)
    if said.line:
        file = printable(said.file)
        own = _of_key(said, site.by_file[file]) if file in site.by_file else None
        return own or Problem(said.line, message, remedy, file)
    return _of_settings(f"{said.file}: {said.message}", remedy, site)


def _of_settings(text: str, remedy: str, site: Site) -> Problem:
    """The problem at the line of the setting that the message names or quotes, if any."""
    message = quoted(text.removeprefix("ValueError: "), 200)
    found = [site.of_setting(name, message, remedy) for name in NAME.findall(text)]
    quotes = QUOTED.findall(text.replace('"', "'"))
    quotes += [f"{quote[:-1]}." for quote in quotes]  # of a dotted name only the package is missing
    found += (
        Problem(number, message, remedy, file)
        for file, settings in site.settings_texts.items()
        for number, line in enumerate(settings.split("\n"), 1)
        if any(quote in line.replace('"', "'") for quote in quotes)
    )
    concerned = (
        ("THEME", "find the theme"),
        ("PLUGINS", "plugin"),
        ("TYPOGRIFY", "smartypants"),
        ("DEFAULT_METADATA", "static_lang_"),
        ("SLUGIFY_SOURCE", "{'slug'}"),
        ("PAGINATION_PATTERNS", "failed to write"),
        ("DIRECT_TEMPLATES", "failed to overwrite"),
        ("ARTICLE_TRANSLATION_ID", "'translation_id'"),
    )
    found += (
        site.of_setting(name, message, remedy) for name, words in concerned if words in text.lower()
    )
    unknown = Problem(1, message, remedy, next(iter(site.settings_texts)))
    return next((problem for problem in found if problem.line > 1), unknown)


def diagnosed(said: Complaint, settings: str) -> Diagnostic:
    """The finding for a plugin's complaint about a letter, at its place, else in the file of the
    ``settings``."""
    file, line = printable(said.file or settings), said.line or 1
    remedy = quoted(said.remedy or "correct that, then check again", 200)
    return Diagnostic(file, line, refused.id, "error", quoted(said.message, 200), remedy)


def _of_key(said: Complaint, source: Source) -> Problem | None:
    """The same at the line that Pelican fails on without naming it."""
    if said.kind == "unfound":
        lines = enumerate(source.text.split("\n"), 1)
        line = next((n for n, text in lines if f"}}{said.parts[0]}" in text), said.line)
        return Problem(line, f"there is no file {quoted(said.parts[0])}", FOUND, source.file)
    if said.kind == "outside":
        message = f"its page would be {quoted(said.parts[1])}, which is not in the site"
        remedy = "give it a title or a slug of words"
        return Problem(source.address_line, message, remedy, source.file)
    key, what, example = OF_KEYS.get(said.kind, ("", "", ""))
    if not key or not source.header.field(key):
        return None
    remedy = f"write one such as {example}, or remove the line"
    return Problem(source.line(key), f"{what} {quoted(source.get(key))}", remedy, source.file)


def _of_unread(said: Complaint, site: Site) -> bool:
    """Whether a link is broken only because its existing target could not be read."""
    source = site.by_file.get(printable(said.file))
    # Of a site that failed, no target is read.
    if said.kind != "unfound" or source is None or site.library.failed:
        return False
    path = inside(source, said.parts[0])
    return path in site.library.sources and path not in site.library.by_source
