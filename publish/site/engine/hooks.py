"""The hooks into Pelican and Jinja by which a run reuses earlier results.

Every hook is listed in docs/performance.md with its reason. ``trust`` tests at the start that
Pelican and Jinja are as the hooks expect; if not, stock Pelican builds the site.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import io
import os
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jinja2
from pelican import generators, readers, signals, urlwrappers, utils
from pelican.contents import Article, Content, Page
from pelican.readers import Readers

from publish.post import frontmatter, stamps
from publish.site.engine import Fit, Progress, UnfitSource
from publish.site.engine import settings as tracked
from publish.site.engine.closures import Compiled
from publish.site.engine.sources import KINDS, Sources, key_lines, raw_bytes
from publish.site.engine.staging import Staging

OF_ADDRESS = {
    "__class__", "_status", "author", "category", "date", "in_default_lang", "lang", "metadata",
    "settings", "slug", "source_path", "status",
}  # fmt: skip
"""Attributes on which a post's addresses depend, besides ``override_url`` and the like."""


def order_sources() -> None:
    """Give posts of one date a fixed order: stock Pelican iterates over a set of names."""
    stock = generators.Generator.get_files

    class Sorted(set[str]):
        def __iter__(self) -> Iterator[str]:
            return iter(sorted(set.__iter__(self)))

    def get_files(self: Any, paths: Any, exclude: Any = None, extensions: Any = None) -> set[str]:
        # One listing is used for reading ahead, reading, the records, and files without a reader.
        listed = vars(self).setdefault("_listed", {})
        if (wanted := repr((paths, exclude))) not in listed:
            listed[wanted] = stock(self, paths, exclude, False)
        everything = listed[wanted]
        if extensions is None:
            extensions = tuple(self.readers.extensions)
        if extensions is False:
            return Sorted(everything)
        return Sorted(f for f in everything if os.path.splitext(f)[1][1:] in extensions)  # noqa: PTH122

    if os.name == "posix":  # on case-sensitive systems names need no normalization
        generators.fnmatch = types.SimpleNamespace(fnmatch=fnmatch.fnmatchcase)
    generators.Generator.get_files = get_files
    generators.os = utils.os = types.SimpleNamespace(**{**vars(os), "walk": stamps.unlooped})


def share_raw_bytes() -> None:
    """Give readers of Pelican and of plugins (not imported yet) the bytes of a source that were
    already read, by ``read_sources``."""
    stock = utils.pelican_open

    @contextlib.contextmanager
    def pelican_open(filename: str, mode: str = "r") -> Iterator[str]:
        if filename in raw_bytes:
            yield io.TextIOWrapper(io.BytesIO(raw_bytes[filename]), encoding="utf-8-sig").read()
        else:
            with stock(filename, mode) as text:
                yield text

    utils.pelican_open = readers.pelican_open = pelican_open


def read_sources(fit: Fit | None, sources: Sources | None, progress: Progress) -> None:
    """Take posts and pages from the cache of ``sources``, if any. One that is not ``fit`` counts as
    unreadable."""
    stock = Readers.read_file

    def read_file(
        self: Any,
        base_path: str,
        path: str,
        content_class: Any = Page,
        fmt: Any = None,
        context: Any = None,
        **named: Any,
    ) -> Any:
        full = os.path.abspath(os.path.join(base_path, path))  # noqa: PTH100, PTH118

        def read() -> Any:
            if fit and fmt is None:
                raw = fit(Path(base_path, path))
                if raw is None:
                    raise UnfitSource(path)
                raw_bytes.clear()
                raw_bytes[full], key_lines[full] = raw, frontmatter.key_lines(raw, path)
            return stock(self, base_path, path, content_class, fmt, context, **named)

        if sources is None or content_class not in KINDS:
            return read()
        found = sources.find(full, content_class, context)
        if found is None:
            found = sources.make(full, read, context)
            progress("read", 1)
        return found

    Readers.read_file = read_file


def keep_sources(sources: Sources) -> None:
    """Prepare the cache of posts and pages; on a first build read on all cores."""
    is_valid, links, begin = Content.is_valid, Content.get_static_links, Readers.__init__

    def watched_init(self: Any, settings: Any = None, *args: Any, **named: Any) -> None:
        with tracked.watched(settings):
            begin(self, settings, *args, **named)

    def kept_links(self: Any) -> set[str]:
        known = sources.links.get(self)
        return links(self) if known is None else set(known)

    def ahead(stock: Any, kind: type) -> Any:
        def generate_context(self: Any) -> None:
            sources.begin()
            prefix = kind.__name__.upper()
            names = self.get_files(
                self.settings[f"{prefix}_PATHS"], self.settings[f"{prefix}_EXCLUDES"]
            )
            paths = [os.path.abspath(os.path.join(self.path, each)) for each in names]  # noqa: PTH100, PTH118
            sources.read_ahead(paths, functools.partial(read_source, self, kind))
            stock(self)

        return generate_context

    Readers.__init__ = watched_init
    Content.is_valid = lambda self: self in sources.links or is_valid(self)
    Content.get_static_links = kept_links
    for owner, kind in ((generators.ArticlesGenerator, Article), (generators.PagesGenerator, Page)):
        owner.generate_context = ahead(owner.generate_context, kind)


