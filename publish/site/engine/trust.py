"""Whether a build may reuse results: all loaded code must be allow-listed or declared fit.

Anything else is built as stock Pelican builds it, and the differences are committed: right, and
merely not faster.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pelican
from jinja2 import Environment, nodes
from pelican import generators, utils
from pelican.contents import Article, Content
from pelican.readers import Readers
from pelican.writers import Writer

from publish.site.engine.tracking import Looks, Tracker

MUTATORS = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update",
    "setdefault", "popitem", "add", "discard",
}  # fmt: skip
"""Methods by which a template changes what other pages see."""
LIBRARIES = {"markdown", "pelican", "docutils"}
SHORT = {
    "abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code",
    "footnotes", "legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists",
    "smarty", "tables", "toc", "wikilinks",
}  # fmt: skip
"""Markdown's own extensions under their short names."""


SIGNATURES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (generators.Generator, "get_files", ("self", "paths", "exclude", "extensions")),
    (Readers, "read_file", ("self", "base_path", "path", "content_class", "fmt", "context")),
    (Content, "get_url_setting", ("self", "key")),
    (Content, "get_relative_source_path", ("self", "source_path")),
    (Content, "is_valid", ("self",)),
    (Content, "get_static_links", ("self",)),
    (generators.ArticlesGenerator, "generate_context", ("self",)),
    (generators.PagesGenerator, "generate_context", ("self",)),
    (generators.ArticlesGenerator, "generate_pages", ("self", "writer")),
    (generators.PagesGenerator, "generate_output", ("self", "writer")),
    (generators.StaticGenerator, "generate_output", ("self", "writer")),
    (Writer, "write_file", ("self", "name", "template", "context", "relative_urls", "paginated",
                            "template_name", "override_output", "url", "kwargs")),
    (Writer, "_open_w", ("self", "filename", "encoding", "override")),
    (utils, "copy_file", ("source", "destination")),
    (pelican.Pelican, "_get_writer", ("self",)),
)  # fmt: skip
"""What is replaced, and the parameters it has to have."""


def _assumptions() -> str:
    """What is not as the hooks need it; ``""`` if all is."""
    for owner, attribute, parameters in SIGNATURES:
        found = getattr(owner, attribute, None)
        if found is None or not str(getattr(found, "__module__", "")).startswith("pelican"):
            return f"{attribute} is not Pelican's own"
        names = found.__code__.co_varnames[: found.__code__.co_argcount + 1]
        if names[: len(parameters) - 1] != parameters[:-1]:
            return f"{attribute} has other parameters"
    if not {"open"} <= set(Writer._open_w.__code__.co_names):
        return "the writer opens files in another way"
    if not {"makedirs", "os"} <= set(_inner(Writer.write_file)):
        return "the writer makes folders in another way"
    if any({"__eq__", "__hash__"} & vars(kind).keys() for kind in Article.__mro__[:-1]):
        return "posts are compared in another way"
    return "" if _tracks() else "templates look things up in another way"


def _inner(function: Any) -> Iterator[str]:
    """The names that a function and those defined in it use."""
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        yield from code.co_names
        waiting += [each for each in code.co_consts if isinstance(each, types.CodeType)]


def _tracks() -> bool:
    """Whether the tracker records what a template uses."""
    tracker = Tracker()
    tracker.install()
    tracker.looks = looks = Looks()
    post = object.__new__(Article)
    post.__dict__.update(title="t", _content="c", metadata={})
    try:
        text = "{{ a.title }}{{ a['_content'] }}{{ b|map(attribute='metadata')|list }}"
        Environment().from_string(text).render(a=post, b=[post])  # noqa: S701 - no HTML
    finally:
        tracker.looks = None
        tracker.remove()
    seen = {attribute for _, attribute in looks.posts}
    return looks.variables == {"a", "b"} and seen == {"title", "_content", "metadata"}


def judged(settings: Mapping[str, Any], site: Any) -> tuple[set[str], str]:
    """The packages of plugins that say they are ``INCREMENTAL``, and why the ``site``, a Pelican,
    has to be built as stock Pelican does; ``""`` if it need not.
    """
    declared = set()
    for plugin in site.plugins:
        module = sys.modules.get(getattr(plugin, "__name__", ""))
        if getattr(module, "INCREMENTAL", False) is True:
            declared.add(_package(plugin.__name__))
    return declared, (
        _distrusted(settings, site.plugins, declared)
        or _strange_reader(declared)
        or _changing_template(settings)
        or _assumptions()
        or ("" if type(site) is pelican.Pelican else "PELICAN_CLASS is set")
    )


def _distrusted(settings: Mapping[str, Any], plugins: Iterable[Any], fit: set[str]) -> str:
    for plugin in plugins:
        if _package(getattr(plugin, "__name__", "?")) not in fit:
            return f"the plugin {getattr(plugin, '__name__', '?')} is not INCREMENTAL"
    for name in ("JINJA_FILTERS", "JINJA_TESTS", "JINJA_GLOBALS", "READERS"):
        if settings[name]:
            return f"{name} is set"
    for each in settings["JINJA_ENVIRONMENT"].get("extensions", ()):
        module = each if isinstance(each, str) else each.__module__
        if not module.startswith("jinja2.") or "debug" in module.lower():
            return f"the Jinja extension {module}"
    markdown = settings["MARKDOWN"]
    for each in [*markdown.get("extensions", ()), *markdown.get("extension_configs", {})]:
        module = each if isinstance(each, str) else type(each).__module__
        if _package(module) not in LIBRARIES | fit and module not in SHORT:
            return f"the Markdown extension {module}"
    return ""


def _strange_reader(fit: set[str]) -> str:
    """A class that takes part in reading and is neither a library's nor a declared plugin's."""
    waiting = []
    for module, name in (
        ("markdown.extensions", "Extension"), ("markdown.util", "Processor"),
        ("pelican.readers", "BaseReader"), ("docutils.parsers.rst", "Directive"),
    ):  # fmt: skip
        if kind := getattr(sys.modules.get(module), name, None):
            waiting.append(kind)
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if _package(str(kind.__module__)) not in LIBRARIES | fit | {"publish"}:
            return f"{kind.__module__}.{kind.__qualname__} takes part in reading"
    return ""


def _changing_template(settings: Mapping[str, Any]) -> str:
    """A template that changes a list or mapping it did not make itself; ``""`` if none does."""
    for folder in (*settings["THEME_TEMPLATES_OVERRIDES"], f"{settings['THEME']}/templates"):
        for base, _, names in os.walk(folder, followlinks=True):
            for name in names:
                try:
                    with open(f"{base}/{name}", encoding="utf-8") as stream:  # noqa: PTH123
                        text = stream.read()
                except (OSError, ValueError):
                    continue
                if any(f".{method}" in text for method in MUTATORS) and _changes(
                    text, settings["JINJA_ENVIRONMENT"]
                ):
                    return f"{name} changes what other pages see"
    return ""


def _changes(text: str, options: Mapping[str, Any]) -> bool:
    try:
        tree = Environment(**options).parse(text)  # noqa: S701 - nothing is rendered
    except Exception:  # Pelican will tell, if the template is used at all
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


def _package(module: str) -> str:
    parts = module.split(".")
    if parts[:2] == ["pelican", "plugins"] and parts[2:] not in ([], ["signals"], ["_utils"]):
        return ".".join(parts[:3])  # a plugin in Pelican's namespace
    return parts[0]
