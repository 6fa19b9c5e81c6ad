"""Question and act as data: between the command line or the desk and the rooms.

``ask`` says what an act would do and binds it; ``do`` performs it if that still holds. The
command line and the desk show and do through these two calls alone, so what they say and what
they leave behind is the same. ``send_due`` is what an unattended run does without asking.
"""

from __future__ import annotations

from publish.office.acts import ask, do
from publish.office.due import send_due
from publish.office.question import Changed, Done, Line, Question, Voice
from publish.office.room import Office, opened

__all__ = [
    "Changed", "Done", "Line", "Office", "Question", "Voice", "ask", "do", "opened", "send_due",
]  # fmt: skip
