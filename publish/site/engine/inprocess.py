"""Runs Pelican in this process, once."""

from __future__ import annotations

import contextlib
import logging
import os
import pkgutil
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import ConfigError, PublishError, Refused
from publish.light import StubUsed
from publish.post import cache
from publish.post.contents import contents, keep_drafts_out
from publish.settings import neighbours_first
from publish.site.engine import ISSUES, BadMoment, NeedsFullPelican, Progress, Run, Task
from publish.site.engine.audit import Audit
from publish.site.engine.logged import LogCollector
from publish.site.snapshot import ACCOUNTS

Outcome = Run | Exception


class Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def phase(self, name: str) -> None:
        """Attribute the time since the last call to the phase ``name``."""
        now = time.monotonic()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._last, 4)
        self._last = now


def run_here(task: Task, progress: Progress | None) -> Outcome:
    """Run ``task`` in the process of the command itself.

    Meanwhile standard output goes to standard error, as plugins may print; the environment holds no
    key; and the site's folder is the working directory.
    """
    if not task.full_pelican:
        light.install()
    with contextlib.chdir(task.settings.parent), _without_keys(), _without_stdout():
        return run(task, progress or (lambda phase, count: None), [])


def run(task: Task, tell: Progress, held: list[Any]) -> Outcome:
    """Run Pelican; what came of it, or the error by which ``engine.run`` ends.

    The generators of a run that went well are put into ``held``.
    """
    clock, audit, began = Clock(), Audit(), datetime.now(UTC)
    import pelican as package
    from pelican import signals
    from pelican.settings import read_settings

    from publish.site.engine import hooks, session, settings, trust
    from publish.site.engine.judging import Judging, Stop
    from publish.site.engine.service import Service
    from publish.site.engine.sources import key_lines
    from publish.site.engine.staging import Staging

    audit.start()
    package.console.print = lambda *words, **how: None  # the build has its own output
    site = task.stage / "site"
    log = LogCollector(task.settings.parent, site, key_lines)
    logging.getLogger().addHandler(log)
    # A rule reports it with its line.
    warnings.filterwarnings("ignore", message="tzname .* identified but not understood")
    # Pelican limits repeated messages, and drops equal ones of several posts; here each is kept,
    # with its place.
    package.log.LimitFilter._threshold = sys.maxsize
    package.log.LimitFilter._raised_messages = _Unremembering()
    clock.phase("load")
    failure: type[PublishError] = ConfigError
    written: list[Any] = []
    live: session.Session | None = None
    judging: Judging | None = None
    service: Service | None = None
    ours = {
        "OUTPUT_PATH": str(site), "DELETE_OUTPUT_DIRECTORY": False, "DEBUG": False,
        # Pelican's own cache relies on modification times; the engine's does not.
        "CACHE_CONTENT": False, "LOAD_CONTENT_CACHE": False,
    }  # fmt: skip
    try:
        with audit.scope() as looked, neighbours_first(task.settings.parent):
            values = settings.Quiet(
                read_settings(str(task.settings), override={**task.overrides, **ours})
            )
        failure, log.content = Refused, Path(values["PATH"])
        last = {} if task.forget else cache.load(task.record)
        issues = values.get("NEWSLETTER_ISSUES_PATH")
        further = {str(issues): ISSUES} if issues else {}
        staging = Staging(task.stage, task.intact, last.get("files", {}), further)
        service = Service(staging, task.jobs, audit, tell, task.until)
        values["ENGINE"] = service
        if task.fit:
            hooks.hand_over()
        named = values["PELICAN_CLASS"]  # a class or its dotted name
        pelican = (pkgutil.resolve_name(named) if isinstance(named, str) else named)(values)
        signals.content_object_init.connect(_refuse_bad_moments, weak=False)
        signals.article_generator_finalized.connect(keep_drafts_out)
        signals.page_generator_finalized.connect(keep_drafts_out)
        declared, trusted = trust.judged(values, pelican)
        hooks.order_sources()
        keys = settings.keys(task, values, looked)
        if trusted:
            live = session.Session(
                task, last, keys, values, declared, staging, audit, log, tell,
            )  # fmt: skip
        hooks.read_sources(task.fit, live.sources if live else None, tell)
        judging = Judging(task, values, log, audit, live, clock.phase)
        signals.content_written.connect(lambda path, context: written.append(path), weak=False)
        clock.phase("settings")
        pelican.run()
        judging.settle()
        clock.phase("pages")
        if live and not log.errors:
            live.save(task.stage / "pages")
        held.extend(judging.generators)
        clock.phase("save")
    except Stop:
        pass
    except StubUsed:
        return NeedsFullPelican()
    except (Exception, SystemExit) as error:  # a settings file, theme or plugin may raise anything
        log.failed(error)
        if judging:
            judging.hear()
    finally:
        audit.stop()
        _forget_compiled(task.code)
        logging.getLogger().removeHandler(log)
        for each in (live, judging, service):
            if each:
                each.close()
    answer, fit = (judging.answer, judging.fit) if judging else (None, True)
    if task.until == "read" or not fit or (log.errors and task.judge and answer is None):
        return Run(judged=answer, seconds=clock.seconds, errors=tuple(log.errors),
                   full_pelican=task.full_pelican, fit=fit)  # fmt: skip
    if log.errors:
        also = f" (and {len(log.errors) - 1} more)" if len(log.errors) > 1 else ""
        remedy = "mend that and build again; the built site is as it was"
        return failure(f"{log.errors[0]}{also}", remedy)
    # Pelican's own default of CACHE_PATH is relative.
    apart = [task.stage, task.folder.parent, *(Path(value).absolute() for value in (values["PATH"],
             values["THEME"], values["CACHE_PATH"], *values["PLUGIN_PATHS"]))]  # fmt: skip
    reads = audit.reads(apart, Path(values["PATH"], "ledger"))
    return Run(
        tuple(map(str, log.warnings)),
        tuple(path for path in reads if path != str(task.settings.parent)),
        _due(judging.generators if judging else [], began), audit.untracked,
        tuple(sorted(staging.kept)), len(live.pages.rendered) if live else len(written), answer,
        clock.seconds, full_pelican=task.full_pelican,
    )  # fmt: skip


