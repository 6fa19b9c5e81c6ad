"""One run of Pelican: all content is loaded, and pages whose dependencies changed are rendered."""

from __future__ import annotations

import functools
import gc
import logging
import os
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import defaults
from pelican import Pelican, generators, signals, writers
from pelican.writers import Writer

from publish.site.engine import hooks, trust
from publish.site.engine.audit import Audit
from publish.site.engine.closures import Compiled
from publish.site.engine.fingerprint import fingerprint
from publish.site.engine.logged import LogCollector
from publish.site.engine.pages import Pages
from publish.site.engine.pool import Pool
from publish.site.engine.sources import Sources
from publish.site.engine.staging import Staging
from publish.site.engine.tracking import Tracker

WORTH = int(os.environ.get("ENGINE_FORK_FROM", "60"))
"""Pages to render from which on other cores help. The laws set it to 1."""
Progress = Callable[[str, int], None]
PELICANS = ("strftime", "plugin_enabled")
"""The filter and the test that Pelican adds to every template."""
FUNCTIONS = (types.FunctionType, types.MethodType, functools.partial)
SHARED = (generators.ArticlesGenerator, generators.PagesGenerator)
WATCHED = ("article_generator_write_article", "page_generator_write_page", "page_writer_finalized")


class Session:
    """Hooks of one incremental run; ``keys`` are digests: of the code, and of code and settings."""

    def __init__(
        self, folder: Path, record: Path | None, keys: tuple[bytes, bytes], settings: Any,
        declared: set[str], staging: Staging, audit: Audit, log: LogCollector, jobs: int,
        progress: Progress, *, forget: bool,
    ) -> None:  # fmt: skip
        code, whole = keys
        self._audit, self._log, self._jobs = audit, log, jobs
        self._progress, self._staging = progress, staging
        self._pool: Pool | None = None
        self.generators: list[Any] = []
        self._writing = False
        self._turn, self._mine, self._share = 0, 0, False
        self.sources = Sources(folder, code, settings, audit, lambda: log.count, forget=forget)
        self._tracker = Tracker(declared)
        self.pages = Pages(None if forget else record, whole, staging, self._tracker)
        templates = code + (fingerprint(settings["JINJA_ENVIRONMENT"]) or whole)
        self._compiled = Compiled(folder / "templates", templates)
        signals.all_generators_finalized.connect(self.generators.extend, weak=False)
        self._hook()

    def save(self, record: Path) -> None:
        """Write what the next run may keep.

        Raises:
            OSError: it cannot be written.
        """
        self.sources.save()
        self.pages.save(record)
        self._compiled.save()

    def close(self) -> None:
        """Leave no process behind."""
        if self._pool:
            self._pool.close()

    def _hook(self) -> None:
        hooks.keep_sources(self.sources, self._jobs, self._progress)
        hooks.memoize()
        hooks.compile_once(self._compiled)
        hooks.keep_copies(self._staging)
        self._tracker.install()
        session = self
        write_file, get_writer = Writer.write_file, Pelican._get_writer
        pages, articles = (
            generators.PagesGenerator.generate_output, generators.ArticlesGenerator.generate_pages,
        )  # fmt: skip
        copies = generators.StaticGenerator.generate_output

        def written(
            self: Any, name: Any, template: Any, context: Any, relative_urls: bool = False,
            paginated: Any = None, template_name: Any = None, override_output: bool = False,
            url: Any = None, **named: Any,
        ) -> None:  # fmt: skip
            page = _Template(session, template, context, named, self.settings)
            single = paginated is None and not (
                {"articles", "dates"} & named.keys()
                and template_name in self.settings["PAGINATED_TEMPLATES"]
            )
            if single and not relative_urls and page.context_is_shared and name:
                if session.kept(self, str(name), page, override_output):
                    return
                page.asked = True
            session.skipped = False
            write_file(self, name, page, context, relative_urls, paginated, template_name,
                       override_output, url, **named)  # fmt: skip

        def begun(self: Any) -> Any:
            writer = get_writer(self)
            session.ready(writer)
            return writer

        def together(stock: Any) -> Any:
            def generate(self: Any, writer: Any) -> None:
                session._share = type(self) in SHARED
                try:
                    stock(self, writer)
                finally:
                    session._share = False

            return generate

        def copied(self: Any, writer: Any) -> None:
            copies(self, writer)
            session.gather()  # it is the last of the generators

        Writer.write_file, Pelican._get_writer = written, begun
        generators.PagesGenerator.generate_output = together(pages)
        generators.ArticlesGenerator.generate_pages = together(articles)
        generators.StaticGenerator.generate_output = copied
        writers.open = self._open
        # Folders are made where a file is staged; a page that is kept needs none.
        writers.os = types.SimpleNamespace(
            makedirs=lambda *args, **named: None, path=os.path, devnull=os.devnull
        )

    # While Pelican runs.

    def ready(self, writer: Any) -> None:
        """All is resolved, and nothing is rendered yet."""
        self._watch()
        if type(writer)._open_w is not Writer._open_w:
            self.pages.reuse = False
        self.pages.compare(self.generators)
        if self._jobs > 1 and self.pages.count_stale() >= WORTH and self._sharable():
            self._progress("pages", -self.pages.count_stale())
            with self._audit.own():
                self._pool = Pool(self._jobs, lambda number: self._work(number, writer))

    def _watch(self) -> None:
        """Filters, tests and functions of plugins count the posts they are given as a whole."""
        for generator in self.generators:
            env = generator.env
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

    def _work(self, number: int, writer: Any) -> Any:
        """A copy's share of the pages."""
        logging.getLogger().handlers[:] = [self._log]
        self._log.errors, self._log.warnings = [], []
        self._mine = number
        try:
            for generator in self.generators:
                if type(generator) is SHARED[0]:
                    generator.generate_pages(writer)
                elif type(generator) is SHARED[1]:
                    generator.generate_output(writer)
        except Exception as error:  # a theme or plugin may do anything
            self._log.failed(error)
        logged = self._log.errors, self._log.warnings
        return self.pages.share(), self._staging.share(), logged, self._audit.share()

    def gather(self) -> None:
        """Take over what the copies rendered."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            for pages, staged, logged, noted in pool.answers():
                self.pages.merge(pages)
                self._staging.merge(staged)
                self._log.add(*logged)
                self._audit.merge(noted)
        finally:
            pool.close()

    def kept(self, writer: Any, name: str, page: _Template, override: bool) -> bool:
        """Whether the page is reused; then the writer registers it, and plugins get signals."""
        path = os.path.join(writer.output_path, name)  # noqa: PTH118 - as the writer's
        own = {"localsiteurl": page.context.get("localsiteurl"), "output_file": name, **page.named}
        own["SITEURL"] = page.context.get("SITEURL")
        if path in writer._written_files or path in writer._overridden_files:
            return False
        if not self.pages.fresh(name, page.template, own, page.own):
            return False
        writer._written_files.add(path)
        if override:
            writer._overridden_files.add(path)
        signals.content_written.send(path, context={**page.context, **own})
        return True

    def render(self, page: _Template, context: dict[str, Any]) -> str | None:
        """The page's text; None if the file in the output stays, or another process writes it."""
        name = str(context["output_file"])
        if not page.asked and self.pages.fresh(name, page.template, context, page.own):
            return None
        if self._share and (self._pool or self._mine):
            self._turn += 1
            if self._turn % self._jobs != self._mine:
                return None
        self._progress("pages", 1)
        return self.pages.render(page.template, context, page.own)

    def _open(self, path: str, mode: str = "r", encoding: Any = None, **named: Any) -> Any:
        """In place of ``open`` in Pelican's writer."""
        if self.skipped:
            path = os.devnull
        self.skipped = False
        return self._staging.open(path, mode, encoding, **named)

    skipped = False


