"""Asks an act's question at the terminal, and performs the act after confirmation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Exit, Refused
from publish.office.question import Done, Question, Voice

if TYPE_CHECKING:
    from publish.office.context import Office


def voice(terminal: Terminal) -> Voice:
    """A ``Voice`` that prints to a terminal."""
    return Voice(
        terminal.note, terminal.detail, terminal.progress, terminal.error, terminal.verbose
    )


def carry_out(
    office: Office, terminal: Terminal, act: str, *, yes: bool, as_json: bool = False, **wish: Any
) -> int:
    """Ask, wait for confirmation, perform; returns the exit code.

    Without a terminal only ``yes`` confirms, and only the first question: if the facts change
    meanwhile, nothing is done.

    Raises:
        PublishError: it was refused, or failed.
    """
    from publish.office.acts import ask, do

    found = ask(office, act, **wish)
    while isinstance(found, Question):
        for line in () if found.reversible else found.lines:
            terminal.note(f"{line.name:<10} {line.text}")
        if not (yes or found.reversible or _agreed(found)):
            terminal.out("nothing was sent" if act == "send" else "nothing was done")
            return int(Exit.OK)
        found = do(office, found)
        if isinstance(found, Question):
            if yes:
                raise Refused(
                    "what was to be sent changed while this ran, and nothing was sent",
                    "look at it, then run this again",
                )
            terminal.warn("it changed while this ran; nothing was sent")
    print_result(terminal, found, as_json)
    for error in found.errors:
        terminal.error(str(error))
    return int(found.code)


def print_result(terminal: Terminal, done: Done, as_json: bool) -> None:
    """Print the result."""
    if as_json:
        terminal.json([dict(result) for result in done.results])
        for line in done.lines if not done.results else ():
            terminal.note(line)
        return
    for line in done.lines:
        terminal.good(line) if done.results else terminal.out(line)


def _agreed(question: Question) -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("there is no terminal to ask at", "add --yes")
    return click.confirm(f"{question.yes}?")