def _moment(content: Any, key: str) -> datetime | None:
    """A date of a post, as all can be compared.

    Raises:
        BadMoment: it cannot, for an offset of days, say.
    """
    moment = getattr(content, key, None)
    # Pelican dates a draft without a date to datetime.max, which has no other zone.
    if not isinstance(moment, datetime) or moment.year == 9999:
        return None
    try:
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment(key) from None


def _refuse_bad_moments(content: Any) -> None:
    """Raised here, it is an error of this source; later it would be one of the run."""
    for key in ("date", "modified"):
        _moment(content, key)


def _due(generators: Iterable[Any], began: datetime) -> float:
    """When the next scheduled post becomes public, in seconds since the epoch; 0 if none waits."""
    moments = [m for each in contents(generators) if (m := _moment(each, "date")) and m > began]
    return min(moments).timestamp() if moments else 0.0


class _Unremembering(set[Any]):
    """A set that stays empty."""

    def add(self, item: Any) -> None:
        """Nothing is added."""


@contextlib.contextmanager
def _without_keys() -> Iterator[None]:
    """A key must not reach a template."""
    keys = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(ACCOUNTS)}
    try:
        yield
    finally:
        os.environ.update(keys)


@contextlib.contextmanager
def _without_stdout() -> Iterator[None]:
    if sys.stdout is None:  # it was closed before the command started
        yield
        return
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


def _forget_compiled(files: Iterable[str]) -> None:
    """Delete bytecode of these files: Python validates it by the source's modification time in
    seconds, so that a plugin edited twice in one second would stay stale."""
    for file in files:
        with contextlib.suppress(OSError):
            compiled = Path(cache_from_source(file))
            if compiled.stat().st_mtime - Path(file).stat().st_mtime < 2:
                compiled.unlink()
