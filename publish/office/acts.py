"""``ask`` and ``do``: the acts by name, each in a module that loads when it is used."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from publish.errors import ConfigError
from publish.office.context import Office
from publish.office.question import Done, Question

ACTS = {
    "send": "sending", "replace": "sending", "move": "sending", "undo": "undoing",
    "test": "testing", "retract": "retracting", "publish": "publishing", "deploy": "deploying",
    "rename": "renaming",
}  # fmt: skip
"""Each act's name and its module, which has an ``ask`` and a ``do`` of its own."""


def ask(office: Office, act: str, **wish: Any) -> Question | Done:
    """The question that describes what ``act`` would do; or Done if there is nothing to do.

    Raises:
        PublishError: it is refused; the code is the one it has on the command line.
    """
    if act == "replace":
        wish["replace"] = True
    found: Question | Done = _module(act).ask(office, **wish)
    return found


def do(office: Office, question: Question) -> Done | Question:
    """Perform a confirmed act. If it would no longer do the same, nothing is done, and the new
    question is returned.

    Raises:
        PublishError: it failed; the code tells what may have happened.
    """
    done: Done | Question = _module(question.act).do(office, question)
    return done


def _module(act: str) -> ModuleType:
    if act not in ACTS:
        raise ConfigError(f"there is no act {act!r}", f"one of {', '.join(ACTS)}")
    return importlib.import_module(f"publish.office.{ACTS[act]}")
