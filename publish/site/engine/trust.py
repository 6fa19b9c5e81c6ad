"""Decides whether a build may reuse results: all loaded code must be allow-listed or declared fit.

Otherwise stock Pelican builds the site, and the differences are committed: correct, but not faster.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pelican
from jinja2 import Environment, nodes
from pelican import generators, utils
from pelican.contents import Article, Content
from pelican.readers import Readers
from pelican.writers import Writer

from publish.post import stamps
from publish.site.engine.tracking import Reads, Tracker

MUTATORS = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
    "setdefault", "popitem", "add", "discard",
}  # fmt: skip
"""Methods by which a template modifies values shared with other pages."""
LIBRARIES = {"markdown", "pelican", "docutils"}
SHORT = {
    "abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code",
    "footnotes", "legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists",
    "smarty", "tables", "toc", "wikilinks",
}  # fmt: skip
"""Markdown's own extensions under their short names."""
READING = (
    ("markdown.extensions", "Extension"),
    ("markdown.util", "Processor"),
    ("pelican.readers", "BaseReader"),
    ("docutils.parsers.rst", "Directive"),
)
"""Classes whose subclasses are involved in reading."""

SIGNATURES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (generators.Generator, "get_files", ("self", "paths", "exclude", "extensions")),
    (Readers, "read_file", ("self", "base_path", "path", "content_class", "fmt", "context")),
    (Content, "get_url_setting", ("self", "key")),
    (Content, "get_relative_source_path", ("self", "source_path")),
    (Content, "is_valid", ("self",)),
    (Content, "get_static_links", ("self",)),
    (generators.ArticlesGenerator, "generate_context", ("self",)),
    (generators.PagesGenerator, "generate_context", ("self",)),
    (generators.CachingGenerator, "_get_file_stamp", ("self", "filename")),
    (generators.ArticlesGenerator, "generate_pages", ("self", "writer")),
    (generators.PagesGenerator, "generate_output", ("self", "writer")),
    (generators.StaticGenerator, "generate_output", ("self", "writer")),
    (Writer, "write_file", ("self", "name", "template", "context", "relative_urls", "paginated",
                            "template_name", "override_output", "url", "kwargs")),
    (Writer, "_open_w", ("self", "filename", "encoding", "override")),
    (utils, "copy_file", ("source", "destination")),
    (pelican.Pelican, "_get_writer", ("self",)),
)  # fmt: skip
"""The functions to be replaced, with their expected parameters."""


def judged(settings: Mapping[str, Any], site: Any) -> tuple[set[str], bool]:
    """The packages of plugins that declare ``INCREMENTAL``, and whether results of the last build
    of the ``site`` (a Pelican) may be used at all."""
    names = [getattr(plugin, "__name__", "?") for plugin in site.plugins]
    fit = {_package(n) for n in names if getattr(sys.modules.get(n), "INCREMENTAL", 0) is True}
    return fit, (
        type(site) is pelican.Pelican
        and fit.issuperset(map(_package, names))
        and not any(settings[f"JINJA_{kind}"] for kind in ("FILTERS", "TESTS", "GLOBALS"))
        and not settings["READERS"]
        and all(map(_is_jinjas, settings["JINJA_ENVIRONMENT"].get("extensions", ())))
        and _reads_as_known(settings["MARKDOWN"], LIBRARIES | fit)
        and not any(_changes(text, settings) for text in _templates(settings))
        and _is_as_needed()
    )


def _is_jinjas(extension: Any) -> bool:
    module = extension if isinstance(extension, str) else str(extension.__module__)
    return module.startswith("jinja2.") and "debug" not in module.lower()


def _reads_as_known(markdown: Mapping[str, Any], known: set[str]) -> bool:
    """Whether every extension, and every class involved in reading, is from a library or a declared
    plugin."""
    for each in [*markdown.get("extensions", ()), *markdown.get("extension_configs", {})]:
        module = each if isinstance(each, str) else type(each).__module__
        if _package(module) not in known and module not in SHORT:
            return False
    found = (getattr(sys.modules.get(module), name, None) for module, name in READING)
    waiting = [kind for kind in found if kind]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if _package(str(kind.__module__)) not in known | {"publish"}:
            return False
    return True


def _templates(settings: Mapping[str, Any]) -> Iterator[str]:
    for folder in (*settings["THEME_TEMPLATES_OVERRIDES"], f"{settings['THEME']}/templates"):
        for base, _, names in stamps.unlooped(folder):
            # To open a named pipe would block.
            for file in filter(Path.is_file, (Path(base, name) for name in names)):
                with contextlib.suppress(OSError, ValueError):
                    yield file.read_text(encoding="utf-8")


def _changes(text: str, settings: Mapping[str, Any]) -> bool:
    """Whether a template modifies a list or mapping that it did not create."""
    if not any(f".{method}" in text for method in MUTATORS):
        return False
    try:
        tree = Environment(**settings["JINJA_ENVIRONMENT"]).parse(text)  # noqa: S701 - not rendered
    except Exception:  # Pelican reports it if the template is used
        return False
    own = {
        each.target.name
        for each in tree.find_all(nodes.Assign)
        if isinstance(each.target, nodes.Name) and isinstance(each.node, nodes.List | nodes.Dict)
    }
    return any(
        isinstance(call.node, nodes.Getattr)
        and call.node.attr in MUTATORS
        and not (isinstance(call.node.node, nodes.Name) and call.node.node.name in own)
        for call in tree.find_all(nodes.Call)
    )


def _is_as_needed() -> bool:
    """Whether Pelican and Jinja are as the hooks expect: the functions to replace, how the writer
    opens files and makes folders, how posts are compared, how templates read values."""
    inner = [code for code in Writer.write_file.__code__.co_consts if hasattr(code, "co_names")]
    return (
        all(_takes(*each) for each in SIGNATURES)
        and "open" in Writer._open_w.__code__.co_names
        and any({"makedirs", "os"} <= set(code.co_names) for code in inner)
        and not any({"__eq__", "__hash__"} & vars(kind).keys() for kind in Article.__mro__[:-1])
        and _tracks()
    )


def _takes(owner: Any, attribute: str, parameters: tuple[str, ...]) -> bool:
    """Whether a function is Pelican's own and has these parameters."""
    found = getattr(owner, attribute, None)
    if found is None or not str(getattr(found, "__module__", "")).startswith("pelican"):
        return False
    return bool(found.__code__.co_varnames[: len(parameters) - 1] == parameters[:-1])


def _tracks() -> bool:
    """Whether the tracker records what a template reads."""
    tracker = Tracker()
    tracker.install()
    tracker.reads = reads = Reads()
    post = object.__new__(Article)
    post.__dict__.update(title="t", _content="c", metadata={})
    try:
        text = "{{ a.title }}{{ a['_content'] }}{{ b|map(attribute='metadata')|list }}"
        Environment().from_string(text).render(a=post, b=[post])  # noqa: S701 - no HTML
    finally:
        tracker.reads = None
        tracker.remove()
    seen = {attribute for _, attribute in reads.posts}
    return reads.variables == {"a", "b"} and seen == {"title", "_content", "metadata"}


def _package(module: str) -> str:
    parts = module.split(".")
    if parts[:2] == ["pelican", "plugins"] and parts[2:] not in ([], ["signals"], ["_utils"]):
        return ".".join(parts[:3])  # a plugin in Pelican's namespace
    return parts[0]
