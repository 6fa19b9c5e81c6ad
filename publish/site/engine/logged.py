"""What Pelican logs and goes on from, as findings with a file and a line."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ERROR_PREFIXES = (
    "unable to find",
    "other resources were not found",
    "replacement indicator",
    "unable to generate valid slug",
    "a problem occurred copying",
    "while copying",
    "skipped copy",
    "cannot copy",
)
"""How those of Pelican's warnings begin after which the site lacks something or links nowhere."""
QUOTED = re.compile(r"['‘`\"]([^'’`\"]+)['’`\"]")
PACKAGE = f"{Path(__file__).resolve().parents[2]}{os.sep}"
"""Where this tool lies, perhaps in the site's folder: no fault of a site stands there."""


class LogCollector(logging.Handler):
    """Keeps what is logged: ``errors`` forbid the build, ``warnings`` do not.

    ``root`` is the site's folder, ``content`` its Pelican ``PATH``, ``output`` where it renders.
    """

    def __init__(self, root: Path, output: Path) -> None:
        super().__init__(logging.WARNING)
        self.root, self.content, self.output = root, root / "content", output
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging, in the frame that logs."""
        self.count += 1
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        grave = record.levelno >= logging.ERROR or str(record.msg).lower().startswith(
            ERROR_PREFIXES
        )
        cause = sys.exc_info()[1]
        if record.levelno >= logging.ERROR and cause is not None and str(cause) not in text:
            # Pelican names the post and drops the reason unless it is debugging.
            text = f"{text}: {type(cause).__name__}: {cause}"
        source = self._source(record)
        self._keep(self.errors if grave else self.warnings, self._placed(text, source))

    def add(self, errors: list[str], warnings: list[str]) -> None:
        """Add another process's records."""
        self.count += len(errors) + len(warnings)
        for kept, texts in ((self.errors, errors), (self.warnings, warnings)):
            for text in texts:
                self._keep(kept, text)

    def failed(self, error: BaseException) -> None:
        """The run ended by ``error``."""
        text = getattr(error, "message", None) or getattr(error, "strerror", None) or str(error)
        line = f"{type(error).__name__}: {text}" if text else type(error).__name__
        self._keep(self.errors, f"{self._where(error)}{self._short(line)}")

    def _keep(self, kept: list[str], text: str) -> None:
        if text and text not in kept:
            kept.append(text)

    def _short(self, text: str) -> str:
        text = " ".join(text.split("Traceback (most recent", 1)[0].split())
        for folder in (self.output, self.root):
            text = text.replace(f"{folder}{os.sep}", "")
        return text if len(text) <= 400 else f"{text[:400]}…"

    def _placed(self, text: str, source: Path | None) -> str:
        text = self._short(text)
        if source is None:
            return text
        place = f"{self._called(source)}:{_line(source, QUOTED.findall(text))}"
        for name in {self._called(source), self._relative(source)}:
            text = text.removeprefix(f"Could not process {name}: ").removeprefix(f"{name}: ")
        return f"{place}: {text.removeprefix('ValueError: ')}"

    def _source(self, record: logging.LogRecord) -> Path | None:
        """The content file that a complaint is about: one it names, else the one being made."""
        # What could not be found from a post is no file, or another one's.
        if str(record.msg).lower().startswith(ERROR_PREFIXES[0]):
            return self._being_made() or self._named(record.args)
        return self._named(record.args) or self._being_made()

    def _named(self, args: Any) -> Path | None:
        values = args.values() if isinstance(args, dict) else args or ()
        for value in values if isinstance(values, Iterable) else ():
            name = str(value)
            if "\0" in name or len(name) > 1000 or not Path(name).suffix:
                continue
            for base in (self.content, self.root):
                if (base / name).is_file():
                    return base / name
        return None

    def _being_made(self) -> Path | None:
        # A broken link is logged without its post; the post is the `self` of a caller.
        frame = sys._getframe(1)
        while frame is not None:
            path = getattr(frame.f_locals.get("self"), "source_path", None)
            if isinstance(path, str) and Path(path).is_file():
                return Path(path)
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def _where(self, error: BaseException) -> str:
        """``file:line: `` of the last frame in a template or in the site's own code."""
        frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
        places = [
            (file, line) for file, line in (*frames, *getattr(error, "frames", ()))
            if self._own(file)
        ]  # fmt: skip
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if isinstance(file, str) and isinstance(line, int):
            places.append((file, line))
        if places:
            return f"{self._called(Path(places[-1][0]))}:{places[-1][1]}: "
        return f"{self._short(str(file))}: " if isinstance(file, str) else ""

    def _own(self, name: str) -> bool:
        inside = name.startswith(f"{self.root}{os.sep}") and "site-packages" not in name
        if name.startswith(PACKAGE):
            return False
        return inside or (name.startswith("/") and Path(name).suffix not in (".py", ".pyc"))

    def _called(self, file: Path) -> str:
        return str(file.relative_to(self.root)) if file.is_relative_to(self.root) else str(file)

    def _relative(self, file: Path) -> str:
        inside = file.is_relative_to(self.content)
        return str(file.relative_to(self.content)) if inside else str(file)


def _line(source: Path, words: list[str]) -> int:
    """The first line of ``source`` that holds the last quoted word it can, a key in any case; 1
    if none does."""
    try:
        lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 1
    for word in reversed(words):
        for number, line in enumerate(lines, 1):
            if word in line or (word.endswith(":") and line.lower().startswith(word.lower())):
                return number
    return 1
