"""One run of Pelican in this process, which is good for no other after it."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import Exit
from publish.light import StubUsed
from publish.post import cache
from publish.site.engine import (
    ISSUES,
    BadMoment,
    Failed,
    NeedsFullPelican,
    Progress,
    Run,
    Task,
    Unfit,
)
from publish.site.engine.audit import Audit
from publish.site.engine.logged import LogCollector
from publish.site.snapshot import ACCOUNTS

Outcome = Run | Failed | Unfit | NeedsFullPelican


class Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def phase(self, name: str) -> None:
        """What was done since the last phase is called ``name``."""
        now = time.monotonic()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._last, 4)
        self._last = now


def run_here(task: Task, progress: Progress | None, *, full_pelican: bool = False) -> Outcome:
    """Run ``task`` in the process of the command itself.

    Meanwhile standard output is standard error, for plugins may print; no key is in the
    environment; and the site's folder is the working directory.
    """
    if not full_pelican:
        light.install()
    with contextlib.ExitStack() as meanwhile:
        meanwhile.enter_context(contextlib.chdir(task.settings.parent))
        meanwhile.enter_context(_without_keys())
        meanwhile.enter_context(_without_stdout())
        return run(task, progress or (lambda phase, count: None), [], full_pelican=full_pelican)


def run(task: Task, tell: Progress, held: list[Any], *, full_pelican: bool = False) -> Outcome:
    """Run Pelican; the generators of a run that went well are put into ``held``."""
    clock, audit = Clock(), Audit()
    import pelican as package
    from pelican.settings import read_settings

    from publish.site.engine import compiled, hooks, keys, session, settings
    from publish.site.engine.judging import MUCH, Judging, Stop
    from publish.site.engine.service import Service
    from publish.site.engine.sources import key_lines
    from publish.site.engine.staging import Staging

    _forget_neighbours(task.settings.parent)
    audit.start()
    package.console = _Quiet(package.console)
    site = task.stage / "site"
    log = LogCollector(task.settings.parent, site, key_lines)
    # Python trusts compiled files by the second; a plugin edited twice in one would stay stale.
    compiles, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    logging.getLogger().addHandler(log)
    # A rule tells of it at its line.
    warnings.filterwarnings("ignore", message="tzname .* identified but not understood")
    # Pelican tells the fifth of a kind as "and others", and the same words of a second post not at
    # all; here each has its place.
    package.log.LimitFilter._threshold = sys.maxsize
    package.log.LimitFilter._raised_messages = _Unremembering()
    clock.phase("load")
    code, due = Exit.USAGE, _Due()
    live: session.Session | None = None
    judging: Judging | None = None
    service: Service | None = None
    ours = {
        "OUTPUT_PATH": str(site), "DELETE_OUTPUT_DIRECTORY": False, "DEBUG": False,
        # Pelican's own cache trusts a file's time of change; the engine has a better one.
        "CACHE_CONTENT": False, "LOAD_CONTENT_CACHE": False,
    }  # fmt: skip
    try:
        with audit.scope() as looked:
            values = settings.recording(
                read_settings(str(task.settings), override={**task.overrides, **ours})
            )
        code, log.content = Exit.REFUSED, Path(values["PATH"])
        state = {} if task.forget else cache.load(task.folder / "state")
        files = state.get("files", {})
        staging = Staging(site, task.intact, files, _issues(values))
        service = Service(staging, task.jobs, audit, tell, planning=task.until == "read")
        values["ENGINE"] = service
        if task.fit:
            hooks.hand_over()
        pelican = _pelican(values["PELICAN_CLASS"])(values)
        due.listen()
        harmless = dict(state.get("harmless", {}))
        declared, stock = session.trusted(values, pelican.plugins, harmless)
        if type(pelican) is not package.Pelican:
            stock = stock or "PELICAN_CLASS is set"
        hooks.order_sources()
        digests = dict(state.get("code", {}))
        found_keys = keys.of(task, values, sorted(looked), digests)

        if task.fit:
            hooks.keep_from_reading(task.fit)
        judging = Judging(task, values, log, audit,
                          lambda: live.sources.fresh if live else MUCH, clock.phase)  # fmt: skip
        if not stock:
            record = task.record if files else None
            live = session.Session(
                task.folder, record, found_keys, values, declared, staging, audit, log,
                task.jobs, tell, forget=task.forget, digests=task.digests,
            )  # fmt: skip
        clock.phase("settings")
        pelican.run()
        clock.phase("pages")
        if live and not log.errors:
            live.save(task.stage / "pages")
            known = {n: k for n, k in staging.new.items() if n in staging.kept or k != (b"", b"")}
            document = {"files": known, "harmless": harmless, "code": digests}
            cache.save(task.stage / "state", document)
            compiled.leave_changed(task.code, state.get("code", {}), digests)
        held.extend(judging.generators)
        clock.phase("save")
    except Unfit as unfit:
        return unfit
    except Stop:
        if live:
            live.sources.save()
    except StubUsed:
        return NeedsFullPelican()
    except (Exception, SystemExit) as error:  # a settings file, theme or plugin may do anything
        log.failed(error)
        if judging and (verdict := judging.verdict()):
            return verdict
    finally:
        audit.stop()
        compiled.leave_own()
        sys.dont_write_bytecode = compiles
        logging.getLogger().removeHandler(log)
        for each in (live, judging, service):
            if each:
                each.close()
    if task.until == "read":
        answer = judging.answer if judging else None
        return Run(
            errors=tuple(log.errors),
            judged=answer,
            seconds=clock.seconds,
            full_pelican=full_pelican,
        )
    if log.errors:
        return Failed(tuple(log.errors), code)
    # Pelican's own default of CACHE_PATH is relative.
    apart = [task.stage, task.folder.parent, *(Path(value).absolute() for value in (values["PATH"],
             values["THEME"], values["CACHE_PATH"], *values["PLUGIN_PATHS"]))]  # fmt: skip
    reads = audit.reads(apart, Path(values["PATH"], "ledger"))
    return Run(
        tuple(map(str, log.warnings)),
        tuple(path for path in reads if path != str(task.settings.parent)),
        due.moment, audit.untracked, stock, tuple(sorted(staging.kept)),
        live.pages.rendered if live else due.rendered,
        live.sources.fresh if live else 0, judging.answer if judging else None, clock.seconds,
        full_pelican=full_pelican,
    )  # fmt: skip


class _Due:
    """The moment at which the next scheduled post becomes public, and how many pages there are."""

    def __init__(self) -> None:
        self._began, self._moments = datetime.now(UTC), set[datetime]()
        self.rendered = 0

    def listen(self) -> None:
        """Look at every post that is made or comes from the store."""
        from pelican import signals

        signals.content_object_init.connect(self._look, weak=False)
        signals.all_generators_finalized.connect(self._look_at_all, weak=False)
        signals.content_written.connect(self._count, weak=False)

    def _count(self, path: str, context: Any) -> None:
        self.rendered += 1

    @property
    def moment(self) -> float:
        """Seconds since the epoch; 0 if none waits."""
        return min(self._moments).timestamp() if self._moments else 0.0

    def _look(self, content: Any) -> None:
        for key in ("date", "modified"):
            moment = getattr(content, key, None)
            # A draft without a date is dated to the end of time, where no zone can be counted.
            if not isinstance(moment, datetime) or moment.year == 9999:
                continue
            try:
                moment = moment.astimezone(UTC)
            except (ValueError, OverflowError):
                # Of an offset of days, say: here it is the fault of this source, later of the run.
                raise BadMoment(key) from None
            if key == "date" and moment > self._began:
                self._moments.add(moment)

    def _look_at_all(self, generators: Any) -> None:
        for generator in generators:
            for content in (*getattr(generator, "articles", ()), *getattr(generator, "drafts", ())):
                self._look(content)


def _issues(values: Any) -> dict[str, str]:
    path = values.get("NEWSLETTER_ISSUES_PATH")
    return {str(path): ISSUES} if path else {}


class _Unremembering(set[Any]):
    """A set that stays empty."""

    def add(self, item: Any) -> None:
        """Nothing is added."""


class _Quiet:
    """A console that prints nothing."""

    def __init__(self, console: Any) -> None:
        self._console = console

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)

    def print(self, *words: Any, **how: Any) -> None:
        """The build says itself what it did."""


def _pelican(named: Any) -> Any:
    """``PELICAN_CLASS``, a class or its dotted name."""
    if not isinstance(named, str):
        return named
    module, _, name = named.rpartition(".")
    return getattr(importlib.import_module(module), name)


@contextlib.contextmanager
def _without_keys() -> Iterator[None]:
    """A key must not reach a template."""
    keys = {name: value for name, value in os.environ.items() if name.startswith(ACCOUNTS)}
    for name in keys:
        del os.environ[name]
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


def _forget_neighbours(root: Path) -> None:
    """What the settings file imported is imported once more, so that what it reads counts."""
    inside = f"{root}{os.sep}"
    for name, module in list(sys.modules.items()):
        file = str(getattr(module, "__file__", None) or "")
        ours = name.partition(".")[0] in ("publish", "__main__")
        if file.startswith(inside) and "-packages" not in file and not ours:
            del sys.modules[name]
