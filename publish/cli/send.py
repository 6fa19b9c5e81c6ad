"""``publish send``."""

from __future__ import annotations

import click

from publish.cli import options
from publish.cli.terminal import Terminal


@click.command("send")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--now", is_flag=True, help="Mail at once, without time to undo.")
@click.option(
    "--at", metavar="TIME",
    help="07:30, `next tuesday 7:30` or 2026-11-30 07:30, in the site's time zone; moves a "
    "scheduled letter.",
)  # fmt: skip
@click.option("--digest", is_flag=True, help="Mail the posts together, as one letter.")
@click.option(
    "--as-update", is_flag=True, help="Mail a changed post again, as a letter of its own."
)
@click.option(
    "--replace", is_flag=True, help="Put the post's present words into its scheduled letter."
)
@click.option(
    "--no-build", is_flag=True, help="Refuse where the site is stale, instead of building."
)
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@options.with_office
def command(
    office: options.Office,
    terminal: Terminal,
    names: tuple[str, ...],
    now: bool,
    at: str | None,
    digest: bool,
    as_update: bool,
    replace: bool,
    no_build: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Mail each new post to the audience, exactly once.

    It builds first where anything is stale, shows what will go to whom and when, then asks.
    Running it again is always right: after a crash, a lost answer or on a second machine no
    reader gets a letter twice. A letter that was taken back goes out only when its post is named.

    Example: publish send a-calm-handover --at 07:30
    """
    from publish.cli.answering import carry_out

    return carry_out(
        office, terminal, "send", yes=yes, as_json=as_json, posts=names, now=now, at=at,
        digest=digest, as_update=as_update, replace=replace, build=not no_build,
    )  # fmt: skip
