"""Runs a build up to its records or its letters, and commits nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from publish.errors import ConfigError, Refused
from publish.post.diagnostic import Complaint
from publish.post.files import locked
from publish.post.record import Library
from publish.setting_types import misfits
from publish.settings import Settings, require_folders
from publish.site import engine, manifest
from publish.site.commit import staged
from publish.site.engine import Fit


def read(settings: Settings, *, fit: Fit | None = None) -> Library:
    """The records of the site, made by Pelican in a process of its own. The output is not changed.

    Errors of Pelican and the plugins are the library's ``complaints``. A source that is not ``fit``
    (a module-level function) is never opened, and counts as unread.

    Raises:
        ConfigError: there is no content folder, or the process ended before it could answer.
    """
    judge = partial(_records, memo=settings.cache / "words")
    done = judged(settings, judge, fit=fit)
    found = done.judged
    return replace(found, complaints=done.errors) if found else unread(settings, done.errors)


def judged(
    settings: Settings,
    judge: engine.Judge,
    *,
    fit: Fit | None = None,
    compose: Callable[[list[Any]], bool] | None = None,
) -> engine.Run:
    """A run with what ``judge`` (a function of a module) returns of the site, in the process that
    read it, and what Pelican and the plugins refuse. ``judged`` is None where they fail before it
    can be called. If the site is fit and ``compose`` returns true for its generators, the errors of
    letters too.

    Raises:
        ConfigError: there is no content folder, or the process ended before it could answer.
    """
    from publish.site.build import overrides

    require_folders(settings)
    with _aside(settings) as stage:
        kept = settings.cache if stage.is_relative_to(settings.cache) else stage
        task = engine.Task(
            settings.path,
            overrides(settings, stage),
            stage,
            kept / "engine",
            stage / "none",
            code=manifest.code(settings),
            jobs=engine.cores(),
            judge=judge,
            compose=compose,
            fit=fit,
            until="read",
        )
        try:
            done = engine.run(task)
        except Refused as refusal:
            raise ConfigError(refusal.message, refusal.remedy) from None
    return done._replace(errors=refusals(done.errors))


@contextmanager
def composed(settings: Settings, *, drafts: bool = False) -> Iterator[Path]:
    """The folder of the letters as a build would compose them now, removed after the context.
    ``output/``, the composed issues and the recorded addresses are not changed. With ``drafts``,
    posts that are not public have letters too.

    Raises:
        Refused: a post cannot be read, or another build is at work.
        ConfigError: a setting is of a wrong kind.
    """
    from publish.site.build import overrides

    settings.refuse(settings.values)
    record = manifest.place(settings, settings.output.absolute())
    more = {"NEWSLETTER_ISSUES_DRAFTS": True} if drafts else {}
    with locked(settings.cache / "lock", Refused), staged(settings.cache) as stage:
        task = engine.Task(
            settings.path,
            {**overrides(settings, stage), **more},
            stage,
            settings.cache / "engine",
            record.with_suffix(".pages"),
            code=manifest.code(settings),
            jobs=engine.cores(),
            until="letters",
            full_pelican=manifest.read(record).full_pelican,
        )
        engine.run(task)
        yield stage / "issues"


def unread(settings: Settings, errors: Sequence[Complaint]) -> Library:
    """The library of a site whose settings, plugins or generators fail, so that rules over text
    still have sources."""
    from publish.site.posts import files

    wrong = {name for name, *_ in misfits(settings.values)}
    listed = {
        file.relative_to(settings.content).as_posix(): kind
        for kind, folders in (("article", settings.posts), ("page", settings.pages))
        for file in files(settings, folders)
    }
    return Library(
        settings.content.name,
        sources=listed,
        failed=True,
        complaints=tuple(errors),
        settings={name: value for name, value in settings.values.items() if name not in wrong},
    )


@contextmanager
def _aside(settings: Settings) -> Iterator[Path]:
    """A stage for this run; a temporary folder if the cache cannot be written."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(staged(settings.cache, "reading"))
        except OSError:
            elsewhere = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder = stack.enter_context(staged(elsewhere, "reading"))
        yield folder


def refusals(errors: Sequence[Complaint]) -> tuple[Complaint, ...]:
    """The errors of Pelican and the plugins, without those about unfit sources, which rules
    report."""
    return tuple(error for error in errors if error.kind != "unfit")


def _records(
    generators: list[Any], settings: Mapping[str, Any], errors: Sequence[Complaint], *, memo: Path
) -> tuple[Library, bool]:
    from publish.site.library import library_of

    return library_of(generators, settings, memo=memo), True
