"""``publish preview``: the site with drafts on loopback, rebuilt at every change."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publish.errors import PublishError, Refused
from publish.post import stamps
from publish.post.files import locked
from publish.post.stamps import Stamps
from publish.settings import Settings, load, require_folders
from publish.site import build, manifest
from publish.site.commit import below, commit, prepare, replace_record, site_of, tree
from publish.site.engine import ISSUES, Run, Task, cores
from publish.site.engine.worker import Worker, start
from publish.site.preview_state import State
from publish.site.server import Server, wait_until

PAUSE = 0.04
"""Seconds between two polls."""
SHARE = 5
"""Polling takes at most one part in this many of the time, however large the archive is."""


def overrides(settings: Settings, address: str, stage: Path) -> dict[str, Any]:
    """The settings of a preview: drafts have pages, mails keep the true address."""
    drafts = {"": "drafts/{slug}/", "LANG_": "drafts/{slug}-{lang}/"}
    return {
        **build.overrides(settings, stage),
        "SITEURL": address,
        "FEED_DOMAIN": address,
        "NEWSLETTER_SITEURL": settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl,
        "NEWSLETTER_ISSUES_DRAFTS": True,
        **{
            f"DRAFT_{kind}{lang}{name}": place + file
            for kind in ("", "PAGE_")
            for lang, place in drafts.items()
            for name, file in (("URL", ""), ("SAVE_AS", "index.html"))
        },
        "RELATIVE_URLS": False,
    }


class Rebuilder:
    """Builds into the preview's own ``folder`` again and again; ``output/`` is never touched.

    The process of the last build stays, to render a single page at once; that of the next build
    waits with everything loaded.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._shown: tuple[str, ...] = ()
        self._last: Worker | None = None
        self._next = Worker(settings.path)

    def close(self) -> None:
        """End the processes that wait."""
        self._next.close()
        if self._last:
            self._last.close()
        self._last = None

    def page(self, source: str) -> tuple[str, bytes] | None:
        """The file and bytes of the page of ``source``; see ``Worker.page``."""
        return self._last.page(Path(source)) if self._last else None

    def build(
        self, settings: Settings, address: str, more: Mapping[str, Any]
    ) -> tuple[Run, tuple[str, ...]]:
        """Build what changed; also the files that were written or removed.

        Raises:
            PublishError: the build failed; the last good one stays.
            OSError: the folder cannot be written.
        """
        settings.refuse(settings.values)
        require_folders(settings)
        if not (self._folder / "site").is_dir():
            self._shown = ()
        folder, stage = self._folder, self._folder / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        prepare(stage)
        task = Task(
            settings.path,
            {**overrides(settings, address, stage), **more},
            stage,
            folder / "engine",
            folder / "pages",
            self._shown,
            manifest.code(settings),
            jobs=cores(),
            resident=True,
        )
        if self._last:
            self._last.close()
        self._last = None
        try:
            done, self._last = start(task, worker=self._next)
        finally:
            self._next = Worker(
                settings.path, full_pelican=bool(self._last and self._last.full_pelican)
            )
        # If not all files can be moved, the next build must trust none of them.
        self._shown = ()
        staged, letters = site_of(stage), below(stage / "issues")
        shown = {*staged, *(f"{ISSUES}/{name}" for name in letters), *done.kept}
        kept = [name.removeprefix(f"{ISSUES}/") for name in done.kept if name.startswith(ISSUES)]
        changes = commit(staged, folder / "site", tree(folder / "site"), done.kept)
        commit(letters, folder / "issues", tree(folder / "issues"), kept)
        if replace_record(stage, task.record):
            self._shown = tuple(sorted(shown))
        return done, (*changes.written, *changes.removed)


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    overrides: Mapping[str, Any],
    say: Callable[[str], None],
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    on_result: Callable[[str], None] = lambda error: None,
    explain: Callable[[Settings, str], str] = lambda settings, error: error,
) -> None:
    """Serve until ``stop`` is set or Ctrl-C; ``port`` 0 takes a free one.

    ``ready`` gets the address without a slash at its end. A failed build is reported on the
    terminal and in the page; the server goes on with the last good one. ``on_result`` gets the
    error whenever the pages have changed or could not be made, ``""`` for none. ``explain`` words
    the error of a build for the author.

    Raises:
        ConfigError: the address cannot be listened on.
        Refused: another preview of this site is running.
    """
    stop = stop or threading.Event()
    state = State(settings.cache / "preview")
    with locked(state.folder / "lock", Refused, patience=0, what="preview or desk"):
        # A post taken down since the last preview must not be served from it.
        shutil.rmtree(state.site, ignore_errors=True)
        shutil.rmtree(state.folder / "issues", ignore_errors=True)
        server = Server(state, host, port)
        rebuilder = Rebuilder(state.folder, settings)
        site = _Site(settings, state, rebuilder, server.address, overrides, say, on_result, explain)
        try:
            known = site.build()
        except BaseException:
            rebuilder.close()
            raise
        server.start()
        watcher = threading.Thread(
            target=_watch, args=(site.look, site.build, known, stop), daemon=True
        )
        watcher.start()
        try:
            if ready:
                ready(server.address)
            wait_until(stop)
        finally:
            stop.set()
            state.close()
            server.close()
            watcher.join(10)
            rebuilder.close()


