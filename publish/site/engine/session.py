"""One incremental run: what may be kept of the last one, and how Pelican is made to keep it."""

from __future__ import annotations

import functools
import gc
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.generators import ArticlesGenerator, PagesGenerator, StaticGenerator
from pelican.writers import Writer

from publish.site import inputs
from publish.site.engine import taxonomies, translations, trust
from publish.site.engine.compiled import Compiled
from publish.site.engine.complaints import Complaints
from publish.site.engine.copies import Copies
from publish.site.engine.crew import Crew
from publish.site.engine.feeds import Feeds
from publish.site.engine.ghosts import Damaged
from publish.site.engine.haunting import Haunting
from publish.site.engine.pages import Pages
from publish.site.engine.parsed import Parsed
from publish.site.engine.plain import plain
from publish.site.engine.reading import Reading
from publish.site.engine.record import Record
from publish.site.engine.remembered import remember
from publish.site.engine.trace import LIBRARY, Trace
from publish.site.engine.values import Describer, Opaque, digest

PLACES = {"OUTPUT_PATH", "CACHE_PATH", "NEWSLETTER_ISSUES_PATH", "IDENTITY_ADDRESSES_PATH"}
"""Settings that name this build's own folder, and differ from build to build."""
WRITING = ("write_file", "_open_w")
WORTH = 100
"""Pages to render below which a second process costs more than it saves."""


