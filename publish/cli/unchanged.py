"""``publish build`` if nothing changed: answered before other modules are imported."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise

from publish.site import snapshot


def answered(words: list[str]) -> bool:
    """Print the summary and return True if the last build is up to date; ``words`` are the
    arguments of ``build``. Every unusual case is left to the command itself."""
    words = [word for word in words if word not in ("-q", "--quiet")]
    if words and not (len(words) == 2 and words[0] in ("-s", "--settings")):
        return False
    settings_file = _settings_file(words)
    known = snapshot.read(in_cache(words, "build"))
    if not snapshot.is_current(known, settings_file, jobs=os.cpu_count() or 1):
        return False
    if known["foreign"] or _letter_waits(known["scope"]):
        return False
    line = snapshot.summary(known["output"], 0, 0, known["unchanged"], known["composed"])
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    try:
        print(f"\x1b[32m{line}\x1b[0m" if colour else line, flush=True)
    except OSError:
        return False
    return True


def in_cache(words: list[str], name: str) -> str:
    """The path of a cache file of the site that a command's ``words`` refer to."""
    return os.path.join(os.path.dirname(_settings_file(words)), ".publish", name)  # noqa: PTH118, PTH120


def _settings_file(words: list[str]) -> str:
    named = [b for a, b in pairwise(words) if a in ("-s", "--settings")]
    return os.path.abspath(named[0] if named else "pelicanconf.py")  # noqa: PTH100


def _letter_waits(scope: snapshot.Scope) -> bool:
    """Whether a letter may be scheduled: then the command itself has to warn if its post is
    gone."""
    root, (content, *_), *_ = scope
    for folder in (content, os.path.join(root, ".publish", "sandbox")):  # noqa: PTH118
        try:
            with open(os.path.join(folder, "ledger", "issues.jsonl"), "rb") as lines:  # noqa: PTH118, PTH123
                facts = lines.read()
        except OSError:
            continue
        if b'"schedule"' in facts:
            import re

            now = time.strftime("%Y-%m-%dT%H:%M", time.gmtime()).encode()
            return any(hour >= now for hour in re.findall(rb'"(?:time|hour)": *"([^"]*)"', facts))
    return False
