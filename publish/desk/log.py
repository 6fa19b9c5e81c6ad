"""The log of the desk's acts, one line each, in ``.publish/desk/log.jsonl``."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from publish.desk import words


@dataclass
class Log:
    """Appends to ``file``; unreadable lines are skipped."""

    file: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, how: str, lines: tuple[str, ...] = ()) -> None:
        """Log an act; ``how`` is ``done``, ``refused`` or ``not now``. A log that cannot be written
        changes nothing about the act."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {"at": at, "what": what, "how": how, "lines": list(lines)}
        with suppress(OSError), self._lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8", errors="replace") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def last_day(self, zone: ZoneInfo, now: datetime) -> list[SimpleNamespace]:
        """The entries of the last 24 hours, the newest first."""
        found, lines = [], list[bytes]()
        with suppress(OSError):
            lines = self.file.read_bytes().splitlines()
        for line in reversed(lines):
            try:
                entry = json.loads(line)
                at = datetime.fromisoformat(entry["at"])
                made = SimpleNamespace(
                    at=words.sentence(words.saved(at, zone, now)),
                    what=entry["what"],
                    how=entry["how"],
                    lines=tuple(entry["lines"]),
                )
            except (ValueError, KeyError, TypeError):
                continue
            if (now - at).total_seconds() > 86400:
                break
            found.append(made)
        return found
