"""Collects Pelican's log messages as complaints with a file and a line."""

from __future__ import annotations

import errno
import locale
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publish.post.diagnostic import Complaint
from publish.post.frontmatter import line_naming
from publish.site.engine import BadMoment, UnfitSource

KINDS = {
    "Skipping %s: could not find information about '%s'": "missing-key",
    "Unable to find '%s', skipping url replacement.": "unfound",
    'Unable to generate valid slug for %s "%s".': "no-slug",
    "Skipping %s: file %r would be written outside output path": "outside",
}
"""Kinds by Pelican's message templates, for rules that report the same in more detail."""
LINKS = ("unable to find", "other resources were not found", "replacement indicator")
"""Beginnings of Pelican's warnings that mean a broken link."""
ERROR_PREFIXES = (
    *LINKS,
    "unable to generate valid slug",
    "a problem occurred copying",
    "while copying",
    "skipped copy",
    "cannot copy",
)
"""Beginnings of Pelican's warnings that mean a missing page or a broken link."""
QUOTED = re.compile(r"['‘`\"]([^'’`\"]+)['’`\"]")
UNWRITABLE = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)
)
"""What the system says of a file that cannot be written; of a full disk it names none."""
DOCUTILS = re.compile(r"SystemMessage: .+?:(\d+): \((?:WARNING|ERROR|SEVERE)/\d\) ")
"""What precedes the words of an error in reStructuredText."""
MARKDOWN = f"markdown{os.sep}core.py"
PACKAGE = f"{Path(__file__).resolve().parents[2]}{os.sep}"
"""This tool's folder, which may be inside the site's: its files are never the place of a site's
error."""


class LogCollector(logging.Handler):
    """A logging handler: ``errors`` fail the build, ``warnings`` do not.

    ``root`` is the site's folder, ``content`` its Pelican ``PATH``, ``output`` where it renders.
    ``key_lines`` fills with the lines of each source's keys.
    """

    SHARED = ("errors", "warnings")

    def __init__(
        self, root: Path, output: Path, key_lines: Mapping[str, Mapping[str, int]]
    ) -> None:
        super().__init__(logging.WARNING)
        self._key_lines = key_lines
        self.root, self.content, self.output = root, root / "content", output
        self.errors: list[Complaint] = []
        self.warnings: list[Complaint] = []
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging, in the frame that logs."""
        self.count += 1
        template = str(record.msg)
        start = template.lower()
        is_error = record.levelno >= logging.ERROR or start.startswith(ERROR_PREFIXES)
        if start.startswith(LINKS) and getattr(_being_made(), "status", "") == "draft":
            is_error = False  # as `check` judges it: a draft, which a preview shows, is unfinished
        kept = self.errors if is_error else self.warnings
        complaint = getattr(record, "complaint", None)
        if isinstance(complaint, Complaint):
            self._append(kept, self._located(complaint))
            return
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = template
        args = record.args if isinstance(record.args, tuple) else ()
        kind, parts = KINDS.get(template, ""), tuple(str(value)[:1000] for value in args)
        cause = sys.exc_info()[1]
        if record.levelno >= logging.ERROR and cause is not None and not kind:
            kind, parts, reason = _reason(cause)
            # Pelican names the post and omits the reason unless it is debugging.
            if kind == "bad-pattern":
                text = reason
            elif str(cause) not in text:
                text = f"{text}: {reason}"
        self._append(kept, self._placed(text, self._source(record), kind, parts))

    def add(self, complaint: Complaint) -> None:
        """Add an error; its file may be an absolute path."""
        self._append(self.errors, self._located(complaint))

    def failed(self, error: BaseException) -> None:
        """Add the exception that ended the run."""
        kind, parts, line = _reason(error)
        message, _, remedy = self._short(line).partition(" — ")
        # A pattern stands in the settings, whatever plugin fills it in.
        place = ("", 0) if kind == "bad-pattern" else self._where(error)
        self._append(self.errors, Complaint(message, *place, remedy, kind=kind, parts=parts))

    def _append(self, kept: list[Complaint], complaint: Complaint) -> None:
        if complaint.message and complaint not in kept:
            kept.append(complaint)

    def _short(self, text: str) -> str:
        text = " ".join(text.split("Traceback (most recent", 1)[0].split())
        for folder in (self.output, self.root):
            text = text.replace(f"{folder}{os.sep}", "")
        return text if len(text) <= 400 else f"{text[:400]}…"

    def _placed(
        self, text: str, source: Path | None, kind: str, parts: tuple[str, ...]
    ) -> Complaint:
        """A complaint from a message, located by the names it holds."""
        message, _, remedy = self._short(text).partition(" — ")
        if source is None:
            return Complaint(message, remedy=remedy, kind=kind, parts=parts)
        file = _below(self.root, source)
        line = line_naming(QUOTED.findall(message), source)
        for name in {file, _below(self.content, source)}:
            message = message.removeprefix(f"Could not process {name}: ").removeprefix(f"{name}: ")
        message = message.removeprefix("ValueError: ")
        if parsed := DOCUTILS.match(message):
            message, line = message[parsed.end() :], int(parsed[1])
        return Complaint(message, file, line, remedy, kind, parts)

    def _located(self, complaint: Complaint) -> Complaint:
        """A plugin's complaint, with its file as the site names it and its line."""
        message = self._short(complaint.message)
        if not complaint.file:
            return complaint._replace(message=message)
        file = self.root / complaint.file
        line = complaint.line or self._key_lines.get(str(file), {}).get(complaint.key) or 1
        return complaint._replace(message=message, file=_below(self.root, file), line=line)

    def _source(self, record: logging.LogRecord) -> Path | None:
        """The content file that a message is about: one it names, else the one being read."""
        named, content = self._named(record.args), _being_made()
        made = Path(content.source_path) if content else None
        # A broken link's target is not the file that the message is about.
        is_broken_link = str(record.msg).lower().startswith(LINKS[0])
        return made or named if is_broken_link else named or made

    def _named(self, args: Any) -> Path | None:
        values = args.values() if isinstance(args, dict) else args or ()
        for value in values if isinstance(values, Iterable) else ():
            name = str(value)
            if "\0" in name or len(name) > 1000 or not Path(name).suffix:
                continue
            for base in (self.content, self.root):
                if os.path.isfile(base / name):  # noqa: PTH113 - a name may be too long
                    return base / name
        return None

    def _where(self, error: BaseException) -> tuple[str, int]:
        """File and line of the last frame in a template or in the site's own code; of what cannot
        be written, the file."""
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if getattr(error, "errno", None) in UNWRITABLE:
            return self._short(str(file or self.output)), 0
        frames = [(f.filename, f.lineno or 1) for f in traceback.extract_tb(error.__traceback__)]
        places = [
            (file, line)
            for file, line in (*frames, *getattr(error, "frames", ()))
            if self._own(file)
        ]
        if isinstance(file, str) and isinstance(line, int):
            places.append((file, line))
        if places:
            return _below(self.root, Path(places[-1][0])), places[-1][1]
        return (self._short(file), 0) if isinstance(file, str) else ("", 0)

    def _own(self, name: str) -> bool:
        inside = name.startswith(f"{self.root}{os.sep}") and "site-packages" not in name
        if name.startswith(PACKAGE):
            return False
        return inside or (name.startswith("/") and Path(name).suffix not in (".py", ".pyc"))


