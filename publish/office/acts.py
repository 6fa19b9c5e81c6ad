"""``ask`` and ``do``: the acts by name, each in a module that loads when it is used."""

from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType
from typing import Any

from publish.errors import ConfigError, PublishError
from publish.office.context import Office
from publish.office.question import Changed, Done, Question, Voice

ACTS = {
    "send": "sending", "replace": "sending", "move": "sending", "undo": "undoing",
    "test": "testing", "retract": "retracting", "publish": "publishing", "deploy": "deploying",
    "rename": "renaming",
}  # fmt: skip
"""Each act's name and its module, which has an ``ask`` and a ``do`` of its own."""


def ask(office: Office, act: str, **wish: Any) -> Question | Done | PublishError:
    """What ``act`` would do.

    Returns:
        The question to answer; or Done, where there is nothing to do; or the refusal, with the
        exit code it has on the command line.
    """
    try:
        return answer(office, act, wish)
    except PublishError as refusal:
        return refusal


def do(office: Office, question: Question, voice: Voice | None = None) -> Done | Changed:
    """Perform a confirmed act, if it would still do the same; ``voice`` gets the progress.

    Raises:
        PublishError: it failed; the code tells what may have happened.
    """
    office = replace(office, voice=voice) if voice else office
    done: Done | Changed = _module(question.act).do(office, question)
    return done


def answer(office: Office, act: str, wish: dict[str, Any]) -> Question | Done:
    """As ``ask``, but a refusal is raised."""
    if act == "replace":
        wish = {**wish, "replace": True}
    found: Question | Done = _module(act).ask(office, **wish)
    return found


def _module(act: str) -> ModuleType:
    if act not in ACTS:
        raise ConfigError(f"there is no act {act!r}", f"one of {', '.join(ACTS)}")
    return importlib.import_module(f"publish.office.{ACTS[act]}")
