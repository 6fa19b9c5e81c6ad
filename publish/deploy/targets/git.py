"""A branch of a Git repository, as GitHub Pages and its like serve it.

Git plumbing in a bare repository of our own leaves the author's repository, index, branches and
hooks alone. One push moves the branch, and only from the commit that was read.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publish.deploy import built
from publish.deploy.plan import Plan, Remote
from publish.deploy.programs import Failed, run
from publish.deploy.release import File, OldRelease, Record, Release, decoded, encoded
from publish.deploy.repository import QUIET, Repository
from publish.deploy.targets import REBUILD, Place, Raced, Target
from publish.errors import ConfigError, Refused

TRAILER = b"Publish-Record: "
REMEDY = "fix that (permissions, network, the remote's name), then run it again"


class Git(Target):
    """``remote`` is an address, or a name of the author's repository; ``branch`` holds the site."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.branch = place.text("branch", "gh-pages")
        history = place.text("history", "keep")
        if history not in ("keep", "squash"):
            raise place.wrong("history", "must be keep or squash")
        self.squash = history == "squash"
        self.store = place.cache / "store.git"
        self.repository = Repository("--git-dir", str(self.store))
        self.address = _address(place.text("remote", "origin"), place.root)
        # Arguments are visible to every user of the machine.
        self.url = re.sub(r"^(https?://)[^/]*@", r"\1", self.address)
        self.ref = f"refs/heads/{self.branch}"
        if not self.repository.agrees("check-ref-format", self.ref):
            raise place.wrong("branch", "is no name of a branch")

    def additions(self, release: Release) -> Mapping[str, bytes]:
        """``.nojekyll``, and ``CNAME`` where the site has a name of its own."""
        found = {} if ".nojekyll" in release.files else {".nojekyll": b""}
        host = urlsplit(self.place.siteurl).hostname or ""
        name = self.place.text("cname", "auto")
        name = host if name == "auto" and _own(host) else "" if name in ("auto", "no") else name
        if name and "CNAME" not in release.files:
            found["CNAME"] = f"{name}\n".encode()
        return found

    def fingerprint(self, file: File) -> str:
        """Git's blob id of the bytes."""
        return file.blob

    def read(self) -> Remote:
        """The state at the branch's tip, which is fetched if our repository lacks it."""
        self._ready()
        tip = self._tip()
        if not tip:
            return Remote()
        self._fetch(tip)
        record, strangers = self._record(tip)
        files = self.repository.files(tip)
        ours = {path: blob for path, blob in files.items() if path not in strangers}
        return Remote(record, ours, tuple(sorted(strangers)), tip)

    def put(self, release: Release, plan: Plan, remote: Remote, record: Record) -> None:
        """One commit, one push."""
        self._write(release, [put.path for put in plan.puts])
        blobs = {path: file.blob for path, file in release.files.items()}
        tree = self._tree(blobs, (*plan.retained, *remote.foreign), remote)
        full = replace(record, expiring=plan.expiring)
        left = replace(remote, foreign=tuple(p for p in remote.foreign if p not in release.files))
        self._push(self._commit(tree, left, full), remote)

    def roll_back(
        self, to: OldRelease, remote: Remote, record: Record, shown: Collection[str]
    ) -> None:
        """One commit with the tree of the old one, one push."""
        if not self.repository.has(to.at):
            self._git("fetch", "-q", "--no-tags", *self._deep(), self.url, self.ref)
        if not self.repository.has(to.at):
            raise Refused(
                f"the branch {self.branch} does not have release {to.release[:12]} any more",
                REBUILD,
            )
        kept = (*remote.foreign, *shown)
        old = {p: b for p, b in self.repository.files(to.at).items() if p not in kept}
        self._push(self._commit(self._tree(old, kept, remote), remote, record), remote)

    def probe(self) -> None:
        """A dry-run push of an empty commit."""
        self._ready()
        tree = self.repository.tree({})
        commit = self._commit(tree, Remote(), Record())
        self._git("push", "--dry-run", "-q", "--force", self.url, f"{commit}:{self.ref}")

    def _ready(self) -> None:
        if not self.repository.agrees("rev-parse", "--git-dir"):
            shutil.rmtree(self.store, ignore_errors=True)
            self.store.parent.mkdir(parents=True, exist_ok=True)
            run(["git", "init", "--quiet", "--bare", str(self.store)], env=QUIET)
            # No line-ending conversion or filters, whatever the user's Git settings are.
            (self.store / "info").mkdir(exist_ok=True)
            (self.store / "info" / "attributes").write_text(
                "* -text -filter -ident -working-tree-encoding\n", encoding="ascii"
            )
        # Deploys are serialized here, so a leftover lock belongs to a killed one.
        for left in (*self.store.glob("*.lock"), *self.store.glob("refs/**/*.lock")):
            left.unlink(missing_ok=True)

    def _tip(self) -> str:
        said = self._git("ls-remote", self.url, self.ref).decode()
        return said.split()[0] if said.strip() else ""

    def _fetch(self, tip: str) -> None:
        if not self.repository.has(tip):
            # History back to our last commit is needed: it shows which files are ours.
            self._git("fetch", "-q", "--no-tags", "--depth=1", self.url, self.ref)
            if TRAILER not in self._message(tip):
                self._git("fetch", "-q", "--no-tags", *self._deep(), self.url, self.ref)
        self.repository.git("update-ref", "refs/heads/tip", tip)

    def _deep(self) -> list[str]:
        return ["--unshallow"] if (self.store / "shallow").is_file() else []

    def _record(self, tip: str) -> tuple[Record | None, set[str]]:
        """The record of the last commit of ours, and the files of the branch that are not ours."""
        said = self.repository.git(
            "log", "-1", "--format=%H", f"--grep=^{TRAILER.decode()}", tip
        ).decode()
        files = self.repository.files(tip)
        if not (mine := said.strip()):
            return None, set(files)
        record = self._decoded(mine)
        strangers = set(record.planned) & set(files)
        if mine != tip:
            strangers |= set(files) - set(self.repository.files(mine))
        return replace(record, planned=(), at=mine), strangers

    def _decoded(self, commit: str) -> Record:
        line = self._message(commit).rpartition(TRAILER)[2].splitlines()[0]
        return decoded(
            line,
            f"{self.branch}: the message of commit {commit[:12]}",
            "go back to the commit before it, or deploy to another branch",
        )

    def _message(self, commit: str) -> bytes:
        return self.repository.git("cat-file", "commit", commit)

    def _write(self, release: Release, paths: list[str]) -> None:
        """Put the files' bytes into the store."""
        aside = self.place.cache / "site"
        with built.frozen(self.place.output, release, aside, paths) as folder:
            listed = "".join(f"{folder / path}\n" for path in paths).encode()
            self.repository.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listed)

    def _tree(self, blobs: Mapping[str, str], kept: Collection[str], remote: Remote) -> str:
        """The tree of ``blobs`` and of the files ``kept``, as the branch has them: a link may be
        among them."""
        now = self.repository.files(remote.at) if remote.at else {}
        gone = dict.fromkeys(now.keys() - set(kept), "")
        return self.repository.tree({**gone, **blobs}, remote.at)

    def _commit(self, tree: str, remote: Remote, record: Record) -> str:
        parents = [] if self.squash or not remote.at else [remote.at]
        # Only the foreign files are listed here; all others of the tree are ours.
        kept = replace(record, files={}, planned=remote.foreign, at="")
        title = f"Release {record.release[:12]}" + (" (rolled back)" if record.hold else "")
        said = f"{title}\n\n".encode() + TRAILER + encoded(kept) + b"\n"
        host = urlsplit(self.place.siteurl).hostname or "localhost"
        return self.repository.commit(tree, said, *parents, host=host)

    def _push(self, commit: str, remote: Remote) -> None:
        self.place.say(f"pushing {self.branch}")
        lease = f"--force-with-lease={self.ref}:{remote.at}"
        try:
            self._git("push", "-q", lease, self.url, f"{commit}:{self.ref}")
        except Failed as error:
            tip = self._tip()
            if tip == commit:
                return  # The push succeeded though its answer was lost.
            if tip != remote.at:
                raise Raced(f"the branch {self.branch} moved meanwhile", "run it again") from None
            raise error from None
        self.repository.git("update-ref", "refs/heads/tip", commit)
        self.repository.git("-c", "gc.autoDetach=false", "gc", "--auto", "-q")

    def _git(self, *words: str) -> bytes:
        """Run Git with the credentials for the remote."""
        with credentials(self.address, self.place.root) as given:
            return self.repository.git(*words, env=given, remedy=REMEDY)


