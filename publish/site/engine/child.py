"""The process that runs Pelican: reads its task from standard input, answers on standard output."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import pickle
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import Exit
from publish.light import StubUsed
from publish.post import cache
from publish.site.engine import ISSUES, Failed, RetryWhole, Run, Task, Unfit
from publish.site.engine.audit import Audit
from publish.site.engine.complaints import LogCollector


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


def run(
    task: Task, audit: Audit, clock: Clock, tell: Callable[[str, int], None], held: list[Any]
) -> Any:
    """Run Pelican in this process: a ``Run`` or what stands in its place.

    The generators of a run that went well are put into ``held``.
    """
    import pelican as package
    from pelican.settings import read_settings

    from publish.site.engine import hooks, keys, session, settings
    from publish.site.engine.judging import MUCH, Judging, Stop
    from publish.site.engine.service import Service
    from publish.site.engine.staging import Staging

    package.console = _Quiet(package.console)
    site = task.stage / "site"
    complaints = LogCollector(task.settings.parent, site)
    # Python trusts compiled files by the second; a plugin edited twice in one would stay stale.
    sys.dont_write_bytecode = True
    logging.getLogger().addHandler(complaints)
    # Pelican tells the fifth of a kind as "and others"; here each has its place.
    package.log.LimitFilter._threshold = sys.maxsize
    clock.phase("load")
    code, due = Exit.USAGE, _Due()
    live: session.Session | None = None
    judging: Judging | None = None
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
        code, complaints.content = Exit.REFUSED, Path(values["PATH"])
        state = {} if task.forget else cache.load(task.folder / "state")
        files = state.get("files", {})
        staging = Staging(site, task.intact, files, _issues(values))
        values["ENGINE"] = Service(staging, task.jobs, audit, tell, planning=task.until == "read")
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
        judging = Judging(task, values, complaints, audit,
                          lambda: live.sources.fresh if live else MUCH, clock.phase)  # fmt: skip
        if not stock:
            record = task.record if files else None
            live = session.Session(
                task.folder, record, found_keys, values, declared, staging, audit, complaints,
                task.jobs, tell, forget=task.forget,
            )  # fmt: skip
        clock.phase("settings")
        pelican.run()
        clock.phase("pages")
        if live and not complaints.errors:
            live.save(task.stage / "pages")
            known = {n: k for n, k in staging.new.items() if n in staging.kept or k != (b"", b"")}
            document = {"files": known, "harmless": harmless, "code": digests}
            cache.save(task.stage / "state", document)
            keys.compile_changed(task.code, state.get("code", {}), digests)
        held.extend(judging.generators)
        clock.phase("save")
    except Unfit as unfit:
        return unfit
    except Stop:
        if live:
            live.sources.save()
    except StubUsed:
        return RetryWhole()
    except (Exception, SystemExit) as error:  # a settings file, theme or plugin may do anything
        complaints.failed(error)
    finally:
        for each in (live, judging):
            if each:
                each.close()
    if task.until == "read":
        answer = judging.answer if judging else None
        return Run(errors=tuple(complaints.errors), judged=answer, seconds=clock.seconds)
    if complaints.errors:
        return Failed(tuple(complaints.errors), code)
    apart = [task.stage, task.folder.parent, *map(Path, (values["PATH"], values["THEME"],
             values["CACHE_PATH"], *values["PLUGIN_PATHS"]))]  # fmt: skip
    reads = audit.reads(apart, Path(values["PATH"], "ledger"))
    return Run(
        tuple(complaints.warnings),
        tuple(path for path in reads if path != str(task.settings.parent)),
        due.moment, audit.untracked, stock, tuple(sorted(staging.kept)),
        live.pages.rendered if live else due.rendered,
        live.sources.fresh if live else 0, judging.answer if judging else None, clock.seconds,
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
        moment = getattr(content, "date", None)
        # A draft without a date is dated to the end of time, where no zone can be counted.
        if isinstance(moment, datetime) and moment.year < 9999:
            moment = moment.astimezone(UTC)
            if moment > self._began:
                self._moments.add(moment)

    def _look_at_all(self, generators: Any) -> None:
        for generator in generators:
            for content in (*getattr(generator, "articles", ()), *getattr(generator, "drafts", ())):
                self._look(content)


def _issues(values: Any) -> dict[str, str]:
    path = values.get("NEWSLETTER_ISSUES_PATH")
    return {str(path): ISSUES} if path else {}


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


def _stay(generators: list[Any], answer: Any) -> None:
    """Show single pages until the parent has enough."""
    from publish.site.engine.glance import glance

    while True:
        try:
            source = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent's
        except EOFError:
            return
        try:
            found = glance(generators, source)
        except Exception:  # the whole build, which follows, says what is wrong
            found = None
        answer.write(pickle.dumps(found, 5))


def main() -> None:
    """The process's own entry: the task comes once everything is loaded."""
    audit, clock = Audit(), Clock()
    audit.start()
    # Thousands of objects that all live to the end: looking for garbage finds none.
    gc.set_threshold(100_000, 50, 100)
    if "whole" not in sys.argv[1:]:
        light.install()
    import publish.site.engine.session  # noqa: F401 - and with it Pelican

    try:
        task = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent's
    except EOFError:
        return  # there was nothing to build after all
    # Plugins may print; the answer has the pipe to itself.
    with os.fdopen(os.dup(1), "wb", buffering=0) as answer:
        os.dup2(2, 1)
        held: list[Any] = []

        def tell(phase: str, count: int) -> None:
            answer.write(pickle.dumps((phase, count)))

        answer.write(pickle.dumps(run(task, audit, clock, tell, held), 5))
        if task.resident:
            _stay(held, answer)
    sys.stderr.flush()
    # Nothing needs what this process holds; to take it apart would take longer than to end.
    os._exit(0)


if __name__ == "__main__":
    main()
