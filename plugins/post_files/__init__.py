"""Post files: covers found in every form of an ``Image:`` line, names that differ only in how an
accent is stored, and attachments of drafts kept out of the site.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote

from pelican import signals

INCREMENTAL = True


def link(generator: Any) -> None:
    """Let Pelican copy the files that articles and pages name, before it looks for them."""
    links = generator.context["static_links"]
    for content in _contents(generator.context):
        if image := str(content.metadata.get("image") or "").strip():
            links.update(path for path in _paths(content, image) if _is_file(generator, path))
    odd = [path for path in links if "%" in path or not path.isascii()]
    for path in [path for path in odd if not _is_file(generator, path)]:
        spelt = (normalize(form, unquote(path)) for form in ("NFC", "NFD"))
        if there := next((name for name in spelt if _is_file(generator, name)), ""):
            links.discard(path)
            links.add(there)


def settle(generator: Any) -> None:
    """Runs after all files are found and before an address is read. Links in either Unicode form of
    an accent find their file; ``{attach}``-ed files move beside the page; files that only drafts
    without a page refer to stay out of the site."""
    statics = generator.context["static_content"]
    for path, static in list(statics.items()):
        if not path.isascii():
            for form in ("NFC", "NFD"):
                statics.setdefault(normalize(form, path), static)
    contents = sorted(_contents(generator.context), key=lambda c: str(c.relative_source_path))
    for content in contents:
        if not any("attach" in text for text in _texts(content)) or not content.save_as:
            continue
        for address in _addresses(content):
            if address.startswith(("{attach}", "|attach|")):
                path = next((p for p in _paths(content, address) if p in statics), None)
                if path is not None:
                    statics[path].attach_to(content)
    drafts = [content for content in contents if not content.save_as]
    kept_back = {path for c in drafts for address in _addresses(c) for path in _paths(c, address)}
    if kept_back & statics.keys():
        public = "\0".join(text for c in contents if c.save_as for text in _texts(c))
        public += "\0".join(str(value) for value in generator.settings.values())
        generator.staticfiles[:] = [
            static
            for static in generator.staticfiles
            if _path(static) not in kept_back or _mentioned(static, public)
        ]


def resolve(generators: list[Any]) -> None:
    """Set ``image`` to the cover's address below the site, or to ``""`` where there is none."""
    from publish.post.images import cover_of

    for generator in generators[:1]:
        for content in _contents(generator.context):
            if content.metadata.get("image"):
                cover = cover_of(content)
                content.image = cover.url if cover else ""


def _contents(context: Any) -> Iterator[Any]:
    """All articles and pages, drafts and hidden ones too. (The context holds None for a source that
    could not be read.)"""
    found = {id(content): content for content in context["generated_content"].values() if content}
    yield from found.values()


def _is_file(generator: Any, path: str) -> bool:
    return os.path.isfile(os.path.join(generator.path, path))  # noqa: PTH113, PTH118 - thousands


def _addresses(content: Any) -> list[str]:
    """The addresses in the texts of a post and its ``Image:`` line, as the author wrote them."""
    from publish.post.body import parse

    image = str(content.metadata.get("image") or "").strip()
    found = (link.written for text in _texts(content) if "<" in text for link in parse(text).links)
    return [image, *found]


def _paths(content: Any, address: str) -> Iterator[str]:
    """Where below the content folder the file at an address may lie."""
    from publish.post.images import cover_paths
    from publish.post.urls import WITH_HOST, path_of

    if WITH_HOST.match(address):
        address = path_of(content.settings["SITEURL"], address) or ""
    return cover_paths(address, content.relative_dir)


def _texts(content: Any) -> list[str]:
    mail = getattr(content, "email_content_source", None) or ""
    return [content._content or "", mail, *map(str, content.metadata.values())]


def _path(static: Any) -> str:
    return str(static.relative_source_path).replace(os.sep, "/")


def _mentioned(static: Any, text: str) -> bool:
    """Whether a public text mentions the file's name; True in doubt."""
    name = _path(static).rpartition("/")[2]
    return any(
        spelt in text
        for form in ("NFC", "NFD")
        for spelt in (normalize(form, name), quote(normalize(form, name)))
    )


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(link)
    signals.page_generator_finalized.connect(link)
    signals.static_generator_finalized.connect(settle)
    signals.all_generators_finalized.connect(resolve)
