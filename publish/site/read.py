"""Reads a site as a build does, up to the moment before anything is drawn or rendered."""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import ConfigError
from publish.post.record import Library
from publish.settings import Settings
from publish.site.engine.complaints import Complaints

UNFIT = "this source is kept from Pelican"
"""What the reading of a source that is not fit ends with."""


class _Done(BaseException):
    """Every source is read: Pelican is to go no further."""


def read(
    settings: Settings,
    overrides: Mapping[str, Any] | None = None,
    *,
    fit: Callable[[Path], bool] = lambda source: True,
) -> Library:
    """The records of the site, made by Pelican in a process of its own. Nothing is written.

    ``overrides`` are settings that count more than the file's. What Pelican and the plugins
    refuse is among the library's ``complaints``; a source that is not ``fit`` is never opened
    by them, and is one that could not be read.

    Raises:
        ConfigError: there is no content folder, or the process ended before it could answer.
    """
    if not settings.content.is_dir():
        raise ConfigError(
            f"{settings.path.name}: PATH names {settings.content.name}/, which is no folder",
            "make it, or correct PATH",
        )
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiving)
        try:
            with os.fdopen(sending, "wb") as answer:
                pickle.dump(_whole(settings, overrides or {}, fit), answer)
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    if not said:
        raise ConfigError(f"{settings.path.name}:1: reading the site ended early", "run it again")
    library: Library = pickle.loads(said)  # noqa: S301 - written by our own process
    return library


def _whole(
    settings: Settings, overrides: Mapping[str, Any], fit: Callable[[Path], bool]
) -> Library:
    """With as much of Pelican as the site needs."""
    try:
        return _library(settings, overrides, fit)
    except light.Needed:
        light.forget()
        return _library(settings, overrides, fit)


def _library(
    settings: Settings, overrides: Mapping[str, Any], fit: Callable[[Path], bool]
) -> Library:
    from pelican import signals
    from pelican.settings import read_settings

    from publish.site.library import library_of
    from publish.site.posts import files

    complaints = Complaints(settings.root, settings.output)
    _alone(settings, complaints)
    _guard(fit)
    # Where a plugin fails, the rules over text still have their sources.
    listed = {
        file.relative_to(settings.content).as_posix(): kind
        for kind, folders in (("article", settings.posts), ("page", settings.pages))
        for file in files(settings, folders)
    }
    library = Library(
        settings.content.name, sources=listed, settings=dict(settings.values), failed=True
    )
    ours = {
        "PATH": str(settings.content), "DELETE_OUTPUT_DIRECTORY": False, "DEBUG": False,
        "CACHE_CONTENT": False, "LOAD_CONTENT_CACHE": False, "WITH_FUTURE_DATES": False,
        **overrides,
    }  # fmt: skip
    try:
        found = read_settings(str(settings.path), override=ours)
        complaints.content = Path(found["PATH"])

        def halt(generators: list[Any], **_: Any) -> None:
            nonlocal library
            for generator in generators:
                if hasattr(generator, "refresh_metadata_intersite_links"):
                    generator.refresh_metadata_intersite_links()
            library = library_of(generators, found)
            raise _Done

        # From here on plugins draw, encode and compose.
        signals.static_generator_finalized.receivers.clear()
        signals.all_generators_finalized.send = halt
        _named(found["PELICAN_CLASS"])(found).run()
    except _Done:
        pass
    except (Exception, SystemExit) as error:  # a settings file or plugin may do anything
        complaints.failed(error)
    # Of what was not fit a rule tells, at its line.
    heard = (said for said in complaints.errors if UNFIT not in said)
    return replace(library, complaints=tuple(heard))


def _alone(settings: Settings, complaints: Complaints) -> None:
    """Make this copy of the process as good as new: it may have read other sites before."""
    from pelican import log, signals

    os.chdir(settings.root)
    for name in [name for name in os.environ if name.startswith("MAILCHIMP_")]:
        del os.environ[name]  # a key must not reach a plugin
    # Python trusts compiled files by the second; a plugin edited twice in one would stay stale.
    sys.dont_write_bytecode = True
    # Plugins may print.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for signal in vars(signals).values():
        if hasattr(signal, "_clear_state") and not isinstance(signal, type):
            signal._clear_state()
    given = settings.values.get("PLUGINS")
    listed = given if isinstance(given, list | tuple) else ()
    plugins = {name.split(".")[0] for name in listed if isinstance(name, str)}
    for name in [name for name in sys.modules if name.split(".")[0] in plugins]:
        del sys.modules[name]
    logging.getLogger().handlers[:] = [complaints]
    logging.disable(logging.NOTSET)
    # Pelican tells the fifth of a kind as "and others"; here each has its place.
    log.LimitFilter._threshold = sys.maxsize
    log.LimitFilter._raised_messages.clear()


def _guard(fit: Callable[[Path], bool]) -> None:
    """Keep Pelican from opening a source that is not fit."""
    from pelican.readers import Readers

    stock = Readers.read_file

    def read_file(
        readers: Readers, base_path: str, path: str, *args: Any, fmt: str | None = None, **how: Any
    ) -> Any:
        if fmt is None and not fit(Path(base_path, path)):
            raise ValueError(UNFIT)
        return stock(readers, base_path, path, *args, fmt=fmt, **how)

    Readers.read_file = read_file


def _named(kind: Any) -> Any:
    """``PELICAN_CLASS``, a class or its dotted name."""
    if not isinstance(kind, str):
        return kind
    module, _, name = kind.rpartition(".")
    return getattr(importlib.import_module(module), name)