@contextmanager
def credentials(url: str, root: Path | None = None) -> Iterator[dict[str, str]]:
    """The environment in which Git can reach ``url``: no secret is in an argument or a file that
    stays.

    ``PUBLISH_GIT_TOKEN`` for http(s), else the login in ``url``; ``PUBLISH_SSH_KEY`` for ssh; else
    what the repository at ``root`` was given (as a checkout in CI is) if Git works elsewhere, else
    Git's own ways.
    """
    pairs = [("core.hooksPath", os.devnull), *(_inherited(root) if root else ())]
    parts = urlsplit(url) if url.startswith(("https://", "http://")) else None
    token = os.environ.get("PUBLISH_GIT_TOKEN", "").strip()
    site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts else ""
    if parts and (token or parts.password):
        login = f"x-access-token:{token}" if token else unquote(parts.netloc.rpartition("@")[0])
        basic = base64.b64encode(login.encode()).decode()
        scope = f"http.{site}/.extraheader"
        pairs = [(k, v) for k, v in pairs if not k.lower().endswith(".extraheader")]
        # The empty value resets a header of the repository's own: hosts refuse two.
        pairs += [(scope, ""), (scope, f"Authorization: Basic {basic}")]
    elif parts and parts.username:  # a name for Git's helpers; some hosts take a token in its place
        pairs.append((f"credential.{site}.username", unquote(parts.username)))
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    env = {"GIT_CONFIG_COUNT": str(first + len(pairs))}
    for number, (key, value) in enumerate(pairs, first):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    with ssh_key() as words:
        if "GIT_SSH_COMMAND" not in os.environ:
            env["GIT_SSH_COMMAND"] = " ".join(["ssh", "-o", "BatchMode=yes", *words])
        yield env


