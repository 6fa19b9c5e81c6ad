"""One run of Pelican, from the settings file to its result.

The result of a run that fails is the error with which ``engine.run`` ends.
"""

from __future__ import annotations

import contextlib
import logging
import pkgutil
import sys
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pelican
from pelican import signals
from pelican.settings import read_settings

from publish.errors import ConfigError, PublishError, Refused
from publish.light import StubUsed
from publish.post import cache
from publish.post.contents import contents, keep_drafts_out
from publish.settings import neighbours_first
from publish.site.engine import (
    ISSUES,
    BadMoment,
    NeedsFullPelican,
    Progress,
    Run,
    Task,
    hooks,
    trust,
)
from publish.site.engine import settings as tracked
from publish.site.engine.audit import Audit
from publish.site.engine.inprocess import Clock, Outcome
from publish.site.engine.judging import Judging, Stop
from publish.site.engine.logged import LogCollector
from publish.site.engine.service import Service
from publish.site.engine.session import Session
from publish.site.engine.sources import key_lines
from publish.site.engine.staging import Staging

REMEDY = "fix that and build again; the built site is as it was"


class Execution:
    """The run of ``task``. ``generators`` are those of a run that went well."""

    def __init__(self, task: Task, progress: Progress, clock: Clock) -> None:
        self._task, self._progress, self._clock = task, progress, clock
        self.generators: list[Any] = []
        self._audit, self._closing = Audit(), contextlib.ExitStack()
        self._log = LogCollector(task.settings.parent, task.stage / "site", key_lines)
        self._failure: type[PublishError] = ConfigError
        self._values: Any = {}
        self._session: Session | None = None
        self._judging: Judging | None = None
        self._written: list[str] = []

    def run(self) -> Outcome:
        """Run Pelican once; a process has one run."""
        try:
            self._begin()
            site = self._site()
            self._clock.phase("settings")
            site.run()
            self._finish()
        except Stop:
            pass
        except StubUsed:
            return NeedsFullPelican()
        except (Exception, SystemExit) as error:  # a settings file, theme or plugin may raise any
            self._log.failed(error)
            if self._judging:
                self._judging.settle_failed()
        finally:
            self._audit.stop()
            _delete_bytecode(self._task.code)
            logging.getLogger().removeHandler(self._log)
            self._closing.close()
        return self._outcome()

    def _begin(self) -> None:
        """Record reads and messages from now on."""
        self._audit.start()
        pelican.console.print = lambda *words, **how: None  # the build has its own output
        logging.getLogger().addHandler(self._log)
        # A rule reports it with its line.
        warnings.filterwarnings("ignore", message="tzname .* identified but not understood")
        # Pelican limits repeated messages, and drops equal ones of several posts; here each is
        # kept, with its place.
        pelican.log.LimitFilter._threshold = sys.maxsize
        pelican.log.LimitFilter._raised_messages = _AlwaysEmpty()
        self._clock.phase("load")

    def _site(self) -> Any:
        """Pelican for the settings file, with all hooks in place."""
        task, audit, log, progress = self._task, self._audit, self._log, self._progress
        ours = {
            "OUTPUT_PATH": str(task.stage / "site"),
            "DELETE_OUTPUT_DIRECTORY": False,
            # Pelican's own cache relies on modification times; the engine's does not.
            "CACHE_CONTENT": False,
            "LOAD_CONTENT_CACHE": False,
            "DEBUG": False,
        }
        with audit.scope() as read_files, neighbours_first(task.settings.parent):
            found = read_settings(str(task.settings), override={**task.overrides, **ours})
        self._values = values = tracked.Quiet(found)
        self._failure, log.content = Refused, Path(values["PATH"])
        last = {} if task.ignore_caches else cache.load(task.record)
        issues = values.get("NEWSLETTER_ISSUES_PATH")
        further = {str(issues): ISSUES} if issues else {}
        self._staging = Staging(task.stage, task.intact, last.get("files", {}), further)
        values["ENGINE"] = Service(self._staging, task.jobs, audit, progress, task.until)
        self._closing.callback(values["ENGINE"].close)
        if task.fit:
            hooks.share_raw_bytes()
        named = values["PELICAN_CLASS"]  # a class or its dotted name
        site = (pkgutil.resolve_name(named) if isinstance(named, str) else named)(values)
        signals.content_object_init.connect(_refuse_bad_moments, weak=False)
        signals.content_object_init.connect(_name_unfinished, weak=False)
        signals.article_generator_finalized.connect(keep_drafts_out)
        signals.page_generator_finalized.connect(keep_drafts_out)
        declared, trusted = trust.judged(values, site)
        hooks.order_sources()
        keys = tracked.keys(task, values, read_files)
        if trusted:
            self._session = Session(
                task,
                last,
                keys,
                values,
                declared,
                self._staging,
                audit,
                log,
                progress,
            )
            self._closing.callback(self._session.close)
        hooks.read_sources(task.fit, self._session.sources if self._session else None, progress)
        self._judging = Judging(task, values, log, audit, self._session, self._clock.phase)
        self._closing.callback(self._judging.close)
        signals.content_written.connect(self._note_written, weak=False)
        return site

    def _note_written(self, path: str, context: Any) -> None:
        self._written.append(path)

    def _finish(self) -> None:
        """After Pelican has written the site: get the judge's answer, and save the caches."""
        assert self._judging
        self._judging.settle()
        self._clock.phase("pages")
        if self._session and not self._log.errors:
            self._session.save(self._task.stage / "pages")
        self.generators = self._judging.generators
        self._clock.phase("save")

    def _outcome(self) -> Outcome:
        task, log, judging = self._task, self._log, self._judging
        answer, fit = (judging.answer, judging.fit) if judging else (None, True)
        done = Run(
            judged=answer,
            seconds=self._clock.seconds,
            full_pelican=task.full_pelican,
            reads=self._reads(),
            untracked=self._audit.untracked,
        )
        if task.until == "read" or not fit or (log.errors and task.judge and answer is None):
            return done._replace(errors=tuple(log.errors), fit=fit)
        if log.errors:
            also = f" (and {len(log.errors) - 1} more)" if len(log.errors) > 1 else ""
            first = log.errors[0]
            return self._failure(f"{first._replace(remedy='')}{also}", first.remedy or REMEDY)
        session = self._session
        return done._replace(
            warnings=tuple(map(str, log.warnings)),
            due=_due(judging.generators if judging else [], self._clock.began),
            kept=tuple(sorted(self._staging.kept)),
            rendered=len(session.pages.rendered) if session else len(self._written),
        )

    def _reads(self) -> tuple[str, ...]:
        """The files that were read beside those that every build reads."""
        task, values = self._task, self._values
        if not values:  # The settings file failed.
            return ()
        given = (values["PATH"], values["THEME"], values["CACHE_PATH"], *values["PLUGIN_PATHS"])
        # Pelican's own default of CACHE_PATH is relative.
        apart = [task.stage, task.folder.parent, *(Path(value).absolute() for value in given)]
        reads = self._audit.reads(apart, Path(values["PATH"], "ledger"))
        return tuple(path for path in reads if path != str(task.settings.parent))


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


def _name_unfinished(content: Any) -> None:
    """A draft whose title shows no word yet has the slug of its file's name, as ``posts.Source``
    has it; two such drafts would share an address."""
    if getattr(content, "status", "") == "draft" and not getattr(content, "slug", "x"):
        content.slug = Path(content.source_path).stem


def _due(generators: Iterable[Any], began: datetime) -> float:
    """When the next scheduled post becomes public, in seconds since the epoch; 0 if none waits."""
    moments = [m for each in contents(generators) if (m := _moment(each, "date")) and m > began]
    return min(moments).timestamp() if moments else 0.0


class _AlwaysEmpty(set[Any]):
    """A set that stays empty."""

    def add(self, item: Any) -> None:
        """Nothing is added."""


def _delete_bytecode(files: Iterable[str]) -> None:
    """Delete bytecode of these files: Python validates it by the source's modification time in
    seconds, so that a plugin edited twice in one second would stay stale."""
    for file in files:
        with contextlib.suppress(OSError):
            compiled = Path(cache_from_source(file))
            if compiled.stat().st_mtime - Path(file).stat().st_mtime < 2:
                compiled.unlink()
