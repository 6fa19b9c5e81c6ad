"""A Git repository used through plumbing commands, which leave the author's index, branches and
hooks alone; and the order of the commits that two releases were made from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

from publish.deploy.guard import Age, Compare
from publish.deploy.programs import DEADLINE, Failed, run
from publish.errors import ConfigError

QUIET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_HTTP_LOW_SPEED_LIMIT": "500",
    "GIT_HTTP_LOW_SPEED_TIME": "60",
}
"""Git's messages in English, no prompts, and a time-out for hanging connections."""


class Repository:
    """``at`` is Git's own options for it: ``-C`` and a folder of a checkout, or ``--git-dir`` and a
    bare repository."""

    def __init__(self, *at: str) -> None:
        self.at = at

    def git(
        self,
        *words: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
        remedy: str = "run it again",
    ) -> bytes:
        """Run Git; returns its standard output.

        Raises:
            ConfigError: Git is not installed.
            Failed: it ends with an error, or not within ``deadline`` seconds.
        """
        return run(
            ["git", *self.at, *words],
            env={**QUIET, **(env or {})},
            stdin=stdin,
            deadline=deadline,
            remedy=remedy,
        )

    def ask(self, *words: str) -> str:
        """Git's output, stripped; ``""`` where it fails or is not installed."""
        try:
            return self.git(*words).decode().strip()
        except (Failed, ConfigError):
            return ""

    def agrees(self, *words: str) -> bool:
        """Whether Git exits with 0."""
        try:
            self.git(*words)
        except Failed:
            return False
        return True

    def has(self, commit: str) -> bool:
        """Whether the repository has a commit."""
        return self.agrees("cat-file", "-e", f"{commit}^{{commit}}")

    def files(self, commit: str, *below: str) -> dict[str, str]:
        """The files of a commit with their blobs; only those ``below`` some folders if any are
        given."""
        rows = self.git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *below).split(b"\0")
        return {
            os.fsdecode(name): head.split()[2].decode()
            for head, _, name in (row.partition(b"\t") for row in rows if row)
        }

    def tree(self, blobs: Mapping[str, str], base: str = "") -> str:
        """Write a tree of these files, on top of that of the commit ``base`` if given; a file with
        blob ``""`` is removed from it."""
        rows = b"".join(
            f"{'100644' if blob else '0'} {blob or '0' * 40}\t".encode() + os.fsencode(path) + b"\0"
            for path, blob in blobs.items()
        )
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if base:
                self.git("read-tree", base, env=index)
            self.git("update-index", "-z", "--index-info", stdin=rows, env=index)
            return self.git("write-tree", env=index).decode().strip()

    def commit(self, tree: str, message: bytes, *parents: str, host: str = "localhost") -> str:
        """Write a commit on no branch, authored by ``publish`` at ``host``."""
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "publish"), ("EMAIL", f"publish@{host}"))
        }
        after = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *after, stdin=message, env=who).decode().strip()


def commit_of(root: Path, moment: float = 0.0) -> str:
    """The commit that is checked out in ``root``, or was at a ``moment`` in seconds since the
    epoch; ``""`` where there is none."""
    find = partial(Repository("-C", str(root)).ask, "rev-parse", "--verify", "-q")
    return (moment and find(f"HEAD@{{{int(moment)}}}^{{commit}}")) or find("HEAD^{commit}")


def comparer(root: Path, ledger: str = "content/ledger") -> Compare:
    """A function that compares two commits of the repository at ``root``. Commits that change the
    ``ledger`` folder alone are ignored."""

    repository = Repository("-C", str(root))

    def lacks(old: str, new: str) -> bool:
        """Whether ``new`` has a commit that ``old`` lacks, other than those of the ledger alone."""
        return bool(
            repository.git("rev-list", "-1", f"{old}..{new}", "--", ".", f":(exclude){ledger}")
        )

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
