"""Checks what an unattended run needs: writable targets, a repository for the ledger, the last run,
the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial

from publish.http import clock_offset
from publish.newsletter.doctor import Check, asked
from publish.office import golive
from publish.run import ledger_repo, report
from publish.settings import Settings

LATE = timedelta(days=1)
"""The time since the last run after which the timer counts as stopped."""
SKEW = 120.0
"""Seconds by which this machine's clock may differ from the host's."""


def checks(settings: Settings, lock: Callable[[], AbstractContextManager[None]]) -> Iterator[Check]:
    """The checks one after the other; none of them raises. Test files are removed at once."""
    none = "DEPLOY is empty: `publish deploy` has nowhere to go"
    named = partial(golive.named, settings)
    for name in (yield from asked("targets", named, lambda found: ", ".join(found) or none)) or ():
        yield from asked(f"target {name}", partial(_target, settings, name), str)
    yield from asked("ledger", partial(_home, settings, lock), str)
    yield _last_run(settings)
    if settings.siteurl:
        yield from _clock(settings.siteurl)


def _target(settings: Settings, name: str) -> str:
    target = golive.target_of(settings, name)
    record = target.read().record
    target.probe()
    if record is None:
        return "answers and may be written; nothing of ours is up yet"
    held = "; held after a rollback" if record.hold else ""
    return f"may be written; release {record.release[:12]} of {record.time} is up{held}"


def _home(settings: Settings, lock: Callable[[], AbstractContextManager[None]]) -> str:
    found = ledger_repo.repository_of(settings, lock)
    if not found:
        return "stays on this machine: the site has no repository to push to"
    found.probe()
    return f"may be pushed to {found.remote}/{found.branch}"


def _last_run(settings: Settings) -> Check:
    last = report.last(settings.cache)
    if not last:
        return Check("run", True, "no `publish run` on this machine yet")
    at = datetime.fromisoformat(str(last.get("at")))
    ended = f"the last run was at {at:%Y-%m-%d %H:%M} UTC and ended with {last.get('code')}"
    if datetime.now(UTC) - at > LATE:
        return Check("run", False, ended, "look whether its timer still runs")
    if last.get("code"):
        return Check("run", False, ended, "run it by hand: publish run --live")
    return Check("run", True, ended)


def _clock(siteurl: str) -> Iterator[Check]:
    off = clock_offset(siteurl + "/")
    if off is None:
        return
    if abs(off) > SKEW:
        side = "ahead of" if off > 0 else "behind"
        detail = f"this machine is {abs(off) / 60:.0f} minutes {side} the web host"
        yield Check("clock", False, detail, "set the clock right")
        return
    yield Check("clock", True, "agrees with the web host's")
