"""An import from end to end: read, plan, prepare, finish, and write what is not there yet."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publish.errors import Refused
from publish.importer import content, crew, dates, header, links, plan, uploads, verify, wxr
from publish.importer import ledger as ledgers
from publish.importer.ending import counted, shared
from publish.importer.fetch import OldSite
from publish.importer.ledger import Ledger, Record
from publish.importer.losses import Loss, excerpt
from publish.importer.model import Channel, Item, Options
from publish.importer.pictures import Shelf, plain
from publish.importer.plan import Entry, Planner
from publish.importer.store import Spool, Store
from publish.importer.work import Finished, Job, Steps
from publish.post import urls
from publish.post.files import locked, write_whole
from publish.settings import Settings

Say = Callable[[str], None]
READ = ("post", "page", "wp_block", "et_pb_layout", "elementor_library")
"""Types whose text is needed."""


@dataclass
class Result:
    """What an import did, or would do."""

    posts: int = 0
    pages: int = 0
    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    left: list[str] = field(default_factory=list)
    pictures: int = 0
    types: dict[str, int] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    ends: list[tuple[str, int]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    drafts: int = 0
    scheduled: int = 0


def run(
    settings: Settings, exports: Sequence[Path], options: Options, say: Say,
    ask: Callable[[frozenset[str], Path], OldSite] = OldSite,
) -> Result:  # fmt: skip
    """Bring one or several files of an export into ``content/``.

    ``ask`` makes what asks the old site, if that is wished for.

    Raises:
        Refused: a file is no export; nothing was written.
        ConfigError: an option names what is not there.
    """
    shelves = [uploads.source(options.uploads)] if options.uploads else []
    folder = settings.cache / "import"
    with locked(settings.cache / "import.lock", Refused, say=say, what="import"):
        store = Store(folder / "items.db", new=True)
        importing = _Import(settings, options, store, shelves, say, ask)
        try:
            importing.read(exports)
            return importing.all()
        finally:
            importing.close()
            store.close()
            for file in folder.glob("items.*"):
                file.unlink(missing_ok=True)


class _Import:
    def __init__(
        self, settings: Settings, options: Options, store: Store,
        shelves: list[uploads.Source], say: Say, ask: Callable[[frozenset[str], Path], OldSite],
    ) -> None:  # fmt: skip
        self.settings, self.options, self.store = settings, options, store
        self.shelves, self.say, self.ask = shelves, say, ask
        self.ledger = Ledger.load(settings.content / "ledger" / "import.json")
        self.prepared = Spool(store.path.with_suffix(".prepared"))
        self.results = Spool(store.path.with_suffix(".results"))
        self.result = Result()
        self.channel = Channel()
        self.entries: dict[int, Entry] = {}
        self.zone = ZoneInfo(settings.timezone)
        self._hosts: set[str] = set()
        self._types: Counter[str] = Counter()
        self.moved: dict[str, str] = {}

    def close(self) -> None:
        """Give the scratch files back."""
        self.prepared.close()
        self.results.close()

    # Reading ----------------------------------------------------------------------------------

    def read(self, exports: Sequence[Path]) -> None:
        """Put every item into the store."""
        count = 0
        for path in exports:
            for found in wxr.read(path, str(path)):
                if isinstance(found, Channel):
                    self._merge(found, path)
                    continue
                count += 1
                if count % 500 == 0:
                    self.say(f"reading: {count:,} items")
                self._types[found.type] += 1
                if found.type == "attachment":
                    url = plain(found.attachment or found.guid)
                    page = links.key_of(plan.path_of(found.link)) if found.link else ""
                    self.store.put_attachment(found, url, page)
                elif found.type in READ:
                    self.store.put(found)
                elif found.type not in plan.SKIPPED:
                    self._left(found)
        self.store.commit()

    def _left(self, item: Item) -> None:
        if item.status in ("publish", "private", "future", "draft", "pending"):
            title = plan.title_of(item.title)
            self.result.losses.append(Loss("type-left", item.id, item.type, excerpt(title)))

    def _merge(self, found: Channel, path: Path) -> None:
        known = self.channel
        self._hosts |= links.hosts_of(found.url, found.site)
        if found.mended:
            self.result.losses.append(Loss("export-mended", 0, path.name, str(found.mended)))
        self.channel = Channel(
            known.title or found.title, known.url or found.url, known.site or found.site,
            {**found.authors, **{k: v for k, v in known.authors.items() if v}},
            {**found.terms, **known.terms}, {**found.parents, **known.parents},
        )  # fmt: skip

    # Planning ---------------------------------------------------------------------------------

    def all(self) -> Result:
        """Everything after the reading."""
        numbers = self.store.numbers(("post", "page"))
        index = self._plan(numbers)
        todo = sorted(self.entries)
        job = self._job(index)
        steps = Steps(job)
        jobs = self.options.jobs or min(os.cpu_count() or 1, 8)
        tails = []
        for done, prepared in enumerate(crew.share(steps.prepare, todo, jobs)):
            job.prepared.put(prepared.number, prepared.data)
            for url in prepared.urls:
                job.shelf.take(url)
            for number, fragment in prepared.anchors:
                job.anchors.setdefault(number, set()).add(fragment)
            if self.entries[prepared.number].kind == "post":
                tails.append(prepared.tail)
            if done % 50 == 0:
                self.say(f"reading posts: {done:,} of {len(todo):,}")
        job.prepared.flush()
        job.posts = len(tails)
        job.counts = shared(counted(tails), job.posts)
        used: dict[str, None] = {}
        ends: Counter[str] = Counter()
        digests: dict[int, str] = {}
        for done, finished in enumerate(crew.share(steps.finish, todo, jobs)):
            self._take(finished, used, ends, digests)
            if done % 50 == 0:
                self.say(f"writing posts: {done:,} of {len(todo):,}")
        self.results.flush()
        self._ends(ends)
        self._write(digests, job.shelf, list(used))
        self.result.types = dict(self._types)
        self.result.losses = _told(self.result.losses, self.entries)
        self.result.losses.sort(
            key=lambda loss: (loss.file, loss.line, loss.code, loss.id, loss.detail)
        )
        return self.result

    def _job(self, index: links.Index) -> Job:
        values = self.settings.values
        static = [str(p).strip("/") for p in values.get("STATIC_PATHS") or ["images"]]
        images = "images" if "images" in static or not static else static[0]
        shelf = Shelf(
            index.hosts, self.shelves, images,
            "files" if "files" in static else f"{images}/files",
            self._taken_file, self.store.attached,
            self.ask(index.hosts, self.settings.cache / "import" / "fetched")
            if self.options.fetch else None,
        )  # fmt: skip
        same = plan.host_of(self.settings.siteurl) in index.hosts
        return Job(
            self.store, self.prepared, index,
            verify.Site(values), shelf, self.options.comments, same,
            self.channel.title, keep_end=self.options.keep_end,
        )  # fmt: skip

    def _taken_file(self, name: str, digest: str) -> bool:
        """Whether a path below the content folder is somebody else's, with other bytes."""
        if name in self.ledger.files:
            return self.ledger.files[name] != digest
        there = ledgers.digest_of(self.settings.content / name)
        return there not in ("", digest)

    def _plan(self, numbers: list[int]) -> links.Index:
        ours = frozenset(r.file for r in self.ledger.items.values()) | frozenset(self.ledger.begun)
        present = content.present(self.settings, ours)
        values = self.settings.values
        host = plan.host_of(self.channel.url)
        gone: set[int] = set()

        def known(id: int) -> tuple[str, str] | None:
            record = self.ledger.items.get(f"{host}/{id}")
            if record is None:
                return None
            if record.file in present.of_file:
                return present.of_file[record.file], record.file
            if moved := present.uids.get(plan.uid(host, id)):
                return moved
            if record.file in self.ledger.begun:
                return record.slug, record.file
            gone.add(id)
            return record.slug, record.file

        def taken(slug: str, file: str) -> bool:
            other = self.settings.content / file
            return slug.casefold() in present.slugs or (file not in ours and other.exists())

        planner = Planner(self.channel, values, taken, known, content.reserved(values))
        for key, record in self.ledger.items.items():
            if key.startswith(f"{host}/"):
                planner.reserve(present.of_file.get(record.file, record.slug))
        names = header.Names(self.channel, self.options, values)
        index = links.Index(
            frozenset(self._hosts), urlsplit(self.channel.url).path or "/", self.entries
        )
        items: list[tuple[Entry, Item]] = []
        terms: dict[str, str] = {}
        self.store.begin()
        skipped = 0
        for number in numbers:
            item = self.store.item(number)
            if not plan.kept(item, self.options):
                skipped += item.status in plan.HIDDEN
                continue
            entry = planner.entry(number, item)
            if item.id in gone:
                continue
            self.entries[number] = entry
            self._fields(entry, item, names, terms, host)
            item.body = item.excerpt = ""
            item.meta, item.comments = {}, []
            items.append((entry, item))
            index.add(entry)
        hidden = skipped + sum(
            n
            for t, n in self._types.items()
            if t in plan.SKIPPED and t not in ("attachment", "wp_block")
        )
        if hidden:
            self.result.losses.append(Loss("not-written", 0, f"{hidden} items"))
        index.terms = links.archives(self.channel, values, terms)
        index.pages = _pages(index.base, values)
        real = {urls.normal(planner.address(e)).casefold() for e in self.entries.values()}
        real |= {urls.normal(f"/{slug}/").casefold() for slug in present.slugs}
        real |= {f"/{name}" for name in content.reserved(values)}
        for alias in present.aliases:
            planner.reserve_alias(alias)
        for entry, item in items:
            planner.alias(entry, item, real)
            data = self.store.plan(entry.number)
            at = next(i for i, (key, _) in enumerate(data["fields"]) if key == "Uid")
            if entry.aliases:
                data["fields"].insert(at, ["Aliases", ", ".join(entry.aliases)])
            self.store.put_plan(entry.number, data)
            self.result.addresses += [(alias, planner.address(entry)) for alias in entry.aliases]
        self.store.commit()
        self.moved = {
            old: new for old, new in links.lists(
                self.channel, values, index.terms, self.entries.values()
            ).items() if urls.normal(old).casefold() not in real
        }  # fmt: skip
        self.result.addresses += sorted(self.moved.items())
        self.result.losses += planner.losses
        for (old, new), id in names.renamed.items():
            self.result.losses.append(Loss("category-renamed", id, f"{old} → {new}"))
        for login, id in names.unknown.items():
            self.result.losses.append(Loss("author-unknown", id, login))
        return index

    def _fields(
        self, entry: Entry, item: Item, names: header.Names, terms: dict[str, str], host: str
    ) -> None:
        when = dates.published(item, self.zone)
        changed = dates.modified(item, self.zone)
        if when is None:
            if entry.status == "published":
                entry.status, entry.scheduled = "draft", False
            self.result.losses.append(Loss("date-missing", item.id, "", excerpt(entry.title)))
            when = changed
        title = header.title(entry.title)
        if not title:
            words = header.plain(re.sub(r"<!--.*?-->", " ", item.body[:20000], flags=re.S))
            title = (
                header.title(" ".join(words.split()[:8]))
                or f"{item.type.capitalize()} {abs(item.id)}"
            )
            self.result.losses.append(Loss("title-made", item.id, "", excerpt(title)))
        post = item.type == "post"
        categories, tags, authors = names.categories(item), names.tags(item), names.authors(item)
        if entry.open:
            kinds = {"category": categories, "tag": tags, "author": authors}
            terms.update({f"{k}:{n.casefold()}": n for k, many in kinds.items() for n in many})
        after = changed and when and changed > when
        fields = [
            ("Title", title),
            ("Date", dates.shown(when) if when else ""),
            ("Modified", dates.shown(changed) if changed and after else ""),
            ("Category", ", ".join(categories) if post else ""),
            ("Tags", header.joined(tags) if post else ""),
            ("Slug", entry.slug),
            ("Authors" if len(authors) > 1 else "Author",
            header.joined(authors) if len(authors) > 1 else "".join(authors)),
            ("Summary", header.summary(item)),
            ("Status", entry.status),
            ("Newsletter", "no" if post and entry.open else ""),
            ("Uid", plan.uid(host, item.id)),
        ]  # fmt: skip
        cover, alt = "", ""
        number = item.meta.get("_thumbnail_id", "")
        if number.isdigit() and (found := self.store.attachment(int(number))):
            cover, alt = found[0], header.line(found[1])
        self.store.put_plan(entry.number, {
            "fields": [f for f in fields if f[1]], "cover": cover, "cover_alt": alt,
            "title": entry.title,
        })  # fmt: skip
        self.result.posts += post
        self.result.pages += not post
        self.result.drafts += entry.status == "draft"
        self.result.scheduled += entry.scheduled

    # Writing ----------------------------------------------------------------------------------

    def _take(
        self, finished: Finished, used: dict[str, None], ends: Counter[str], digests: dict[int, str]
    ) -> None:
        self.results.put(finished.number, finished.text)
        digests[finished.number] = ledgers.digest(finished.text.encode())
        used.update(dict.fromkeys(finished.used))
        self.result.losses += finished.losses
        if finished.end:
            ends[finished.end] += 1

    def _ends(self, ends: Counter[str]) -> None:
        for words, count in ends.most_common():
            self.result.ends.append((words, count))
        if ends:
            said = excerpt(next(iter(ends.most_common(1)))[0])
            self.result.losses.append(Loss("end-dropped", 0, f"{sum(ends.values())} posts", said))

    def _write(self, digests: dict[int, str], shelf: Shelf, used: list[str]) -> None:
        root, host = self.settings.content, plan.host_of(self.channel.url)
        todo: list[int] = []
        records: dict[str, Record] = {}
        again = {str(path.absolute()) for path in self.options.again}
        for number, digest in digests.items():
            entry = self.entries[number]
            key, file = f"{host}/{entry.id}", root / entry.file
            record, there = self.ledger.items.get(key), ledgers.digest_of(file)
            ours = {digest, self.ledger.begun.get(entry.file, "")} | (
                {record.written} if record else set()
            )
            forced = str(file.absolute()) in again
            if record and record.written == digest and there and not forced:
                self.result.unchanged += 1
            elif not there or there in ours or forced:
                todo.append(number)
                records[key] = Record(entry.file, entry.slug, digest, digest)
            else:
                self.result.left.append(entry.file)
                self.result.losses.append(
                    Loss(
                        "edited-left",
                        entry.id,
                        "",
                        excerpt(entry.title),
                        f"content/{entry.file}",
                        1,
                    )
                )
        pictures = self._pictures(shelf, used)
        self.result.written = [
            self.entries[n].file
            for n in todo
            if ledgers.digest_of(root / self.entries[n].file) != digests[n]
        ]
        self.result.pictures = len(pictures)
        if self.options.dry_run:
            return
        if todo or pictures:
            self.ledger.begun = {self.entries[n].file: digests[n] for n in todo}
            if self.result.written or any(
                ledgers.digest_of(root / p) != d for p, (d, _) in pictures.items()
            ):
                self.ledger.save()
        for path, (digest, url) in pictures.items():
            if self.ledger.files.get(path) != digest or ledgers.digest_of(root / path) != digest:
                data = shelf.data(shelf.take(url))
                if data is not None:
                    write_whole(root / path, data)
            self.ledger.files[path] = digest
        for done, number in enumerate(todo):
            write_whole(root / self.entries[number].file, self.results.get(number))
            if done % 50 == 0:
                self.say(f"saving: {done:,} of {len(todo):,}")
        self._lead_on()
        self.ledger.items |= records
        self.ledger.begun = {}
        self.ledger.save()

    def _lead_on(self) -> None:
        """Put the old addresses of feeds and lists where the site's redirects are made of.

        What is there already, or was taken out by the author since, stays so.
        """
        file = self.settings.content / "ledger" / "retired.json"
        try:
            known: Any = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            known = {}
        except (OSError, ValueError):
            return  # `publish check` says that it is damaged.
        new = {
            old: to for old, to in self.moved.items()
            if old not in known and old not in self.ledger.moved
        }  # fmt: skip
        if isinstance(known, dict) and new:
            text = json.dumps({**known, **new}, ensure_ascii=False, indent=1, sort_keys=True)
            write_whole(file, f"{text}\n".encode())
            self.ledger.moved = sorted({*self.ledger.moved, *new})

    def _pictures(self, shelf: Shelf, used: list[str]) -> dict[str, tuple[str, str]]:
        out: dict[str, tuple[str, str]] = {}
        for url in used:
            found = shelf.take(url)
            out[found.path] = (found.digest, url)
        return out


def _told(losses: list[Loss], entries: dict[int, Entry]) -> list[Loss]:
    """Each loss once a place, with its file."""
    files = {entry.id: f"content/{entry.file}" for entry in entries.values()}
    told = [
        loss if loss.file or loss.id not in files else replace(loss, file=files[loss.id], line=1)
        for loss in losses
    ]
    return list(dict.fromkeys(told))


def _pages(base: str, values: Any) -> dict[str, str]:
    """Feeds and archives of the old site that the new one has."""
    root = base.rstrip("/")
    found: dict[str, str] = {}
    feed = values.get("FEED_ALL_RSS") or values.get("FEED_ALL_ATOM")
    if feed:
        for name in ("/feed", "/rss", "/feed/rss", "/feed/rss2", "/feed/atom", "/rss2", "/atom"):
            found[links.key_of(f"{root}{name}")] = f"/{feed}"
    if archive := values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS"):
        found[links.key_of(f"{root}/archives")] = "/" + str(archive).removesuffix("index.html")
    return found
