"""Pelican's writing of pages: each page is looked at, and rendered only if it would differ."""

from __future__ import annotations

import copy
import functools
import os
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import Environment, Template
from jinja2.defaults import DEFAULT_NAMESPACE
from pelican import signals, writers
from pelican.writers import Writer

from publish.site.engine import trust
from publish.site.engine.facts import Facts
from publish.site.engine.ghosts import Ghosts
from publish.site.engine.groups import Groups
from publish.site.engine.look import Look
from publish.site.engine.model import Model
from publish.site.engine.parsed import Parsed
from publish.site.engine.reads import Reads
from publish.site.engine.record import Record, root
from publish.site.engine.replay import again
from publish.site.engine.settled import Settled
from publish.site.engine.texts import Texts
from publish.site.engine.trace import Trace
from publish.site.engine.values import Describer, vouched
from publish.site.engine.variables import Variables
from publish.site.engine.watch import Watch

ARTICLES = ("translations", "articles", "hidden_translations", "hidden_articles")
"""Where Pelican's generator has the articles that get a page."""
BETWEEN = (
    "article_generator_write_article", "page_generator_write_page", "article_writer_finalized",
    "page_writer_finalized", "feed_generated", "feed_written",
)  # fmt: skip
"""Signals that are sent while pages are written."""


