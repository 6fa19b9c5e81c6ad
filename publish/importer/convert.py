"""The two steps for each item, which run in worker processes: prepare, then finish."""

from __future__ import annotations

import pickle
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, NamedTuple

from publish.importer import body, ending, header, links, tree
from publish.importer.address import PICTURE_NAME, Entry, host_of
from publish.importer.links import Index, Rewriter
from publish.importer.losses import Loss
from publish.importer.markdown import markup, verify
from publish.importer.markdown.normal import normal
from publish.importer.model import Item
from publish.importer.pictures import MediaLibrary
from publish.importer.state import State
from publish.importer.tree import El
from publish.importer.wordpress import fragments
from publish.importer.wordpress.expand import Context


@dataclass
class Prepared:
    """The result of the first step for an item; ``data`` are its blocks, for the spool."""

    number: int
    data: bytes
    urls: list[str]
    anchors: list[tuple[int, str]]
    tail: list[int]


class Blocks(NamedTuple):
    """The blocks of an item, of its comments and of its footnotes, the ids that links can name, and
    its losses."""

    root: El
    said: list[El]
    notes: list[tuple[str, El]]
    named: frozenset[str]
    losses: list[Loss]


@dataclass
class Finished:
    """The result of the second step: a file's text, its media, and its losses."""

    number: int
    text: str
    used: list[str]
    losses: list[Loss]
    end: str


class Steps:
    """Both steps, and the first one's results for the second. ``anchors`` are the ids that links
    refer to, by the number of their post; ``common`` are the shared endings of posts."""

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
            item.id,
            state.store.body,
            lambda ids: self._gallery(ids, item, context),
            _fields(item, plan, state.channel.title),
        )
        try:
            root = body.blocks_of(item, context)
        except (RecursionError, ValueError, LookupError) as error:
            # A failure in one post must not stop the import: its words are kept.
            context.lose("words-differ", f"converted as plain words: {type(error).__name__}")
            root = El("body", {}, [El("p", {}, [header.plain(item.body)])])
        notes = body.notes_of(item, context)
        said = [*_comments(item, context)] if state.options.comments and item.comments else []
        if item.comments and not said:
            context.lose("comments-left", str(len(item.comments)), item.comments[0].text)
        rewriter = self._rewriter(entry, context)
        found: list[El] = []
        for el in (
            el for part in (root, *said, *(note for _, note in notes)) for el in part.walk()
        ):
            rewriter.link(el)
            found.append(el)
        # All files that the second step uses are read and named by one process, in this order.
        urls = [rewriter.absolute(el.get("src")) for el in found if el.tag == "img"]
        urls += [plan["cover"]] if plan.get("cover") else []
        anchors: list[tuple[int, str]] = []
        for el in found:
            href = el.get("href") if el.tag == "a" else ""
            own = rewriter.own(href) if href else None
            if own is None:
                continue
            to, file = rewriter.leads(own)
            to = number if href.startswith("#") else to
            urls += [file] if file else []
            anchors += [(to, own.fragment)] if to and own.fragment else []
        named = frozenset(name for part in (root, *said) for name in links.named(part))
        blocks = Blocks(root, said, notes, named, context.losses)
        last = ending.ends(ending.tail(root)) if entry.kind == "post" else []
        return Prepared(number, pickle.dumps(blocks, 5), urls, anchors, last)

    def _prepared(self, number: int) -> Blocks:
        found: Blocks = pickle.loads(self.state.prepared.get(number))  # noqa: S301 - this run wrote it
        return found

    def _gallery(self, ids: str, item: Item, context: Context) -> str:
        """Attachments as pictures, or as links to what is none; ``*`` means all pictures of the
        item."""
        store = self.state.store
        numbers = [int(n) for n in re.findall(r"\d{1,12}", ids)]
        if ids == "*":
            own = store.children(item.id)
            numbers = [n for n in own if PICTURE_NAME.search(store.attachment(n)[0])]
        if not numbers:
            context.lose("reference-missing", "gallery")
        out = []
        for number in dict.fromkeys(numbers):
            url, alt, note = store.attachment(number)
            if not url:
                context.lose("reference-missing", f"attachment {number}")
                continue
            if not PICTURE_NAME.search(url):
                out.append(fragments.paragraph(fragments.linked(url.rsplit("/", 1)[-1], url)))
                continue
            shown = f'<img src="{escape(url)}" alt="{escape(alt)}" class="wp-image-{number}">'
            out.append(fragments.figure(shown, note))
        return "\n\n" + "\n".join(out) + "\n\n" if out else ""

    # Second step ------------------------------------------------------------------------------

    def finish(self, number: int) -> Finished:
        """The file of an item."""
        entry, plan = self.state.entries[number], self.state.store.plan(number)
        root, said, notes, _, losses = self._prepared(number)
        context = Context(entry.id, losses=losses)
        whole_end = entry.kind != "post" or self.state.options.keep_end
        end = [] if whole_end else ending.dropped(root, self.common)
        root.kids = [*(kid for kid in root.elements if kid not in end), *said]
        rewriter = self._rewriter(entry, context)
        for part in (root, *(note for _, note in notes)):
            rewriter.rewrite(part)
        dialect = replace(
            self.site.dialect(),
            anchors=frozenset(self.anchors.get(number, ())),
            notes={id: n for n, (id, _) in enumerate(notes, 1)},
        )
        try:
            text, differences = verify.written(root, notes, dialect, self.site)
        except (RecursionError, ValueError, LookupError) as error:
            text = "\n\n".join(markup.html(kid, dialect) for kid in root.elements)
            differences = [("words-differ", f"written as HTML, unchecked: {type(error).__name__}")]
        for code, words in differences:
            context.lose(code, "", words)
        whole = header.text_of(_head(plan, rewriter), text)
        located = _located(context.losses, f"{self.state.folder}/{entry.file}", whole)
        gone = "\n".join(filter(None, (" ".join(el.text().split()) for el in end)))
        return Finished(number, whole, rewriter.used, located, gone)

    def _rewriter(self, entry: Entry, context: Context) -> Rewriter:
        return Rewriter(
            self.index, entry, context, self.media, self.state.store, self._named, self.same_host
        )

    def _named(self, number: int) -> Container[str]:
        return self._prepared(number).named if number in self.state.entries else ()


