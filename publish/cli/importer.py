"""``publish import``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Exit
from publish.settings import Settings


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
@click.option("--since", help="Nothing older than this day, as 2020-03-11.")
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="LOGIN=NAME",
    help="An author's name; give several.",
)
@click.option(
    "--category", "categories", multiple=True, metavar="OLD=NEW", help="A category's new name."
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
    exports: Sequence[Path],
    uploads: Path | None,
    fetch: bool,
    dry_run: bool,
    only: str | None,
    since: str | None,
    authors: Sequence[str],
    categories: Sequence[str],
    keep_end: bool,
    comments: bool,
    again: Sequence[Path],
    as_json: bool,
    strict: bool,
) -> int:
    """Bring a WordPress export into content/ as Markdown, and report every loss.

    Example: publish import blog.WordPress.2026-11-28.xml --uploads uploads.zip
    """
    from publish.importer import report
    from publish.importer.model import Options
    from publish.importer.run import run
    from publish.post.files import write_whole

    for path in exports:
        if not path.is_file():
            raise ConfigError(
                f"{path}: there is no such file", "name the export that WordPress gave you"
            )
    options = Options(
        uploads=uploads, fetch=fetch, dry_run=dry_run, only=only or "", since=_day(since),
        authors=_pairs(authors, "--author LOGIN=NAME"),
        categories=_pairs(categories, "--category OLD=NEW"), keep_end=keep_end, comments=comments,
        again=tuple(again),
    )  # fmt: skip
    result = run(settings, exports, options, terminal.progress)
    if not dry_run:
        write_whole(settings.root / "import-report.md", report.as_markdown(result).encode())
        write_whole(settings.root / "import-report.json", report.as_json(result))
    if as_json:
        terminal.out(report.as_json(result).decode().rstrip("\n"))
    else:
        for line in report.summary(result, dry_run):
            terminal.out(line)
        if not dry_run:
            terminal.good("every loss, with file and line: import-report.md")
    lost = strict and result.losses.counts.total() > 0
    return int(Exit.REFUSED if lost else Exit.OK)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no day: write 2020-03-11", param_hint="--since"
        ) from None


def _pairs(given: Sequence[str], form: str) -> Mapping[str, str]:
    pairs = {}
    for text in given:
        old, sign, new = text.partition("=")
        if not sign or not old.strip() or not new.strip():
            raise click.BadParameter(f"{text!r}: write {form}", param_hint=form.split()[0])
        pairs[old.strip()] = new.strip()
    return pairs
