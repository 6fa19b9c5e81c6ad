"""Takes the records of a site from Pelican's own objects, once every source is read.

Works in any site: attributes of our plugins are used where they exist. The objects are not changed.
Public content is processed first: an ``{attach}``-ed file belongs to the first content that links
it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple

from publish.post import body, cache, frontmatter, stamps
from publish.post.body import Body
from publish.post.contents import categories_of, contents, digest_of, has_links
from publish.post.dates import visibility
from publish.post.images import cover_of, cover_paths
from publish.post.record import Cover, Library, Post, Visibility
from publish.post.text import direction, plain, plain_title
from publish.post.urls import normal
from publish.site.engine.sources import key_lines

KINDS = {"category": "categories", "tag": "tags", "author": "authors"}
LAST = 9999
"""The year that Pelican gives to a draft without a date."""
TEXTS = (*frontmatter.MARKDOWN, ".html", ".htm", ".rst", ".txt", ".doc", ".docx", ".odt", ".rtf")
"""Suffixes of text formats in which posts are written."""
PLAIN = (str, int, float, bool, type(None))
OF_SUMMARIES = "SUMMARY_MAX_LENGTH", "SUMMARY_MAX_PARAGRAPHS", "SUMMARY_END_SUFFIX"
"""The settings by which Pelican makes a summary of a body."""


class Words(NamedTuple):
    """The expensive part of a record: a source's parsed body and its words. ``digest`` is of
    everything that they were extracted from."""

    digest: bytes
    body: Body
    summary: str
    plain_summary: str
    text: str


class Memo:
    """A cache of ``Words`` by source in ``file``; a damaged file counts as empty.

    Each entry is pickled separately, so that unchanged ones are written without pickling.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._code = cache.code_digest(Path(__file__).parent)
        self._now: dict[bytes, bytes] = {}
        found = cache.load(file)
        self._old: dict[bytes, bytes] = found["words"] if found.get("code") == self._code else {}

    def of(self, content: Any) -> Words:
        """The words of an article or page, from the cache if its text is unchanged."""
        given, body = content.settings, _written(content)
        texts = (
            digest_of(body),
            digest_of(content.content or "") if has_links(content) else "",
            str(getattr(content, "email_content_source", "")),
            str(content.metadata.get("summary")),
            repr((content.default_template, *map(given.get, OF_SUMMARIES))),
        )
        digest = blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16)
        key = digest.digest()
        if data := self._now.get(key) or self._old.get(key):
            self._now[key] = data
            words: Words = pickle.loads(data)  # noqa: S301 - our own
        else:
            words = _words(content, key)
            self._now[key] = pickle.dumps(words, 5)
        return words

    def save(self) -> None:
        """Write the entries; an unwritable folder is no error."""
        if self._now.keys() != self._old.keys():
            with contextlib.suppress(OSError):
                cache.save(self._file, {"code": self._code, "words": self._now})


def _written(content: Any) -> str:
    """The body with its links as written."""
    found = content._get_content() if hasattr(content, "_get_content") else content._content
    return found or ""


def _words(content: Any, digest: bytes) -> Words:
    article = content.default_template != "page"
    has = article or "summary" in content.metadata
    summary = str(content.summary or "") if has else ""
    return Words(digest, _body(content), summary, plain(summary), plain(content.content or ""))


def library_of(generators: Iterable[Any], settings: Mapping[str, Any], *, memo: Path) -> Library:
    """The records of a run. ``settings`` are Pelican's; ``memo`` is the words' cache file."""
    generators = list(generators)
    context: Mapping[str, Any] = next((g.context for g in generators if hasattr(g, "context")), {})
    known_words = Memo(memo)
    bodies = [(c, known_words.of(c)) for c in contents(generators, public=True)]
    known = {id(content) for content, _ in bodies}
    drafts = [content for content in contents(generators) if id(content) not in known]
    # A build never resolves the links of a draft, so nothing is said of them.
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        bodies += [(content, known_words.of(content)) for content in drafts]
    finally:
        logging.disable(before)
    known_words.save()
    # After the bodies, as reading a file's ``url`` fixes its place in Pelican.
    statics: Mapping[str, Any] = context.get("static_content", {})
    root = Path(settings["PATH"])
    own = {path: str(static.relative_source_path) for path, static in sorted(statics.items())}
    files = {
        path: size
        for path in own
        if path == own[path] and (size := _size(root / statics[path].source_path)) is not None
    }
    places = list(_places(generators, settings))
    return Library(
        content=root.name,
        posts=tuple(sorted((_post(c, b) for c, b in bodies), key=lambda p: p.source)),
        sources=_sources(generators),
        unread=tuple(_unread(generators)),
        files=files,
        addresses={path: str(statics[path].url) for path in files},
        spellings={path: file for path, file in own.items() if path != file},
        places=frozenset({"/", *(normal(place) for pair in places for place in pair)}),
        lists=frozenset(file for file, _ in places if file),
        terms={
            kind: frozenset(str(term.slug) for term in _terms(generators, name))
            for kind, name in KINDS.items()
        },
        settings={key: _plain(value) for key, value in settings.items() if key.isupper()},
        plugins=tuple(str(name).rsplit(".", 1)[-1] for name in settings.get("PLUGINS") or ()),
        no_template=dict(_no_template([content for content, _ in bodies], generators)),
    )


