"""What lies around the sources: settings file, theme, built site, composed issues."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from publish.checks import keys
from publish.checks.site import Issue, Trouble
from publish.post import identity
from publish.post.identity import Recorded
from publish.settings import Settings

PICTURE = re.compile(r"(?<![\w.%@+-])[\w.%@+-]+\.(?:jpe?g|png|gif|webp|avif|svg|ico)\b", re.I)
ID = re.compile(r"""(?<![\w-])id\s*=\s*["']([^"'<>{}\s]{1,100})["']""")
POLICY = re.compile(r"""http-equiv=["']Content-Security-Policy["'][^>]*?content="([^"]*)\"""", re.I)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
WRITTEN = (".html", ".xml", ".json", ".txt", ".js", ".css")
LARGEST = 5_000_000
"""Bytes; no page, feed or template is longer."""


def secrets(
    settings: Settings, scan: Callable[[Path], tuple[int, ...]], *, built: bool = True
) -> tuple[Trouble, ...]:
    """Keys in the settings file, the theme and, with ``built``, in the built site, as ``scan``
    finds a file's lines that hold some. The key itself is kept nowhere."""
    theme = _theme(settings)
    texts = _files(theme, WRITTEN) if theme else ()
    site = _files(settings.output, WRITTEN) if built else ()
    return tuple(
        Trouble("secret", _relative(file, settings.root), line)
        for file in (settings.path, *texts, *site)
        for line in scan(file)
    )


def leaks(folder: Path) -> Iterator[tuple[str, int]]:
    """Files of a site being built, by their path in its ``folder``, and their lines with keys."""
    for file in _files(folder, WRITTEN):
        for line in scan(file):
            yield _relative(file, folder), line


def scan(file: Path) -> tuple[int, ...]:
    """The lines, from 1, that hold something shaped like a key; none if it cannot be read."""
    return keys.lines(_bytes(file))


def theme_ids(settings: Settings) -> frozenset[str] | None:
    """The ids that templates write into every page; None if there is no theme's folder."""
    folder = _theme(settings)
    if folder is None:
        return None
    return frozenset(i for file in _files(folder, (".html",)) for i in ID.findall(text(file)))


def mentions(settings: Settings) -> frozenset[str]:
    """Names of pictures that the settings or the theme's templates and styles speak of."""
    folder = _theme(settings)
    files = [settings.path, *(_files(folder, (".html", ".css", ".txt")) if folder else ())]
    return frozenset(name for file in files for name in PICTURE.findall(text(file)))


def policy(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The directives of the content security policy that the theme puts into its pages."""
    folder = _theme(settings)
    for file in _files(folder, (".html",)) if folder else ():
        if "Content-Security-Policy" in (page := text(file)):
            found = POLICY.search(JINJA.sub("", page))
            parts = (part.split() for part in (found.group(1) if found else "").split(";"))
            return {part[0]: tuple(part[1:]) for part in parts if part}
    return {}


def watched(settings: Settings, *, built: bool = True) -> Iterator[str]:
    """Every file that a check may look at, each once: what the answer of a check depends on."""
    root = settings.root
    yield from (str(file) for file in sorted(root.glob("*.py")))
    plugins = [root / str(name) for name in settings.values.get("PLUGIN_PATHS") or ()]
    folders = [settings.content, _theme(settings), *plugins, settings.issues]
    seen: set[str] = set()
    for folder in (*folders, *((settings.output,) if built else ())):
        for base, names, files in os.walk(folder or "", followlinks=True):
            real = os.path.realpath(base)
            if real in seen:
                names.clear()
                continue
            seen.add(real)
            names[:] = sorted(name for name in names if name != "__pycache__")
            yield from (f"{base}{os.sep}{name}" for name in sorted(files))


def issues(settings: Settings) -> tuple[Issue, ...]:
    """The sizes of the composed issues, where a build has left some."""
    found = []
    for page in _files(settings.issues, ("issue.html",)):
        words = page.with_name("issue.txt")
        size = words.stat().st_size if words.is_file() else 0
        name = _relative(page, settings.root)
        found.append(Issue(page.parent.name, name, page.stat().st_size, size))
    return tuple(found)


def _theme(settings: Settings) -> Path | None:
    name = settings.values.get("THEME")
    folder = settings.root / str(name) if name else None
    return folder if folder is not None and folder.is_dir() else None


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    for base, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            if name.endswith(endings) and _ordinary(file := Path(base, name)):
                yield file


def _ordinary(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.stat().st_size <= LARGEST else b""
    except OSError:
        return b""


def text(file: Path) -> str:
    """A file's text, whatever its bytes are; ``""`` if it cannot be read."""
    return _bytes(file).decode("utf-8", "replace")


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def recorded(settings: Settings) -> tuple[Recorded, tuple[str, str] | None]:
    """The addresses that were ever published; else the damaged file and what is wrong."""
    ledger = settings.content / "ledger"
    data: list[bytes | None] = []
    for file in (ledger / "urls.json", ledger / "retired.json"):
        try:
            data.append(file.read_bytes())
        except OSError:
            data.append(None)
    try:
        return identity.recorded(*data), None
    except ValueError:
        for name, found in zip(("urls.json", "retired.json"), data, strict=True):
            try:
                identity.texts(found)
            except ValueError as error:
                return Recorded(), (os.path.relpath(ledger / name, settings.root), str(error))
        raise
