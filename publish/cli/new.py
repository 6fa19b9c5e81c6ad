"""``publish new``."""

from __future__ import annotations

from datetime import UTC, datetime, time

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("new")
@click.argument("title")
@click.option("-c", "--category", "categories", multiple=True, help="A category; give several.")
@click.option("-t", "--tag", "tags", multiple=True, help="A tag; give several.")
@click.option(
    "-d", "--date", help="The date, as 2026-11-30 07:30 or `next tuesday 7:30`.  [default: now]"
)
@click.option("--edit", is_flag=True, help="Open it in your editor.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    title: str,
    categories: tuple[str, ...],
    tags: tuple[str, ...],
    date: str | None,
    edit: bool,
) -> None:
    """Write a draft with a permanent Uid and print its path.

    Example: publish new "A calm handover" --category Career --category Wellbeing
    """
    from publish.site.new import new_post

    path = new_post(settings, title, categories=categories, tags=tags, date=_moment(settings, date))
    terminal.out(str(path.relative_to(settings.root)))
    if edit:
        click.edit(filename=str(path))


def _moment(settings: Settings, text: str | None) -> datetime | None:
    from publish.newsletter import schedule

    if text is None:
        return None
    return schedule.when(text, datetime.now(UTC), schedule.zone(settings.timezone), time())
