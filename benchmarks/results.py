"""What was measured, and the ratios in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Key = tuple[int, str, str]
"""Posts, job, tool."""


@dataclass(frozen=True)
class Measured:
    """One job of one tool: seconds of each round, and its largest process at its largest in MB.

    ``cpu`` are the seconds of all its processes. ``memory`` is 0, and ``cpu`` empty, where it was
    not measured.
    """

    posts: int
    job: str
    tool: str
    seconds: tuple[float, ...]
    memory: float = 0.0
    cpu: tuple[float, ...] = ()

    @property
    def middle(self) -> float:
        """The median, in seconds."""
        return median(self.seconds)


@dataclass(frozen=True)
class Results:
    """One run of the benchmark. Ratios are to ``reference``; ``versions`` by tool, in order."""

    measured: tuple[Measured, ...]
    reference: str
    versions: Mapping[str, str]
    rounds: int
    machine: str
    command: str

    @property
    def tools(self) -> list[str]:
        """In the order in which they are shown: the reference first."""
        return sorted(self.versions, key=lambda tool: tool != self.reference)

    @property
    def counts(self) -> list[int]:
        """Numbers of posts, ascending."""
        return sorted({one.posts for one in self.measured})

    @property
    def jobs(self) -> list[str]:
        """In the order in which they were done."""
        return list(dict.fromkeys(one.job for one in self.measured))

    def of(self, posts: int, job: str, tool: str) -> Measured | None:
        """What was measured there, None if the tool failed or was not asked."""
        found = (m for m in self.measured if (m.posts, m.job, m.tool) == (posts, job, tool))
        return next(found, None)

    def ratio(self, posts: int, job: str, tool: str) -> float | None:
        """Median of the rounds' ratios: a slow moment of the machine hits both of a round."""
        one, other = self.of(posts, job, tool), self.of(posts, job, self.reference)
        if one is None or other is None:
            return None
        return ratio(one.seconds, other.seconds)

    def memory(self, posts: int, tool: str) -> float:
        """Megabytes of the largest process of all jobs; 0 if none was measured."""
        return max(
            (m.memory for m in self.measured if (m.posts, m.tool) == (posts, tool)), default=0
        )

    def document(self) -> dict[str, Any]:
        """For JSON; seconds rounded to a tenth of a millisecond."""
        return {
            "command": self.command,
            "machine": self.machine,
            "reference": self.reference,
            "rounds": self.rounds,
            "versions": dict(self.versions),
            "results": [self._row(one) for one in self.measured],
        }

    def _row(self, one: Measured) -> dict[str, Any]:
        found = self.ratio(one.posts, one.job, one.tool)
        return {
            "posts": one.posts,
            "job": one.job,
            "tool": one.tool,
            "seconds": [round(second, 4) for second in one.seconds],
            "cpu_seconds": [round(second, 4) for second in one.cpu],
            "memory_mb": round(one.memory, 1) or None,
            "ratio": None if found is None else round(found, 4),
        }


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds that both have."""
    return median(a / b for a, b in zip(mine, theirs, strict=False))


def rounded(value: float) -> str:
    """Two digits that count, no more: ``0.023``, ``0.31``, ``4.2``, ``12``."""
    return f"{value:.2g}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"
