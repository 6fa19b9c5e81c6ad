"""Pulls and pushes the ledger between this folder and its Git repository.

Pull: the branch is fast-forwarded, and both ledgers are merged. Push: a commit is made by plumbing
on the newest tip, so that neither the author's files nor the author's commits are touched, however
often the branch moves meanwhile. At every moment the ledger lies either in the content folder or
aside; the next run completes one that died.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from publish.deploy.programs import Failed
from publish.deploy.repository import Repository
from publish.deploy.targets.git import credentials
from publish.errors import ConfigError, NothingSent, Refused
from publish.newsletter.ledger_merge import URLS, merge_ledgers, only_uids, table
from publish.office.git import upstream
from publish.post.files import write_whole
from publish.post.frontmatter import MARKDOWN
from publish.settings import Settings
from publish.site.posts import Source

ATTEMPTS = 10
MESSAGE = b"Ledger: what was published and mailed [skip ci]\n"
REMEDY = "fix that (permissions, network), then run it again"


class LedgerRepository(Repository):
    """The repository around ``settings``, with the branch ``branch`` of ``remote`` upstream.

    ``lock`` holds the ledger; every act on it is under it.
    """

    def __init__(
        self,
        settings: Settings,
        remote: str,
        branch: str,
        lock: Callable[[], AbstractContextManager[None]],
    ) -> None:
        super().__init__("-C", str(settings.root))
        self.remote, self.branch, self.lock = remote, branch, lock
        self.settings = settings
        self.ledger = settings.content / "ledger"
        self.aside = settings.cache / "run" / "ledger"
        top = Path(self.git("rev-parse", "--show-toplevel").decode().strip())
        self.inside = self.ledger.resolve().relative_to(top.resolve()).as_posix()
        self.url = self.git("remote", "get-url", remote).decode().strip()
        self.ref = f"refs/heads/{branch}"

    def pull(self) -> None:
        """Fast-forward the branch to its newest tip, merge the ledgers, and check that a push is
        possible.

        Raises:
            Refused: content is not committed or not pushed, or the branch and its upstream have
                diverged.
            NothingSent: the remote does not answer, or refuses writing.
        """
        self.require_committed()
        tip = self.probe()
        self._require_pushed(tip)
        with self.lock():
            self._fast_forward(tip)

    def push(self) -> str:
        """Merge this machine's ledger into the newest tip; returns ``pushed`` or ``unchanged``.

        Raises:
            Refused: the ledgers contradict each other.
            NothingSent: it could not be pushed.
        """
        refused = 0
        with self.lock():
            for attempt in range(ATTEMPTS):
                tip = self._fetch()
                theirs = self._at(tip)
                full = merge_ledgers(_read(self.ledger), theirs, self._at("HEAD"))
                if not self._contains(tip, "HEAD"):
                    # The author committed during the run, and this may have built it already.
                    full = only_uids(full, self._uids(tip, theirs))
                if full == theirs:
                    return "unchanged" if not attempt else "pushed"
                commit = self._commit(tip, full)
                lease = f"--force-with-lease={self.ref}:{tip}"
                try:
                    self._remote("push", "-q", lease, self.remote, f"{commit}:{self.ref}")
                except Failed:
                    # If the branch did not move, the push failed for another reason.
                    refused += self._fetch() == tip
                    if refused > 1 or attempt + 1 == ATTEMPTS:
                        raise
                    time.sleep(0.2 * attempt)
                    continue
                self._follow(commit)
                return "pushed"
        raise AssertionError("the last attempt pushes or raises")

    def probe(self) -> str:
        """Check that the remote answers and can be written; returns the branch's newest tip.

        Raises:
            NothingSent: it does not, or could not.
        """
        tip = self._fetch()
        try:
            self._remote("push", "--dry-run", "-q", self.remote, f"FETCH_HEAD:{self.ref}")
        except Failed as error:
            raise NothingSent(
                f"the ledger could not be pushed, so nothing is sent: {error.message}", REMEDY
            ) from None
        return tip

    def ahead(self) -> bool:
        """Whether the remote has commits that are missing here.

        Raises:
            Refused: it lacks commits that are here.
        """
        tip = self._fetch()
        self._require_pushed(tip)
        return not self._contains("HEAD", tip)

    def require_committed(self) -> None:
        """Refuse uncommitted content.

        Raises:
            Refused: a file of the content is new or changed, or another one of the site is changed.
        """
        said = self.git(
            "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "."
        )
        rows = [row.decode("utf-8", "replace") for row in said.split(b"\0") if row]
        content = self.inside.rpartition("/")[0] + "/"
        for row in rows:
            state, path = row[:2], row[3:]
            if path.startswith(f"{self.inside}/") or (
                state == "??" and not path.startswith(content)
            ):
                continue
            raise Refused(
                f"{path}: is not committed, and a run publishes what the repository has",
                "commit it, or take it away, then run again",
            )

    def _require_pushed(self, tip: str) -> None:
        # The ledger's commit on the tip would part the branches, and no other machine could tell
        # whether the site is newer than what it has.
        if not self._contains(tip, "HEAD"):
            where = f"{self.remote}/{self.branch}"
            if self._contains("HEAD", tip):
                raise Refused(
                    f"this branch has commits that {where} lacks, and a run publishes "
                    "what the repository has",
                    "git push, then run again",
                )
            raise Refused(
                f"this branch and {where} have diverged",
                "git pull --rebase, look at it, git push, then run again",
            )

    def _fetch(self) -> str:
        try:
            self._remote("fetch", "-q", "--no-tags", self.remote, self.ref)
        except Failed:
            if self._remote("ls-remote", self.remote, self.ref):
                raise
            raise Refused(
                f"{self.remote} has no branch {self.branch}, and a run publishes what the "
                "repository has",
                f"git push -u {self.remote} {self.branch}, then run again",
            ) from None
        return self.git("rev-parse", "FETCH_HEAD").decode().strip()

    def _fast_forward(self, tip: str) -> None:
        """Make HEAD ``tip``, and merge both ledgers."""
        committed = self._at("HEAD")
        ours = self._set_aside(committed)
        if not self._contains("HEAD", tip):
            if committed:
                self.git("checkout", "-q", "HEAD", "--", f":(top){self.inside}")
            for path in _read(self.ledger).keys() - committed.keys():
                (self.ledger / path).unlink()
            try:
                self.git("merge", "-q", "--ff-only", tip)
            except Failed as error:
                self._restore(ours)
                raise Refused(
                    f"the branch cannot be fast-forwarded: {error.message}",
                    "git pull, then run again",
                ) from None
        self._restore(merge_ledgers(ours, _read(self.ledger), committed))

    def _follow(self, commit: str) -> None:
        """Move branch and index to the pushed commit, so that the next run has nothing to do here.
        If that fails, the next run fast-forwards."""
        try:
            if self._contains(commit, "HEAD"):
                self._fast_forward(commit)
        except Refused:
            return

    def _set_aside(self, committed: dict[str, bytes]) -> dict[str, bytes]:
        """The ledger, moved aside until it is completely restored; merged with what an earlier run
        left aside."""
        ours = _read(self.ledger)
        if self.aside.is_dir():
            ours = merge_ledgers(ours, _read(self.aside), committed)
        part = self.aside.with_name("ledger.part")
        shutil.rmtree(part, ignore_errors=True)
        for path, data in ours.items():
            write_whole(part / path, data)
        part.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.aside, ignore_errors=True)
        part.rename(self.aside)
        return ours

    def _restore(self, files: dict[str, bytes]) -> None:
        for path, data in files.items():
            write_whole(self.ledger / path, data)
        shutil.rmtree(self.aside, ignore_errors=True)

    def _at(self, commit: str) -> dict[str, bytes]:
        """The ledger in a commit."""
        start = len(self.inside) + 1
        return {
            path[start:]: self.git("cat-file", "blob", blob)
            for path, blob in self.files(commit, f"{self.inside}/").items()
        }

    def _uids(self, tip: str, theirs: dict[str, bytes]) -> set[str]:
        """The identities at the tip: of its sources, and those in its ledger."""
        known = set(table(theirs, URLS).values())
        below = self.inside.rpartition("/")[0]
        for path, blob in self.files(tip, f"{below}/").items():
            if path.endswith(MARKDOWN):
                place = self.settings.content / path[len(below) + 1 :]
                known |= {*Source(place, self.settings, self.git("cat-file", "blob", blob)).uids}
        return known

    def _commit(self, tip: str, files: dict[str, bytes]) -> str:
        """A commit on ``tip`` that differs from it in the ledger alone."""
        blobs = dict.fromkeys(self.files(tip, f"{self.inside}/"), "")
        for path, data in sorted(files.items()):
            blob = self.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()
            blobs[f"{self.inside}/{path}"] = blob
        return self.commit(self.tree(blobs, tip), MESSAGE, tip)

    def _contains(self, commit: str, other: str) -> bool:
        """Whether ``other`` is ``commit`` or before it."""
        return self.agrees("merge-base", "--is-ancestor", other, commit)

    def _remote(self, *words: str) -> bytes:
        with credentials(self.url) as env:
            return self.git(*words, env=env, remedy=REMEDY)


def repository_of(
    settings: Settings, lock: Callable[[], AbstractContextManager[None]]
) -> LedgerRepository | None:
    """The repository of the site; None where there is none, or no remote to push to.

    Raises:
        ConfigError: the branch to push to is unknown.
    """
    where = upstream(settings.root)
    if where is None:
        return None
    if not where.branch:
        raise ConfigError(
            "no branch is checked out, so the ledger cannot be pushed",
            "git switch main, then run again",
        )
    return LedgerRepository(settings, where.remote, where.branch, lock)


def _read(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.name.startswith(".") and not p.is_symlink()
    }
