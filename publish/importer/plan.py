"""Plans which items become files, their paths and headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from publish.importer import address, dates, header, links, old_lists
from publish.importer.address import Entry
from publish.importer.model import Item, Known, number_of
from publish.importer.state import State
from publish.post import frontmatter, urls
from publish.post.aliases import parse_alias
from publish.post.identity import Damaged, read_recorded
from publish.post.text import count, plain_title


def _stem(slug: str) -> str:
    """How the slugs begin that stand for one that is taken."""
    return f"{address.cut(slug)[: address.LONGEST - 6]}-"


class Planning:
    """Plans every item of the store; headers are stored there, link targets in an index. Every
    entry gets, in the order of the export, an address that no other entry and no existing source
    has."""

    def __init__(self, state: State, known: Iterable[Known]) -> None:
        self.state = state
        self.host = address.host_of(state.channel.url)
        self.values = state.settings.values
        self._zone = ZoneInfo(state.settings.timezone)
        self._names = header.Names(state.channel, state.options, self.values)
        self._terms: dict[str, list[str]] = {}
        self._gone: set[int] = set()
        self._private: Counter[str] = Counter()
        ledger = state.ledger
        # Sources imported from another site keep their slugs.
        mine = [one for key, one in ledger.items.items() if key.startswith(f"{self.host}/")]
        self._ours = {*ledger.begun, *(record.file for record in mine)}
        self._reserved = address.reserved(self.values)
        self._slug_of: dict[str, str] = {}
        self._moved: dict[str, tuple[str, str]] = {}
        self._others: set[str] = set()
        # Whose each old address is. Hashes save memory: there are several per post.
        self._owners: dict[int, str] = {}
        self._earlier: dict[str, str] = {}
        for source in known:
            self._slug_of[source.file] = source.slug
            self._moved.setdefault(source.uid, (source.slug, source.file))
            if source.file not in self._ours:
                self._others.add(source.slug.casefold())
            for alias in source.aliases:
                self._own(alias, source.uid)
                if source.file in self._ours and source.public:
                    path, mark, query = alias.partition("?")
                    self._earlier[f"?{query}" if mark else address.key_of(path)] = source.file
        # An item's address may move, as by a language that an earlier export did not name.
        self._published: dict[str, list[str]] = {}
        with suppress(Damaged):  # A rule reports it.
            recorded = read_recorded(state.settings.content)
            for place, uid in recorded.uids.items():
                if place not in recorded.retired:
                    self._published.setdefault(uid, []).append(recorded.written[place])
                    self._own(recorded.written[place], uid)
        # An item keeps its slug from an earlier run.
        kept = {self._slug_of.get(record.file, record.slug).casefold() for record in mine}
        self._slugs = self._reserved | self._others | kept

    def _own(self, place: str, uid: str) -> bool:
        """Whether an old address is free or of the post ``uid`` already; it is that post's then."""
        with suppress(ValueError):
            return self._owners.setdefault(hash(parse_alias(place).key), uid) == uid
        return True

    def _entry(self, number: int, item: Item) -> Entry:
        """The entry for ``item``."""
        state, scheduled, code = address.status(item)
        title = address.title_of(item.title)
        name, otherwise = ("PAGE_PATHS", "pages") if item.type == "page" else ("ARTICLE_PATHS", "")
        folder = str((self.values.get(name) or [otherwise])[0]).strip("/")
        slug = address.slug_of(item, self.values)
        lang = item.lang if item.lang != str(self.values.get("DEFAULT_LANG") or "en") else ""
        uid = address.uid(self.host, item.id)
        entry = Entry(
            number,
            item.id,
            item.type,
            state,
            scheduled,
            slug,
            "",
            address.path_of(item.link),
            title,
            [*address.old_paths(item), *self._published.get(uid, ())],
            lang,
            dates.published(item, self._zone),
        )
        if known := self._known(item.id):
            entry.slug, entry.file = known
        else:
            self._name(entry, f"{folder}/" if folder else "")
        self._slugs.add(entry.name.casefold())
        if code:
            detail = (item.status or "none") if code == "status-unknown" else ""
            self.state.lose(code, item.id, detail, title, entry.file)
        if entry.slug != slug and entry.slug.startswith(_stem(slug)):
            detail = f"{slug} → {entry.slug}"
            self.state.lose("address-taken", item.id, detail, title, entry.file)
        return entry

    def _known(self, id: int) -> tuple[str, str] | None:
        """The slug and file of an item that an earlier run wrote; None if there is none."""
        record = self.state.ledger.items.get(f"{self.host}/{id}")
        if record and record.file in self._slug_of:
            return self._slug_of[record.file], record.file
        # It may have moved, or its record is lost.
        if moved := self._moved.get(address.uid(self.host, id)):
            return moved
        if record and record.file not in self.state.ledger.begun:
            self._gone.add(id)
        return (record.slug, record.file) if record else None

    def _name(self, entry: Entry, folder: str) -> None:
        """Give an entry a slug that is unused in its language, with an address that never was
        another's, and its file."""
        uid, count = address.uid(self.host, entry.id), 1
        stem = _stem(entry.slug)
        while True:
            entry.file = f"{folder}{entry.name}.md"
            path = self.state.settings.content / entry.file
            there = entry.file not in self._ours and path.exists()
            unused = not there and entry.name.casefold() not in self._slugs
            if unused and self._own(self._address(entry), uid):
                return
            count += 1
            entry.slug = f"{stem}{count}"

    def _address(self, entry: Entry) -> str:
        """The new address, from the site's root on."""
        kind: Literal["article", "page"] = "page" if entry.kind == "page" else "article"
        made = urls.permalink(self.values, kind, entry.slug, lang=entry.lang, date=entry.date)
        return made or f"/{entry.slug}/"

    def _alias(self, entry: Entry, real: Container[str]) -> list[str]:
        """The entry's old addresses, each of one entry only; ``real`` are the site's own."""
        own = urls.normal(self._address(entry)).casefold()
        query, uid = "page_id" if entry.kind == "page" else "p", address.uid(self.host, entry.id)
        wished = [*([entry.path] if entry.path else []), *entry.olds]
        if entry.id > 0:
            wished.append(f"/?{query}={entry.id}")
        out: list[str] = []
        for text in dict.fromkeys(wished):
            made = text if "?" in text else quote(text, safe="/~!$&'()*+=:@-._").replace(",", "%2C")
            at = urls.normal(made).casefold()
            if "?" not in made and at == own:
                continue
            try:
                alias = parse_alias(made)
                if alias.path in ("", "/") and not alias.query:
                    continue
                why = "is a page of the site" if not alias.query and at in real else ""
                if not why and not self._own(made, uid):
                    why = "is another's too"
            except ValueError as error:
                why = str(error)
            if why:
                self.state.lose("alias-left", entry.id, made[:80], why, entry.file)
            else:
                out.append(made)
        return out

    def index(self) -> links.Index:
        """Plan everything."""
        state = self.state
        base = address.path_of(state.channel.url) or "/"
        index = links.Index(frozenset(state.hosts), base, state.entries)
        hidden = sum(
            count
            for kind, count in state.result.types.items()
            if kind in address.SKIPPED and kind not in ("attachment", "wp_block")
        )
        for number in state.store.numbers():
            item = state.store.item(number)
            if not address.selected(item, state.options):
                hidden += item.status in address.HIDDEN
                continue
            entry = self._entry(number, item)
            if item.id not in self._gone:
                state.entries[number] = entry
                self._fields(entry, item)
                self._behind(entry, item)
                index.add(entry)
        if hidden:
            state.lose("not-written", 0, count(hidden, "item"))
        self._redirects(index)
        state.store.commit()
        for (old, new), id in self._names.renamed.items():
            state.lose("category-renamed", id, f"{old} → {new}")
        for login, id in self._names.unknown.items():
            state.lose("author-unknown", id, login)
        options = state.given
        for option, given in (("category", options.categories), ("author", options.authors)):
            for old, new in given.items():
                if (option, old) not in self._names.met:
                    state.lose("option-unused", 0, f"--{option} {old}={new}")
        for key, times in self._private.items():
            where = count(times, "post or page", "posts and pages")
            state.lose("field-left", 0, key, f"in {where}")
        for (taxonomy, slug), said in state.channel.described.items():
            if taxonomy != "nav_menu":
                state.lose("description-left", 0, f"{taxonomy} {slug}", header.plain(said))
        return index

    def _behind(self, entry: Entry, item: Item) -> None:
        """Note properties of an item that have no place in the header."""
        named = ("category", "post_tag", "author")
        left = [
            (kind, t.name) for kind, many in item.terms.items() if kind not in named for t in many
        ]
        for taxonomy, name in (*left, *item.nameless):
            self.state.lose("taxonomy-left", item.id, taxonomy, name, entry.file)
        for key in item.unread:
            if key.startswith("_"):
                self._private[key] += 1
            else:
                self.state.lose("field-left", item.id, key, "", entry.file)
        if item.sticky:
            self.state.lose("sticky-left", item.id, "", entry.title, entry.file)

    def _redirects(self, index: links.Index) -> None:
        """Record the old addresses of posts and pages, then of feeds and lists."""
        state, values = self.state, self.values
        real = {urls.normal(self._address(e)).casefold() for e in state.entries.values()}
        real |= {urls.normal(f"/{slug}/").casefold() for slug in self._others}
        real |= {f"/{name}" for name in self._reserved}
        real |= {
            urls.normal(old_lists.address_of(term.partition(":")[0], names[-1], values)).casefold()
            for term, names in self._terms.items()
        }
        for entry in state.entries.values():
            aliases = self._alias(entry, real)
            data = state.store.plan(entry.number)
            at = next(i for i, (key, _) in enumerate(data["fields"]) if key == "Uid")
            if aliases:
                data["fields"].insert(at, ["Aliases", ", ".join(aliases)])
            state.store.put_plan(entry.number, data)
            state.result.losses.add_redirects((a, self._address(entry)) for a in aliases)
            # They are in the database now; free the memory.
            entry.olds, entry.title = [], ""
        index.lists = old_lists.lists(state.channel, values, self._terms, state.entries.values())
        for old, new in index.lists.items():
            path = urls.normal(old)
            # A slug written by hand may hold what no address does.
            with suppress(ValueError):
                if path != urls.normal(new) and path.casefold() not in real:
                    state.moved[parse_alias(f"{old}/").text] = new
        state.result.losses.add_redirects(sorted(state.moved.items()))
        for old, file in self._earlier.items():
            index.lists.setdefault(old, f"{{filename}}/{file}")

    def _came_due(self, entry: Entry, when: datetime) -> bool:
        """Whether an item that is scheduled in the export has come due since, so that the old site
        has published and perhaps mailed it. An item that an earlier run imported before its hour is
        mailed by this site."""
        if when > datetime.now(UTC):
            return False
        if f"{self.host}/{entry.id}" not in self.state.ledger.items:
            return True
        try:
            source = (self.state.settings.content / entry.file).read_bytes()
        except OSError:
            return True
        return bool(frontmatter.read(source).get("newsletter"))

    def _date(self, entry: Entry, item: Item) -> datetime | None:
        """Set the entry's date; returns the moment of a later change. What has no date becomes a
        draft."""
        when = entry.date
        changed = dates.moment(item.modified, item.modified_gmt, self._zone)
        if when is None:
            if entry.status == "published":
                entry.status, entry.scheduled = "draft", False
            self.state.lose("date-missing", item.id, "", entry.title, entry.file)
            when = changed
        entry.date = when
        if entry.scheduled and when and self._came_due(entry, when):
            entry.scheduled = False
        return changed if changed and when and changed > when else None

    def _title(self, entry: Entry, item: Item) -> str:
        """The item's title, else its first words, else its number."""
        title = header.title(entry.title)
        if plain_title(title):
            return title
        words = header.plain(re.sub(r"<!--.*?-->", " ", item.body[:20000], flags=re.S))
        first = header.title(" ".join(words.split()[:8]))
        title = first or f"{item.type.capitalize()} {abs(item.id)}"
        self.state.lose("title-made", item.id, "", title, entry.file)
        return title

    def _fields(self, entry: Entry, item: Item) -> None:
        """Store the entry's header and its cover, and count the entry."""
        names, result, post = self._names, self.state.result, item.type == "post"
        modified, title = self._date(entry, item), self._title(entry, item)
        categories, tags, authors = names.categories(item), names.tags(item), names.authors(item)
        # Of posts alone WordPress exports no list of terms.
        for taxonomy in ("category", "post_tag"):
            for term in item.terms.get(taxonomy, []):
                if term.slug:
                    self.state.channel.terms.setdefault((taxonomy, term.slug), term.name)
        if entry.open:
            kinds = {"category": categories, "tag": tags, "author": authors}
            for kind, name in ((k, name) for k, many in kinds.items() for name in many):
                self._terms.setdefault(f"{kind}:{name.casefold()}", []).append(name)
        fields = [
            ("Title", title),
            ("Date", dates.formatted(entry.date) if entry.date else ""),
            ("Modified", dates.formatted(modified) if modified else ""),
            ("Category", ", ".join(categories) if post else ""),
            ("Tags", header.joined(tags) if post else ""),
            ("Slug", entry.slug),
            ("Lang", entry.lang),
            (
                "Authors" if len(authors) > 1 else "Author",
                header.joined(authors) if len(authors) > 1 else "".join(authors),
            ),
            ("Summary", header.summary(item)),
            ("Status", entry.status),
            ("Newsletter", "no" if post and entry.open else ""),
            ("Uid", address.uid(self.host, item.id)),
        ]
        number = number_of(item.meta.get("_thumbnail_id"))
        cover, alt, _ = self.state.store.attachment(number)
        if number and not cover:
            self.state.lose("reference-missing", item.id, f"attachment {number}", "", entry.file)
        self.state.store.put_plan(
            entry.number,
            {
                "fields": [f for f in fields if f[1]],
                "cover": cover,
                "cover_alt": header.line(alt),
                "title": entry.title,
            },
        )
        result.posts += post
        result.pages += not post
        result.drafts += entry.status == "draft"
        result.scheduled += entry.scheduled