def _head(plan: Mapping[str, Any], rewriter: Rewriter) -> list[tuple[str, str]]:
    fields = [(key, value) for key, value in plan["fields"]]
    if cover := plan.get("cover"):
        found = rewriter.take(cover, "picture-missing", "cover")
        if found.state == "kept":
            at = next(i for i, (key, _) in enumerate(fields) if key == "Status")
            fields[at:at] = [("Image", found.path), ("Image_alt", plan.get("cover_alt", ""))]
    return fields


def _fields(item: Item, plan: Mapping[str, Any], blog: str) -> dict[str, str]:
    """The fields that Divi's dynamic content may refer to."""
    shown = dict(plan["fields"])
    return {
        "post_title": escape(plan.get("title", "")),
        "post_excerpt": item.excerpt,
        "post_author": escape(shown.get("Author", "")),
        "site_title": escape(blog),
        "post_categories": escape(shown.get("Category", "")),
        "post_tags": escape(shown.get("Tags", "")),
        "post_link_url": item.link,
        "post_link_url_post": item.link,
        "home_url": "/",
        "post_featured_image": plan.get("cover", ""),
        "post_date": item.date[:10],
        "site_tagline": "",
        "post_content": "",
        "post_id": str(item.id),
    }


def _comments(item: Item, context: Context) -> Iterator[El]:
    """The readers' comments, as they stand under the post."""
    yield El("h2", {}, ["Comments"])
    for comment in item.comments:
        who = " ".join(comment.author.split()) or "Anonymous"
        yield El("p", {}, [El("strong", {}, [who]), f" {comment.date[:10]}".rstrip()])
        said, _ = tree.parse(comment.text)
        quote = El("blockquote", {}, [*normal(said, context.lose, True).kids])
        if quote.kids:
            yield quote


def _located(losses: list[Loss], file: str, text: str) -> list[Loss]:
    """Each loss with the line of the file that holds its excerpt or detail."""
    body = text.find("\n\n") + 1
    out = []
    for loss in losses:
        places = (
            text.find(words, body)
            for words in (loss.excerpt[:40], loss.detail.rsplit("/", 1)[-1][:60])
            if len(words) > 1
        )
        at = next((place for place in places if place >= 0), 0)
        line = text.count("\n", 0, at) + 1
        out.append(loss._replace(file=file, line=line))
    return out
