"""Runs the checks for `check`, `build` and `send`, which refuse for the same errors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publish import checks
from publish.checks import Judged
from publish.errors import ConfigError, PublishError, Refused
from publish.office.question import Voice
from publish.post.diagnostic import Complaint, Diagnostic
from publish.post.frontmatter import yes_no
from publish.post.issue import CLIPPED
from publish.post.record import Library
from publish.settings import Settings, WrongSetting
from publish.site.build import Guards

if TYPE_CHECKING:
    from publish.newsletter.doctor import Check

LETTER, STYLE = 15_000, 250
"""Upper bounds in bytes: of a letter without its body, and of the style of one element."""

LEDGER = "ledger/issues.jsonl"
"""The facts about letters, below the content folder."""
OF_SETTINGS = frozenset({
    "bad-siteurl", "bad-timezone", "setting-kind", "one-address-for-all", "bad-pattern",
    "shared-file", "signup-address",
})  # fmt: skip
"""The rules over settings alone, whose findings are configuration errors."""


def records(settings: Settings) -> Library:
    """The records of the site's sources, except those that Pelican must not open.

    Raises:
        ConfigError: there is no content folder.
    """
    from publish.site.read import read

    return read(settings, fit=partial(bytes_if_readable, settings.content))


def bytes_if_readable(content: Path, file: Path) -> bytes | None:
    """The bytes of a source in the ``content`` folder; None if Pelican must not open it."""
    from publish.checks import reading

    return reading.fit(content, file)


def judge(
    path: Path,
    built: bool,
    generators: list[Any],
    values: Mapping[str, Any],
    errors: Sequence[Complaint],
) -> tuple[Judged, bool]:
    """The findings in the sources that Pelican has read of the site of the settings file ``path``,
    and whether none is an error."""
    from publish.checks import run
    from publish.settings import load
    from publish.site.engine.dry_run import dry_run
    from publish.site.library import library_of
    from publish.site.read import refusals, unread

    settings = load(path)
    refused = dry_run(generators, values, settings.root, settings.cache / "templates")
    try:
        library = (
            library_of(generators, values, memo=settings.cache / "words")
            if generators
            else unread(settings, ())
        )
    except Exception:  # such as an invalid address pattern; the dry run reports it
        if not refused:
            raise
        library = unread(settings, ())
    # Broken links are reported when they are resolved, for the records.
    stand = in_the_way(settings, library) if built else ()
    said = refusals((*errors, *refused, *unfit_for_commands(settings), *stand))
    found = run.judge(settings, replace(library, complaints=said), built=built)
    return found, not any(finding.severity == "error" for finding in found.findings)


def in_the_way(settings: Settings, library: Library) -> Iterator[Complaint]:
    """Complaints about foreign files in the output folder that are in the way of a build."""
    from publish.site import manifest
    from publish.site.commit import obstacles

    output = settings.output.absolute()
    ours = manifest.read(manifest.place(settings, output)).files
    with contextlib.suppress(OSError):  # A rule reports names that are too long for a file.
        for place, why, remedy in obstacles(output, library.written, frozenset(ours)):
            yield Complaint(why, os.path.relpath(place, settings.root), 1, remedy)


def unfit_for_commands(settings: Settings) -> Iterator[Complaint]:
    """Complaints about what a build does without, and `send` and `deploy` refuse."""
    from publish.newsletter import account

    yield from damaged_ledger(settings)
    readers = [partial(account.read, settings, name) for name in account.FORMS]
    if {"DEPLOY", "DEPLOY_VERIFY"} & settings.values.keys():
        from publish.office import golive

        given = settings.values.get("DEPLOY")
        names = given if isinstance(given, Mapping) else ()
        readers += [partial(golive.verify_timeout, settings), partial(golive.named, settings)]
        readers += [partial(golive.target_of, settings, str(name)) for name in names]
    found: dict[str, WrongSetting] = {}
    for read in readers:
        try:
            read()
        except WrongSetting as wrong:
            found[wrong.message] = wrong
        except PublishError:
            continue  # the fault of this machine, which another one may not have
    for each in found.values():
        yield Complaint(each.text, remedy=each.remedy, kind="setting", parts=(each.name,))


def damaged_ledger(settings: Settings) -> tuple[Complaint, ...]:
    """Complaints about a damaged ledger of letters."""
    if not (file := settings.content / LEDGER).exists():
        return ()
    from publish.newsletter.ledger import Damaged, Ledger

    try:
        Ledger(file.parent).read()
    except Damaged as damage:
        name = os.path.relpath(file, settings.root)
        return (Complaint(damage.why, name, damage.line, damage.remedy),)
    return ()


def guards(settings: Settings, voice: Voice) -> Guards:
    """The guards of a build: the findings in its sources, and the search for keys in its pages."""
    return Guards(
        partial(judge, settings.path, False),
        lambda found: raise_on_errors(found.findings, voice),
        lambda errors: raise_on_errors(unjudged(settings, errors, built=False).findings, voice),
        partial(bytes_if_readable, settings.content),
        partial(validate_output, settings),
    )


def of_settings(settings: Settings) -> Iterator[Check]:
    """The checks of the settings for `publish doctor`, one for each fault."""
    from publish.newsletter.doctor import Check

    name = settings.path.name
    try:
        found = [f for f in findings(settings) if f.rule in OF_SETTINGS and f.severity == "error"]
    except PublishError as error:
        yield Check("settings", False, error.message, error.remedy)
        return
    for finding in found:
        yield Check("settings", False, finding.located, finding.remedy)
    if not found:
        yield Check("settings", True, f"{name} sets nothing that cannot be")


def raise_on_errors(found: Iterable[Diagnostic], voice: Voice) -> None:
    """Report the findings ``found``.

    Raises:
        Refused: one is an error; raised for the last of them.
        ConfigError: the same, where one is about a setting.
    """
    errors = []
    for finding in found:
        if finding.severity == "error":
            errors.append(finding)
        else:
            voice.detail(f"{finding} [warning]")
    for finding in errors[:-1]:
        voice.complain(str(finding))
    if errors:
        settings = any(finding.rule in OF_SETTINGS for finding in errors)
        fault: type[PublishError] = ConfigError if settings else Refused
        raise fault(errors[-1].located, errors[-1].remedy)


def findings(settings: Settings, *, built: bool = True) -> list[Diagnostic]:
    """All findings, by file and line; with ``built`` those of the built site too.

    Raises:
        ConfigError: there is no content folder.
    """
    facts = str(settings.content / LEDGER)
    return checks.check(
        settings,
        lambda: judged(settings, built=built),
        built=built,
        harmless=lambda name: name == facts and not damaged_ledger(settings),
    )


def explained(settings: Settings, error: str) -> str:
    """The errors of the sources that ``error``, the first of a build, names, one a line as
    `check` reports them; ``error`` itself where `check` has none there."""
    with contextlib.suppress(PublishError, OSError):
        found = (f for f in findings(settings, built=False) if f.severity == "error")
        return "\n".join(str(f) for f in found if f.file in error) or error
    return error


def judged(settings: Settings, *, built: bool = True) -> Judged:
    """The findings, made in the process that reads the site."""
    from publish.site import read

    done = read.judged(
        settings,
        partial(judge, settings.path, built),
        fit=partial(bytes_if_readable, settings.content),
        compose=long_letters,
    )
    found, errors = done.judged, done.errors
    if found is None:
        found = unjudged(settings, errors, built=built)
    assert isinstance(found, Judged)
    found = found._replace(reads=None if done.untracked else done.reads)
    if (
        done.judged
        and errors
        and not any(finding.severity == "error" for finding in found.findings)
    ):
        from publish.checks.rules.pelican_errors import diagnosed

        more = (diagnosed(error, next(iter(settings.texts))) for error in errors)
        return found._replace(findings=sorted([*found.findings, *more]))
    return found


def unjudged(settings: Settings, errors: Sequence[Complaint], *, built: bool) -> Judged:
    """The findings in a site of which Pelican had read nothing when it failed with ``errors``."""
    from publish.checks import run
    from publish.site import read

    said = (*errors, *unfit_for_commands(settings))
    return run.judge(settings, read.unread(settings, said), built=built)


def long_letters(generators: list[Any]) -> bool:
    """Whether any post is so long that its letter must be composed to tell whether mail programs
    would clip it."""
    return any(
        len(body.encode()) + LETTER + STYLE * (body.count("<") - body.count("</")) > CLIPPED
        for generator in generators
        for article in getattr(generator, "articles", ())
        if yes_no(article.metadata.get("newsletter")) is not False
        for body in (str(getattr(article, "_content", "") or ""),)
    )


def require_no_errors(settings: Settings, voice: Voice, *, built: bool = True) -> None:
    """Refuse if a finding is an error, and report the others; with ``built`` those of the built
    site too.

    Raises:
        Refused: there is an error in the content; the last of them.
    """
    raise_on_errors(findings(settings, built=built), voice)


def validate_output(settings: Settings, staged: Mapping[str, str]) -> None:
    """Refuse a build whose pages (names to paths) hold a key.

    Raises:
        Refused: there is a key in a page.
    """
    from publish.checks import run

    # A plugin that puts a key into one page mostly puts it into all, so the first one is reported.
    if found := run.leaks(settings, staged):
        more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
        raise Refused(found[0].located + more, found[0].remedy)
