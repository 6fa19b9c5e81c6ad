"""The one object that prints."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import click


@dataclass(eq=False)
class _Stream:
    """A standard stream that ignores write errors, so that the command is performed."""

    stream: TextIO
    failed: list[OSError] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """As a text stream."""
        with self._dropping():
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As a text stream."""
        with self._dropping():
            self.stream.flush()

    @contextlib.contextmanager
    def _dropping(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failed.append(error)
            # Python keeps unwritten text in the buffer, and would fail again at exit.
            with contextlib.suppress(OSError), Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self.stream.fileno())


@contextlib.contextmanager
def standard_streams() -> Iterator[list[OSError]]:
    """Ignore write errors of the standard streams in the block; yields those of standard output."""
    streams = sys.stdout, sys.stderr
    out, err = map(_Stream, streams)
    sys.stdout, sys.stderr = out, err
    try:
        yield out.failed
    finally:
        sys.stdout, sys.stderr = streams


@dataclass
class Terminal:
    """Prints results to standard output, everything else to standard error.

    Attributes:
        quiet: print results and errors, nothing else.
        verbose: print more.
    """

    quiet: bool = False
    verbose: bool = False
    _noted: float = 0.0
    _open: bool = False

    def out(self, line: str = "") -> None:
        """A line of the result."""
        self._close()
        # File names may hold bytes that are not UTF-8.
        line = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        click.echo(line, color=_color())

    def good(self, line: str) -> None:
        """A line of the result that says that something was done."""
        self.out(click.style(line, fg="green"))

    def json(self, document: Any) -> None:
        """The result for a script."""
        self.out(json.dumps(document, ensure_ascii=False, indent=2))

    def note(self, line: str) -> None:
        """A line about the command's work; not with ``--quiet``."""
        if not self.quiet:
            self._close()
            click.echo(click.style(line, dim=True), err=True, color=_color())

    def detail(self, line: str) -> None:
        """A line of detail; only with ``--verbose``."""
        if self.verbose:
            self.note(line)

    def warn(self, line: str) -> None:
        """A warning; the work goes on."""
        self._close()
        click.echo(click.style("warning: ", fg="yellow") + line, err=True, color=_color())

    def progress(self, line: str) -> None:
        """A progress line that the next one replaces; on a terminal only, after the first
        second."""
        now = time.monotonic()
        self._noted = self._noted or now
        if self.quiet or now - self._noted < 1 or not sys.stderr.isatty():
            return
        click.echo(f"\r\x1b[K{line} …", err=True, nl=False)
        self._open = True

    def _close(self) -> None:
        if self._open:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._open = False
        self._noted = 0.0

    @staticmethod
    def error(line: str) -> None:
        """One red line on standard error."""
        click.echo(click.style("error: ", fg="red", bold=True) + line, err=True, color=_color())


def _color() -> bool | None:
    """For ``click.echo``: None lets the stream decide."""
    return False if os.environ.get("NO_COLOR") else None
