"""Which functions a template may call without anybody noting what they look at."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from pelican.utils import DateFormatter

from publish.site.engine.values import PLAIN, READING, vouched
from publish.site.engine.views import ListView

CLOCK = {"now", "today", "utcnow"}
LOTS = {"random", "pprint", "sameas"}
"""Jinja's own that draw lots, show of what type a list is, or tell apart what looks the same."""
OPTIONS = {"trim_blocks", "lstrip_blocks", "keep_trailing_newline", "autoescape", "extensions"}
"""Settings of a template's environment that say only how it is written."""


def call(callee: Any, watched: tuple[type, ...]) -> bool:
    """Whether all that ``callee`` looks at is noted: it is Jinja's, Pelican's or a plain value's.

    ``watched`` are the classes whose objects note what is taken from them.
    """
    owner = getattr(callee, "__self__", None)
    if str(type(callee).__module__).startswith("jinja2."):
        return True
    if isinstance(owner, ListView):
        return True
    if isinstance(callee, types.MethodType):
        code = str(callee.__func__.__module__)
        if isinstance(owner, watched):
            return code.startswith("pelican.") or vouched(callee.__func__)
        return code.startswith("jinja2.") or type(owner) in PLAIN
    if isinstance(callee, types.BuiltinMethodType) and owner is not None:
        if type(owner) is dict:
            return callee.__name__ in READING
        return type(owner) in PLAIN and callee.__name__ not in CLOCK
    return any(callee is known for known in DEFAULT_NAMESPACE.values())


def own(env: Environment) -> list[tuple[dict[str, Any], str, Any]]:
    """Filters and tests that are neither Jinja's nor Pelican's: where, by what name, what."""
    found = []
    for functions, known in ((env.filters, FILTERS), (env.tests, TESTS)):
        for name, function in functions.items():
            stock = known.get(name) is function or type(function) is DateFormatter
            stock = stock or (functions is env.tests and name == "plugin_enabled")
            if not stock or name in LOTS:
                found.append((functions, name, function))
    return found


def odd(env: Environment, options: Iterable[str]) -> bool:
    """Whether templates are read or written in a way of the site's own."""
    names = set(env.extensions)
    foreign = any(not name.startswith("jinja2.") or "Debug" in name for name in names)
    return foreign or not set(options) <= OPTIONS


def readers() -> list[type]:
    """Classes that take part in reading a source and are of no library's own making.

    What one of them looks at besides the source is nobody's knowledge, unless it is vouched for.
    """
    found, queue = [], []
    for module, name in (
        ("markdown.extensions", "Extension"), ("markdown.util", "Processor"),
        ("pelican.readers", "BaseReader"), ("docutils.parsers.rst", "Directive"),
    ):  # fmt: skip
        if kind := getattr(sys.modules.get(module), name, None):
            queue.append(kind)
    while queue:
        kind = queue.pop()
        queue += kind.__subclasses__()
        library = str(kind.__module__).partition(".")[0] in ("markdown", "pelican", "docutils")
        if not library and not vouched(kind):
            found.append(kind)
    return found