def _body(content: Any) -> Body:
    """The parsed body, with the links that only its mail shows."""
    found = body.parse(_written(content), content.content or "")
    mail = getattr(content, "email_content_source", None)
    if not mail:
        return found
    resolved = content._update_content(mail, content.get_siteurl())
    known = {(link.tag, link.written) for link in found.links}
    more = body.parse(mail, resolved, mail=True)
    links = [link for link in more.links if (link.tag, link.written) not in known]
    return found._replace(links=(*found.links, *links), ids=(*found.ids, *more.ids))


def _post(content: Any, words: Words) -> Post:
    kind: Literal["article", "page"] = (
        "page"
        if type(content).__name__ == "Page" or content.default_template == "page"
        else "article"
    )
    metadata, found = content.metadata, words.body
    title = str(getattr(content, "title", ""))
    lang = str(getattr(content, "lang", "") or "")
    return Post(
        source=str(content.relative_source_path),
        kind=kind,
        visibility=_visibility(content),
        title=title,
        plain_title=plain_title(title),
        slug=str(getattr(content, "slug", "") or ""),
        url=str(content.url),
        save_as=str(content.save_as),
        permalink=_permalink(content, kind),
        lang=lang,
        direction=direction(lang),
        uid=str(getattr(content, "uid", "") or ""),
        was=tuple(str(was) for was in getattr(content, "was", None) or ()),
        date=_date(content),
        modified=_moment(getattr(content, "modified", None)),
        categories=tuple(str(c.name) for c in categories_of(content)),
        tags=tuple(str(tag.name) for tag in getattr(content, "tags", None) or ()),
        authors=tuple(str(author.name) for author in getattr(content, "authors", None) or ()),
        cover=_cover(content),
        summary=words.summary,
        plain_summary=words.plain_summary,
        text=words.text,
        links=found.links,
        headings=found.headings,
        ids=found.ids,
        inline=found.inline,
        page_digest=str(getattr(content, "page_digest", "") or ""),
        body_digest=words.digest.hex(),
        fields={str(key).lower(): _as_text(value) for key, value in metadata.items()},
        lines=_lines(content),
    )


def _lines(content: Any) -> Mapping[str, int]:
    """The lines of its keys, recorded while it was read; in a run of stock Pelican read now."""
    path = str(content.source_path or "")
    known = key_lines.get(path)
    if known is None:
        with contextlib.suppress(OSError):
            known = frontmatter.key_lines(Path(path).read_bytes(), path)
    return known or {}


def _visibility(content: Any) -> Visibility:
    if content.status in ("published", "hidden"):
        return "public" if content.status == "published" else "hidden"
    # Pelican makes a future post a draft; the header has its true status.
    given = str(content.metadata.get("status") or "published").lower()
    found = visibility(given, _date(content), datetime.now(UTC))
    return "scheduled" if found == "scheduled" else "draft"


def _permalink(content: Any, kind: str) -> str:
    """The address in public, whatever the status is now."""
    if given := getattr(content, "override_url", None):
        return str(given)
    name = f"{kind}_url" if content.in_default_lang else f"{kind}_lang_url"
    return str(content.settings[name.upper()]).format(**content.url_format)


def _cover(content: Any) -> Cover | None:
    """The cover of the ``Image`` line, also if its file is missing."""
    written = str(content.metadata.get("image") or "").strip()
    if not written:
        return None
    alt = str(getattr(content, "image_alt", None) or "").strip()
    if found := cover_of(content):
        return Cover(written, found.path, found.url, alt)
    return Cover(written, next(cover_paths(written, content.relative_dir), written), "", alt)


def _sources(generators: list[Any]) -> dict[str, str]:
    """The sources that Pelican finds, whether it could read them or not, with their kind."""
    found: dict[str, str] = {}
    for generator in generators:
        for lists, kind in (("articles", "article"), ("pages", "page")):
            if not hasattr(generator, lists) or not hasattr(generator, "get_files"):
                continue
            prefix = kind.upper()
            paths = generator.get_files(
                generator.settings[f"{prefix}_PATHS"],
                exclude=generator.settings[f"{prefix}_EXCLUDES"],
            )
            found |= {posixpath.normpath(path.replace(os.sep, "/")): kind for path in paths}
    return dict(sorted(found.items()))


