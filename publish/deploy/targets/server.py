"""The ways to a server: ssh and rsync (one connection holds the lock and runs commands, another one
carries the files), or ``sftp`` alone. Paths are relative to ``PATH``."""

from __future__ import annotations

import contextlib
import shlex
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.deploy.programs import Failed, run
from publish.deploy.targets import Busy, wait_for
from publish.deploy.targets.connection import ALIVE, PATIENCE, Server
from publish.deploy.targets.git import ssh_key
from publish.deploy.targets.sftp import LEASE, LOCK, Sftp

BUSY = 75
RSYNC = ("-rlp", "--checksum", "--delete", "--chmod=D755,F644", "-s")
LEASE_TOO = f"""
rm -rf .publish/mine {LOCK}/shell; mkdir .publish/mine && : > .publish/mine/shell &&
if ! mv -T .publish/mine {LOCK} 2>/dev/null; then
    find {LOCK} -prune -mmin +{LEASE // 60:.0f} -exec rm -rf {{}} +; (exit {BUSY})
fi"""
"""Takes, under the ``flock``, the lock of those who have sftp alone, too. ``shell`` in it, found
under the ``flock``, was left by a shell that died."""
UNLOCK = f"rm -rf .publish/mine {LOCK}/shell; rmdir {LOCK} 2>/dev/null; exec 9>&-"
REMEDY = "fix that (try: ssh HOST true; 11 of rsync is mostly a full disk), then run it again"
LOOK = """
cd {path} 2>/dev/null || {{ echo none; exit 0; }}
id=$(readlink current) || [ ! -e current ] || {{ echo strange; exit 0; }}
echo "id ${{id#releases/}}"
cat "releases/${{id#releases/}}.json" 2>/dev/null || true
printf '\\0'
[ ! -d current/ ] || {{ cd current/ && find . \\( -type f -o -type l \\) -print0; }}
"""


def carrier(server: Server) -> Carrier:
    """The carrier to use: rsync where the server has a shell, rsync and a flock that can wait, as
    busybox's cannot; else sftp."""
    # The account may allow sftp only; a network error would occur there again.
    with contextlib.suppress(Failed):
        shell = Shell(server)
        said = shell.order("command -v rsync && flock -s -w 1 -E 1 / true && echo both || true")
        if said.rstrip().endswith(b"both"):
            return shell
        shell.line.close()
    return Sftp(server)