class Session:
    """Hooks made in Pelican's classes, for the one run that this process does.

    ``task`` says where the memory lies, see ``publish.site.engine.Memory``, and how many ``jobs``
    may be at work.
    """

    def __init__(
        self, task: Mapping[str, Any], pelican: Any, trace: Trace, complaints: Complaints
    ) -> None:
        settings = pelican.settings
        self._record, self._trace, self._complaints = Path(task["record"]), trace, complaints
        self._apart = [settings["THEME"], settings["CACHE_PATH"], task["folder"],
                       settings["OUTPUT_PATH"], Path(task["pages"]).parent]  # fmt: skip
        trace.guarded = str(Path(settings["OUTPUT_PATH"]).absolute())
        self._key = digest(f"{task['key']} {_worded(settings)} {_modules()}")
        self._jobs: int = task["jobs"]
        self._parsed = Parsed(Path(task["folder"]), self._key, settings, forget=task["forget"])
        remember()
        Reading(self._parsed, trace, complaints, self._jobs)
        self._haunting = Haunting(self._parsed, complaints)
        self._plain = plain(settings, task["settings"])
        if self._plain:
            self._haunting.begin(settings)
            taxonomies.hasten()
            translations.hasten(self._haunting.ghosts)
        self._rewritten = bool(_rewriting())
        old = Record.load(None if self._rewritten else Path(task["pages"]), self._key)
        self.pages = Pages(old, task["intact"], trace, lambda: complaints.heard, settings)
        self._copies = Copies(
            old.copies, self.pages.intact, self.pages.kept, self.pages.overridden, trace
        )
        if not self._plain:
            self._copies.outdo()
        self._copies.begin(settings["OUTPUT_PATH"])
        self._feeds = Feeds(old.feeds, self.pages.intact, self.pages.kept)
        self._compiled = Compiled(Path(task["folder"]).parent / "templates" / self._key)
        if self._plain and not task["forget"]:
            self._compiled.begin()
        self._crew: Crew | None = None
        self._generators: list[Any] = []
        signals.all_generators_finalized.connect(self._ready)
        self._hooks()

    def save(self) -> None:
        """Write down what the next run may keep; nothing if nobody knows what was read."""
        if self._trace.untracked:
            return
        if not trust.readers():
            self._parsed.save(self._beyond())
        # Who looks into the output sees the pages that were not rendered as missing.
        if not self._trace.peeked:
            record = self.pages.finished()
            record.feeds, record.copies = self._feeds.new, self._copies.new
            record.save(self._record)

    def end(self) -> None:
        """Leave no process behind."""
        if self._crew:
            self._crew.dismiss()

    def _ready(self, generators: list[Any]) -> None:
        self._generators = generators

    def _hooks(self) -> None:
        def copied(stock: Any, generator: Any, writer: Any) -> None:
            with self._trace.aside():
                stock(generator, writer)
            self._gather()  # it is the last of the generators

        def shared(stock: Any, generator: Any, writer: Any) -> None:
            with self.pages.sharing():
                stock(generator, writer)

        def articles(stock: Any, generator: Any, write: Any) -> None:
            self.pages.articles(stock, generator, write)

        def begun(stock: Any, pelican: Any) -> Any:
            writer = stock(pelican)
            # Only now every plugin has taken hold of what it wants.
            stock_writer = all(getattr(type(writer), n) is getattr(Writer, n) for n in WRITING)
            ghosts = self._haunting.ghosts
            self.pages.ready(self._generators, ghosts, self._parsed, writer, plain=self._plain)
            if self._plain:
                self._feeds.begin(self.pages.settled, pelican.settings["FEED_MAX_ITEMS"])
            # A plugin may have set settings since, by what it found.
            if not self.pages.world(_worded(pelican.settings)) or _rewriting() or not stock_writer:
                self._rewritten = bool(_rewriting()) or not stock_writer
                for keeper in (self.pages, self._feeds, self._copies):
                    keeper.outdo()
            if self._jobs > 1 and self._worth_sharing():
                gc.freeze()
                with self._trace.own():
                    self._crew = Crew(self._jobs, lambda number: self._share(number, writer))
                self.pages.share(0, self._jobs)
            return writer

        for owner, name, ours in (
            (StaticGenerator, "generate_output", copied),
            (ArticlesGenerator, "generate_pages", shared),
            (ArticlesGenerator, "generate_articles", articles),
            (PagesGenerator, "generate_output", shared),
            (Pelican, "_get_writer", begun),
        ):
            setattr(owner, name, functools.partialmethod(_called, ours, getattr(owner, name)))

    def _worth_sharing(self) -> bool:
        """Whether many pages will be rendered, and no plugin looks on while they are."""
        watched = (
            signals.article_generator_write_article, signals.page_generator_write_page,
            signals.page_writer_finalized,
        )  # fmt: skip
        if self._rewritten or any(signal.receivers for signal in watched):
            return False
        contents = [c for g in self._generators for c in getattr(g, "articles", ())]
        contents += [c for g in self._generators for c in getattr(g, "pages", ())]
        # An attached file is put in its place by the process that shows it, and copied by this.
        plain = self._haunting.ghosts.plain
        if any(not plain(content) and "attach" in str(content._content) for content in contents):
            return False
        if any(trust.own(generator.env) for generator in self._generators):
            return False
        known = len(self.pages.old.pages.keys() & self.pages.intact)
        unknown = max(0, len(contents) - known)
        return unknown + self.pages.doomed(self._generators[0].env) >= WORTH

    def _share(self, number: int, writer: Any) -> Any:
        """A copy's work: its share of the pages."""
        logging.getLogger().handlers[:] = [self._complaints]
        self._complaints.errors, self._complaints.warnings = [], []
        self.pages.share(number, self._jobs)
        try:
            for generator in self._generators:
                if type(generator) is ArticlesGenerator:
                    generator.generate_pages(writer)
                elif type(generator) is PagesGenerator:
                    generator.generate_output(writer)
        except Exception as error:  # a theme or plugin may do anything
            self._complaints.failed(error)
        except Damaged:
            return None
        complaints = self._complaints.errors, self._complaints.warnings
        return self.pages.answer(), complaints, self._trace.notes()

    def _gather(self) -> None:
        crew, self._crew = self._crew, None
        for answer in crew.answers() if crew else ():
            if answer is None:
                raise Damaged
            made, complaints, notes = answer
            self.pages.told(made)
            self._complaints.told(*complaints)
            self._trace.told(notes)

    def _beyond(self) -> dict[str, str]:
        """Digests of what was read for no page and no source: a reader may have learnt of it."""
        apart = tuple(f"{Path(p).absolute()}{os.sep}" for p in self._apart)
        paths = {os.path.abspath(name) for name in self._trace.loose}  # noqa: PTH100
        paths -= self._parsed.sources | {os.path.abspath(n) for n in self._trace.wrote}  # noqa: PTH100
        found = ((p, inputs.digest(p)) for p in sorted(paths) if not p.startswith(apart))
        return {path: known for path, known in found if known}


def _called(this: Any, ours: Any, stock: Any, *args: Any) -> Any:
    return ours(stock, this, *args)


def _rewriting() -> list[str]:
    """Plugins that may change pages after they are written.

    A plugin whose handlers only take notes says so: ``INCREMENTAL = True`` in its module.
    """
    found = set()
    for signal in (signals.content_written, signals.finalized):
        for receiver in signal.receivers_for(None):
            name = getattr(receiver, "__module__", "") or ""
            module = sys.modules.get(name)
            if not getattr(module, "INCREMENTAL", False):
                found.add(name)
    return sorted(found)


def _worded(settings: Mapping[str, Any]) -> str:
    """The settings' values as one digest; of functions and classes, their names."""
    describer, words = Describer(lambda value: ""), []
    for name in sorted(settings):
        if name in PLACES:
            continue
        try:
            words.append(f"{name}={describer.deep(settings[name])}")
        except Opaque as error:
            words.append(f"{name}={error}")
    return digest("\n".join(words))


def _modules() -> str:
    """The code that is loaded by now."""
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    # A library's stamp will do; one's own code may be saved twice in one tick of the clock.
    return digest("\n".join(
        f"{file} {inputs.stamp(file) if file.startswith(LIBRARY) else inputs.digest(file)}"
        for file in sorted(files)
    ))  # fmt: skip
