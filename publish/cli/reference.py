"""Writes the commands' help into docs/reference.md: ``python -m publish.cli.reference
[--write]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from publish.cli.group import COMMANDS, group


def pages() -> Iterator[str]:
    """The part of each command."""
    # A fixed width, so that the page does not depend on the terminal.
    width = {"terminal_width": 88, "max_content_width": 88}
    context = click.Context(group, info_name="publish", **{**group.context_settings, **width})
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield from _part(command, context, f"publish {name}")


def _part(command: click.Command, parent: click.Context, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    yield f"## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _part(inner, context, f"{path} {name}")


def document(page: str) -> str:
    """``page`` with the commands' parts replaced; the text before them stays."""
    return page.partition("## publish ")[0] + "\n".join(pages())


if __name__ == "__main__":
    made = document(Path("docs/reference.md").read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        Path("docs/reference.md").write_text(made, encoding="utf-8")
    else:
        print(made, end="")
