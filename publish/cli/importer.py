"""``publish import``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Exit
from publish.settings import Settings


def _day(context: click.Context, option: click.Parameter, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day: write 2020-03-11") from None


def _pairs(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    pairs = {}
    for text in given:
        old, sign, new = (part.strip() for part in text.partition("="))
        if not sign or not old or not new:
            form = f"{option.opts[0]} {option.metavar}"
            raise click.BadParameter(f"{text!r}: write {form}")
        pairs[old] = new
    return pairs


renaming = partial(click.option, multiple=True, callback=_pairs)


@click.command("import")
@click.argument(
    "exports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="EXPORT.xml…"
)
@click.option(
    "--uploads", type=click.Path(path_type=Path), help="wp-content/uploads: the folder or its .zip."
)
@click.option(
    "--fetch", is_flag=True, help="Ask the old site for pictures that are not in the uploads."
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--only", type=click.Choice(["posts", "pages"]), help="Only posts, or only pages.")
@click.option("--since", callback=_day, help="Nothing older than this day, as 2020-03-11.")
@renaming("--author", "authors", metavar="LOGIN=NAME", help="An author's name; give several.")
@renaming(
    "--category", "categories", metavar="OLD=NEW", help="A category's new name; give several."
)
@click.option("--keep-end", is_flag=True, help="Keep the ending that many posts share.")
@click.option("--comments", is_flag=True, help="Put readers' comments under each post.")
@click.option(
    "--again",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Replace this file though it was edited.",
)
@click.option("--json", "as_json", is_flag=True, help="The report for scripts, on standard output.")
@click.option("--strict", is_flag=True, help="Any loss makes it fail.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    exports: tuple[Path, ...],
    as_json: bool,
    strict: bool,
    **wished: Any,
) -> int:
    """Turn a WordPress export into Markdown, and report every loss.

    Example: publish import blog.WordPress.2026-11-28.xml --uploads uploads.zip
    """
    from publish.importer import report
    from publish.importer.model import Known, Options
    from publish.importer.run import run
    from publish.post.files import write_whole
    from publish.site.posts import sources

    for path in exports:
        if not path.is_file():
            raise ConfigError(
                f"{path}: there is no such file", "name the export that WordPress gave you"
            )
    options = Options(**wished)
    written = sources(settings, (*settings.posts, *settings.pages))
    now = datetime.now(UTC)
    known = (
        Known(post.path, post.slug, post.uid, post.aliases, post.visibility(now) == "public")
        for post in written
    )
    result = run(settings, exports, options, known, terminal.progress)
    if not options.dry_run:
        write_whole(settings.root / "import-report.md", report.as_markdown(result).encode())
        write_whole(settings.root / "import-report.json", report.as_json(result))
    if result.fault:
        terminal.warn(f"{result.fault} — run it again once it does")
    if as_json:
        terminal.out(report.as_json(result).decode().rstrip("\n"))
    else:
        for line in report.summary(result, options.dry_run):
            terminal.out(line)
        if not options.dry_run:
            terminal.good("every loss, with file and line: import-report.md")
    lost = strict and result.losses.counts.total() > 0
    return int(Exit.REFUSED if lost else Exit.OK)
