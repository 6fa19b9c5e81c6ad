"""Loads templates with all that they extend, include and import, to report errors with their lines
before any page is rendered."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateNotFound, Undefined, nodes

from publish.post import cache
from publish.post.diagnostic import Complaint, quoted

NAMED = re.compile(r"""{%[-+]?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
LISTS = ("articles_page", "articles_paginator", "dates_page", "dates_paginator")
"""Variables that a template has only if its name is in PAGINATED_TEMPLATES."""
SIZE = 16
"""Bytes of a text's digest."""


class Blank:
    """A template that renders nothing."""

    def __init__(self, env: Any = None, name: str = "") -> None:
        self.environment, self.name = env, name

    def render(self, context: Any) -> str:
        """Nothing."""
        return ""


class Templates:
    """The loaded templates and all that they name. ``report`` gets a complaint about one,
    ``failed`` an exception. Digests of texts that compile are cached in ``file``."""

    def __init__(
        self,
        report: Callable[[Complaint], None],
        failed: Callable[[Exception], None],
        file: Path,
        options: Any,
    ) -> None:
        self._report, self._raised = report, failed
        self._memo, self._made_from = file, f"{cache.code_digest(Path(__file__).parent)}{options!r}"
        known = cache.read(file, self._made_from) or b""
        self._fit = {known[at : at + SIZE] for at in range(0, len(known), SIZE)}
        self._before = len(self._fit)
        self._met: set[str] = set()
        self._generator: Any = None

    def save(self) -> None:
        """Write the cache of texts that compile."""
        if len(self._fit) != self._before:
            cache.keep(self._memo, self._made_from, b"".join(sorted(self._fit)))

    def serve(self, generator: Any) -> None:
        """From now on the ``generator`` gets a blank template for every name; a faulty one is
        reported."""
        self._generator = generator
        get = type(generator).get_template

        def get_template(name: str) -> Blank:
            for ending in generator.settings["TEMPLATE_EXTENSIONS"]:
                with contextlib.suppress(TemplateNotFound):
                    self._load(name + ending)
                    return Blank(generator.env, name + ending)
            if name == "period_archives":
                get(generator, name)  # it raises, and Pelican takes another
            return Blank()  # a rule reports it where it is named

        generator.get_template = get_template

    def look(self, names: Sequence[str]) -> None:
        """Load templates that need not be there."""
        for name in names:
            with contextlib.suppress(TemplateNotFound):
                self._load(name)

    def require_variables(
        self, name: str, template: Blank, filled: frozenset[str], lacking: frozenset[str]
    ) -> None:
        """Report a template that certainly uses one of the variables ``lacking``, where the
        variables ``filled`` are not empty."""
        env = template.environment
        if env is None or not issubclass(Undefined, env.undefined):
            return
        waiting, visited = [template.name], set[str]()
        while waiting:
            file = waiting.pop()
            text = _text(env, file)
            if file in visited or text is None:
                continue
            visited.add(file)
            waiting += NAMED.findall(text)
            if not any(_may_use(text.replace(f"{v} and {v}.", ""), v) for v in lacking):
                continue
            tree = env.parse(text)
            assigned = {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
            for node in _certain(tree, filled):
                variable = node.node if isinstance(node, nodes.Getattr) else None
                if isinstance(variable, nodes.Name) and variable.name in lacking - assigned:
                    message = f"PAGINATED_TEMPLATES lacks {quoted(name)}, and {file} shows "
                    remedy = f'add "{name}": None to it'
                    if variable.name not in LISTS:
                        message = f"DIRECT_TEMPLATES names {quoted(name)}, and {file} shows one "
                        remedy = "take it out of them"
                    self._report(Complaint(message + variable.name, remedy=remedy))
                    return

    def _load(self, name: str) -> None:
        """Load a template and all that it names."""
        if name in self._met:
            return
        env = self._generator.env
        try:
            text, file, _ = env.loader.get_source(env, name)
            self._met.add(name)
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
            if digest not in self._fit:
                env.get_template(name)
                self._fit.add(digest)
        except TemplateNotFound:
            raise
        except Exception as error:
            self._met.add(name)
            self._failed(name, error)
            return
        for named in dict.fromkeys(NAMED.findall(text)):
            try:
                self._load(named)
            except TemplateNotFound:
                self._missing(env, str(file), text, named)

    def _missing(self, env: Environment, file: str, text: str, named: str) -> None:
        for node in _certain(env.parse(text)):
            wanted = getattr(node, "template", None)
            optional = getattr(node, "ignore_missing", False)
            if isinstance(wanted, nodes.Const) and wanted.value == named and not optional:
                message = f"there is no template {quoted(named)}"
                remedy = "correct the name, or put the file there"
                self._report(Complaint(message, file, node.lineno, remedy))
                return

    def _failed(self, name: str, error: Exception) -> None:
        if not isinstance(error, UnicodeDecodeError):
            self._raised(error)
            return
        line = error.object[: error.start].count(b"\n") + 1
        self._report(
            Complaint("the template is no UTF-8", self._file(name), line, "save it as UTF-8")
        )

    def _file(self, name: str) -> str:
        for folder in self._generator._templates_path:
            if (file := Path(folder, name)).is_file():
                return str(file)
        return name


def _text(env: Any, name: str) -> str | None:
    """A template's source; None if it cannot be read."""
    try:
        return str(env.loader.get_source(env, name)[0])
    except (TemplateNotFound, UnicodeDecodeError):
        return None


def _may_use(text: str, variable: str) -> bool:
    """Whether a template's text may use an attribute of the variable; in ``"index.html"`` or
    ``js/search.js`` it does not. Parsing a template takes longer than all other rules over it."""
    return re.search(rf"""(?<![\w."'`/]){re.escape(variable)}\.""", text) is not None


def _certain(node: Any, filled: Collection[str] = ()) -> Iterator[Any]:
    """The nodes of a template that are evaluated whatever its variables are, if those that are
    ``filled`` are not empty."""
    yield node
    below = list(node.iter_child_nodes())
    if isinstance(node, nodes.Template) and any(isinstance(n, nodes.Extends) for n in node.body):
        # In a template that extends another, nodes outside its blocks are not rendered; only what
        # they name is loaded.
        kept = (
            nodes.Extends,
            nodes.Block,
            nodes.Import,
            nodes.FromImport,
            nodes.Include,
            nodes.Assign,
        )
        below = [each for each in below if isinstance(each, kept)]
    elif isinstance(node, nodes.If) and getattr(node.test, "name", None) in filled:
        below = node.body
    elif isinstance(node, nodes.If | nodes.CondExpr):
        below = [node.test]
    elif isinstance(node, nodes.For):
        below = [node.iter]
    elif isinstance(node, nodes.And | nodes.Or):
        below = [node.left]
    elif isinstance(node, nodes.Macro | nodes.CallBlock):
        below = []
    for each in below:
        yield from _certain(each, filled)
