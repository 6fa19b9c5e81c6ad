"""Takes hold of what a template can look at, so that every look is noted."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jinja2 import Environment
from jinja2.runtime import Context, Macro
from pelican.urlwrappers import URLWrapper

from publish.site.engine import trust
from publish.site.engine.facts import Facts
from publish.site.engine.look import Look
from publish.site.engine.model import WATCHED, WORDS, Model
from publish.site.engine.reads import Reads
from publish.site.engine.trace import Trace
from publish.site.engine.values import MISSING, PLAIN, mark
from publish.site.engine.views import Desk, raw


def _whole(owner: Any, name: str) -> Any:
    """The attribute as Python finds it."""
    try:
        return object.__getattribute__(owner, name)
    except AttributeError:
        further = getattr(type(owner), "__getattr__", None)
        if further is None:
            raise
    return further(owner, name)


STATE = ("__dict__", "__getstate__", "__dir__", "__reduce__", "__reduce_ex__")
"""What gives away all that an object has."""


class Watch:
    """Watches one template at a time, the one at the ``desk``."""

    def __init__(
        self, model: Model, facts: Facts, look: Look, trace: Trace, complaints: Callable[[], int]
    ) -> None:
        self.desk = Desk()
        self.fill: Callable[[Any], None] = lambda post: None
        self._model, self._facts, self._look = model, facts, look
        self._trace, self._complaints = trace, complaints
        self._staying = self._installed = False
        self._bodies: dict[int, tuple[Any, bool, list[str]]] = {}
        self.context_class = Environment.context_class = self._context_class()

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Many pages follow: the classes stay watched in between."""
        self._staying = True
        try:
            yield
        finally:
            self._staying = False
            self._install(there=False)

    @contextmanager
    def at(self, env: Environment, reads: Reads) -> Iterator[None]:
        """A template of ``env`` renders meanwhile, for which ``reads`` takes notes."""
        self._mark(env)
        said = self._complaints()
        self._install(there=True)
        self.desk.reads = reads
        try:
            with self._trace.scope() as opened:
                yield
        finally:
            self.desk.reads = None
            if not self._staying:
                self._install(there=False)
        if opened:
            reads.distrust("it reads a file")
        if self._complaints() != said:
            reads.distrust("it has something to complain of")

    def module(self, stock: Callable[[Any], Any], template: Any, context: Any = None) -> Any:
        """A template imported without context runs once, for all that import it."""
        reads = self.desk.reads
        if reads is None:
            return stock(context)
        if mark(template) not in self._bodies:
            inner = Reads(self._facts, self._look, self.desk, template.globals, lambda name: None)
            self.desk.reads = inner
            try:
                module = stock(context)
            finally:
                self.desk.reads = reads
            pure = (
                not inner.volatile
                and not inner.touched
                and all(found.startswith("constant ") for found in inner.tokens[1:])
            )
            left = (vars(module)[name] for name in vars(module) if not name.startswith("_"))
            pure = pure and all(type(v) in PLAIN or isinstance(v, Macro) for v in left)
            self._bodies[mark(template)] = template, pure, inner.templates
        _, pure, templates = self._bodies[mark(template)]
        reads.templates += templates
        if not pure:
            reads.distrust("a template it imports looks around")
        return stock(context)

    def _install(self, *, there: bool) -> None:
        if there == self._installed:
            return
        for watched in WATCHED:
            if there:
                watched.__getattribute__ = self._getattribute(watched)
            else:
                del watched.__getattribute__
        self._installed = there

    def _getattribute(self, watched: type) -> Any:
        desk, model, facts = self.desk, self._model, self._facts
        plain = object.__getattribute__
        term = issubclass(watched, URLWrapper)

        def taken(this: Any, name: str) -> Any:
            reads = desk.reads
            if reads is None or desk.busy or name[:2] == "__":
                if reads is not None and name in STATE and not desk.busy:
                    reads.distrust("it looks into an object's own dictionary")
                    self.fill(this)
                return plain(this, name)
            fixed = reads.fixed.get((mark(this), name))
            if fixed is not None and mark(this) in reads.met:
                return reads.known(fixed)
            desk.busy = True
            try:
                # Where only Pelican has a say, a plain term's name says all there is to say of it.
                pure = term and facts.plain and name in WORDS and mark(this) in reads.met
                if pure and model.term(this):
                    value = plain(this, name)
                    if facts.keep and not reads.volatile:
                        reads.fixed[mark(this), name] = (this, -1, value, {})
                    return value
                named = "" if term else model.named(this)
                try:
                    value = _whole(this, name)
                except AttributeError:
                    reads.attribute(this, name, MISSING, named=named, firm=False)
                    raise
                firm = bool(named) and model.firm(this, name)
                return reads.attribute(this, name, value, named=named, firm=firm)
            finally:
                desk.busy = False

        return taken

    def _context_class(self) -> type[Context]:
        desk = self.desk

        class Watching(Context):
            def resolve_or_missing(self, key: str) -> Any:
                value = super().resolve_or_missing(key)
                reads = desk.reads
                if reads is None or desk.busy:
                    return value
                if key == "lipsum":
                    reads.distrust("it draws lots")
                desk.busy = True
                try:
                    return reads.variable(key, value)
                finally:
                    desk.busy = False

            def call(self, callee: Any, /, *args: Any, **named: Any) -> Any:
                reads = desk.reads
                if reads is not None and not trust.call(callee, WATCHED):
                    reads.distrust("it calls a function that is the site's own")
                    args = tuple(map(raw, args))
                    named = {k: v if k[:1] == "_" else raw(v) for k, v in named.items()}
                return super().call(callee, *args, **named)

        return Watching

    def _mark(self, env: Environment) -> None:
        """Let every filter and test that is not Jinja's or Pelican's own be noticed."""
        for functions, name, function in trust.own(env):
            if hasattr(function, "_noticed"):
                continue

            def noticed(*args: Any, _f: Any = function, _n: str = name, **named: Any) -> Any:
                known = _n == "sameas" and all(
                    type(v) in PLAIN or self._model.named(v) for v in args
                )
                if self.desk.reads is not None and not known:
                    self.desk.reads.distrust(
                        f"it uses the filter or test {_n}, which is the site's own"
                    )
                return _f(*map(raw, args), **{key: raw(value) for key, value in named.items()})

            with contextlib.suppress(AttributeError):
                functools.update_wrapper(noticed, function)
            noticed._noticed = True  # type: ignore[attr-defined]
            functions[name] = noticed
