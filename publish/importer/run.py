"""Runs an import: read, plan, prepare, finish, and write new files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from publish.errors import ConfigError, Refused
from publish.importer import address, pool, saving, uploads
from publish.importer.convert import Steps
from publish.importer.ending import shared
from publish.importer.fetch import OldSite
from publish.importer.item_store import INCLUDED, Spool, Store
from publish.importer.ledger import SHAPING, Ledger
from publish.importer.losses import BEYOND
from publish.importer.model import Channel, Known, Options
from publish.importer.pictures import MediaLibrary, plain
from publish.importer.plan import Planning
from publish.importer.state import Result, Say, State
from publish.importer.wordpress import wxr
from publish.post.files import locked
from publish.post.text import count
from publish.settings import Settings

Ask = Callable[[frozenset[str], Path], OldSite]
"""Makes what asks the old site, from its hosts and a folder for what it answers."""


def run(
    settings: Settings,
    exports: Sequence[Path],
    options: Options,
    known: Iterable[Known],
    say: Say,
    ask: Ask = OldSite,
) -> Result:
    """Import one or several files of an export into ``content/``, beside the ``known`` sources.

    Raises:
        Refused: a file is no export; nothing was written.
        ConfigError: an option refers to something missing.
        OSError: a file cannot be read or written.
    """
    sources = [uploads.source(options.uploads)] if options.uploads else []
    folder = settings.cache / "import"
    with locked(settings.cache / "import.lock", Refused, say=say, what="import"):
        store = Store(folder / "items.db")
        prepared, results = Spool(folder / "items.prepared"), Spool(folder / "items.results")
        try:
            ledger = Ledger.load(settings.content / "ledger" / "import.json")
            given, options = options, ledger.remembered(options)
            state = State(settings, given, options, store, prepared, results, ledger, say)
            state.result.remembered = [
                name
                for field, name in SHAPING.items()
                if getattr(options, field) != getattr(given, field)
            ]
            _read(state, exports)
            index = Planning(state, known).index()
            state.again = _again(state)
            media = _media(state, sources, ask)
            _convert(state, Steps(state, index, media))
            state.result.fault = media.old.fault if media.old else ""
            return state.result
        finally:
            prepared.close()
            results.close()
            store.close()
            for file in folder.glob("items.*"):
                file.unlink(missing_ok=True)


def _read(state: State, exports: Sequence[Path]) -> None:
    """Put every item into the store."""
    count = 0
    owners: dict[int, tuple[str, int]] = {}
    own: dict[int, int] = {}
    for path in exports:
        for found in wxr.read(path, str(path)):
            if isinstance(found, Channel):
                _refuse_other_site(owners, address.site_of(found.url), own, path)
                own = {}
                _add(state, found, path)
                continue
            count += 1
            own[found.id] = hash((found.slug, found.date_gmt, found.guid))
            if count % 500 == 0:
                state.say(f"reading: {count:,} items")
            state.result.types[found.type] += 1
            if found.type == "attachment":
                url = plain(found.attachment or found.guid)
                page = address.key_of(address.path_of(found.link)) if found.link else ""
                state.store.put_attachment(found, url, page)
            elif found.type in ("post", "page", *INCLUDED["module"]):
                state.store.put(found)
            elif found.type not in address.SKIPPED and found.status in address.KEPT:
                state.lose("type-left", found.id, found.type, address.title_of(found.title))
    state.store.commit()


def _refuse_other_site(
    owners: dict[int, tuple[str, int]], site: str, own: dict[int, int], path: Path
) -> None:
    """Record the items of a ``site`` as digests by number, and refuse items of another site with
    the same numbers, which would replace them.

    Raises:
        Refused: there are such.
    """
    for number, digest in own.items():
        other, known = owners.setdefault(number, (site, digest))
        if other != site and known != digest:
            raise Refused(
                f"{path}: is of {site}, and number {number} is another item of {other}, in an "
                "export before it",
                "import one site, then the other",
            )


def _add(state: State, found: Channel, path: Path) -> None:
    state.hosts |= {address.host_of(url) for url in (found.url, found.home or found.link)} - {""}
    if found.repairs:
        state.lose("export-mended", 0, path.name, str(found.repairs))
    state.channel.add(found)


def _again(state: State) -> frozenset[str]:
    """The files, below the content folder, whose edits may be replaced.

    Raises:
        ConfigError: one is of no item of the export, or was deleted.
    """
    content = state.settings.content.resolve()
    wished = {os.path.relpath(path.resolve(), content): path for path in state.options.again}
    for other in wished.keys() - {entry.file for entry in state.entries.values()}:
        raise ConfigError(
            f"--again {wished[other]}: the export has no post that is in this file",
            "name it as import-report.md does",
        )
    return frozenset(wished)


def _media(state: State, sources: list[uploads.Source], ask: Ask) -> MediaLibrary:
    settings, options = state.settings, state.options
    hosts = frozenset(state.hosts)
    static = [str(p).strip("/") for p in settings.values.get("STATIC_PATHS") or ["images"]]
    images = "images" if "images" in static or not static else static[0]
    return MediaLibrary(
        hosts,
        sources,
        settings.content,
        images,
        "files" if "files" in static else f"{images}/files",
        state.ledger,
        state.store.attached,
        ask(hosts, settings.cache / "import" / "fetched") if options.fetch else None,
    )


def _convert(state: State, steps: Steps) -> None:
    """Run both steps for every item, and save the results into ``content/``."""
    todo = sorted(state.entries)
    posts = sum(entry.kind == "post" for entry in state.entries.values())
    jobs = state.options.jobs or min(os.cpu_count() or 1, 8)
    endings: Counter[int] = Counter()
    for done, prepared in enumerate(pool.share(steps.prepare, todo, jobs)):
        state.prepared.put(prepared.number, prepared.data)
        for url in prepared.urls:
            steps.media.take(url)
        for number, fragment in prepared.anchors:
            steps.anchors.setdefault(number, set()).add(fragment)
        endings.update(prepared.tail)
        if done % 50 == 0:
            state.say(f"reading posts: {done:,} of {len(todo):,}")
    state.prepared.flush()
    # Of a part of the posts no third may share an ending.
    steps.common = shared(endings, posts).union(state.ledger.endings)
    state.ledger.endings = sorted(steps.common)
    used: dict[str, None] = {}
    ends: Counter[str] = Counter()
    for done, finished in enumerate(pool.share(steps.finish, todo, jobs)):
        state.results.put(finished.number, finished.text.encode("utf-8", "replace"))
        state.result.losses.add(finished.losses)
        lacks = sum(loss.code in BEYOND for loss in finished.losses)
        state.entries[finished.number].lacks = lacks
        used.update(dict.fromkeys(finished.used))
        ends.update([finished.end] if finished.end else [])
        if done % 50 == 0:
            state.say(f"writing posts: {done:,} of {len(todo):,}")
    state.results.flush()
    state.result.ends = ends.most_common()
    if ends:
        state.lose("end-dropped", 0, count(ends.total(), "post"), state.result.ends[0][0])
    saving.save(state, steps.media, list(used))