def _unread(generators: list[Any]) -> Iterator[str]:
    """Text files beside the sources with a suffix that Pelican does not read."""
    for generator in generators:
        if hasattr(generator, "articles") and hasattr(generator, "readers"):
            known = tuple(f".{ending}" for ending in generator.readers.extensions)
            folders = generator.settings["ARTICLE_PATHS"]
            excluded = generator.settings["ARTICLE_EXCLUDES"]
            for path in generator.get_files(folders, exclude=excluded, extensions=False):
                if path.lower().endswith(TEXTS) and not path.endswith(known):
                    yield path.replace(os.sep, "/")


def _places(generators: list[Any], settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The lists, feeds, direct templates and files of the theme: each with its file, ``""`` if it
    is not known, and its address."""
    files = [
        str(settings.get(f"{str(name).upper()}_SAVE_AS", f"{name}.html"))
        for name in settings.get("DIRECT_TEMPLATES") or ()
    ]
    files += map(str, (settings.get("TEMPLATE_PAGES") or {}).values())
    for key, value in settings.items():
        if isinstance(value, str) and "{" not in value and "://" not in value:
            if key.endswith("_URL"):
                yield "", value
            elif key.endswith(("_SAVE_AS", "_ATOM", "_RSS", "_JSON")):
                files.append(value)
    for path in settings["THEME_STATIC_PATHS"]:
        given, home = Path(settings["THEME"], path), settings["THEME_STATIC_DIR"]
        if given.is_file():
            files.append(f"{home}/{given.name}")
        for folder, _, names in stamps.unlooped(str(given)):
            below = Path(folder).relative_to(given).as_posix()
            files += (posixpath.normpath(f"{home}/{below}/{name}") for name in names)
    for generator in generators:
        for archives in getattr(generator, "period_archives", {}).values():
            yield from ((archive["save_as"], archive["url"]) for archive in archives)
    for kind, name in KINDS.items():
        feeds = [
            value
            for key, value in settings.items()
            if key.startswith(f"{kind.upper()}_FEED_") and isinstance(value, str)
        ]
        for term in _terms(generators, name):
            if term.save_as:
                yield str(term.save_as), str(term.url)
            files += (feed.format(slug=term.slug) for feed in feeds)
    yield from zip(files, files, strict=True)


def _terms(generators: list[Any], name: str) -> Iterator[Any]:
    """Pelican's categories, tags or authors that have a public post."""
    for generator in generators:
        listed = getattr(generator, name, ())
        pairs = listed.items() if isinstance(listed, Mapping) else listed
        yield from (term for term, _ in pairs)


def _no_template(contents: list[Any], generators: list[Any]) -> Iterator[tuple[str, str]]:
    """The sources whose own template is missing, with its name; for a setting, one of those that it
    concerns."""
    loaders = [generator for generator in generators if hasattr(generator, "get_template")]
    given = loaders[0].settings if loaders else {}
    named = [
        ("DIRECT_TEMPLATES", name)
        for name in given.get("DIRECT_TEMPLATES") or ()
        if given.get(f"{str(name).upper()}_SAVE_AS", f"{name}.html")
    ]
    for content in contents:
        name = getattr(content, "template", content.default_template)
        if name != content.default_template and isinstance(name, str):
            named.append((str(content.relative_source_path), name))
    for name in given.get("TEMPLATE_PAGES") or ():
        if not Path(given["PATH"], name).is_file():
            named.append(("TEMPLATE_PAGES", name))
    known: dict[str, bool] = {}
    for path, name in named:
        if name not in known:
            known[name] = _has_template(loaders[0], name)
        if not known[name]:
            yield path, name


def _has_template(generator: Any, name: str) -> bool:
    """Whether a template of that name exists; it is not compiled."""
    for ending in generator.settings["TEMPLATE_EXTENSIONS"]:
        try:
            generator.env.loader.get_source(generator.env, f"{name}{ending}")
        except Exception as error:  # a template may raise anything; rendering reports it
            if "NotFound" in type(error).__name__:
                continue
        return True
    return False


def _date(content: Any) -> datetime | None:
    found = _moment(getattr(content, "date", None))
    return None if found and found.year == LAST else found


def _moment(date: Any) -> datetime | None:
    if not isinstance(date, datetime):
        return None
    plain_date = datetime(*date.timetuple()[:6], date.microsecond, tzinfo=date.tzinfo)
    return plain_date if plain_date.tzinfo else plain_date.replace(tzinfo=UTC)


def _as_text(value: Any) -> str:
    """A value of the front matter as text: a list's by commas."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _size(path: Path) -> int | None:
    """A file's size in bytes; None for a folder, which Pelican takes for a file where a link names
    it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _plain(value: Any) -> Any:
    """A setting's value reduced to plain data; anything else, such as a function, becomes None."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if isinstance(key, PLAIN)}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return None
