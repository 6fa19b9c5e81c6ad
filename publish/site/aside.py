"""Composes every letter from the present sources, and commits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.errors import Refused
from publish.post.files import locked
from publish.settings import Settings, require_kinds
from publish.site import manifest
from publish.site.build import overrides
from publish.site.commit import staged
from publish.site.engine import Task, cores, run


@contextmanager
def composed(settings: Settings, *, drafts: bool = False) -> Iterator[Path]:
    """The folder of the letters as a build would compose them now; it goes with the context.

    ``output/``, the composed issues and what is noted of addresses stay as they are. With
    ``drafts``, posts that are not public have letters too.

    Raises:
        Refused: a post cannot be read, or another build is at work.
        ConfigError: a setting is of a wrong kind.
    """
    require_kinds(settings)
    record = manifest.place(settings, settings.output.absolute())
    more = {"NEWSLETTER_ISSUES_DRAFTS": True} if drafts else {}
    with locked(settings.cache / "lock", Refused), staged(settings.cache) as stage:
        task = Task(
            settings.path, {**overrides(settings, stage), **more}, stage, settings.cache / "engine",
            record.with_suffix(".pages"), code=manifest.code(settings),
            jobs=cores(), until="letters",
        )  # fmt: skip
        run(task, full_pelican=manifest.read(record).full_pelican)
        yield stage / "issues"
