"""What an unattended run does about letters: settle, complete, send what is due."""

from __future__ import annotations

from dataclasses import replace

from publish.errors import Exit, Refused
from publish.office import letters, sending, settling
from publish.office.context import Office
from publish.office.question import Done, Question

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
    found, attempts = sending.ask(office, build=build), 0
    while isinstance(found, Question):
        if attempts == ATTEMPTS:
            raise Refused("the posts keep changing while they are sent", "run this again")
        found, attempts = sending.do(office, found), attempts + 1
    late = sending.overdue_lines(office, letters.choices(office, letters.load_letters(office)))
    more = tuple(line for line in late if line not in found.lines)
    return replace(found, lines=(*found.lines, *more), code=Exit.REFUSED if late else found.code)