def read_source(generator: Any, kind: type, path: str) -> Any:
    """The content of ``path``, read as by the generator itself."""
    prefix = kind.__name__.lower()
    return generator.readers.read_file(
        base_path=generator.path,
        path=path,
        content_class=kind,
        context=generator.context,
        preread_signal=getattr(signals, f"{prefix}_generator_preread"),
        preread_sender=generator,
        context_signal=getattr(signals, f"{prefix}_generator_context"),
        context_sender=generator,
    )


def memoize() -> None:
    """Memoize addresses, slugs and paths, which are read many times per post, and omit stamps that
    nothing compares."""
    stock, set_stock = Content.get_url_setting, Content.__setattr__
    urls: dict[Any, dict[str, str]] = {}  # by the post itself: id() would raise an audit event
    slugify, slugs = urlwrappers.slugify, {}
    place, places = Content.get_relative_source_path, {}

    def get_url_setting(self: Any, key: str) -> str:
        known = urls.setdefault(self, {})
        if key not in known:
            known[key] = stock(self, key)
        return known[key]

    def set_attribute(self: Any, attribute: str, value: Any) -> None:
        if urls and (attribute in OF_ADDRESS or attribute.startswith("override_")):
            urls.pop(self, None)
        set_stock(self, attribute, value)

    def slug_of(value: Any, regex_subs: Any = (), **named: Any) -> Any:
        key = value, id(regex_subs), *named.values()
        if key not in slugs:
            slugs[key] = slugify(value, regex_subs, **named), regex_subs
        return slugs[key][0]

    def get_relative_source_path(self: Any, source_path: Any = None) -> Any:
        path = source_path or self.source_path
        if path not in places:
            places[path] = place(self, source_path)
        return places[path]

    # Pelican's own cache is off, and yet it stats each source twice.
    generators.CachingGenerator._get_file_stamp = lambda self, filename: ""
    Content.get_url_setting, Content.__setattr__ = get_url_setting, set_attribute
    urlwrappers.slugify = slug_of
    Content.get_relative_source_path = get_relative_source_path
    Content.relative_dir = property(lambda self: os.path.dirname(self.get_relative_source_path()))  # noqa: PTH120


def compile_once(compiled: Compiled) -> None:
    """Load templates from the cache of compiled ones."""
    stock = jinja2.Environment.__init__

    def init(self: Any, *args: Any, **named: Any) -> None:
        stock(self, *args, **{"bytecode_cache": compiled, "auto_reload": False, **named})

    jinja2.Environment.__init__ = init  # type: ignore[method-assign]


def keep_copies(staging: Staging) -> None:
    """Copy a file only if the original has changed."""
    stock = utils.copy_file

    def copy_file(source: str, destination: str) -> None:
        stamp = stamps.stamp(source)
        if not stamps.is_trustworthy(stamp):
            stamp = f"{stamp} {stamps.digest(source)}"
        if not staging.holds(destination, (source, stamp)):
            stock(source, destination)

    utils.copy_file = copy_file


def hasten_terms() -> None:
    """Make Pelican's search of each post in each term's list linear, with a set."""

    class Group(list[Any]):
        def __init__(self, items: Iterable[Any]) -> None:
            super().__init__(items)
            self._posts = set(self)

        def __contains__(self, item: object) -> bool:
            return item in self._posts

    def grouped(stock: Any, kind: str) -> Any:
        @functools.wraps(stock)
        def generate(self: Any, write: Any) -> None:
            value = getattr(self, kind)
            pairs = value.items() if isinstance(value, dict) else value
            made = [(term, Group(posts)) for term, posts in pairs]
            setattr(self, kind, dict(made) if isinstance(value, dict) else made)
            try:
                stock(self, write)
            finally:
                setattr(self, kind, value)

        return generate

    owner = generators.ArticlesGenerator
    for kind in ("tags", "categories", "authors"):
        stock = getattr(owner, f"generate_{kind}")
        setattr(owner, f"generate_{kind}", grouped(stock, kind))
