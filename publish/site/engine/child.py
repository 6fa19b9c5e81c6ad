"""The process that renders: reads its task from standard input, answers on standard output."""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import Exit
from publish.light import Needed
from publish.site.engine.complaints import Complaints
from publish.site.engine.trace import Trace


def run(task: Mapping[str, Any], trace: Trace) -> dict[str, Any]:
    """Render in this process; what came of it in JSON's own types."""
    import pelican as package
    from pelican import signals
    from pelican.settings import read_settings

    from publish.site.engine.ghosts import Damaged
    from publish.site.engine.session import Session

    # What it says to a terminal when it is done is said to nobody here.
    package.console = _Quiet(package.console)

    settings_file, output = Path(task["settings"]), Path(task["output"])
    complaints = Complaints(settings_file.parent, output)
    # Python trusts compiled files by the second; a plugin edited twice in one would stay stale.
    sys.dont_write_bytecode = True
    logging.getLogger().addHandler(complaints)
    due: set[datetime] = set()
    began = datetime.now(UTC)

    def scheduled(content: Any) -> None:
        moment = getattr(content, "date", None)
        if isinstance(moment, datetime) and moment.astimezone(UTC) > began:
            due.add(moment.astimezone(UTC))

    def finalized(generators: Any) -> None:
        for generator in generators:
            for content in (*getattr(generator, "articles", ()), *getattr(generator, "drafts", ())):
                scheduled(content)

    signals.content_object_init.connect(scheduled)
    signals.all_generators_finalized.connect(finalized)
    code, known = Exit.USAGE, [output.parent]
    session: Session | None = None
    ours = {"OUTPUT_PATH": str(output), "DELETE_OUTPUT_DIRECTORY": False, "DEBUG": False}
    try:
        settings = read_settings(str(settings_file), override={**task["overrides"], **ours})
        code, complaints.content = Exit.REFUSED, Path(settings["PATH"])
        known += [Path(p) for p in (settings["PATH"], settings["THEME"], settings["CACHE_PATH"])]
        known += [Path(p) for p in settings["PLUGIN_PATHS"]]
        known += [Path(task[name]).parent for name in ("folder", "pages")]
        pelican = _pelican(settings["PELICAN_CLASS"])(settings)
        session = Session(task, pelican, trace, complaints)
        pelican.run()
        if not complaints.errors:
            session.save()
    except (Exception, SystemExit) as error:  # a settings file, theme or plugin may do anything
        complaints.failed(error)
    except Needed:
        return {"again": "whole"}
    except Damaged:
        return {"again": "forget"}
    finally:
        if session:
            session.end()
    return {
        "code": code,
        "errors": complaints.errors,
        "warnings": complaints.warnings,
        "reads": [r for r in trace.reads(known) if r != str(settings_file.parent)],
        "due": min(due).timestamp() if due else 0.0,
        "untracked": trace.untracked,
        "kept": session.pages.kept if session else [],
    }


class _Quiet:
    """A console that prints nothing."""

    def __init__(self, console: Any) -> None:
        self._console = console

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)

    def print(self, *words: Any, **how: Any) -> None:
        """Nobody reads it."""


def _pelican(named: Any) -> Any:
    """``PELICAN_CLASS``, a class or its dotted name."""
    import importlib

    if not isinstance(named, str):
        return named
    module, _, name = named.rpartition(".")
    return getattr(importlib.import_module(module), name)


def main() -> None:
    """The process's own entry: the task comes as JSON, once everything is loaded."""
    trace = Trace()
    trace.start()
    # Thousands of objects that all live to the end: looking for garbage finds none.
    gc.set_threshold(100_000, 50, 100)
    if "whole" not in sys.argv[1:]:
        light.install()
    import publish.site.engine.session  # noqa: F401 - and with it Pelican

    given = sys.stdin.read()
    if not given:
        return  # there was nothing to build after all
    task = json.loads(given)
    # Plugins may print; the answer has the pipe to itself.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        json.dump(run(task, trace), answer)
    # Nobody will need what this process holds; to take it apart would take longer than to end.
    atexit._run_exitfuncs()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
