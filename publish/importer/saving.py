"""Saves the results into content/: new files only, and never over edited ones."""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from publish.importer import address
from publish.importer.address import PICTURE_NAME
from publish.importer.ledger import Record
from publish.importer.losses import BEYOND
from publish.importer.pictures import MediaLibrary
from publish.importer.state import State
from publish.post import stamps
from publish.post.aliases import parse_alias
from publish.post.files import PATIENCE, write_whole
from publish.post.identity import RETIRED, Damaged, read_table, table_bytes

ADDRESSES = re.compile(rb"^(?:Slug|Aliases): .*\n(?: .*\n)*", re.M)


def save(state: State, media: MediaLibrary, used: list[str]) -> None:
    """Write posts, pages, pictures, redirects and the ledger; nothing in a dry run. If it is killed
    at any moment, the next run completes it: the ledger first records the files about to be
    written, and each is written in one step.

    Raises:
        OSError: a file cannot be written; the next run continues.
    """
    root = state.settings.content
    static = "/" + str(state.settings.values.get("STATIC_URL") or "").replace("{path}", "")
    todo, records = _due(state)
    state.result.written = [
        state.entries[number].file
        for number, digest in todo.items()
        if stamps.digest(str(root / state.entries[number].file)) != digest
    ]
    found = {url: media.take(url) for url in used}
    state.result.pictures = len({one.path for one in found.values()})
    for url, one in found.items():
        # Others link to a download; a picture is seen in its post.
        with suppress(ValueError):
            if not PICTURE_NAME.search(one.path):
                old, new = parse_alias(quote(address.path_of(url))).text, static + one.path
                state.moved[old] = new
                state.result.losses.add_redirects([(old, new)])
    # What an earlier run took is there, and may have been edited since.
    pictures = {one.path: one for one in found.values() if one.origin}
    if state.options.dry_run:
        return
    _sweep(root)
    ledger = state.ledger
    missing = [p for p in pictures.values() if stamps.digest(str(root / p.path)) != p.digest]
    if state.result.written or missing:
        ledger.begun = {state.entries[number].file: digest for number, digest in todo.items()}
        ledger.save()
    for picture in missing:
        data = media.data(picture)
        if data is not None:
            write_whole(root / picture.path, data)
    ledger.files |= {path: picture.digest for path, picture in pictures.items()}
    ledger.addresses |= {address.site_of(url): one.path for url, one in found.items()}
    for done, number in enumerate(todo):
        write_whole(root / state.entries[number].file, state.results.get(number))
        if done % 50 == 0:
            state.say(f"saving: {done:,} of {len(todo):,}")
    _save_redirects(state)
    ledger.items |= records
    ledger.begun = {}
    ledger.save()


def _sweep(folder: Path) -> None:
    """Remove temporary files of a killed run."""
    for part in folder.rglob(".*.part"):
        with suppress(OSError):
            # A younger file may belong to a running process.
            if time.time() - part.stat().st_mtime > PATIENCE:
                part.unlink()


def _due(state: State) -> tuple[dict[int, str], dict[str, Record]]:
    """The items to be written, with digests, and their records for the ledger."""
    root, host, ledger = state.settings.content, address.host_of(state.channel.url), state.ledger
    todo: dict[int, str] = {}
    records: dict[str, Record] = {}
    for number, entry in state.entries.items():
        digest = hashlib.sha256(state.results.get(number)).hexdigest()
        key, file = f"{host}/{entry.id}", root / entry.file
        record, there = ledger.items.get(key), stamps.digest(str(file))
        ours = {digest, ledger.begun.get(entry.file, "")}
        ours |= {record.written} if record else set()
        forced = entry.file in state.again
        # One of an export of all content may hold more than this export gives it.
        fuller = record and there == record.written != digest and entry.lacks > record.lacks
        if record and not forced and (fuller or (record.written == digest and there)):
            state.result.unchanged += 1
            if fuller:
                state.result.losses.forget(f"{state.folder}/{entry.file}", BEYOND)
                state.lose("fuller-left", entry.id, file=entry.file)
        elif not there or there in ours or forced:
            todo[number] = digest
            records[key] = Record(entry.file, entry.slug, digest, entry.lacks)
        elif _same_but_address(file, state.results.get(number)):
            state.result.unchanged += 1
        else:
            state.result.left.append(entry.file)
            state.lose("edited-left", entry.id, file=entry.file)
    return todo, records


def _same_but_address(file: Path, text: bytes) -> bool:
    """Whether a file differs from ``text`` in nothing but what `publish rename` changes."""
    return ADDRESSES.sub(b"", file.read_bytes()) == ADDRESSES.sub(b"", text)


def _save_redirects(state: State) -> None:
    """Add the old addresses of feeds and lists to ``retired.json``. Entries that exist already, or
    were removed by the author since, are not changed."""
    content = state.settings.content
    try:
        known = read_table(content, RETIRED)
    except Damaged:
        return  # `publish check` reports that it is damaged.
    before = set(state.ledger.moved)
    new = {old: to for old, to in state.moved.items() if old not in known and old not in before}
    if new:
        write_whole(content / RETIRED, table_bytes({**known, **new}))
    # Entries of a run that was killed before it recorded them are ours, too.
    ours = {old for old, to in state.moved.items() if known.get(old) == to}
    state.ledger.moved = sorted(before | ours | set(new))
