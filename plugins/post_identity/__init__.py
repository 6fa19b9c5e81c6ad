"""Identity: a post keeps its ``uid`` when its title, slug, date or address changes.

Gives articles and pages ``uid`` and ``page_digest``, keeps front-matter keys from overwriting
attributes of Pelican's own, and reports two posts with one ``Uid``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

# Metadata key for dropped keys: they are found while reading, where the file is not known, and
# reported once the content exists. A front-matter key cannot hold a space, so this one does not
# collide.
DROPPED = "dropped keys"


def guard(generator: Any, metadata: dict[str, Any]) -> None:
    """Convert the front matter in place, before Pelican turns its keys into attributes."""
    from .frontmatter import join_lines, shadowing

    join_lines(metadata)
    dropped = shadowing(metadata)
    for key in dropped:
        del metadata[key]
    if dropped:
        metadata[DROPPED] = dropped


def identify(content: Any) -> None:
    """Set ``uid`` and ``was`` the moment an article or page exists."""
    from pelican.contents import Article, Page

    from publish.post.contents import place_of
    from publish.post.diagnostic import Complaint
    from publish.post.identity import uid_of, was_of

    if not isinstance(content, Article | Page):
        return
    dropped = content.metadata.pop(DROPPED, ())
    if dropped:
        delattr(content, DROPPED)
    for key in dropped:
        message = "is a name that Pelican needs for itself, so the line was left out"
        Complaint(
            f"`{key.capitalize()}:` {message}",
            place_of(content),
            key=key,
            remedy="rename the key or remove the line",
        ).log(log)
    content.uid = uid_of(content.metadata.get("uid"), str(content.relative_source_path))
    content.was = was_of(content.metadata.get("was"))


def settle(generator: Any) -> None:
    """Keep drafts out of the output, and set ``page_digest``, after all plugins have changed the
    sources and before any link is resolved: so it does not depend on the order of plugins."""
    from publish.post.cache import State
    from publish.post.contents import contents, keep_drafts_out

    from .digest import page_digest

    keep_drafts_out(generator)
    file = Path(generator.settings["CACHE_PATH"], "page-digests", type(generator).__name__)
    state, now = State(file, Path(__file__).parent), {}
    for content in contents([generator]):
        mark, content.page_digest = page_digest(content, state.value)
        now[mark] = content.page_digest
    state.keep(now)


def report_twins(generator: Any) -> None:
    """Report two posts with one ``Uid``: a feed reader and the newsletter would take them for
    one."""
    from publish.post.contents import contents, place_of
    from publish.post.diagnostic import Complaint

    posts = list(contents([generator]))
    if len({post.uid for post in posts}) == len(posts):
        return
    first: dict[str, Any] = {}
    for post in sorted(posts, key=place_of):
        twin = first.setdefault(post.uid, post)
        if twin is not post:
            Complaint(
                f"Uid: {post.uid} is also the Uid of {place_of(twin)}",
                place_of(post),
                key="uid",
                remedy="give the newer of the two another",
                kind="twin",
                parts=(place_of(twin),),
            ).log(log)


def list_addresses(generators: list[Any]) -> None:
    """Write ``IDENTITY_ADDRESSES_PATH``, if it is set: the identity behind each address."""
    path = next((g.settings.get("IDENTITY_ADDRESSES_PATH") for g in generators), None)
    if path:
        from publish.post.contents import contents
        from publish.post.files import write_whole

        table = addresses(contents(generators, public=True))
        write_whole(Path(path), json.dumps(table, ensure_ascii=False, sort_keys=True).encode())


def addresses(contents: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Root-relative address to ``uid``, earlier ones and source file, of what the site shows."""
    return {
        "/" + content.url.lstrip("/"): {
            "uid": content.uid,
            "was": list(content.was),
            "source": str(content.relative_source_path),
        }
        for content in contents
        if content.save_as and content.status in ("published", "hidden")
    }


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_context.connect(guard)
    signals.page_generator_context.connect(guard)
    signals.content_object_init.connect(identify)
    for finalized in (signals.article_generator_finalized, signals.page_generator_finalized):
        finalized.connect(settle)
    signals.article_generator_finalized.connect(report_twins)
    signals.all_generators_finalized.connect(list_addresses)
