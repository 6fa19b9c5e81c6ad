"""The commands' shared options: ``-s``, ``-q``, ``-v``, ``--no-color``; ``--live``, with an office;
``--json`` for the acts of the office."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from publish.cli.terminal import Terminal
from publish.settings import Settings, load

if TYPE_CHECKING:
    from publish.office.context import Office as Office

Body = Callable[..., Any]


FLAGS = (
    click.option(
        "-s",
        "--settings",
        "settings_file",
        default="pelicanconf.py",
        metavar="FILE",
        show_default=True,
        help="The settings file of the site.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print results and errors, nothing else."),
    click.option("-v", "--verbose", is_flag=True, help="Say more of what is done."),
    click.option(
        "--no-color", is_flag=True, expose_value=False, help="No colours; NO_COLOR does the same."
    ),
)


def flags(command: Body) -> Body:
    """Add the common options."""
    for option in reversed(FLAGS):
        command = option(command)
    return command


def common(command: Body) -> Body:
    """Add the common options; the command gets ``settings`` and ``terminal`` instead."""

    @flags
    @functools.wraps(command)
    def wrapped(settings_file: str, quiet: bool, verbose: bool, **rest: Any) -> Any:
        settings: Settings = load(settings_file)
        return command(settings=settings, terminal=Terminal(quiet, verbose), **rest)

    return wrapped


def port(default: int, help: str) -> Callable[[Body], Body]:
    """Add ``--port``."""
    ports = click.IntRange(0, 65535)
    return click.option("-p", "--port", type=ports, default=default, show_default=True, help=help)


def with_office(command: Body) -> Body:
    """Add ``--live`` and the common options; the command gets an open ``office`` and the
    ``terminal`` instead."""

    @click.option(
        "--live",
        is_flag=True,
        help="Fail unless MAILCHIMP_API_KEY is set, which makes all of it real.",
    )
    @common
    @functools.wraps(command)
    def wrapped(settings: Settings, terminal: Terminal, live: bool, **rest: Any) -> Any:
        from publish.cli.confirming import voice
        from publish.office.context import opened

        with opened(settings, voice(terminal), live=live) as office:
            return command(office=office, terminal=terminal, **rest)

    return wrapped


def act(name: str) -> Callable[[Body], Body]:
    """A command that performs the act ``name`` of the office with its own parameters, except
    ``yes``. It does not ask if it has no option ``--yes``."""

    def decorate(command: Body) -> Body:
        @click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
        @with_office
        @functools.wraps(command)
        def wrapped(
            office: Office, terminal: Terminal, as_json: bool, yes: bool = True, **wish: Any
        ) -> int:
            from publish.cli.confirming import carry_out

            return carry_out(office, terminal, name, yes=yes, as_json=as_json, **wish)

        return wrapped

    return decorate
