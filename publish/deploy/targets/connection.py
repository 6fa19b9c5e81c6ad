"""A server reached by ssh, and a connected program (a shell or sftp) that runs commands one after
the other."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publish.deploy.programs import Failed, last_lines
from publish.deploy.targets.git import ssh_key
from publish.errors import Refused

PATIENCE = 300.0
"""Seconds for one command."""
ALIVE = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15",
         "-o", "ServerAliveCountMax=3")  # fmt: skip
"""Options with which a lost server is detected within a minute."""


@dataclass(frozen=True)
class Server:
    """A folder ``path`` on ``host``; ``options`` are further words for ssh and sftp."""

    host: str
    path: str
    options: Sequence[str] = ()

    def record(self, id: str) -> str:
        """Where the record of the release ``id`` lies, for a message."""
        return f"{self.path}/releases/{id}.json on {self.host}"

    def no_link(self) -> Refused:
        """The error that ``current`` is no link, which no release can replace in one step."""
        return Refused(
            f"{self.path}/current on {self.host} is a folder, not a link",
            "move it elsewhere, let the web server serve PATH/current, then deploy",
        )

    def connect(
        self, program: str, words: Sequence[str], remedy: str, first: Callable[[str], str]
    ) -> Connection:
        """A connection of ``program``, returned once it has answered its ``first`` command (see
        ``Connection.ask``): until then ssh needs the key file.

        Raises:
            Failed: it does not answer.
        """
        with ssh_key() as key:
            made = Connection([program, *ALIVE, *self.options, *key, *words], self.host, remedy)
            try:
                made.ask(first)
            except BaseException:
                made.close()
                raise
        return made


class Connection:
    """``words`` start the program; ``name`` is the server in messages, ``remedy`` the next step."""

    def __init__(self, words: Sequence[str], name: str, remedy: str) -> None:
        self.name, self.remedy = name, remedy
        self.said = b""
        self.child = subprocess.Popen(  # noqa: S603 - words, never a shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def ask(self, order: Callable[[str], str], patience: float = PATIENCE) -> tuple[bytes, bytes]:
        """Run a command; returns its output, and the rest of the line after the end mark. ``order``
        makes the command from the end mark, which it must print last. A time-out ends the program,
        and so releases its locks.

        Raises:
            NothingSent: the program ended before the command did.
        """
        end = secrets.token_hex(12)
        self.said = b""  # What an earlier command said is no reason that this one failed.
        watch = threading.Timer(patience, self.child.kill)
        watch.daemon = True  # A deploy that is stopped as it starts must not wait for it.
        try:
            watch.start()
            assert self.child.stdin is not None
            # The pipe broke: reading the output shows why.
            with contextlib.suppress(OSError):
                self.child.stdin.write(order(end).encode("utf-8", "surrogateescape"))
                self.child.stdin.flush()
            return self._answer(end.encode())
        finally:
            watch.cancel()

    def failed(self, otherwise: str = "an order failed") -> Failed:
        """The error for a failed command, with the program's last output, or ``otherwise``."""
        # What it said arrives beside the answer, and may be later.
        self.listener.join(0.2 if self.child.poll() is None else 1)
        return Failed(f"{self.name}: {last_lines(self.said) or otherwise}", self.remedy)

    def close(self) -> None:
        """End the program by closing its standard input."""
        assert self.child.stdin is not None
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.listener.join(10)
        for stream in (self.child.stdout, self.child.stderr):
            assert stream is not None
            stream.close()

    def _answer(self, end: bytes) -> tuple[bytes, bytes]:
        assert self.child.stdout is not None
        lines: list[bytes] = []
        try:
            while line := self.child.stdout.readline():
                if line.startswith(end):
                    return b"".join(lines), line[len(end) :].strip()
                lines.append(line)
        except KeyboardInterrupt:
            # Neither a long command nor a server that hangs is waited for.
            self.child.kill()
            self.child.wait()
            raise
        self.child.wait()
        raise self.failed("the connection broke")

    def _listen(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.said = (self.said + line)[-4000:]
