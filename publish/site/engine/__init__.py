"""Renders a site with Pelican in a process of its own, and renders again only what must be.

A process of its own, because Pelican keeps state in its modules, a plugin may do anything, and
a preview renders hundreds of times. Whatever Pelican only logs and goes on from (a post without
a date, a missing plugin, a broken link) is a failure here.

Pelican's generators and the plugins run in full at every build, so what a page is made of is
always right. Two things are kept from the last build: what a reader made of each source
(``parsed``), and what each page's template read (``reads``, ``record``, ``pages``).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.errors import ConfigError, Exit, Refused

CHILD = "publish.site.engine.child"


@dataclass(frozen=True)
class Memory:
    """What earlier builds left for this one.

    ``folder`` holds it, ``key`` stands for everything that every page depends on. ``pages`` is
    the record of the pages that lie in the output and ``intact`` names those nobody touched.
    ``forget`` makes everything anew, for the next build to remember. ``jobs`` is how many
    processes may be at work.
    """

    folder: Path
    key: str
    pages: Path
    intact: Collection[str] = ()
    forget: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Rendered:
    """What came of a render.

    ``warnings`` are Pelican's own that break nothing. ``reads`` are absolute paths it read
    outside content, theme and plugin folders. ``due`` is the moment (seconds since the epoch)
    at which the next scheduled post becomes public, 0 if none waits. ``untracked`` says why
    nobody can know what the pages were made of, ``""`` if all is known. ``kept`` are the pages
    that are not among what was rendered: they lie in the output as they would be written.
    """

    warnings: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    due: float = 0.0
    untracked: str = ""
    kept: tuple[str, ...] = ()


_early: dict[Path, Standby] = {}


def expect(settings: Path, *, whole: bool = False) -> None:
    """A build of this site is likely: let a process load Pelican while this one gets ready."""
    with contextlib.suppress(OSError):
        _early[settings] = Standby(settings, whole=whole)


def dismiss() -> None:
    """End the processes that wait for a build that did not come."""
    while _early:
        _early.popitem()[1].close()


def standby(settings: Path, *, whole: bool = False) -> Standby:
    """A process for the site of the ``settings`` file, the one that is waiting if one is."""
    return _early.pop(settings, None) or Standby(settings, whole=whole)


class Again(Exception):
    """Nothing came of a render, for a reason that is no fault of the site's; ``how`` to repeat it.

    ``"whole"``: with everything loaded that Pelican loads; ``"forget"``: without what is
    remembered, which is damaged.
    """

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Standby:
    """A process that loads Pelican at once and waits for its one task."""

    def __init__(self, settings: Path, *, whole: bool = False) -> None:
        """For the site of the ``settings`` file; ``whole`` loads all that Pelican loads."""
        self._settings, self.whole = settings, whole
        how = ["whole"] if whole else []
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            # Not with -m, which takes a while to find what this finds at once.
            [sys.executable, "-P", "-c", f"import {CHILD}; {CHILD}.main()", *how],
            cwd=settings.parent, env=_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            # Ctrl-C ends the parent, which ends its child; it is no failure of the build.
            start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Standby:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whether it had its task or not."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def render(
        self,
        output: Path,
        overrides: Mapping[str, Any],
        memory: Memory,
        record: Path,
    ) -> Rendered:
        """Render the site into ``output``, a folder made if need be.

        Only what differs from ``memory`` is made, and ``record`` is written for the next.

        Raises:
            Refused: anything failed; the message names the file.
            ConfigError: the settings file fails.
            Again: it has to be done once more, in another way.
        """
        task = {
            "settings": str(self._settings), "output": str(output), "overrides": dict(overrides),
            "folder": str(memory.folder), "key": memory.key, "pages": str(memory.pages),
            "intact": list(memory.intact), "record": str(record), "forget": memory.forget,
            "jobs": memory.jobs,
        }  # fmt: skip
        answer, said = self._process.communicate(json.dumps(task).encode())
        try:
            result = json.loads(answer)
        except ValueError:
            tail = said.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            status = self._process.returncode
            how = f"by signal {-status}" if status < 0 else tail[-1]
            raise Refused(
                f"{self._settings.name}: the build process ended early: {how}", "build again"
            ) from None
        if how := result.get("again"):
            raise Again(how)
        if errors := result["errors"]:
            also = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            kind = ConfigError if result["code"] == Exit.USAGE else Refused
            raise kind(errors[0] + also, "mend that and build again; the built site is as it was")
        return Rendered(
            tuple(result["warnings"]), tuple(result["reads"]), result["due"],
            result["untracked"], tuple(result["kept"]),
        )  # fmt: skip


def _environment() -> dict[str, str]:
    # A key must not reach a template; and the child must find this very program.
    kept = {name: v for name, v in os.environ.items() if not name.startswith("MAILCHIMP_")}
    here = str(Path(__file__).resolve().parents[3])
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), here)))}
