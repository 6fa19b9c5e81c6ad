"""The result of a check, and its cache: if nothing changed, the last result is returned.

Few modules are imported: a check that has nothing to do reads one file and compares stamps.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

from publish.errors import ConfigError
from publish.post import cache, stamps
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings, require_folders

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""What differs between two runs in the words for a function."""
Seen = dict[str, tuple[str, str]]
"""Files by name: stamp, and a digest if the stamp is too young (else ``""``)."""


class Judged(NamedTuple):
    """All findings of a site, by file and line, and the time (epoch seconds) until which they are
    valid: then the next scheduled post becomes public. ``reads`` are the files that the settings
    and plugins read, beside those that every check reads; None if they may depend on more."""

    findings: list[Diagnostic]
    until: float
    reads: Sequence[str] | None = ()


def check(
    settings: Settings,
    judge: Callable[[], Judged],
    paths: Sequence[Path] = (),
    *,
    built: bool = True,
    harmless: Callable[[str], bool] = lambda name: False,
) -> list[Diagnostic]:
    """All findings, by file and line; only those in ``paths`` if given. ``judge`` finds them; it is
    not called if nothing changed since the last check. The whole site is checked in any case, as a
    link is judged with its target. Without ``built`` only the inputs of the next build are checked,
    not the output of the last one. ``harmless``: whether the change of a file about which there is
    no finding brings none.

    Raises:
        ConfigError: there is no content folder, its output would lie over it, or a path names
            nothing.
        Refused: a file lies in the place of the output folder.
    """
    require_folders(settings)
    chosen = names(settings, paths)
    file = settings.cache / "answers"
    code = cache.code_digest(Path(__file__).parents[1])
    code += stamps.environment_digest(str(settings.path))
    # A settings file may get its values from anywhere.
    code += ADDRESS.sub("", repr(settings.values))
    code = hashlib.sha256(code.encode("utf-8", "surrogateescape")).hexdigest()
    known = cache.load(file)
    answers: dict[Any, Any] = known["answers"] if known.get("code") == code else {}
    answer, reads = answers.get(question := (settings.path.name, built), (None, ()))
    since = time.time_ns()
    now = seen({*watched(settings, built=built), *reads})
    found = _still_true(answer, now, harmless)
    if found is None:
        found, until, read = judge()
        answers.pop(question, None)
        more = seen(set(read or ()) - now.keys())
        # Not cached: findings that may quote a key, which is stored nowhere, those about folders'
        # permissions, which no stamp covers, and those of files that changed as they were read.
        if (
            read is not None
            and not any(finding.rule in ("secret", "unwritable") for finding in found)
            and all(stamps.changed_at(stamp) < since for stamp, _ in more.values())
        ):
            answer = now | more, until, [astuple(finding) for finding in found]
            answers[question] = answer, read
        with contextlib.suppress(OSError):
            cache.save(file, {"code": code, "answers": answers})
    return [f for f in found if chosen is None or within(f.file, chosen)]


def _still_true(answer: Any, now: Seen, harmless: Callable[[str], bool]) -> list[Diagnostic] | None:
    """The findings of a cached ``answer``, if the files have the same stamps ``now``, or changed in
    no way that matters."""
    if answer is None:
        return None
    then, until, findings = answer
    if not then or time.time() >= until or then.keys() != now.keys():
        return None
    for name, (stamp, content) in now.items():
        was, had = then[name]
        changed = was != stamp or (had and had != (content or _content(name)))
        if changed and (any(name.endswith(found[0]) for found in findings) or not harmless(name)):
            return None
    return [Diagnostic(*parts) for parts in findings]


def seen(files: Iterable[str]) -> Seen:
    """The files' present stamps; to be called before they are read."""
    found = stamps.of(files)
    return {
        name: (stamp, "" if stamps.is_trustworthy(stamp) else _content(name))
        for name, stamp in found.items()
    }


def _content(name: str) -> str:
    return stamps.digest(name) or "?"


def watched(settings: Settings, *, built: bool = True) -> Iterator[str]:
    """Every file that a check may read, each once: the inputs of its result."""
    root = settings.root
    with os.scandir(root) as entries:
        own_code = {entry.path for entry in entries if entry.name.endswith(".py")}
    yield from sorted({str(settings.path), *settings.modules, *own_code})
    given = (settings.values.get(name) for name in ("PLUGIN_PATHS", "THEME_TEMPLATES_OVERRIDES"))
    own = [settings.values.get("THEME"), *(name for names in given for name in names or ())]
    folders = [settings.content, *(root / str(name) for name in own if name), settings.issues]
    met: set[tuple[int, int]] = set()
    kept = f"{settings.content / 'ledger' / 'issues'}{os.sep}"
    for folder in (*folders, *((settings.output,) if built else ())):
        for name in stamps.walk(str(folder), met, lambda name: name == "__pycache__"):
            # No rule reads the letters as they were sent.
            if not name.startswith(kept):
                yield name


def names(settings: Settings, paths: Sequence[Path]) -> frozenset[str] | None:
    """``paths`` in the form of findings' files; None for no restriction.

    Raises:
        ConfigError: one of them does not exist.
    """
    if not paths:
        return None
    chosen = set()
    for path in paths:
        # Relative to the working directory, to the project, or to the content folder.
        places = (path, settings.root / path, settings.content / path)
        named = [os.path.relpath(p, settings.root) for p in places if os.path.lexists(p)]
        inside = next((name for name in named if not name.startswith("..")), None)
        if inside is None:
            raise ConfigError(
                f"{path}: there is no such file in this site", "name a file or folder of content"
            )
        chosen.add(Path(inside).as_posix())
    return frozenset(chosen)


def within(file: str, chosen: frozenset[str]) -> bool:
    """Whether a file is one of the chosen, or lies in one of them."""
    return any(name in (file, ".") or file.startswith(f"{name}/") for name in chosen)
