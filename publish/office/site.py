"""The one seam between letters and the site: composed issues that are not stale.

``fresh`` builds where anything is stale, ``composed`` composes without publishing. Both judge the
sources first, as `publish build` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from publish.errors import PublishError, Refused
from publish.office import checking
from publish.office.question import Voice
from publish.settings import Settings

if TYPE_CHECKING:
    from publish.post.issue import Issue
    from publish.site.posts import Source


class Site:
    """The built site of ``settings``, as far as letters need it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def stale(self) -> bool:
        """Whether a build would give anything else than what lies there: a source, a setting, a
        template, a plugin or a picture differs, or a post's moment has come."""
        from publish.site import manifest, snapshot

        place = manifest.place(self.settings, self.settings.output.absolute())
        return not snapshot.is_current(snapshot.read(str(place)), str(self.settings.path))

    def fresh(
        self, voice: Voice, *, build: bool = True,
        reason: str = "built first, for the site was stale",
    ) -> bool:  # fmt: skip
        """Bring the composed issues up to date with the sources; whether that took
        a build, for which ``reason`` is given.

        Raises:
            Refused: the content is not fit, or it is stale and not to be built.
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
        voice.say(f"{reason}: {done.summary}")
        return True

    @contextmanager
    def composed(self, voice: Voice, *, drafts: bool = False) -> Iterator[Path]:
        """The folder of issues composed from the present sources, for as long as it is looked at;
        nothing of it is committed. With ``drafts``, those of drafts too.

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
        """As ``composed``; where the content is not fit, the folder of the issues as they were
        built, which is said."""
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(self.composed(replace(voice, complain=voice.detail)))
            except PublishError as refusal:
                voice.say(f"letters are compared with the last build, for {refusal.message}")
                folder = self.settings.issues
            yield folder

    def why_not(self, name: str) -> str | None:
        """Why the post of that slug or path has no letter; None if there is no such post, or
        nothing in its header says so."""
        post = self._source(name)
        return _reason(post) if post else None

    def uids(self, name: str) -> tuple[str, ...]:
        """The identities of the post of that slug or path, its own first; empty if there is no
        such post."""
        post = self._source(name)
        return post.uids if post else ()

    def withdrawn(self, issue: Issue) -> bool:
        """Whether the source of a composed issue is gone, or says now that it is not for the mail,
        although no build could take that over."""
        from publish.site.posts import Source, sources

        file = self.settings.root / issue.source
        if not file.is_file():
            posts = sources(self.settings, self.settings.posts)
            return not any(post.uid == issue.uid for post in posts)
        post = Source(file, self.settings, file.read_bytes())
        return post.uid == issue.uid and (post.status == "draft" or not post.mailed)

    def _source(self, name: str) -> Source | None:
        from publish.site.posts import matching

        return next(iter(matching(self.settings, name)), None)

    def drafts(self) -> list[tuple[str, str]]:
        """Slug and title of each post that is not public yet, by its name on the disk."""
        from publish.site.posts import sources

        posts = sources(self.settings, self.settings.posts)
        return [(post.slug, post.title) for post in posts if post.status == "draft"]


def _reason(post: Source) -> str:
    if post.status == "draft":
        return "its post is a draft"
    if not post.mailed:
        return "its post says `Newsletter: no`"
    return "its post is not public, or dated ahead"
