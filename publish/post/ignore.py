"""Names that are never content: hidden files and folders, and files that editors and systems leave.

One list for everything that reads a content folder: Pelican through ``IGNORE_FILES``, our own walks
by name. Nothing is imported, because the shortest build runs this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PREFIXES = ("~$",)
"""Lock files of office programs. Leading dots are tested separately, as STATIC_PATHS may name
hidden files."""
SUFFIXES = ("~", ".swp", ".swo", ".pyc")
NAMES = (
    "Thumbs.db", "thumbs.db", "ehthumbs.db", "Desktop.ini", "desktop.ini", "Icon\r", "__MACOSX",
    "__pycache__", "@eaDir", "lost+found", "$RECYCLE.BIN", "System Volume Information",
)  # fmt: skip


def is_left_behind(name: str, kept: Iterable[str] = ()) -> bool:
    """Whether a file or folder of that name is never content; ``kept`` are hidden ones that
    are (see ``kept_of``)."""
    if name[:1] == ".":
        return name not in kept
    return (
        name in NAMES
        or name.endswith(SUFFIXES)
        or name.startswith(PREFIXES)
        or (len(name) > 1 and name[0] == name[-1] == "#")
    )


def kept_of(static_paths: Iterable[object]) -> tuple[str, ...]:
    """The hidden names that ``STATIC_PATHS`` names itself, such as ``.htaccess``."""
    parts = (part for path in static_paths for part in str(path).replace("\\", "/").split("/"))
    return tuple(sorted({part for part in parts if part[:1] == "." and part.strip(".")}))


def patterns(static_paths: Iterable[object] = ()) -> list[str]:
    """The same as glob patterns for Pelican's ``IGNORE_FILES``.

    Patterns have no exceptions. So with hidden files in ``static_paths``, the patterns match every
    other name with a leading dot, character by character.
    """
    kept = kept_of(static_paths)
    return [
        *_hidden(".", kept),
        *(f"{_escaped(prefix)}*" for prefix in PREFIXES),
        # Hidden names are matched by the patterns above alone.
        *(f"[!.]*{suffix}" for suffix in SUFFIXES),
        "~",
        "#*#",
        *map(_escaped, NAMES),
    ]


def _hidden(begin: str, kept: tuple[str, ...]) -> Iterator[str]:
    """Patterns for all names with this beginning but ``kept``."""
    longer = sorted(
        {name[len(begin)] for name in kept if len(name) > len(begin) and name.startswith(begin)}
    )
    if begin not in kept:
        if not longer:
            yield f"{_escaped(begin)}*"
            return
        yield _escaped(begin)
    if longer:
        inside = "".join(sorted(longer, key=lambda c: (c != "]", c == "-", c)))
        yield f"{_escaped(begin)}[!{inside}]*"
    else:
        yield f"{_escaped(begin)}?*"
    for character in longer:
        yield from _hidden(begin + character, kept)


def _escaped(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)