class Pages:
    """Stands between Pelican's writer and its templates during one run.

    ``old`` is the record of the last build and ``intact`` its pages that lie untouched in the
    output. ``new`` becomes this build's record, ``kept`` the pages that were not rendered.
    """

    def __init__(self, old: Record, intact: Collection[str], trace: Trace,
                 complaints: Callable[[], int], settings: dict[str, Any]) -> None:  # fmt: skip
        self.old, self.new, self.intact = old, old.next(), frozenset(intact)
        self.kept: list[str] = []
        self.overridden: set[str] = set()
        self._model = Model(settings)
        self._look = Look(Describer(self._model.name, DEFAULT_NAMESPACE), self._model.shortcut)
        self.facts = Facts(old.facts, old.tokens, self._look)
        self._variables, self._texts = Variables(self._model), Texts()
        self.facts.find, self.facts.root = self._model.find, self._variables.root
        self.facts.around = self._variables.at
        self._groups = Groups(old.calls, self._look, self._model.term)
        self._watch = Watch(self._model, self.facts, self._look, trace, complaints)
        self._trace, self._odd = trace, settings.get("JINJA_ENVIRONMENT") or {}
        self._number, self._shares, self._sharing = 0, 1, False
        self._skip = False
        self._world = ""
        self._same: dict[int, bool] = {}
        self._trusted: list[tuple[int, ...]] = []
        self._hook(Environment, "_load_template", self._load_template)
        self._hook(Template, "_get_default_module", self._watch.module)
        self._hook(Writer, "write_file", self._write_file)
        self._hook(Writer, "_open_w", self._open)
        writers.os = _Folders(self)

    def ready(
        self, generators: list[Any], ghosts: Ghosts, parsed: Parsed, writer: Any, *, plain: bool
    ) -> None:
        """The generators have read everything, and no plugin will change it any more.

        Where the site's code is ``plain`` nobody but Pelican decides what posts and calls of the
        writer come to.
        """
        self.facts.plain = plain
        self._writer = writer
        self._model.ready(generators)
        self.settled = Settled(ghosts, parsed, self._model, self.old.posts)
        self._watch.fill = ghosts.fill
        self.facts.settled = self.settled.knows
        self._variables.ready(generators)
        # A plugin that changes posts between two pages makes each page see another model.
        heard = (r for name in BETWEEN for r in getattr(signals, name).receivers_for(None))
        self.facts.keep = all(vouched(receiver) for receiver in heard)
        self.settled.ready()

    def world(self, world: str) -> bool:
        """Note what every page may depend on; whether it is what it was at the last build."""
        self._world = world
        return not self.old.pages or self.old.world == world

    def outdo(self) -> None:
        """Somebody may change pages after they are written: none may be kept."""
        self.old, self.new = self.old.next(), self.old.next()
        self.intact = frozenset()

    def share(self, number: int, shares: int) -> None:
        """Make every page whose turn is ``number`` of ``shares``; other processes make the rest."""
        self._number, self._shares = number, shares
        if number:
            self.new = self.old.next()

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """The pages written meanwhile are those that are shared."""
        self._sharing = True
        try:
            with self._watch.staying():
                yield
        finally:
            self._sharing = False

    def doomed(self, env: Environment) -> int:
        """How many pages of the last build would differ, as far as their facts and templates go."""
        entries = (entry for page, entry in self.old.pages.items() if page in self.intact)
        return sum(not (self._fit(env, e.way) and self._facts_same(e.bundles)) for e in entries)

    def answer(self) -> Any:
        """What a copy of this process has to tell of its pages, for ``told``."""
        new = self.new
        added = len(self.old.ways), len(self.old.bundles)
        tables = new.ways[added[0] :], new.bundles[added[1] :], new.pages
        return tables, self.facts.news(), self.kept, self.overridden, self._groups.new

    def told(self, answer: Any) -> None:
        """Take over what a copy of this process made."""
        (ways, bundles, pages), news, kept, overridden, calls = answer
        theirs = self.old.next()
        theirs.ways += ways
        theirs.bundles += bundles
        theirs.pages = pages
        self.new.take(theirs, self.facts.told(news))
        self.kept += kept
        self.overridden |= overridden
        self._groups.new.update(calls)

    def finished(self) -> Record:
        """The record for the next build."""
        for page in self.overridden:
            self.new.drop(page)
        self.facts.belied(self._trusted)
        self.new.drop_with(self.facts.ambiguous)
        self.new.facts, self.new.tokens = self.facts.list, self.facts.tokens()
        self.new.world = self._world
        self.new.calls, self.new.posts = self._groups.new, self.settled.versions()
        return self.new

    def _hook(self, owner: type, named: str, ours: Callable[..., Any]) -> None:
        stock = getattr(owner, named)

        @functools.wraps(stock)
        def hooked(this: Any, *args: Any, **more: Any) -> Any:
            return ours(functools.partial(stock, this), this, *args, **more)

        setattr(owner, named, hooked)

    def _write_file(self, stock: Any, writer: Any, file: Any, template: Any, *args: Any,
                    override_output: bool = False, **named: Any) -> Any:  # fmt: skip
        if override_output and self._number:
            return None
        # Of two pages at one address the writer decides; it must be shown both.
        if override_output or not file:
            return stock(file, template, *args, override_output=override_output, **named)
        shared = len(args) == 1 and args[0] is self._model.context
        # With addresses relative to each page, the writer leaves word of the last one it wrote.
        single = shared and self.facts.plain and not named.get("relative_urls")
        given = self._given(file, template, named) if single else ""
        if self._stands(file, given, template.environment, writer):
            return None
        self._groups.begin(file, given)
        stock(file, _Template(self, template, named.keys() if shared else None), *args, **named)
        self._groups.end()
        return None

    def _given(self, file: str, template: Any, named: dict[str, Any]) -> str:
        return self._groups.given(file, self._texts.named(template), named)

    def _stands(self, file: str, given: str, env: Environment, writer: Any) -> bool:
        """Whether all that a call of the writer makes lies in the output as it would be."""
        pages = self._groups.stands(file, given)
        known = [self.old.pages.get(page) for page in pages if page in self.intact]
        if not pages or len(known) != len(pages):
            return False
        if not all(e and self._fit(env, e.way) and self._facts_same(e.bundles) for e in known):
            return False
        return self._groups.keep(file, writer) and self._kept(pages, file)

    def _kept(self, pages: tuple[str, ...], file: str) -> bool:
        if not self._sharing or zlib.crc32(file.encode()) % self._shares == self._number:
            self.new.pages.update({page: self.old.pages[page] for page in pages})
            self.kept += pages
        return True

    def articles(self, stock: Any, generator: Any, write: Any) -> None:
        """Pelican's own way for those articles whose page would not be as it lies there."""
        if generator.settings["RELATIVE_URLS"] or not self.facts.plain:
            stock(generator, write)
            return
        rest = copy.copy(generator)
        for kind in ARTICLES:
            setattr(rest, kind, [])
        for kind in ARTICLES:
            # One by one: a page that is rendered may change what the next one reads.
            for article in getattr(generator, kind):
                if not self._keeps(article, generator):
                    setattr(rest, kind, [article])
                    stock(rest, write)
            setattr(rest, kind, [])

    def _keeps(self, article: Any, generator: Any) -> bool:
        """Whether an article is surely what it was, and so its page, which is kept then."""
        page = self.settled.address(article)
        writer, known = self._writer, self.old.pages.get(page)
        if not page or known is None or page not in self.intact or page not in self._groups.old:
            return False
        if not self._fit(generator.env, known.way) or not self._facts_same(known.bundles):
            return False
        template = generator.get_template(article.template)
        if self._texts.named(template) != self.old.ways[known.way][0][0]:
            return False
        return self._groups.keep(page, writer) and self._kept((page,), page)

    def _open(self, stock: Any, writer: Any, filename: str, *args: Any, **named: Any) -> Any:
        if named.get("override") or args[1:2] == (True,):
            self.overridden.add(os.path.relpath(filename, writer.output_path))
        if not self._skip:
            return stock(filename, *args, **named)
        self._skip = False
        if filename in writer._written_files or filename in writer._overridden_files:
            return stock(filename, *args, **named)
        writer._written_files.add(filename)
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - as the writer's

    def render(self, template: Any, context: dict[str, Any], named: Collection[str] | None) -> str:
        """The page's text; where it would be as it lies in the output, nothing.

        ``named`` are the variables that the writer was given besides what all pages share;
        None if it was given another context.
        """
        page, env = str(context["output_file"]), template.environment
        self._groups.wrote(page)
        if self._sharing and zlib.crc32(page.encode()) % self._shares != self._number:
            self._skip = True
            return ""
        source = self._texts.named(template)
        local = self._variables.own(context, named)
        known = self.old.pages.get(page) if page in self.intact else None
        if known and self.old.ways[known.way][0][0] == source and self._fit(env, known.way):
            steps = self.old.ways[known.way][1]
            if self._facts_same(known.bundles) and again(steps, local, self._look) == known.found:
                self.new.pages[page] = known
                self.kept.append(page)
                self._skip = True
                return ""
        around = str(context.get("localsiteurl", ""))
        reads = Reads(self.facts, self._look, self._watch.desk, local,
                      lambda name: self._variables.shared(name, env, context), around)  # fmt: skip
        if template.name is None or trust.odd(env, self._odd):
            reads.distrust("its template is made in a way of the site's own")
        if env.context_class is not self._watch.context_class:
            reads.distrust("its template has a context of its own")
        if not self._variables.knows(env):
            reads.distrust("its template has an environment of its own")
        with self._watch.at(env, reads):
            text: str = template.render(context)
        if reads.volatile:
            self.facts.forget()
            self._groups.forget()
            self.settled.forget()
            self._same.clear()
        else:
            templates = (source, *sorted(set(reads.templates)))
            reads.touched.discard(-1)
            self.new.put(page, templates, tuple(reads.steps), reads.digest,
                         reads.touched, self.facts.list)  # fmt: skip
        return text

    def _fit(self, env: Environment, way: int) -> bool:
        return self._texts.fit(env, way, self.old.ways[way][0])

    def _facts_same(self, bundles: Collection[int]) -> bool:
        return all(map(self._bundle_same, bundles))

    def _bundle_same(self, bundle: int) -> bool:
        known = self._same.get(bundle)
        if known is None:
            known = all(map(self.facts.same, self._asked(bundle)))
            if self.facts.keep:
                self._same[bundle] = known
        return known

    def _asked(self, bundle: int) -> Iterable[int]:
        """The facts of a bundle that are not surely what they were."""
        numbers = self.old.bundles[bundle]
        post = root(numbers[0], self.facts.list)[0]
        asks = self.settled.asks(post) if post and self.facts.keep else None
        if asks is None:
            return numbers
        self._trusted.append(numbers)
        return (n for n in numbers if root(n, self.facts.list)[1] in asks)

    def _load_template(self, stock: Any, env: Environment, named: str, given: Any) -> Any:
        with self._trace.aside():
            if reads := self._watch.desk.reads:
                reads.templates.append(f"{named} {self._texts.source(env, named)}")
            return stock(named, given)


class _Folders:
    """The writer's ``os``: a page that is not written needs no folder."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def makedirs(self, path: str, **named: Any) -> None:
        """As the true one, where a page will be written."""
        if not self._pages._skip:
            os.makedirs(path, **named)  # noqa: PTH103 - the writer's own call


class _Template:
    """What the writer gets in a template's place."""

    def __init__(self, pages: Pages, template: Any, named: Collection[str] | None) -> None:
        self._pages, self._template, self._named = pages, template, named

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def render(self, context: dict[str, Any]) -> str:
        """The page's text, or nothing if it need not be written."""
        return self._pages.render(self._template, context, self._named)
