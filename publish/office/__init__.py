"""Question and act as data: between the command line or the desk and the rooms.

``ask`` says what an act would do and binds it; ``do`` performs it if that still holds. The
command line and the desk show and do through these two calls alone, so what they say and what
they leave behind is the same. ``send_due`` is what an unattended run does without asking.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publish.office.acts import ask, do
    from publish.office.context import Office, opened, sandbox_server
    from publish.office.due import send_due
    from publish.office.question import Changed, Done, Line, Question, Voice

__all__ = [
    "Changed", "Done", "Line", "Office", "Question", "Voice", "ask", "do", "opened",
    "sandbox_server", "send_due",
]  # fmt: skip
_HOMES = {
    "ask": "acts", "do": "acts", "send_due": "due", "Changed": "question", "Done": "question",
    "Line": "question", "Question": "question", "Voice": "question", "Office": "context",
    "opened": "context", "sandbox_server": "context",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Loaded when it is asked for: a build needs ``checking`` alone, and no act."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
