"""What an unattended run does about letters: settle, complete, send what is due."""

from __future__ import annotations

from dataclasses import replace

from publish.errors import Exit, Refused
from publish.office import letters, sending, settling
from publish.office.context import Office
from publish.office.question import Done

ATTEMPTS = 3
"""How often one run asks again because something changed between question and act."""


def send_due(office: Office, *, build: bool = False) -> Done:
    """Send what `send` would pick by itself, oldest first, after settling what is open, without a
    question: it runs unattended.

    Unfinished replaces are completed. Letters that fell due and were missed are listed and end
    with exit code 1, as does anything that was refused; without ``build`` a stale site is refused.

    Raises:
        PublishError: a letter could not be sent; the code tells what may have happened.
    """
    # First, for what is not public any more is held, and not completed.
    office.site.fresh(office.voice, build=build)
    with office.lock():
        settling.settle(office)
    found = sending.ask(office, build=build)
    for _ in range(ATTEMPTS):
        if isinstance(found, Done):
            return _with_overdue(office, found)
        found = sending.do(office, found)
    if isinstance(found, Done):
        return _with_overdue(office, found)
    raise Refused("the posts keep changing while they are sent", "run this again")


def _with_overdue(office: Office, done: Done) -> Done:
    all_letters = letters.load_letters(office)
    late = sending.overdue_lines(office, letters.choices(office, all_letters))
    more = tuple(line for line in late if line not in done.lines)
    return replace(
        done, lines=(*done.lines, *more), code=Exit.REFUSED if late else done.code
    )  # fmt: skip


def settle_only(office: Office) -> None:
    """Settle what is open by reading, and send nothing: for a run whose build or deploy failed.

    Raises:
        PublishError: Mailchimp cannot be read.
    """
    with office.lock():
        settling.settle(office)
