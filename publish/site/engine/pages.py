"""Pelican's writing of pages: each page is looked at, and rendered only if it would differ."""

from __future__ import annotations

import contextlib
import functools
import os
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import Environment, Template
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.runtime import Context, Macro
from pelican import signals, writers
from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper
from pelican.writers import Writer

from publish.site.engine import trust
from publish.site.engine.reads import Reads, Replay, raw
from publish.site.engine.record import Record
from publish.site.engine.trace import Trace
from publish.site.engine.values import MISSING, PLAIN, Describer, digest

WATCHED = (Content, URLWrapper, Paginator, Page)
"""Classes of the site's model: what a template takes from their objects is noted."""
MARKUP = "[{|](?P<what>.*?)[|}]"
"""Pelican's own mark of a link inside the site."""
STOCK = {name: vars(Content)[name] for name in ("content", "summary", "get_content", "get_summary")}


class Pages:
    """Stands between Pelican's writer and its templates during one run.

    ``old`` is the record of the last build and ``intact`` its pages that lie untouched in the
    output. ``new`` becomes this build's record, ``kept`` the pages that were not rendered.
    """

    def __init__(self, old: Record, new: Record, intact: Collection[str], trace: Trace,
                 complaints: Callable[[], int]) -> None:  # fmt: skip
        self.old, self.new, self.intact = old, new, frozenset(intact)
        self.kept: list[str] = []
        self.overridden: set[str] = set()
        self._number, self._shares, self._sharing = 0, 1, False
        self._trace, self._complaints = trace, complaints
        self._reads: Reads | None = None
        self._busy = False
        self._skip = False
        self._bodies: dict[int, tuple[Any, bool, list[str]]] = {}
        self._sources: dict[tuple[int, str], str] = {}
        self._raws: dict[int, tuple[str, str]] = {}

    def begin(self, settings: dict[str, Any]) -> None:
        """Take hold of the writer and the templates; called once, before Pelican runs."""
        self._plain = settings.get("INTRASITE_LINK_REGEX") == MARKUP
        self._odd = settings.get("JINJA_ENVIRONMENT") or {}
        self._describer = Describer(_name, DEFAULT_NAMESPACE)
        # A plugin that changes posts between two pages makes each page see another model.
        moved = signals.article_generator_write_article.receivers
        moved = moved or signals.page_generator_write_page.receivers
        self._replay = Replay(self._describer, self._shortcut, keep=not moved)
        self._class = Environment.context_class = self._context_class()
        self._hook(Environment, "_load_template", self._load_template)
        self._hook(Template, "_get_default_module", self._default_module)
        self._hook(Writer, "write_file", self._write_file)
        self._hook(Writer, "_open_w", self._open)
        writers.os = _Folders(self)

    def share(self, number: int, shares: int) -> None:
        """Make every page whose turn is ``number`` of ``shares``; other processes make the rest."""
        self._number, self._shares = number, shares

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """The pages written meanwhile are those that are shared."""
        self._sharing = True
        try:
            yield
        finally:
            self._sharing = False

    def fit(self, env: Environment) -> int:
        """How many pages of the last build still have the templates they were made with."""
        return len(self.old) - self.old.unfit(functools.partial(self._same, env))

    def _hook(self, owner: type, name: str, ours: Callable[..., Any]) -> None:
        stock = getattr(owner, name)

        @functools.wraps(stock)
        def hooked(this: Any, *args: Any, **named: Any) -> Any:
            return ours(functools.partial(stock, this), this, *args, **named)

        setattr(owner, name, hooked)

    def _write_file(self, stock: Any, writer: Any, name: Any, template: Any, *args: Any,
                    override_output: bool = False, **named: Any) -> Any:  # fmt: skip
        if override_output and self._number:
            return None
        # Of two pages at one address the writer decides; it must be shown both.
        shown = template if override_output else _Template(self, template)
        return stock(name, shown, *args, override_output=override_output, **named)

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

    def render(self, template: Any, context: dict[str, Any]) -> str:
        """The page's text; where it would be as it lies in the output, nothing."""
        page, env = str(context["output_file"]), template.environment
        if self._sharing and zlib.crc32(page.encode()) % self._shares != self._number:
            self._skip = True
            return ""
        roots = (context, env.globals)
        root = f"{template.name} {self._source(env, str(template.name))}"
        known = self.old.get(page) if page in self.intact else None
        if known and known[0][0] == root and self._same(env, known[0]):
            around = str(context.get("localsiteurl", ""))
            if self._replay.digest(known[1], roots, around) == known[2]:
                self.new.put(page, *known)
                self.kept.append(page)
                self._skip = True
                return ""
        reads = Reads(self._describer, roots, self._shortcut)
        if template.name is None or trust.odd(env, self._odd):
            reads.distrust("its template is made in a way of the site's own")
        if env.context_class is not self._class:
            reads.distrust("its template has a context of its own")
        with self._watching(env, reads):
            text: str = template.render(context)
        if reads.volatile:
            self._replay.forget()
        else:
            templates = (root, *sorted(set(reads.templates)))
            self.new.put(page, templates, tuple(reads.steps), reads.digest)
        return text

    @contextmanager
    def _watching(self, env: Environment, reads: Reads) -> Iterator[None]:
        self._mark(env)
        said = self._complaints()
        for watched in WATCHED:
            watched.__getattribute__ = self._getattribute(watched)
        self._reads = reads
        try:
            with self._trace.scope() as opened:
                yield
        finally:
            self._reads = None
            for watched in WATCHED:
                del watched.__getattribute__
        if opened:
            reads.distrust("it reads a file")
        if self._complaints() != said:
            reads.distrust("it has something to complain of")

    def _mark(self, env: Environment) -> None:
        """Let every filter and test that is not Jinja's or Pelican's own be noticed."""
        for functions, name, function in trust.own(env):
            if hasattr(function, "_noticed"):
                continue

            def noticed(*args: Any, _f: Any = function, _n: str = name, **named: Any) -> Any:
                self._distrust(f"it uses the filter or test {_n}, which is the site's own")
                return _f(*map(raw, args), **{key: raw(value) for key, value in named.items()})

            with contextlib.suppress(AttributeError):
                functools.update_wrapper(noticed, function)
            noticed._noticed = True  # type: ignore[attr-defined]
            functions[name] = noticed

    def _default_module(self, stock: Any, template: Any, context: Any = None) -> Any:
        """A template imported without context runs once, for all that import it."""
        reads = self._reads
        if reads is None:
            return stock(context)
        if id(template) not in self._bodies:
            inner = Reads(self._describer, (template.globals,), self._shortcut)
            self._reads = inner
            try:
                module = stock(context)
            finally:
                self._reads = reads
            pure = not inner.volatile and all(
                found == "missing" or found.startswith("constant ") for found in inner.tokens
            )
            left = (vars(module)[name] for name in vars(module) if not name.startswith("_"))
            pure = pure and all(type(v) in PLAIN or isinstance(v, Macro) for v in left)
            self._bodies[id(template)] = template, pure, inner.templates
        _, pure, templates = self._bodies[id(template)]
        reads.templates += templates
        if not pure:
            reads.distrust("a template it imports looks around")
        return stock(context)

    def _distrust(self, why: str) -> None:
        if self._reads is not None:
            self._reads.distrust(why)

    def _getattribute(self, watched: type) -> Any:
        plain = object.__getattribute__

        def taken(this: Any, name: str) -> Any:
            reads = self._reads
            if self._busy or reads is None or name.startswith("__"):
                if reads is not None and name == "__dict__" and not self._busy:
                    reads.distrust("it looks into an object's own dictionary")
                return plain(this, name)
            self._busy = True
            try:
                try:
                    value = plain(this, name)
                except AttributeError:
                    reads.attribute(this, name, MISSING)
                    raise
                return reads.attribute(this, name, value)
            finally:
                self._busy = False

        return taken

    def _context_class(self) -> type[Context]:
        pages = self

        class Watching(Context):
            def resolve_or_missing(self, key: str) -> Any:
                value = super().resolve_or_missing(key)
                reads = pages._reads
                if reads is None or pages._busy:
                    return value
                if key == "lipsum":
                    reads.distrust("it draws lots")
                pages._busy = True
                try:
                    return reads.variable(key, value)
                finally:
                    pages._busy = False

            def call(self, callee: Any, /, *args: Any, **named: Any) -> Any:
                reads = pages._reads
                if reads is not None and not trust.call(callee, WATCHED):
                    reads.distrust("it calls a function that is the site's own")
                    args = tuple(map(raw, args))
                    named = {k: v if k[:1] == "_" else raw(v) for k, v in named.items()}
                return super().call(callee, *args, **named)

        return Watching

    def _load_template(self, stock: Any, env: Environment, name: str, given: Any) -> Any:
        with self._trace.aside():
            if self._reads is not None:
                self._reads.templates.append(f"{name} {self._source(env, name)}")
            return stock(name, given)

    def _source(self, env: Environment, name: str) -> str:
        """The digest of a template's text; ``""`` if there is no such template."""
        key = (id(env), name)
        if key not in self._sources:
            try:
                assert env.loader
                self._sources[key] = digest(env.loader.get_source(env, name)[0])
            except Exception:  # a loader may be anything; what it lacks is lacking
                self._sources[key] = ""
        return self._sources[key]

    def _same(self, env: Environment, templates: tuple[str, ...]) -> bool:
        pairs = (entry.rpartition(" ") for entry in templates)
        return all(self._source(env, name) == known for name, _, known in pairs)

    def _shortcut(self, owner: Any, name: str) -> str:
        """Body and summary follow from the body's source, where it has no link to resolve."""
        if name not in ("content", "summary") or not isinstance(owner, Content):
            return ""
        own = object.__getattribute__(owner, "__dict__")
        raw = own.get("_content")
        if not (self._plain and isinstance(raw, str)) or "_get_content" in own:
            return ""
        if name == "summary" and "summary" in own["metadata"]:
            return ""
        known = self._raws.get(id(owner))
        if known is None or known[0] is not raw:
            linked = "{" in raw or "|" in raw or not _is_stock(type(owner))
            known = self._raws[id(owner)] = (raw, "" if linked else digest(raw))
        return known[1] and f"{name} of {known[1]}"


def _is_stock(kind: type) -> bool:
    """Whether body and summary are made as Pelican makes them."""
    for name, stock in STOCK.items():
        if next(vars(base)[name] for base in kind.__mro__ if name in vars(base)) is not stock:
            return False
    return True


def _name(value: Any) -> str:
    """The name of an object of the site's model; ``""`` for anything else."""
    if isinstance(value, Content):
        return f"{type(value).__name__} {object.__getattribute__(value, 'source_path')}"
    if isinstance(value, URLWrapper):
        return f"{type(value).__name__} {object.__getattribute__(value, '_name')}"
    return type(value).__name__ if isinstance(value, Paginator | Page) else ""


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

    def __init__(self, pages: Pages, template: Any) -> None:
        self._pages, self._template = pages, template

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def render(self, context: dict[str, Any]) -> str:
        """The page's text, or nothing if it need not be written."""
        return self._pages.render(self._template, context)