class Shell:
    """rsync over ssh, and a shell on the server that runs commands."""

    def __init__(self, server: Server) -> None:
        self.server = server
        words = ["--", server.host, "exec sh"]
        self.line = server.connect("ssh", words, REMEDY, lambda end: f"echo {end}\n")
        weakref.finalize(self, self.line.close)

    def now(self) -> tuple[str, bytes, list[str]]:
        """The id of the current release, its record, and the files in it; empty if there is none.

        Of a folder without any release of ours, the files in ``current``.
        """
        said = self.order(LOOK.format(path=shlex.quote(self.server.path)))
        head, _, rest = said.partition(b"\n")
        if head == b"strange":
            raise self.server.no_link()
        record, _, names = rest.partition(b"\0")
        found = [n.decode("utf-8", "surrogateescape")[2:] for n in names.split(b"\0") if n]
        return head.removeprefix(b"id ").decode() if head != b"none" else "", record, found

    @contextmanager
    def lock(self, patience: float) -> Iterator[None]:
        """``flock`` held by this shell, and the lock of those who have sftp alone: both are
        released when the shell ends.

        Raises:
            Busy: another deploy holds it for longer than ``patience`` seconds.
        """
        path = shlex.quote(self.server.path)
        take = (
            f"mkdir -p {path}/releases {path}/.publish && cd {path} && exec 9>.publish/lock && "
            f"flock -w {max(1, round(patience))} -E {BUSY} 9 && trap '{UNLOCK}' EXIT"
        )
        busy = Busy(
            f"another deploy is at work on {self.server.host}", "run it again when that has ended"
        )
        if not self._takes(take, patience):
            raise busy
        try:
            wait_for(lambda: self._takes(LEASE_TOO), patience, busy)
            yield
        finally:
            with contextlib.suppress(Failed):
                self._takes(f"trap - EXIT; {UNLOCK}")

    def _takes(self, script: str, patience: float = 0.0) -> bool:
        """Run a command of the lock, in this shell itself; False if another deploy has it."""
        _, code = self.line.ask(lambda end: f"{script}; echo {end} $?\n", PATIENCE + patience)
        if code not in (b"0", str(BUSY).encode()):
            raise self.line.failed()
        return code == b"0"

    def get(self, path: str) -> bytes | None:
        """The bytes of a file; None if it is missing or empty."""
        return self.order(f"cat {shlex.quote(path)} 2>/dev/null || true") or None

    def upload(self, folder: Path, id: str, changed: Iterable[str], base: str) -> None:
        """Put up ``folder`` as release ``id``, complete only in the last step; ``changed`` are the
        files that release ``base`` does not have."""
        # rsync compares contents; unchanged files become hard links.
        part = f"releases/.{id}.part"
        # What a broken upload left would keep a full disk full; its own is gone on with.
        self.order(
            f'mkdir -p {part}; for p in releases/.*.part; do [ "$p" = {part} ] || rm -rf "$p"; done'
        )
        link = ["--link-dest=../../current/"] if base else []
        with ssh_key() as key:
            shell = shlex.join(["ssh", *ALIVE, *self.server.options, *key])
            there = f"{self.server.host}:{self.server.path}/{part}/"
            run(["rsync", *RSYNC, *link, "-e", shell, f"{folder}/", there], remedy=REMEDY)
        self.order(f"mv -T {part} {_in(id)}")

    def reuse(self, names: Iterable[str], id: str) -> None:
        """Take files of the current release over into the release ``id``."""
        if given := "".join(f"{name}\n" for name in names):
            self.order(
                f'while IFS= read -r f; do d={_in(id)}/$f; [ ! -e "$d" ] || continue; '
                'mkdir -p "${d%/*}"; ln "current/$f" "$d" || cp -p "current/$f" "$d"; done',
                given,
            )

    def switch(self, id: str, record: bytes) -> None:
        """Write ``record`` and make ``id`` the current release in one step: a new symbolic link,
        renamed over the old one."""
        self.write_record(id, record)
        new = ".publish/current.new"
        # Who has sftp alone takes over a lock that is too old, as that of a slow upload may be.
        self.order(f"ls {LOCK}/shell; rm -f {new}; ln -s {_in(id)} {new} && mv -T {new} current")

    def write_record(self, id: str, record: bytes) -> None:
        """Write the ``record`` of release ``id``, in one step."""
        part = f".publish/{id}.json"
        self.order(f"cat > {part} && mv {part} {_in(id)}.json", record.decode())

    def prune(self, keep: Iterable[str]) -> None:
        """Remove our releases except those in ``keep``."""
        # A release's record is removed last, so that its remains are still known as ours.
        self.order(
            f"keep={shlex.quote(' ' + ' '.join(keep) + ' ')}; cd releases; "
            'for r in *.json; do [ -f "$r" ] || continue; id=${r%.json}; '
            'case "$keep" in *" $id "*) ;; *) rm -rf "./$id" && rm -f "$r";; esac; done'
        )

    def call(self, words: list[str]) -> None:
        """Run a command of the settings on the server."""
        # Processes that it leaves running must not inherit the lock.
        self.order(f"{{ {shlex.join(words)}; }} 9>&- >&2")

    def order(self, script: str, stdin: str = "") -> bytes:
        """Run a command; returns its output.

        Raises:
            NothingSent: the connection broke, or the command failed.
        """
        stdin += "" if stdin.endswith("\n") or not stdin else "\n"

        def marked(end: str) -> str:
            body = f"( set -e\n{{ {script.strip()}\n}} <<'{end}'\n{stdin}{end}\n)"
            return f"{body}; printf '\\n%s %s\\n' {end} $?\n"

        said, code = self.line.ask(marked)
        if code != b"0":
            raise self.line.failed()
        return said[:-1]


Carrier = Shell | Sftp


def _in(id: str) -> str:
    return f"releases/{id}"
