"""``build``: render aside, and only when all of it succeeded touch ``output/``.

The next finer step, rendering only the pages whose inputs changed, belongs into ``_render``:
everything after it takes whole finished trees and asks not how they were made.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from publish.errors import Refused
from publish.settings import Settings
from publish.site import addresses, inputs, manifest
from publish.site.commit import commit, tree
from publish.site.engine import Rendered, render
from publish.site.lock import locked
from publish.site.manifest import Manifest
from publish.site.stage import staged

LISTED = "addresses.json"
ISSUE = re.compile(r"[^/]+/issue\.(html|txt|json)")
"""What a composed issue's folder holds; anything else there is not ours to remove."""


@dataclass(frozen=True)
class Build:
    """What a build did. Paths are relative to ``output``; ``seconds`` per phase.

    ``foreign`` are files in ``output`` that the tool did not write; they are left alone.
    ``issues`` is how many issues are composed.
    """

    output: str
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    foreign: tuple[str, ...]
    issues: int
    warnings: tuple[str, ...]
    seconds: dict[str, float]


def build(
    settings: Settings,
    *,
    output: Path | None = None,
    full: bool = False,
    say: Callable[[str], None] | None = None,
    approve: Callable[[], None] = lambda: None,
) -> Build:
    """Build the site into ``output`` (default: the settings' own).

    ``full`` renders although nothing changed. ``say`` is told when another build is waited for.
    ``approve`` is called while the site is rendered, and may refuse by raising; where nothing
    changed there is nothing to approve.

    Raises:
        Refused: something is not fit, or another build is at work; ``output`` is as it was.
        ConfigError: the settings file fails.
    """
    target = (output or settings.output).absolute()
    try:
        with locked(settings.cache, say=say):
            return _build(settings, target, full, approve)
    except OSError as error:
        raise Refused(
            f"{error.filename or target}: cannot be written: {error.strerror or error}",
            "mend that (rights, disk space), then build again",
        ) from None


def _build(settings: Settings, target: Path, full: bool, approve: Callable[[], None]) -> Build:
    clock = [time.monotonic()]
    record = manifest.place(settings, target)
    known = manifest.read(record)
    if not full and _stands(known, settings, target):
        spent = {"scan": time.monotonic() - clock[0]}
        return Build(str(target), (), (), len(known.files), _left(settings, known.foreign),
                     _issues(settings), known.warnings, spent)  # fmt: skip
    # A file saved in the last tick before this moment may carry its stamp or a later one.
    since = time.time_ns() - int(inputs.TICK * 1e9)
    before, world = inputs.scan(settings), inputs.world(settings)
    clock.append(time.monotonic())
    with staged(settings.cache) as stage, ThreadPoolExecutor(1) as beside:
        # The render is a process of its own: the other core judges the sources meanwhile.
        rendering = beside.submit(_render, settings, stage, full)
        approve()
        rendered = rendering.result()
        clock.append(time.monotonic())
        shown = tuple(tree(stage / "site"))
        # A build elsewhere is a trial, and publishes nothing.
        permanent = (
            addresses.guard(settings, stage / LISTED, shown)
            if target == settings.output.absolute()
            else None
        )
        # Written down before anything moves, so that a crash never makes a page of ours look
        # like somebody else's file.
        owned = tuple(sorted({*known.files, *shown}))
        manifest.write(record, Manifest(files=owned))
        changes = commit(stage / "site", target, known.files)
        commit(stage / "issues", settings.issues,
               [n for n in tree(settings.issues) if ISSUE.fullmatch(n)])  # fmt: skip
    if permanent is not None:
        addresses.remember(settings, permanent)
    time.sleep(inputs.TICK if changes.written else 0)
    tracked = None if rendered.untracked else before
    manifest.write(record, Manifest(
        files=shown, foreign=changes.foreign, reads=rendered.reads, warnings=rendered.warnings,
        inputs=tracked and inputs.extended(tracked, settings, rendered.reads, since),
        outputs=_stamps(target, shown), issues=_stamps(settings.issues, tree(settings.issues)),
        world=world, due=rendered.due,
    ))  # fmt: skip
    clock.append(time.monotonic())
    phases = zip(("scan", "render", "commit"), clock, clock[1:], strict=False)
    return Build(
        str(target), changes.written, changes.removed, len(shown) - len(changes.written),
        _left(settings, changes.foreign), _issues(settings), rendered.warnings,
        {name: end - start for name, start, end in phases},
    )  # fmt: skip


def _render(settings: Settings, stage: Path, full: bool) -> Rendered:
    overrides: dict[str, str | bool] = {
        "NEWSLETTER_ISSUES_PATH": str(stage / "issues"),
        "IDENTITY_ADDRESSES_PATH": str(stage / LISTED),
        # Stock Pelican gives drafts a public address and publishes what is dated ahead.
        "DRAFT_SAVE_AS": "",
        "DRAFT_PAGE_SAVE_AS": "",
        "DRAFT_LANG_SAVE_AS": "",
        "DRAFT_PAGE_LANG_SAVE_AS": "",
        "WITH_FUTURE_DATES": False,
    }
    if full:
        overrides["LOAD_CONTENT_CACHE"] = False
    return render(settings.path, stage / "site", overrides)


def _stands(known: Manifest, settings: Settings, target: Path) -> bool:
    """Whether the last build is still what a build would give."""
    if known.inputs is None or known.world != inputs.world(settings):
        return False
    if known.due and datetime.fromisoformat(known.due) <= datetime.now(UTC):
        return False
    return (
        inputs.same(known.inputs, inputs.stamps(settings) | inputs.of(known.reads))
        and known.outputs == _stamps(target, known.files)
        and known.issues == _stamps(settings.issues, tree(settings.issues))
    )


def _stamps(folder: Path, names: tuple[str, ...] | list[str]) -> inputs.Stamps:
    return inputs.of(str(folder / name) for name in names)


def _left(settings: Settings, foreign: tuple[str, ...]) -> tuple[str, ...]:
    """The foreign files worth telling: not what the settings say is kept."""
    kept = {str(name) for name in settings.values.get("OUTPUT_RETENTION") or ()}
    return tuple(name for name in foreign if name.split("/", 1)[0] not in kept)


def _issues(settings: Settings) -> int:
    return len(list(settings.issues.glob("*/issue.json")))
