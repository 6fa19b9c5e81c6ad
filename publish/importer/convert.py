"""The two steps of one item, as they run in any process: prepare it, then finish it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urljoin

from publish.importer import body, ending, header, links, tree
from publish.importer.address import Entry, host_of
from publish.importer.links import Index, Rewriter
from publish.importer.losses import Loss, excerpt
from publish.importer.markdown import markup, verify
from publish.importer.markdown.normal import normal
from publish.importer.model import Item
from publish.importer.pictures import Found, MediaLibrary
from publish.importer.state import State
from publish.importer.tree import El
from publish.importer.wordpress.expand import Context


@dataclass
class Prepared:
    """What the first step finds about an item, beside its blocks (``data``, for the store)."""

    number: int
    data: str
    urls: list[str]
    anchors: list[tuple[int, str]]
    tail: list[int]


@dataclass
class Finished:
    """A file's text, what it shows of the media, and what was lost."""

    number: int
    text: str
    used: list[str]
    losses: list[Loss]
    end: str


class Steps:
    """Both steps, in any process, and what the first leaves for the second.

    ``anchors`` are the ids that links name, by the number of their post; ``common`` are the endings
    that posts share.
    """

    def __init__(self, state: State, index: Index, media: MediaLibrary) -> None:
        self.state, self.index, self.media = state, index, media
        self.site = verify.Site(state.settings.values)
        self.same_host = host_of(state.settings.siteurl) in index.hosts
        self.anchors: dict[int, set[str]] = {}
        self.common: set[int] = set()

    # First step -------------------------------------------------------------------------------

    def prepare(self, number: int) -> Prepared:
        """The blocks of an item."""
        state = self.state
        item, plan = state.store.item(number), state.store.plan(number)
        entry = state.entries[number]
        context = Context(
            item.id, self._find, lambda ids: self._gallery(ids, item, context),
            _fields(item, plan, state.channel.title),
        )  # fmt: skip
        try:
            root = body.blocks_of(item, context)
        except (RecursionError, ValueError, LookupError) as error:
            # One post in a form of its own must not keep all others away: its words stay.
            context.lose("words-differ", f"converted as plain words: {type(error).__name__}")
            root = El("body", {}, [El("p", {}, [header.plain(item.body)])])
        notes = body.notes_of(item, context)
        if state.options.comments and item.comments:
            _comments(root, item, context)
        elif item.comments:
            context.lose("comments-left", str(len(item.comments)), item.comments[0].text)
        every = [root, *(note for _, note in notes)]
        found = [el for part in every for el in part.walk()]
        rewriter = self._rewriter(entry, context, [])
        # All files that the second step takes: read and named by one process, in this order.
        urls = [self._absolute(el.get("src"), entry) for el in found if el.tag == "img"]
        urls += [plan["cover"]] if plan.get("cover") else []
        anchors: list[tuple[int, str]] = []
        for el in found:
            href = el.get("href") if el.tag == "a" else ""
            own = rewriter.own(href) if href else None
            if own is None:
                continue
            urls += rewriter.files(own)
            if own.fragment:
                to = (
                    number
                    if href.startswith("#")
                    else rewriter._by_query(own)[0] or rewriter._by_path(own.path)
                )
                if to:
                    anchors.append((to, own.fragment))
        data = {
            "root": root.pack(),
            "notes": [[id, note.pack()] for id, note in notes],
            "named": links.named(root),
            "losses": [[loss.code, loss.detail, loss.excerpt] for loss in context.losses],
        }
        last = ending.ends(ending.tail(root)) if entry.kind == "post" else []
        return Prepared(number, json.dumps(data, ensure_ascii=False), urls, anchors, last)

    def _prepared(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state.prepared.get(number))
        return found

    def _find(self, number: int, kind: str) -> str | None:
        types = (
            ("wp_block",) if kind == "block" else ("et_pb_layout", "wp_block", "elementor_library")
        )
        return self.state.store.body(number, types)

    def _gallery(self, ids: str, item: Item, context: Context) -> str:
        """The pictures of some attachments; ``*`` are all those of the item."""
        numbers = [int(n) for n in re.findall(r"\d{1,12}", ids)]
        if ids == "*":
            numbers = self.state.store.children(item.id)
        out = []
        for number in dict.fromkeys(numbers):
            found = self.state.store.attachment(number)
            if not found or not found[0]:
                context.lose("picture-missing", f"attachment {number}")
                continue
            url, alt, _, note = found
            words = f"<figcaption>{note}</figcaption>" if note.strip() else ""
            out.append(
                f'<figure><img src="{escape(url)}" alt="{escape(alt)}" '
                f'class="wp-image-{number}">{words}</figure>'
            )
        return "\n\n" + "\n".join(out) + "\n\n" if out else ""

    # Second step ------------------------------------------------------------------------------

    def finish(self, number: int) -> Finished:
        """The file of an item."""
        entry, plan = self.state.entries[number], self.state.store.plan(number)
        data = self._prepared(number)
        root = El.unpack(data["root"])
        notes = [(id, El.unpack(note)) for id, note in data["notes"]]
        context = Context(entry.id, lambda *_: None, lambda _: "")
        context.losses = [
            Loss(code, entry.id, detail, words) for code, detail, words in data["losses"]
        ]
        whole_end = entry.kind != "post" or self.state.options.keep_end
        gone = "" if whole_end else self._without_end(root)
        used: list[str] = []
        rewriter = self._rewriter(entry, context, used)
        for part in (root, *(note for _, note in notes)):
            rewriter.rewrite(part)
            self._pictures(part, entry, context, used)
        dialect = replace(
            self.site.dialect(), anchors=frozenset(self.anchors.get(number, ())),
            notes={id: n for n, (id, _) in enumerate(notes, 1)},
        )  # fmt: skip
        try:
            text, differences = verify.written(root, notes, dialect, self.site)
        except (RecursionError, ValueError, LookupError) as error:
            text = "\n\n".join(markup.html(kid, dialect) for kid in root.elements)
            differences = [("words-differ", f"written as HTML, unchecked: {type(error).__name__}")]
        for code, words in differences:
            context.losses.append(Loss(code, entry.id, "", excerpt(words)))
        whole = header.text_of([*self._head(plan, context, used)], text)
        return Finished(
            number,
            whole,
            used,
            _located(context.losses, f"{self.state.folder}/{entry.file}", whole),
            gone,
        )

    def _without_end(self, root: El) -> str:
        kids = root.elements
        gone = {len(kids) - 1 - place for place in ending.dropped(ending.tail(root), self.common)}
        root.kids = [kid for place, kid in enumerate(kids) if place not in gone]
        return "\n".join(
            " ".join(kids[p].text().split()) for p in sorted(gone) if kids[p].text().strip()
        )

    def _rewriter(self, entry: Entry, context: Context, used: list[str]) -> Rewriter:
        return Rewriter(
            self.index, entry, context, lambda url: self._file(url, context, used),
            self._attachment, self._ids,
        )  # fmt: skip

    def _take(
        self, url: str, context: Context, used: list[str], lost: str, words: str = ""
    ) -> Found:
        """What became of the file at ``url``; where it is not kept and not refused either, ``lost``
        is the loss to note."""
        found = self.media.take(url)
        if found.state == "kept":
            used.append(url)
        else:
            code = "picture-refused" if found.state == "refused" else lost
            context.lose(code, url[:200], words)
        return found

    def _file(self, url: str, context: Context, used: list[str]) -> str:
        picture = links.PICTURE_NAME.search(url.split("?")[0])
        found = self._take(url, context, used, "picture-missing" if picture else "file-missing")
        if found.state == "kept":
            return f"{{static}}/{found.path}"
        target = found.url or url
        return "" if self.same_host or links.is_local(target) else target

    def _attachment(self, what: int | str) -> str:
        if isinstance(what, int):
            found = self.state.store.attachment(what)
            return found[0] if found else ""
        return self.state.store.attachment_page(links.key_of(what))

    def _ids(self, number: int) -> frozenset[str]:
        found = self._prepared(number)["named"] if number in self.state.entries else []
        return frozenset(found)

    def _absolute(self, src: str, entry: Entry) -> str:
        if src.startswith(("http://", "https://", "//", "data:")):
            return src
        host = next(iter(sorted(self.index.hosts)), "")
        try:
            return urljoin(f"https://{host}{entry.path or '/'}", src) if host else src
        except ValueError:
            return src

    def _pictures(self, root: El, entry: Entry, context: Context, used: list[str]) -> None:
        for el in root.walk():
            for place, kid in enumerate(el.kids):
                if isinstance(kid, El) and kid.tag == "img":
                    el.kids[place] = self._picture(kid, entry, context, used)

    def _picture(self, el: El, entry: Entry, context: Context, used: list[str]) -> El | str:
        url = self._absolute(el.get("src"), entry)
        number = el.attrs.pop("data-id", "")
        if number and not el.get("alt"):
            known = self.state.store.attachment(int(number))
            el.attrs["alt"] = " ".join((known[1] if known else "").split())
        if url.startswith("data:"):
            if len(url) > 20000:
                context.lose("picture-refused", "data:", el.get("alt"))
                return el.get("alt")
            return el
        missing = self.media.take(url).state == "missing"
        lost = "picture-missing" if missing else "picture-elsewhere"
        found = self._take(url, context, used, lost, el.get("alt"))
        if found.state == "kept":
            el.attrs["src"] = f"{{static}}/{found.path}"
            return el
        el.attrs["src"] = found.url or url
        private = links.is_local(el.get("src"))
        if private or (self.same_host and found.state != "elsewhere"):
            return el.get("alt")
        return el

    def _head(
        self, plan: Mapping[str, Any], context: Context, used: list[str]
    ) -> list[tuple[str, str]]:
        fields = [(key, value) for key, value in plan["fields"]]
        if cover := plan.get("cover"):
            found = self._take(cover, context, used, "picture-missing", "cover")
            if found.state == "kept":
                at = next(i for i, (key, _) in enumerate(fields) if key == "Status")
                fields[at:at] = [("Image", found.path), ("Image_alt", plan.get("cover_alt", ""))]
        return fields