@dataclass
class _Site:
    """The site being rebuilt. The settings are read at each rebuild, as they may have changed."""

    settings: Settings
    state: State
    rebuilder: Rebuilder
    address: str
    more: Mapping[str, Any]
    say: Callable[[str], None]
    on_result: Callable[[str], None]
    explain: Callable[[Settings, str], str]
    rendered: Run = field(default_factory=Run)

    def look(self) -> Stamps:
        """The stamps of everything a page is made of, and the post that has come due."""
        return manifest.scan(self.settings).stamps | self._beyond()

    def build(self, changed: Collection[str] = ()) -> Stamps:
        """Build, and report the result on the terminal and to open pages; returns the stamps it was
        built from. If a single source ``changed``, its page is rendered first."""
        before, beyond = manifest.scan(self.settings).stamps, self._beyond()
        if len(changed) == 1 and (found := self.rebuilder.page(*changed)):
            self.state.page_rendered(*found)
            self.on_result("")
        try:
            self.settings = load(self.settings.path)
            before = manifest.scan(self.settings).stamps
            self.rendered, files = self.rebuilder.build(self.settings, self.address, self.more)
        except (PublishError, OSError) as error:
            told = self.explain(self.settings, str(error))
            self.say(f"error: {told}")
            self.state.build_failed(told)
            self.on_result(told)
        else:
            for warning in self.rendered.warnings:
                self.say(f"warning: {warning}")
            self.state.build_succeeded(files)
            self.on_result("")
        # What is saved during the build is newer than what it was built from.
        reads = beyond.keys() & self.rendered.reads
        return self._beyond() | {path: beyond[path] for path in reads} | before

    def _beyond(self) -> Stamps:
        late = 0.0 < self.rendered.due <= time.time()
        # The cache may be deleted at any time.
        there = self.state.site.is_dir()
        return stamps.of(self.rendered.reads) | {
            "": str(self.rendered.due) if late else "",
            "site": str(there),
        }


def _watch(
    look: Callable[[], Stamps],
    changed: Callable[[set[str]], Stamps],
    known: Stamps,
    stop: threading.Event,
) -> None:
    """Call ``changed`` whenever the stamps of ``look`` differ from ``known``, until ``stop`` is
    set; polling works on every file system. ``changed`` gets the paths that differ, and returns the
    stamps its build was made from, so that nothing saved meanwhile is missed. It is called when two
    polls agree, as an editor may write a file in several steps."""
    pause = PAUSE
    while not stop.wait(pause):
        began = time.monotonic()
        found = look()
        pause = max(PAUSE, SHARE * (time.monotonic() - began))
        if found == known:
            continue
        while not stop.wait(PAUSE / 4) and (again := look()) != found:
            found = again
        if not stop.is_set():
            known = changed({path for path, _ in known.items() ^ found.items()})
