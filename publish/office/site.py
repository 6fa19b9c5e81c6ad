"""The built site as letters need it: composed issues that are not stale.

``fresh`` builds where anything is stale, ``composed`` composes without publishing. Both judge the
sources first, as `publish build` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publish.errors import PublishError, Refused
from publish.office import checking
from publish.office.question import Voice
from publish.office.words import Words
from publish.post.urls import normal
from publish.settings import Settings

if TYPE_CHECKING:
    from publish.post.issue import Issue
    from publish.site.posts import Source


class Site:
    """The built site of ``settings``, as far as letters need it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def stale(self) -> bool:
        """Whether a build could give a different result: a source, a setting, a template, a plugin
        or a picture changed, or a post has come due."""
        from publish.site import manifest, snapshot

        place = manifest.place(self.settings, self.settings.output.absolute())
        return not snapshot.is_current(snapshot.read(str(place)), str(self.settings.path))

    def fresh(
        self,
        voice: Voice,
        *,
        build: bool = True,
        reason: str = "built first, for the site was stale",
    ) -> bool:
        """Bring the composed issues up to date with the sources; returns whether that took a build,
        which is announced with ``reason``.

        Raises:
            Refused: the content is not fit, or the site is stale and ``build`` is False.
        """
        if not self.stale():
            checking.require_no_errors(self.settings, voice)
            return False
        if not build:
            raise Refused(
                "what is built is not what the sources say now",
                "run `publish build`, or leave --no-build out",
            )
        from publish.site.build import build as build_site

        voice.progress("building")
        guards = checking.guards(self.settings, voice)
        done = build_site(self.settings, say=voice.say, guards=guards)
        voice.say((voice.words or Words()).built(reason, done.summary))
        return True

    @contextmanager
    def composed(self, voice: Voice, *, drafts: bool = False) -> Iterator[Path]:
        """A temporary folder of issues composed from the present sources, with ``drafts`` those of
        drafts too. Nothing is committed.

        Raises:
            Refused: the content is not fit.
        """
        if not drafts and not self.stale():
            checking.require_no_errors(self.settings, voice)
            yield self.settings.issues
            return
        from publish.site import read

        voice.progress("composing")
        checking.require_no_errors(self.settings, voice, built=False)
        with read.composed(self.settings, drafts=drafts) as folder:
            yield folder

    @contextmanager
    def composed_or_last_built(self, voice: Voice) -> Iterator[Path]:
        """As ``composed``; if the content is not fit, the folder of the last build's issues, with a
        message."""
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(self.composed(replace(voice, complain=voice.detail)))
            except PublishError as refusal:
                voice.say(f"letters are compared with the last build, for {refusal.message}")
                folder = self.settings.issues
            yield folder

    def why_not(self, name: str) -> str | None:
        """Why the post of that slug or path has no letter, according to the sources' headers; None
        if it has one, or there is no such post."""
        from publish.site.posts import sources

        post = self._source(name)
        if post is None:
            return None
        others = sources(self.settings, self.settings.posts)
        twin = next((x for x in others if x.slug == post.slug and x.lang != post.lang), None)
        again = f"it is a translation, and readers get {twin.name}" if twin else None
        return _why_not(post) or again

    def uids(self, name: str) -> tuple[str, ...]:
        """The identities of the post of that slug, path or published address, its own first; empty
        if there is no such post."""
        from publish.site import addresses

        if post := self._source(name):
            return post.uids
        wanted, known = normal(f"/{name.strip('/')}"), addresses.read(self.settings)
        return tuple(uid for address, uid in known.items() if normal(address) == wanted)

    def public(self) -> list[tuple[str, ...]]:
        """The identities of each post that is public and for the mail by its header, its own
        first; also where the content is not fit, so that it cannot be composed."""
        from publish.site.posts import sources

        posts = sources(self.settings, self.settings.posts)
        return [post.uids for post in posts if not _why_not(post)]

    def links_to(self, retracted: str) -> list[str]:
        """The findings about links of public texts to the post of that path, which was taken
        off."""
        found = checking.findings(self.settings, built=False)
        said = f" {retracted}, which was taken off"
        return [str(finding) for finding in found if said in finding.message]

    def withdrawn(self, issue: Issue) -> bool:
        """Whether the source of a composed issue was deleted, or is no longer for the mail, also if
        it was not built since."""
        from publish.site.posts import Source, sources

        file = self.settings.root / issue.source
        if not file.is_file():
            posts = sources(self.settings, self.settings.posts)
            return not any(post.uid == issue.uid for post in posts)
        post = Source(file, self.settings, file.read_bytes())
        return post.uid == issue.uid and bool(_why_not(post))

    def _source(self, name: str) -> Source | None:
        from publish.site.posts import matching

        return next(iter(matching(self.settings, name)), None)

    def drafts(self) -> list[tuple[str, str]]:
        """Slug and title of each post that is not public yet, ordered by file name."""
        from publish.site.posts import sources

        posts = sources(self.settings, self.settings.posts)
        return [(post.slug, post.title) for post in posts if post.status == "draft"]


def _why_not(post: Source) -> str:
    if post.status == "draft":
        return "its post is a draft"
    if not post.mailed:
        return "its post says `Newsletter: no`"
    shown = post.visibility(datetime.now(UTC)) == "public"
    return "" if shown else "its post is not public, or dated ahead"
