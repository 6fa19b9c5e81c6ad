"""Which sites' own code is so plain that all it can do to the site's model can be told by reading.

Python lets a plugin do anything to anything. Most do one thing: once all posts are read, they give
some of them an attribute more. Code that keeps to that is recognised by its syntax, node by node;
whatever is not known to be harmless is not plain, and costs such a site time and nothing else.
"""

from __future__ import annotations

import ast
import sys
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pelican import signals
from pelican.contents import Article, Page, Static
from pelican.generators import ArticlesGenerator, PagesGenerator, StaticGenerator
from pelican.paginator import PaginationRule
from pelican.urlwrappers import Author, Category, Tag

from publish.site.engine.trace import LIBRARY
from publish.site.engine.values import Describer, Opaque

HEARD = ("article_generator_finalized", "page_generator_finalized", "all_generators_finalized")
"""Signals of the moment when all is read and nothing is written."""
MODULES = {
    "__future__", "collections", "datetime", "itertools", "json", "math", "os", "pathlib", "re",
    "string", "sys", "textwrap", "typing", "unicodedata",
}  # fmt: skip
FROM_PELICAN = {("pelican", "signals"), ("pelican.plugins", "signals"),
                ("pelican.paginator", "PaginationRule")}  # fmt: skip
DEEDS = {
    "breakpoint", "compile", "delattr", "dir", "eval", "exec", "getattr", "globals", "hasattr",
    "id", "locals", "memoryview", "object", "open", "repr", "setattr", "super", "type", "vars",
    "__import__",
}  # fmt: skip
"""Functions that can do or see more than meets the eye."""
CHANGES = {
    "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert",
    "move_to_end", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update",
    "write_text", "write_bytes", "unlink", "rename", "replace_with", "send", "disconnect",
    "setlocale", "methodcaller", "attrgetter", "reduce", "modules", "setattr", "putenv",
}  # fmt: skip
"""Methods that change what they are called on, or more."""
NODES = (
    ast.Module, ast.Expr, ast.Import, ast.ImportFrom, ast.alias, ast.FunctionDef, ast.arguments,
    ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.While, ast.If,
    ast.Pass, ast.Break, ast.Continue, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Dict,
    ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension,
    ast.Compare, ast.Call, ast.keyword, ast.JoinedStr, ast.FormattedValue, ast.Constant,
    ast.Attribute, ast.Subscript, ast.Starred, ast.Name, ast.List, ast.Tuple, ast.Slice,
    ast.Lambda, ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
PELICANS = ("pelican.plugins.signals", "pelican.plugins._utils")
"""Modules among its plugins that are Pelican's own."""
MAKERS = {"dict", "list", "set", "sorted", "defaultdict", "Counter"}
GIVEN = {
    name
    for kind in (Article, Page, Static, Category, Tag, Author, ArticlesGenerator, PagesGenerator,
                 StaticGenerator)
    for name in dir(kind)
} | {
    "articles", "author", "authors", "categories", "category", "content", "context", "date",
    "date_format", "dates", "drafts", "env", "hidden_articles", "in_default_lang", "lang",
    "locale_date", "locale_modified", "metadata", "modified", "name", "output_path", "pages",
    "path", "period_archives", "readers", "relative_source_path", "settings", "slug",
    "source_path", "staticfiles", "status", "summary", "tags", "template", "theme", "timezone",
    "title", "translations",
}  # fmt: skip
"""Names that mean something to Pelican."""


def plain(settings: Mapping[str, Any], settings_file: str) -> bool:
    """Whether nobody but Pelican decides how the site's posts and pages are made.

    ``settings`` and the code of the site and its plugins are judged as they are by now.
    """
    if not all(_settled(value) for value in settings.values()):
        return False
    if any(not _heard(name, signal) for name, signal in vars(signals).items()):
        return False
    return all(map(_harmless, {settings_file, *_own()}))


def _settled(value: Any) -> bool:
    """Whether a setting is a value and no more."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return all(map(_settled, value))
    if kind is PaginationRule:
        return all(map(_settled, tuple(value)))
    if kind is dict:
        return all(map(_settled, (*value.keys(), *value.values())))
    try:
        Describer(lambda value: "").deep(value)
    except Opaque:
        return False
    return True


def _heard(name: str, signal: Any) -> bool:
    """Whether a signal is heard by the engine alone, or is one of those a plain plugin hears."""
    if name in HEARD:
        return True
    found = (r() if isinstance(r, weakref.ref) else r
             for r in getattr(signal, "receivers", {}).values())  # fmt: skip
    return all(str(getattr(r, "__module__", "")).partition(".")[0] == "publish" for r in found)


def _own() -> Iterator[str]:
    """The files of all code that is no library's and not the engine's, and of Pelican's plugins."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        package = name.partition(".")[0]
        if name.startswith("pelican.plugins.") and name not in PELICANS:
            yield str(file)
        elif file and package not in ("publish", "__main__") and not file.startswith(LIBRARY):
            yield file


def _harmless(file: str) -> bool:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    own = _made(tree)
    return all(_allowed(node, own) for node in ast.walk(tree))


class Own(NamedTuple):
    """Names that only ever stand for a collection that the code has made itself; those among them
    that hold nothing but such collections; and the names of modules.
    """

    made: set[str]
    tables: set[str]
    modules: set[str]


def _made(tree: ast.AST) -> Own:
    made: set[str] = set()
    imported: set[str] = set()
    other: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            fresh = len(targets) == 1 and node.value is not None and _fresh(node.value)
            for target in targets:
                if isinstance(target, ast.Name):
                    (made if fresh else other).add(target.id)
                else:
                    other |= _names(target)
        elif isinstance(node, ast.For | ast.comprehension):
            other |= _names(node.target)
        elif isinstance(node, ast.arg):
            other.add(node.arg)
        elif isinstance(node, ast.alias):
            imported.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef):
            other.add(node.name)
    made -= other | imported
    return Own(made, made - _filled(tree), imported)


