"""Which commit the site was made from, and which of two is newer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from publish.deploy.guard import Age, Compare
from publish.deploy.repository import Repository


def commit_of(root: Path) -> str:
    """The commit that is checked out in ``root``; ``""`` where there is none."""
    return Repository("-C", str(root)).ask("rev-parse", "--verify", "-q", "HEAD^{commit}")


def comparer(root: Path, ledger: str = "content/ledger") -> Compare:
    """How commits of the repository at ``root`` stand to each other.

    Two that differ in commits of the ``ledger`` folder alone count as one.
    """

    repository = Repository("-C", str(root))

    def lacks(old: str, new: str) -> bool:
        """Whether ``new`` has a commit that ``old`` lacks, other than those of the ledger alone."""
        return bool(repository.git(
            "rev-list", "-1", f"{old}..{new}", "--", ".", f":(exclude){ledger}"
        ))  # fmt: skip

    @lru_cache(maxsize=64)
    def compare(ours: str, theirs: str) -> Age:
        if not ours or not theirs:
            return Age.NONE
        if ours == theirs:
            return Age.SAME
        if not repository.has(theirs):
            return Age.UNKNOWN
        ahead, behind = lacks(theirs, ours), lacks(ours, theirs)
        if ahead and behind:
            return Age.DIVERGED
        if ahead:
            return Age.NEWER
        return Age.OLDER if behind else Age.SAME

    return compare
