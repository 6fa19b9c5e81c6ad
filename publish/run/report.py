"""The report of a run: for the terminal, scripts, the page of a CI job, and a dead man's switch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish.errors import WORST, Exit, PublishError
from publish.http import ask
from publish.post import cache as caches


@dataclass
class Report:
    """``errors`` in the order they occurred; ``lines`` for the terminal.

    ``ledger`` is ``pushed``, ``unchanged``, ``unpushed``, or ``none`` where there is no repository.
    """

    live: bool
    deploys: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    errors: list[PublishError] = field(default_factory=list)
    ledger: str = "none"
    next_due: str = ""
    refused: Exit = Exit.OK

    @property
    def sent(self) -> bool:
        """Whether this run sent or scheduled a letter."""
        return any(issue.get("sent_by_this_run") for issue in self.issues)

    @property
    def code(self) -> Exit:
        """The exit code: the worst of all errors."""
        codes = {error.code for error in self.errors} | {self.refused}
        if self.sent and self.ledger == "unpushed":
            codes.add(Exit.UNKNOWN)
        return next(code for code in WORST if code in codes)

    def document(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "live": self.live,
            "code": int(self.code),
            "deploys": self.deploys,
            "issues": [dict(issue) for issue in self.issues],
            "ledger": self.ledger,
            "next_due": self.next_due or None,
            "lines": self.lines,
            "errors": [str(error) for error in self.errors],
        }


def publish(report: Report, cache: Path, warn: Callable[[str], None]) -> None:
    """Publish the report on the page of a CI job; that of a live run also in the cache for
    `doctor`, and as a heartbeat to ``PUBLISH_HEARTBEAT_URL``, with ``/fail`` appended after a
    failed run. None of them changes the run's exit code."""
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(page).open("a", encoding="utf-8") as stream:
                stream.write(summary(report))
        except OSError as error:
            warn(f"the summary of this job could not be written ({error.strerror})")
    if not report.live:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    caches.save(cache / "run" / "last", {"at": now, "code": int(report.code)})
    if url := os.environ.get("PUBLISH_HEARTBEAT_URL", "").strip():
        try:
            status = ask(url + ("" if report.code == Exit.OK else "/fail")).status
        except OSError:
            status = 0
        if not 200 <= status < 300:
            # The address is a secret: anyone who has it can fake a healthy run.
            said = f"answers {status}" if status else "does not answer"
            warn(f"the address in PUBLISH_HEARTBEAT_URL {said}")


def summary(report: Report) -> str:
    """The run as Markdown."""
    state = "done" if report.code == Exit.OK else f"ended with exit code {int(report.code)}"
    rows = [f"- {line}" for line in report.lines]
    rows += [f"- **{error}**" for error in report.errors]
    return "\n".join([f"### publish run: {state}", "", *rows, ""]) + "\n"


def last(cache: Path) -> dict[str, Any]:
    """The report of the last run on this machine; empty if there was none."""
    return caches.load(cache / "run" / "last")
