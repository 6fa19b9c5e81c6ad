"""One incremental run of Pelican: all content is loaded, and pages whose dependencies changed are
rendered."""

from __future__ import annotations

import functools
import logging
import os
import types
from collections.abc import Callable
from typing import Any

from jinja2 import defaults
from pelican import generators, signals, writers
from pelican.writers import Writer

from publish.site.engine import Progress, Task, hooks
from publish.site.engine.audit import Audit
from publish.site.engine.closures import Compiled
from publish.site.engine.fingerprint import fingerprint
from publish.site.engine.logged import LogCollector
from publish.site.engine.pages import Pages
from publish.site.engine.pool import Pool
from publish.site.engine.sources import Sources
from publish.site.engine.staging import KEPT, Staging
from publish.site.engine.tracking import Tracker

WORTH = int(os.environ.get("ENGINE_FORK_FROM", "60"))
"""Pages to render from which on other cores help. The laws set it to 1."""
PELICANS = ("strftime", "plugin_enabled")
"""The filter and the test that Pelican adds to every template."""
FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)
SHARED = {
    generators.ArticlesGenerator: "generate_pages",
    generators.PagesGenerator: "generate_output",
}
"""The methods that write pages which may be rendered in any order."""
WATCHED = ("article_generator_write_article", "page_generator_write_page", "page_writer_finalized")
LISTS = ("articles", "dates")
"""Variables that Pelican paginates."""
WRITERS = {"relative_urls", "paginated", "template_name", "override_output", "url"}
"""Parameters of the writer's own; further ones are variables of the page."""


class Session:
    """The hooks of an incremental run; ``last`` is the last run's record of pages, ``keys`` are
    digests of the code, and of code and settings."""

    def __init__(
        self,
        task: Task,
        last: dict[str, Any],
        keys: tuple[bytes, bytes],
        settings: Any,
        declared: set[str],
        staging: Staging,
        audit: Audit,
        log: LogCollector,
        progress: Progress,
    ) -> None:
        code, whole = keys
        self._audit, self._log, self._jobs = audit, log, task.jobs
        self._progress, self._staging = progress, staging
        self._pool: Pool | None = None
        self._settle: Callable[[], None] = lambda: None
        self._generators: list[Any] = []
        self._writer: Any = None
        self._stale, self._turn, self._number, self._share = 0, 0, 0, False
        self.sources = Sources(task, code, settings, audit, lambda: log.count)
        self._tracker = Tracker(declared)
        self.pages = Pages(last, whole, staging, self._tracker)
        templates = code + (fingerprint(settings["JINJA_ENVIRONMENT"]) or whole)
        self.compiled = Compiled(task.folder / "templates", templates)
        hooks.keep_sources(self.sources)
        hooks.memoize()
        hooks.compile_once(self.compiled)
        hooks.keep_copies(staging)
        hooks.hasten_terms()
        self._tracker.install()
        self._hook()

    def save(self, record: Any) -> None:
        """Write the caches for the next run.

        Raises:
            OSError: it cannot be written.
        """
        self.pages.save(record)
        self.compiled.save()

    def close(self) -> None:
        """Leave no process behind."""
        if self._pool:
            self._pool.close()

    def _hook(self) -> None:
        session, write_file = self, Writer.write_file
        copies = generators.StaticGenerator.generate_output

        @functools.wraps(write_file)  # the dry run uses Pelican's own
        def written(
            self: Any, name: Any, template: Any, context: Any, *how: Any, **named: Any
        ) -> None:
            page = _Template(session, template, context, named.keys() - WRITERS)
            write_file(self, name, page, context, *how, **named)

        def together(stock: Any) -> Any:
            def generate(self: Any, writer: Any) -> None:
                session._share = type(self) in SHARED
                try:
                    stock(self, writer)
                finally:
                    session._share = False

            return generate

        def copied(self: Any, writer: Any) -> None:
            session._settle()
            copies(self, writer)
            if session._pool:  # it is the last generator
                session._pool.answers()

        Writer.write_file = written
        for kind, method in SHARED.items():
            setattr(kind, method, together(getattr(kind, method)))
        generators.StaticGenerator.generate_output = copied
        writers.open = self._staging.open
        # Folders are made when a file is staged; a kept page needs none.
        writers.os = types.SimpleNamespace(
            makedirs=lambda *args, **named: None, path=os.path, devnull=os.devnull
        )

    # While Pelican runs.

    def compare(self, generators: list[Any], writer: Any) -> None:
        """Find out what changed, after everything is resolved."""
        self._generators, self._writer = generators, writer
        self._watch()
        if type(writer)._open_w is not Writer._open_w:
            self.pages.reuse = False
        self.pages.compare(generators)
        self._stale = self.pages.count_stale() if self._jobs > 1 and self._sharable() else 0

    def begin(self, settle: Callable[[], None]) -> None:
        """Before rendering: share the work among processes if there is much. ``settle`` is called
        before the first page is rendered: it may end the run."""
        self._settle = settle
        if self._stale >= WORTH:
            settle()
            self.pages.load_templates()
            self._progress("pages", -self._stale)
            parts = (self.pages, self._staging, self._log, self._audit)
            self._pool = Pool(self._jobs, self._work, self._audit, parts)

    def _watch(self) -> None:
        """Track posts passed to plugins' filters, tests and functions as a whole."""
        for env in (generator.env for generator in self._generators):
            for stock, found in (
                (vars(defaults)["DEFAULT_FILTERS"], env.filters),
                (vars(defaults)["DEFAULT_TESTS"], env.tests),
                (defaults.DEFAULT_NAMESPACE, env.globals),
            ):
                for name, function in list(found.items()):
                    own = stock.get(name) is not function and name not in PELICANS
                    if own and (found is not env.globals or isinstance(function, FUNCTIONS)):
                        found[name] = self._tracker.watched(function)

    def _sharable(self) -> bool:
        """Whether pages may be rendered in any order: no plugin listens, no page is overridden."""
        if not self.pages.reuse or any(getattr(signals, name).receivers for name in WATCHED):
            return False
        return not any(hasattr(post, "override_save_as") for post in self.pages.posts.values())

    def _work(self, number: int) -> None:
        """A copy's share of the pages."""
        logging.getLogger().handlers[:] = [self._log]
        self._number = number
        try:
            for generator in self._generators:
                if method := SHARED.get(type(generator)):
                    getattr(generator, method)(self._writer)
        except Exception as error:  # a theme or plugin may do anything
            self._log.failed(error)

    def render(self, page: _Template, context: dict[str, Any]) -> str:
        """The page's text, or ``KEPT`` if the file stays or another process writes it."""
        name = str(context["output_file"])
        if self.pages.fresh(name, page.template, context, page.own):
            return KEPT
        if self._share and (self._pool or self._number):
            self._turn += 1
            if self._turn % self._jobs != self._number:
                return KEPT
        self._settle()
        self._progress("pages", 1)
        return self.pages.render(page.template, context, page.own)


class _Template:
    """Passed to the writer instead of a template."""

    def __init__(self, session: Session, template: Any, context: Any, named: set[str]) -> None:
        self._session, self.template = session, template
        own = named | {
            f"{key}_{part}"
            for key in LISTS
            if key in named
            for part in ("paginator", "page", "previous_page", "next_page")
        }
        shared = session.pages.context
        if context is not shared:
            own |= {k for k, v in context.items() if k not in shared or shared[k] is not v}
        self.own = tuple(sorted(own))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.template, name)

    def render(self, context: dict[str, Any]) -> str:
        """See ``Session.render``."""
        return self._session.render(self, context)
