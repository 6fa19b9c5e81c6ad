"""The one module that imports Pelican: renders a site in a process of its own.

A process of its own, because Pelican keeps state in its modules, a plugin may do anything, and
a preview renders hundreds of times. Whatever Pelican only logs and goes on from (a post without
a date, a missing plugin, a broken link) is a failure here.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish.errors import ConfigError, Exit, Refused
from publish.site.complaints import Complaints
from publish.site.trace import Trace


@dataclass(frozen=True)
class Rendered:
    """What came of a render.

    ``warnings`` are Pelican's own that break nothing. ``reads`` are absolute paths it read
    outside content, theme and plugin folders. ``due`` is the moment (ISO, UTC) at which the next
    scheduled post becomes public, ``""`` if none waits. ``untracked`` says why nobody can know
    what the pages were made of, ``""`` if all is known.
    """

    warnings: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    due: str = ""
    untracked: str = ""


def render(settings: Path, output: Path, overrides: Mapping[str, Any]) -> Rendered:
    """Render the site of the ``settings`` file into ``output``, a folder made if need be.

    Raises:
        Refused: anything failed; the message names the file.
        ConfigError: the settings file fails.
    """
    command = [
        sys.executable, "-P", "-m", "publish.site.engine", str(settings), str(output),
        json.dumps(dict(overrides)),
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own module, in the site's folder
        command, cwd=settings.parent, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        # Ctrl-C ends the parent, which ends its child; it is no failure of the build.
        env=_environment(), start_new_session=True,
    )  # fmt: skip
    try:
        result = json.loads(done.stdout)
    except ValueError:
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        how = f"by signal {-done.returncode}" if done.returncode < 0 else tail[-1]
        raise Refused(
            f"{settings.name}: the build process ended early: {how}", "build again"
        ) from None
    if errors := result["errors"]:
        also = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        kind = ConfigError if result["code"] == Exit.USAGE else Refused
        raise kind(errors[0] + also, "mend that and build again; the built site is as it was")
    return Rendered(
        tuple(result["warnings"]), tuple(result["reads"]), result["due"], result["untracked"]
    )


def _environment() -> dict[str, str]:
    # A key must not reach a template; and the child must find this very program.
    kept = {name: v for name, v in os.environ.items() if not name.startswith("MAILCHIMP_")}
    here = str(Path(__file__).resolve().parents[2])
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), here)))}


def run(settings_file: Path, output: Path, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Render in this process; what came of it in JSON's own types."""
    trace, complaints = Trace(), Complaints(settings_file.parent, output)
    trace.start()
    from pelican import signals
    from pelican.settings import read_settings

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
    ours = {"OUTPUT_PATH": str(output), "DELETE_OUTPUT_DIRECTORY": False, "DEBUG": False}
    try:
        settings = read_settings(str(settings_file), override={**overrides, **ours})
        code, complaints.content = Exit.REFUSED, Path(settings["PATH"])
        known += [Path(p) for p in (settings["PATH"], settings["THEME"], settings["CACHE_PATH"])]
        known += [Path(p) for p in settings["PLUGIN_PATHS"]]
        _pelican(settings["PELICAN_CLASS"])(settings).run()
    except (Exception, SystemExit) as error:  # a settings file, theme or plugin may do anything
        complaints.failed(error)
    return {
        "code": code,
        "errors": complaints.errors,
        "warnings": complaints.warnings,
        "reads": [r for r in trace.reads(known) if r != str(settings_file.parent)],
        "due": min(due).isoformat() if due else "",
        "untracked": trace.untracked,
    }


def _pelican(named: Any) -> Any:
    """``PELICAN_CLASS``, a class or its dotted name."""
    import importlib

    if not isinstance(named, str):
        return named
    module, _, name = named.rpartition(".")
    return getattr(importlib.import_module(module), name)


def child(arguments: list[str]) -> None:
    """The process's own entry: SETTINGS OUTPUT OVERRIDES_JSON."""
    # Plugins may print; the answer has the pipe to itself.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        settings, output, overrides = arguments
        json.dump(run(Path(settings), Path(output), json.loads(overrides)), answer)


if __name__ == "__main__":
    child(sys.argv[1:])
