"""Diagnostics: what is wrong where and how to fix it, and their output formats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import logging

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """A fault found by a rule. ``file`` is for rules over the whole site, ``severity`` overrides
    the rule's own. ``fix`` is the wrong text on the line and its replacement, where the rule has
    both (``("", value)``: a missing value)."""

    line: int
    message: str
    remedy: str
    file: str = ""
    severity: Severity | None = None
    fix: tuple[str, str] | None = None


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One remark for the author.

    ``file`` is relative to the project, with slashes; ``line`` counts from 1. An ``error``
    stops ``build`` and ``send``, a ``warning`` does not. ``fix`` is as in ``Problem``.
    """

    file: str
    line: int
    rule: str
    severity: Severity
    message: str
    remedy: str
    fix: tuple[str, str] | None = field(default=None, compare=False)

    @property
    def located(self) -> str:
        """``file:line: message``."""
        return f"{self.file}:{self.line}: {self.message}"

    def __str__(self) -> str:
        return f"{self.located} — {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        """The finding for scripts, keys as in the fields, without ``fix``."""
        found = asdict(self)
        del found["fix"]
        return found


class Complaint(NamedTuple):
    """An error that Pelican or a plugin reports while a site is read.

    ``file`` is ``""`` where it is unknown; ``line`` counts from 1, 0 is unknown; ``key`` is the
    front-matter key on that line. ``kind`` classifies it, for rules that report the same error with
    more detail; ``parts`` are the values concerned, as text: a link, a name, another file.
    """

    message: str
    file: str = ""
    line: int = 0
    remedy: str = ""
    kind: str = ""
    parts: tuple[str, ...] = ()
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} — {self.remedy}" if self.remedy else text

    def log(self, logger: logging.Logger, level: int = 40) -> None:
        """Log it as an error: stock Pelican prints it, the engine collects the object."""
        logger.log(level, "%s", self, extra={"complaint": self})


def unwritable(error: OSError, what: str) -> Complaint:
    """The complaint that a plugin could not write ``what``."""
    message = f"{error.filename}: {what} cannot be written ({error.strerror})"
    return Complaint(message, remedy="fix that (permissions, disk space) and build again")


def quoted(value: str, most: int = 60) -> str:
    """An author's value quoted for a message: one line, printable, shortened."""
    cut = value[: most + 1]
    line = "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in cut)
    line = " ".join(line.split())
    return line if len(value) <= most else f"{line[:most]}…"


def as_json(findings: Sequence[Diagnostic]) -> str:
    """A list of objects with file, line, rule, severity, message and remedy."""
    return json.dumps([f.as_dict() for f in findings], ensure_ascii=False, indent=2)


def as_github(findings: Sequence[Diagnostic]) -> str:
    """Workflow commands that GitHub Actions reads from standard output; ``""`` for none."""
    return "\n".join(
        f"::{f.severity} file={_property(f.file)},line={f.line},title={_property(f.rule)}::"
        f"{_data(f'{f.message} — {f.remedy}')}"
        for f in findings
    )


def _data(text: str) -> str:
    # The percent sign first, or escapes would be escaped again.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
