"""Reads Markdown in about half the time, with the same result byte for byte.

Python-Markdown tries every inline pattern on every piece of text. Here a pattern is skipped where a
character that it requires is missing.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

PELICAN = ("4.12.",)
"""Prefixes of Pelican versions whose Markdown reader equals ours except for the ``Markdown``
class."""
MARKDOWN = {"3.11.3": "ca654c6e56e01a488262c0d0d2225278f4f4883eca2b7922d658436dd49816ed"}
"""Versions of Markdown, and the digest of the sources of each."""


def install(readers: Any) -> None:
    """Replace Pelican's Markdown reader; a reader of the site's own stays."""
    from pelican.readers import MarkdownReader as Stock

    if not is_known():
        return
    from .reader import MarkdownReader

    for suffix, reader in readers.reader_classes.items():
        if reader is Stock:
            readers.reader_classes[suffix] = MarkdownReader


def digest(folder: Path) -> str:
    """SHA-256, in hex, of the modules and extensions in ``folder``, with line endings
    normalized."""
    total = hashlib.sha256()
    for file in sorted([*folder.glob("*.py"), *folder.glob("extensions/*.py")]):
        total.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


def is_altered(stock: type) -> bool:
    """Whether a method of the class was replaced by a function from another module."""
    return any(
        isinstance(each, FunctionType) and each.__module__ != stock.__module__
        for each in vars(stock).values()
    )


@cache
def _is_known_library() -> bool:
    import markdown
    import pelican

    version, folder = markdown.__version__, Path(markdown.__file__).parent
    known = MARKDOWN.get(version)
    if known and pelican.__version__.startswith(PELICAN) and digest(folder) == known:
        return True
    log.info(
        "Markdown %s or Pelican %s is not one known here: read the stock way",
        version,
        pelican.__version__,
    )
    return False


def is_known() -> bool:
    """Whether the quick reader may replace Pelican's: the installed library is the one it was
    written for."""
    from markdown import Markdown
    from markdown.treeprocessors import InlineProcessor
    from pelican.readers import MarkdownReader

    stock = (Markdown, InlineProcessor, MarkdownReader)
    return _is_known_library() and not any(is_altered(each) for each in stock)


def register() -> None:
    """Called by Pelican."""
    signals.readers_init.connect(install)
