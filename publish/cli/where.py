"""``publish where``: the folders of the plugins and of the theme."""

from __future__ import annotations

from pathlib import Path

import click

import publish

FOLDERS = ("plugins", "theme")


def folder(name: str) -> Path:
    """Where ``plugins`` or ``theme`` lies: in the installed package, or in a checkout beside it."""
    package = Path(publish.__file__).resolve().parent
    installed = package / "share" / name
    return installed if installed.is_dir() else package.parent / name


@click.command()
@click.argument("name", type=click.Choice(FOLDERS), metavar="plugins|theme")
def command(name: str) -> None:
    """Print the folder to name in PLUGIN_PATHS, or in THEME, of a Pelican site.

    Example: publish where plugins
    """
    click.echo(folder(name))
