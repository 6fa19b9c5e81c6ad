"""Imports Pelican without libraries that most builds do not use.

Importing Pelican takes longer than a small edit's build; more than half of that is docutils, rich,
its server, its command line and watchfiles. After ``install`` stubs are imported in their place.
Only Pelican sees a stub: they are removed once it is imported, and later imports get the library
itself. Using a stub raises ``StubUsed``, and the work is repeated with everything loaded.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import types
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from typing import Any, NoReturn

from publish.post import installed

DOCUTILS = (
    "docutils", "docutils.core", "docutils.io", "docutils.writers", "docutils.writers.html4css1",
    "docutils.parsers", "docutils.parsers.rst", "docutils.parsers.rst.languages",
)  # fmt: skip
RST = ("PelicanHTMLWriter", "PelicanHTMLTranslator", "_FieldBodyTranslator", "HTMLTranslator",
       "Writer", "docutils", "rstdirectives")  # fmt: skip
"""Names in ``pelican.readers`` that need docutils."""
LAZY = {
    "argparse": ("Action",),
    "importlib.metadata": ("PackageNotFoundError",),
    "multiprocessing": (),
    "pelican.server": ("ComplexHTTPRequestHandler", "RootedHTTPServer"),
    "rich.console": ("Console",),
    "rich.logging": ("RichHandler",),
    "urllib.request": (),
    "watchfiles": ("Change", "DefaultFilter"),
}
"""Libraries of which Pelican's own import uses these classes only; the rest is imported lazily."""
LATE = {"importlib.metadata": ("entry_points",), "urllib.request": ("Request", "urlopen")}
"""Functions imported from them that are called much later."""
STUBBED = ("pelican", "imagesize", "pygments.plugin")
"""Packages imported with stubs: Pelican, imagesize (which can read from the web), and pygments'
lexers of other packages."""

SIDE_EFFECTS = (
    "email.charset", "email.encoders", "email.errors", "email.header", "email.message",
    "email.parser", "email.utils", "importlib.abc", "urllib.error", "urllib.response",
)  # fmt: skip
"""Modules that importing Pelican loads as a side effect, and that others use without an import."""
SUBMODULES = {
    "PIL": ("PIL.Image",),
    "docutils": (*DOCUTILS[1:], "docutils.nodes", "docutils.parsers.rst.directives",
                 "docutils.parsers.rst.roles"),
    "http": ("http.client", "http.server"),
    "multiprocessing": ("multiprocessing.context",),
    "pygments": ("pygments.formatters", "pygments.lexers"),
    "rich": ("rich.console", "rich.logging"),
}  # fmt: skip
"""Submodules that importing a package must load too, as an import by Pelican would have."""


class StubUsed(BaseException):
    """A stub was used. Not an ``Exception``, so that no handler catches it."""


def install() -> None:
    """Import Pelican with stubs from now on."""
    if "pelican" not in sys.modules and not any(isinstance(f, _Finder) for f in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def unload() -> None:
    """Unload Pelican, so that the next import loads all of it."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in [n for n in sys.modules if n.partition(".")[0] == "pelican"]:
        del sys.modules[name]


class _Finder:
    """Finds Pelican, and imports it with stubs in place."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Called by the import system, as for every finder."""
        if name not in STUBBED and name not in SUBMODULES:
            return None
        spec = PathFinder.find_spec(name, path, target)
        loader: Any = spec and spec.loader
        if loader is None:
            return None
        stock = loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            if name in STUBBED:
                with _lightly():
                    stock(module)
                return
            stock(module)
            for further in SUBMODULES[name]:
                with contextlib.suppress(ImportError):
                    importlib.import_module(further)

        loader.exec_module = exec_module
        return spec


@contextlib.contextmanager
def _lightly() -> Iterator[None]:
    ours = {name: module for name, module in _stubs().items() if name not in sys.modules}
    sys.modules.update(ours)
    _attach(ours)
    try:
        yield
    finally:
        # As attributes of their packages they may stay: using one loads the module.
        for name, module in ours.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            for late in LATE.get(name, ()):
                del vars(module)[late]
        for name in SIDE_EFFECTS:
            importlib.import_module(name.rpartition(".")[0])
        _attach(ours | {name: _LazyModule(name, ()) for name in SIDE_EFFECTS})
        if readers := sys.modules.get("pelican.readers"):
            _guard(readers)


def _attach(modules: Mapping[str, types.ModuleType]) -> None:
    """Set the modules as attributes of their packages, where these are loaded and lack them."""
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and child not in vars(sys.modules[parent]):
            setattr(sys.modules[parent], child, module)


def _stubs() -> dict[str, types.ModuleType]:
    found: dict[str, types.ModuleType] = {name: _Docutils(name) for name in DOCUTILS}
    vars(found["docutils.writers.html4css1"]).update(HTMLTranslator=_Base, Writer=_Base)
    vars(found["docutils.parsers.rst.languages"])["get_language"] = _language
    found["pelican.rstdirectives"] = _LazyModule("pelican.rstdirectives", ())
    for name, classes in LAZY.items():
        found[name] = _LazyModule(name, classes)
    vars(found["importlib.metadata"])["version"] = _version
    for name, functions in LATE.items():
        vars(found[name]).update({each: _late(name, each) for each in functions})
    return found


def _late(module: str, name: str) -> Any:
    """A stand-in for a function or class, which imports it when it is called."""
    return lambda *args, **named: getattr(importlib.import_module(module), name)(*args, **named)


def _guard(readers: types.ModuleType) -> None:
    """Replace Pelican's classes that derive from stubs, so that no later import returns one."""
    if not isinstance(vars(readers).get("docutils"), _Docutils):
        return
    for name in RST[:-2]:
        vars(readers).pop(name, None)

    def absent(name: str) -> NoReturn:
        if name in RST:
            raise StubUsed(name)
        raise AttributeError(f"module {readers.__name__!r} has no attribute {name!r}")

    vars(readers)["__getattr__"] = absent


def _language(code: str) -> bool:
    """Whether docutils supports this language, as far as can be told without importing it."""
    name = str(code).lower().replace("-", "_")
    for folder in sys.path:
        if os.path.exists(f"{folder}/docutils/parsers/rst/languages/{name}.py"):  # noqa: PTH110
            return True
    raise StubUsed("docutils")


def _version(package: str) -> str:
    """The version of an installed package, as its own record has it."""
    known = installed.release(package)
    return known or str(importlib.import_module("importlib.metadata").version(package))


class _Base:
    """Stub of a class that Pelican subclasses."""

    def __init__(self, *args: Any, **named: Any) -> None:
        raise StubUsed(type(self).__name__)


class _Docutils(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise StubUsed(f"{self.__name__}.{name}")


class _LazyModule(types.ModuleType):
    """Stub of a module, which is imported when more than the names of its classes is used."""

    def __init__(self, name: str, classes: tuple[str, ...]) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        for each in classes:
            vars(self)[each] = type(each, (_Object,), {"_of": name, "__module__": name})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


class _Object(Exception):
    """Stub of an object of such a module; replaced by the real one when it is used."""

    _of = ""

    def __init__(self, *args: Any, **named: Any) -> None:
        vars(self)["_made"] = (args, named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        true = vars(self).get("_true")
        if true is None:
            args, named = vars(self)["_made"]
            args = tuple(getattr(a, "_itself", a) if isinstance(a, _Object) else a for a in args)
            kind = getattr(importlib.import_module(self._of), type(self).__name__)
            true = vars(self)["_true"] = kind(*args, **named)
        return true if name == "_itself" else getattr(true, name)
