"""Finds what is wrong in the content before a reader does.

A rule is a small function from what was read to findings; ``rules.RULES`` lists them all, and
docs/rules.md explains each. Nothing here imports Pelican: a check must be quick enough to run at
every save.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from publish.checks.finding import Finding
from publish.settings import Settings

__all__ = ["Finding", "check"]


def check(
    settings: Settings, paths: Sequence[Path] = (), *, now: datetime | None = None
) -> list[Finding]:
    """Every finding, by file and line; only those of ``paths`` if some are given.

    The whole site is always read, for a link can be judged only beside its target.

    Raises:
        ConfigError: a path is not a file of the content.
    """
    from publish.checks import library, rules

    site = library.read(settings, now or datetime.now(UTC))
    wanted = library.wanted(site, paths)
    found = {f for rule in rules.RULES for f in rule.find(site)}
    return sorted(f for f in found if wanted is None or f.file in wanted)