def _reason(error: BaseException) -> tuple[str, tuple[str, ...], str]:
    """The kind of an exception with its values, and its words."""
    kind, parts = _kind(error)
    text = getattr(error, "message", None) or getattr(error, "strerror", None) or str(error)
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return kind, parts, f"{parts[0]} makes no address: {line}" if kind == "bad-pattern" else line


def _below(folder: Path, file: Path) -> str:
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)


def _kind(error: BaseException) -> tuple[str, tuple[str, ...]]:
    """The kind of an exception, for rules that report it in more detail, and the values it
    concerns."""
    if isinstance(error, UnfitSource):
        return "unfit", ()
    if isinstance(error, BadMoment):
        return "bad-moment", (error.key,)
    if type(error).__name__ == "FileOverwriteFailedError":
        return "overwritten", ()
    if isinstance(error, locale.Error):
        return "bad-date-format", ()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "__init__" and frame.f_code.co_filename.endswith(MARKDOWN):
            return "bad-markdown", ()
        if frame.f_code.co_name == "get_date":
            return "bad-date", (str(frame.f_locals.get("string", "")),)
        if frame.f_code.co_name == "strftime":
            return "bad-date-format", ()
        if frame.f_code.co_name in ("_expand_settings", "_from_settings"):
            held = frame.f_locals
            named = held.get("fq_key") or held.get("setting")
            if named or "prop_value" in held:
                return "bad-pattern", (str(named or "PAGINATION_PATTERNS"),)
        if f"{os.sep}zoneinfo{os.sep}" in frame.f_code.co_filename:
            return "bad-timezone", ()
    return ("bad-timezone", ()) if type(error).__name__ == "ZoneInfoNotFoundError" else ("", ())


def _being_made() -> Any:
    """The content being processed: a broken link is logged without its post, which is the ``self``
    of a caller."""
    for frame, _ in traceback.walk_stack(None):
        content = frame.f_locals.get("self")
        path = getattr(content, "source_path", None)
        if isinstance(path, str) and Path(path).is_file():
            return content
    return None