def _filled(tree: ast.AST) -> set[str]:
    """Names of collections into which the code puts what it has not made."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                found |= {
                    part.value.id for part in ast.walk(target)
                    if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name)
                }  # fmt: skip
                if isinstance(target, ast.Name) and not _bare(node.value):
                    found.add(target.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            base = node.func.value
            fresh = node.func.attr == "setdefault" and all(map(_fresh, node.args[1:]))
            if isinstance(base, ast.Name) and node.func.attr in CHANGES and not fresh:
                found.add(base.id)
    return found


def _bare(value: ast.AST) -> bool:
    """Whether a collection is empty to begin with."""
    if isinstance(value, ast.Dict):
        return not value.keys
    maker = value.func if isinstance(value, ast.Call) else None
    if isinstance(maker, ast.Name) and maker.id == "defaultdict" and isinstance(value, ast.Call):
        made = value.args[0] if len(value.args) == 1 else None
        return isinstance(made, ast.Name) and made.id in ("list", "set", "int", "dict")
    return isinstance(value, ast.Call) and not value.args and not value.keywords


def _names(target: ast.AST) -> set[str]:
    return {
        n.id for n in ast.walk(target)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }  # fmt: skip


def _fresh(value: ast.AST) -> bool:
    if isinstance(value, ast.Dict | ast.List | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    maker = value.func if isinstance(value, ast.Call) else None
    return isinstance(maker, ast.Name) and maker.id in MAKERS


def _allowed(node: ast.AST, own: Own) -> bool:
    if not isinstance(node, NODES):
        return False
    if isinstance(node, ast.Import):
        return all(alias.name.partition(".")[0] in MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        plain_names = all((module, alias.name) in FROM_PELICAN for alias in node.names)
        if any(alias.name in CHANGES or alias.name == "*" for alias in node.names):
            return False
        return not node.level and (module.partition(".")[0] in MODULES or plain_names)
    if isinstance(node, ast.Constant):
        # A name in a string can be as good as the name itself.
        return not isinstance(node.value, str) or "__" not in node.value
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list
    if isinstance(node, ast.Name):
        return (node.id not in DEEDS and not node.id.startswith("__")) or node.id == "__file__"
    if isinstance(node, ast.Attribute):
        return _attribute(node, own)
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _ours(node.value, own) or (
            isinstance(node.value, ast.Attribute) and node.value.attr == "context"
        )
    if isinstance(node, ast.AugAssign):
        # What stands for a list of Pelican's would be changed in its place.
        return _ours(node.target, own) or isinstance(node.value, ast.Constant)
    return True


def _attribute(node: ast.Attribute, own: Own) -> bool:
    if node.attr.startswith("_"):
        return False
    if not isinstance(node.ctx, ast.Load):
        named = isinstance(node.value, ast.Name) and node.value.id not in own.modules
        return named and node.attr not in GIVEN
    if isinstance(node.value, ast.Name) and node.value.id == "signals":
        return node.attr in HEARD
    if node.attr in CHANGES:
        path = isinstance(node.value, ast.Attribute) and ast.unparse(node.value) == "sys.path"
        return path or _ours(node.value, own)
    return True


def _ours(value: ast.AST, own: Own) -> bool:
    """Whether an expression is surely a collection that the code has made itself."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and value.value.id in own.tables
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        table = value.func.value
        given = value.func.attr == "setdefault" and len(value.args) == 2 and _fresh(value.args[1])
        return given and isinstance(table, ast.Name) and table.id in own.tables
    return isinstance(value, ast.Name) and value.id in own.made
