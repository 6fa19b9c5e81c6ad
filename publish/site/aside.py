"""Composes every letter from the present sources, and commits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.errors import Refused
from publish.post.files import locked
from publish.settings import Settings
from publish.site import manifest, scan
from publish.site.build import _intact, _render
from publish.site.engine import Memory, standby
from publish.site.stage import staged


@contextmanager
def composed(settings: Settings, *, drafts: bool = False) -> Iterator[Path]:
    """The folder of the letters as a build would compose them now; it goes with the context.

    ``output/``, the composed issues and what is noted of addresses stay as they are. With
    ``drafts``, posts that are not public have letters too.

    Raises:
        Refused: a post cannot be rendered, or another build is at work.
    """
    record = manifest.place(settings, settings.output.absolute())
    with locked(settings.cache / "lock", Refused), staged(settings.cache) as stage:
        code, known = scan.code(scan.scan(settings)), manifest.read(record)
        intact = _intact(known, settings.output.absolute())
        memory = Memory(settings.cache / "parsed", code, record.with_suffix(".pages"), intact)
        more = {"NEWSLETTER_ISSUES_DRAFTS": True} if drafts else {}
        with standby(settings.path, whole=known.whole) as child:
            _render(settings, child, stage, memory, more)
        yield stage / "issues"
