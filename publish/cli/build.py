"""``publish build``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


class Following:
    """Reports a build's progress: called by the engine, it passes lines to ``say``, each of which
    replaces the last."""

    WORDS: ClassVar[dict[str, str]] = {
        "read": "posts read",
        "post_cards": "cards drawn",
        "mail_issues": "letters composed",
        "picture_sizes": "pictures made smaller",
        "pages": "pages rendered",
    }

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._done: dict[str, int] = {}
        self._whole: dict[str, int] = {}

    def __call__(self, phase: str, count: int) -> None:
        """``phase`` has advanced by ``count``; a negative ``count`` is the phase's total."""
        if count < 0:
            self._whole[phase] = -count
            return
        self._done[phase] = done = self._done.get(phase, 0) + count
        whole = f" of {self._whole[phase]}" if done <= self._whole.get(phase, 0) else ""
        self._say(f"{self.WORDS.get(phase, phase)}: {done}{whole}")


@click.command("build")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The folder to build.  [OUTPUT_PATH]"
)
@click.option("--full", is_flag=True, help="Ignore every cache.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use.  [default: the cores]")
@click.option("--json", "as_json", is_flag=True, help="Counts and timings for scripts.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    output: Path | None,
    full: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Build the site: only what changed, and all of that or nothing.

    Example: publish build --full
    """
    from publish.cli.confirming import voice
    from publish.office import checking
    from publish.site.build import build

    terminal.progress("building")
    done = build(
        settings,
        output=output,
        full=full,
        jobs=jobs,
        say=terminal.note,
        guards=checking.guards(settings, voice(terminal)),
        progress=Following(terminal.progress),
    )
    from publish.office import notices

    for line in notices.after_build(settings) if output is None else ():
        terminal.warn(line)
    for path in done.foreign:
        terminal.warn(f"{path}: not written by publish; left alone")
    if as_json:
        terminal.json(done._asdict())
        return
    terminal.good(done.summary)