def _fields(item: Item, plan: Mapping[str, Any], blog: str) -> dict[str, str]:
    """What Divi's dynamic content may name."""
    shown = dict(plan["fields"])
    return {
        "post_title": escape(plan.get("title", "")), "post_excerpt": item.excerpt,
        "post_author": escape(shown.get("Author", "")), "site_title": escape(blog),
        "post_categories": escape(shown.get("Category", "")),
        "post_tags": escape(shown.get("Tags", "")),
        "post_link_url": item.link, "post_link_url_post": item.link, "home_url": "/",
        "post_featured_image": plan.get("cover", ""), "post_date": item.date[:10],
        "site_tagline": "",
        "post_content": "", "post_id": str(item.id),
    }  # fmt: skip


def _comments(root: El, item: Item, context: Context) -> None:
    """Readers' comments under the post, as they were."""
    root.kids.append(El("h2", {}, ["Comments"]))
    for comment in item.comments:
        who = " ".join(comment.author.split()) or "Anonymous"
        root.kids.append(El("p", {}, [El("strong", {}, [who]), f" {comment.date[:10]}".rstrip()]))
        said, _ = tree.parse(comment.text)
        quote = El("blockquote", {}, [*normal(said, context.lose, True).kids])
        if quote.kids:
            root.kids.append(quote)


def _located(losses: list[Loss], file: str, text: str) -> list[Loss]:
    """Each loss with the line of the file where its words, or what it names, stand."""
    body = text.find("\n\n") + 1
    out = []
    for loss in losses:
        places = (
            text.find(words, body)
            for words in (loss.excerpt[:40], loss.detail.rsplit("/", 1)[-1][:60]) if len(words) > 1
        )  # fmt: skip
        at = next((place for place in places if place >= 0), 0)
        line = text.count("\n", 0, at) + 1
        out.append(replace(loss, file=file, line=line))
    return out
