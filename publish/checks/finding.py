"""A finding, and how a list of them is printed. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong where, and how to mend it.

    ``file`` is relative to the project, with slashes; ``severity`` error stops a build.
    """

    file: str
    line: int
    rule: str
    severity: Literal["error", "warning"]
    message: str
    remedy: str

    @property
    def located(self) -> str:
        """``file:line: message``."""
        return f"{self.file}:{self.line}: {self.message}"

    def __str__(self) -> str:
        return f"{self.located} — {self.remedy}"


def as_json(findings: Sequence[Finding]) -> str:
    """A list for scripts."""
    return json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=2)


def as_github(findings: Sequence[Finding]) -> str:
    """Annotations as GitHub Actions reads them from standard output."""
    return "\n".join(
        f"::{f.severity} file={_property(f.file)},line={f.line},title={f.rule}::"
        f"{_data(f'{f.message} — {f.remedy}')}"
        for f in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
