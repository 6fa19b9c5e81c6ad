"""Whether the last build is still what a build would give: the most frequent answer is yes.

Nothing of the site is loaded to find out, not even its settings file: what it came to is
written down with the stamp it had.
"""

from __future__ import annotations

import os
import time
from typing import Any

from publish.post import cache
from publish.site import inputs

VERSION = 5


def read(place: str) -> dict[str, Any]:
    """The record of the last build; empty if it was deleted, is damaged, or of another version."""
    document = cache.load(place)
    return document if document.get("version") == VERSION else {}


def stands(known: dict[str, Any], settings_file: str) -> bool:
    """Whether all of it is as it was: what the site is made of, what was made, and the day."""
    if not known or known["stamps"] is None or time.time() >= known["until"]:
        return False
    if known["world"] != inputs.world(settings_file):
        return False
    try:
        found = inputs.stamps(known["scope"])
    except OSError:
        return False
    found |= inputs.of([settings_file, *known["reads"]])
    return (
        inputs.same(known["stamps"], known["racy"], found)
        and known["outputs"] == inputs.of(known["outputs"])
        and known["issues"] == inputs.of(below(known["issued"]))
    )


def sentence(output: str, written: int, removed: int, unchanged: int, composed: int) -> str:
    """What a build tells when it is done."""
    return (
        f"{output}: {written} written, {removed} removed, {unchanged} unchanged, "
        f"{composed} issues composed"
    )


def below(folder: str) -> list[str]:
    """Every file below ``folder``."""
    return [f"{base}{os.sep}{n}" for base, _, names in os.walk(folder) for n in names]
