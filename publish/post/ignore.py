"""What is never content: hidden files and folders, and what editors and systems leave.

One list for everything that looks at a content folder: Pelican by ``IGNORE_FILES``, our own walks
by name. Only names are looked at, and nothing is imported: the shortest build runs this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PREFIXES = ("~$",)
"""Office programs' locks. A leading dot is looked at by itself: STATIC_PATHS may name one."""
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
    """The same for Pelican's ``IGNORE_FILES``, whose patterns are held against names.

    A pattern cannot make an exception. So with hidden files that ``static_paths`` names, the
    patterns match every name with a leading dot that differs from theirs in some place.
    """
    kept = kept_of(static_paths)
    return [
        *_hidden(".", kept),
        *(f"{_escaped(prefix)}*" for prefix in PREFIXES),
        # A hidden name is judged by the patterns above alone.
        *(f"[!.]*{suffix}" for suffix in SUFFIXES),
        "~",
        "#*#",
        *map(_escaped, NAMES),
    ]


def _hidden(begin: str, kept: tuple[str, ...]) -> Iterator[str]:
    """Patterns for all names with this beginning but ``kept``."""
    longer = sorted({name[len(begin)] for name in kept if len(name) > len(begin)
                     and name.startswith(begin)})  # fmt: skip
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