@contextmanager
def ssh_key() -> Iterator[list[str]]:
    """Options of ``ssh`` for the key in ``PUBLISH_SSH_KEY``, written to a file for the duration."""
    key = os.environ.get("PUBLISH_SSH_KEY", "").strip()
    if not key:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        file = Path(folder, "key")
        file.touch(0o600)
        # ssh reads no key with the line ends of Windows.
        file.write_bytes("\n".join([*key.splitlines(), ""]).encode())
        yield ["-i", str(file), "-o", "IdentitiesOnly=yes"]


def _inherited(root: Path) -> list[tuple[str, str]]:
    """The settings for HTTP, credentials and ssh in the author's repository's own configuration."""
    said = Repository("-C", str(root)).ask(
        "config",
        "--local",
        "--includes",
        "--null",
        "--get-regexp",
        r"^(http|credential|url)\.|^core\.sshcommand$",
    )
    rows = (row.partition("\n") for row in said.split("\0") if row)
    return [(key, value) for key, _, value in rows]


def _address(remote: str, root: Path) -> str:
    """The address of a remote; a name is looked up in the author's repository."""
    if re.match(r"[a-z+]+://|[^/:]+@?[^/:]*:", remote):
        return remote
    if "/" in remote or remote.startswith("."):
        return str((root / os.path.expanduser(remote)).resolve())  # noqa: PTH111
    try:
        said = run(["git", "-C", str(root), "remote", "get-url", "--push", remote])
    except Failed:
        raise ConfigError(
            f"there is no Git remote named {remote} in {root}",
            f"git remote add {remote} ADDRESS, or name an address in DEPLOY",
        ) from None
    found = said.decode().strip()
    return found if "://" in found or ":" in found else str((root / found).resolve())


def _own(host: str) -> bool:
    """Whether a host name is the author's own domain, for which Pages needs a CNAME file."""
    return (
        bool(host)
        and not host.endswith((".github.io", ".gitlab.io", ".codeberg.page"))
        and ("." in host and not re.fullmatch(r"[\d.]+", host))
    )
