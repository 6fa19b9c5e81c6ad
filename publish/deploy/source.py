"""Which commit the site was made from, and which of two is newer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from publish.deploy.guard import Age, Compare
from publish.deploy.programs import Failed, run
from publish.errors import ConfigError


def commit_of(root: Path) -> str:
    """The commit that is checked out in ``root``; ``""`` where there is none."""
    try:
        return _git(root, "rev-parse", "--verify", "-q", "HEAD^{commit}")
    except (Failed, ConfigError):
        return ""


def comparer(root: Path, ledger: str = "content/ledger") -> Compare:
    """How commits of the repository at ``root`` stand to each other.

    Two that differ in commits of the ``ledger`` folder alone count as one.
    """

    @lru_cache(maxsize=64)
    def compare(ours: str, theirs: str) -> Age:
        if not ours or not theirs:
            return Age.NONE
        if ours == theirs:
            return Age.SAME
        if not _has(root, theirs):
            return Age.UNKNOWN
        ahead, behind = _between(root, theirs, ours, ledger), _between(root, ours, theirs, ledger)
        if ahead and behind:
            return Age.DIVERGED
        if ahead:
            return Age.NEWER
        return Age.OLDER if behind else Age.SAME

    return compare


def _between(root: Path, old: str, new: str, without: str) -> bool:
    """Whether ``new`` has a commit that ``old`` lacks, other than those of a folder alone."""
    return bool(_git(root, "rev-list", "-1", f"{old}..{new}", "--", ".", f":(exclude){without}"))


def _has(root: Path, commit: str) -> bool:
    try:
        _git(root, "cat-file", "-e", f"{commit}^{{commit}}")
    except Failed:
        return False
    return True


def _git(root: Path, *words: str) -> str:
    return run(["git", "-C", str(root), *words], env={"LC_ALL": "C"}).decode().strip()