class _Template:
    """What the writer gets in a template's place."""

    def __init__(
        self, session: Session, template: Any, context: Any, named: dict[str, Any], settings: Any
    ) -> None:
        self._session, self.template, self.context, self.named = session, template, context, named
        shared = session.pages.context
        self.context_is_shared = context is shared
        own = set(named) | {
            f"{key}_{part}" for key in ("articles", "dates") if key in named
            for part in ("paginator", "page", "previous_page", "next_page")
        }  # fmt: skip
        if not self.context_is_shared:
            own |= {k for k, v in context.items() if k not in shared or shared[k] is not v}
        self.own = tuple(sorted(own))
        self.asked = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.template, name)

    def render(self, context: dict[str, Any]) -> str:
        """The page's text, or nothing where the file is not to be written."""
        text = self._session.render(self, context)
        self._session.skipped = text is None
        return text or ""


def trusted(settings: Any, plugins: Any) -> tuple[set[str], str]:
    """The declared packages, and why this site is to be built by stock Pelican (``""``: not)."""
    declared = trust.declared(plugins)
    why = (
        trust.distrusted(settings, plugins, declared)
        or trust.strange_reader(declared)
        or trust.changing_template(settings)
        or trust.assumptions()
    )
    gc.set_threshold(100_000, 50, 100)
    return declared, why
