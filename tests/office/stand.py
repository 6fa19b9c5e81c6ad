"""An office on a simulated Mailchimp and a site that is built in a millisecond.

The content is real files, and so is the ledger; only Pelican and the network are stood in for. The
site behaves as a build does where letters are concerned: it composes what is public, refuses a
post whose published address has another Uid, and is stale until it has looked at the last edit.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publish import sandbox
from publish.errors import Refused
from publish.newsletter.account import Account, Limits
from publish.newsletter.ledger import Ledger
from publish.office.context import Office
from publish.office.question import Voice
from publish.post import frontmatter
from publish.post.identity import read_recorded, uid_of, was_of
from publish.post.issue import Issue, digest_of, key_of
from publish.settings import Settings
from tests.fakes.world import LIST, START, Machine, World

LIMITS = Limits(timeout=5, settle=20, barrier=2, undo_minutes=15)
HOUR = START // 3600 * 3600


class SmallSite:
    """Stands in for ``publish.office.site.Site``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.builds = 0

    def sources(self) -> dict[str, bytes]:
        """Every source by its name below the content folder."""
        posts = self.settings.content / "posts"
        return {f"posts/{file.name}": file.read_bytes() for file in sorted(posts.glob("*.md"))}

    def stale(self) -> bool:
        """Whether a source differs from what was built."""
        try:
            built = (self.settings.cache / "built").read_text()
        except FileNotFoundError:
            return True
        return built != self._fingerprint()

    def fresh(self, voice: Voice, *, build: bool = True, reason: str = "built first") -> bool:
        """Compose into the issues' folder, and note the addresses."""
        if not self.stale():
            self.letters()
            return False
        if not build:
            raise Refused("what is built is not what the sources say now", "run `publish build`")
        issues = self.letters()
        shutil.rmtree(self.settings.issues, ignore_errors=True)
        write(self.settings.issues, issues)
        ledger = self.settings.content / "ledger"
        ledger.mkdir(exist_ok=True)
        known = self._urls() | {f"/{issue.slug}/": issue.uid for issue in issues}
        (ledger / "urls.json").write_text(json.dumps(known))
        self.settings.output.mkdir(exist_ok=True)
        (self.settings.cache / "built").write_text(self._fingerprint())
        self.builds += 1
        voice.say(reason)
        return True

    @contextmanager
    def composed(self, voice: Voice, *, drafts: bool = False) -> Iterator[Path]:
        """Compose into a folder that goes with the context."""
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), self.letters(drafts=drafts))
            yield Path(folder)

    @contextmanager
    def composed_or_last_built(self, voice: Voice) -> Iterator[Path]:
        """As ``composed``; the last build where the content is not fit."""
        try:
            issues = self.letters()
        except Refused:
            yield self.settings.issues
            return
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), issues)
            yield Path(folder)

    def why_not(self, name: str) -> str | None:
        """Why a post has no letter."""
        file = self.settings.content / "posts" / f"{name}.md"
        return "its post is not public" if file.is_file() else None

    def uids(self, name: str) -> tuple[str, ...]:
        """The identities of the post of that slug."""
        for place, data in self.sources().items():
            header = frontmatter.read(data)
            if header.get("slug") == name:
                return (uid_of(header.get("uid"), place), *was_of(header.get("was")))
        return ()

    def public(self) -> list[tuple[str, ...]]:
        """The identities of each post that its header does not keep back."""
        headers = {name: frontmatter.read(data) for name, data in self.sources().items()}
        return [
            (uid_of(header.get("uid"), name), *was_of(header.get("was")))
            for name, header in headers.items()
            if header.get("status") != "draft" and header.get("newsletter") != "no"
        ]

    def links_to(self, retracted: str) -> list[str]:
        """The findings about links to it."""
        return []

    def withdrawn(self, issue: Issue) -> bool:
        """Whether the source is gone, or a draft."""
        file = self.settings.root / issue.source
        return not file.is_file() or frontmatter.read(file.read_bytes()).get("status") == "draft"

    def drafts(self) -> list[tuple[str, str]]:
        """The posts that are drafts."""
        return []

    def letters(self, *, drafts: bool = False) -> list[Issue]:
        """The letters of what is public.

        Raises:
            Refused: a published address has another Uid than it was published with.
        """
        known = read_recorded(self.settings.content)
        found = []
        for name, data in self.sources().items():
            header = frontmatter.read(data)
            slug = header.get("slug")
            uid, was = uid_of(header.get("uid"), name), was_of(header.get("was"))
            if known.contradicts(f"/{slug}/", uid, was) or len(header.all("uid")) > 1:
                raise Refused(f"content/{name}:1: its published address belongs to another Uid")
            status = header.get("status")
            # As the guard of addresses: a page that was public may not just go.
            off = f"/{slug}" in known.retired
            if status == "draft" and f"/{slug}/" in self._urls() and not off:
                raise Refused(f"the published address /{slug}/ would be a 404")
            if (status == "draft" and not drafts) or header.get("newsletter") == "no":
                continue
            found.append(letter(name, data, uid, was))
        return found

    def _urls(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.settings.content / "ledger/urls.json").read_bytes()))
        except FileNotFoundError:
            return {}

    def _fingerprint(self) -> str:
        whole = json.dumps({name: data.decode() for name, data in self.sources().items()})
        return hashlib.sha256(whole.encode()).hexdigest()


def letter(name: str, data: bytes, uid: str, was: tuple[str, ...] = ()) -> Issue:
    """The letter of a source, whose bodies are its words."""
    header = frontmatter.read(data)
    words = data.decode().split("\n\n", 1)[1].strip()
    html, text = f"<p>{words}</p>", words
    subject, preheader = header.get("title"), "Soon said"
    date = datetime.fromisoformat(header.get("date"))
    return Issue(
        key=key_of([uid]),
        uid=uid,
        slug=header.get("slug"),
        title=subject,
        subject=subject,
        preheader=preheader,
        html=html,
        text=text,
        digest=digest_of(subject, preheader, html, text),
        page_digest="d" * 32,
        url=f"https://a.example/{header.get('slug')}/",
        source=f"content/{name}",
        date=date if date.tzinfo else date.replace(tzinfo=UTC),
        categories=tuple(filter(None, [header.get("category")])),
        images=(),
        html_part=(0, len(html)),
        text_part=(0, len(text)),
        was=was,
    )


def write(folder: Path, issues: list[Issue]) -> None:
    """Write composed letters as a build does."""
    for issue in issues:
        home = folder / issue.slug
        home.mkdir(parents=True, exist_ok=True)
        for name, data in issue.files().items():
            (home / name).write_bytes(data)


@dataclass
class Author:
    """One computer: a site's folder, its ledger, and its way to the world's Mailchimp."""

    root: Path
    world: World
    limits: Limits = LIMITS
    values: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.root / "content/posts").mkdir(parents=True)
        (self.root / ".publish").mkdir()
        self.machine = Machine(self.world)
        self.settings = Settings(
            self.root / "pelicanconf.py",
            {"ARTICLE_PATHS": ["posts"], "TIMEZONE": "UTC"} | self.values,
        )
        self.site = SmallSite(self.settings)

    @property
    def office(self) -> Office:
        """An office as a new run of a command opens it."""
        account = Account(
            sandbox.SANDBOX_KEY,
            LIST,
            "C",
            "c@example.com",
            sandbox=True,
            limits=self.limits,
            topics=self.topics,
        )
        home = sandbox.folder(self.root) / "ledger"
        ledger = Ledger(home, self.root / ".publish/ledger.lock")
        return Office(
            self.settings,
            account,
            self.machine,
            ledger,
            self.site,  # type: ignore[arg-type]
            Voice(self.heard.append, self.heard.append, lambda line: None, self.heard.append),
            self.machine.clock,
            self.machine.sleep,
        )

    def post(self, slug: str, words: str = "Give 50 mg.", days: float = 1, **head: str) -> Path:
        """Write a post; ``head`` changes its header lines, ``""`` takes one out."""
        date = datetime.fromtimestamp(self.world.now, UTC) - timedelta(days=days)
        lines = {
            "Title": f"The {slug} story",
            "Date": f"{date:%Y-%m-%d %H:%M}",
            "Slug": slug,
            "Status": "published",
            "Uid": self.uid(slug),
        } | head
        file = self.root / f"content/posts/{slug}.md"
        header = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
        file.write_text(f"{header}\n{words}\n")
        return file

    @staticmethod
    def uid(slug: str) -> str:
        """The Uid that ``post`` gives."""
        return hashlib.sha256(slug.encode()).hexdigest()[:16]

    def edit(self, slug: str, old: str, new: str) -> None:
        """Change a source as an editor does."""
        file = self.root / f"content/posts/{slug}.md"
        file.write_text(file.read_text().replace(old, new))

    def lose_ledger(self) -> None:
        """Throw away what was written down of letters; addresses stay."""
        shutil.rmtree(self.ledger.folder, ignore_errors=True)

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        return self.office.ledger


def a_world(seed: int = 1, **lags: float) -> World:
    """A Mailchimp whose clock shows a minute past a full hour."""
    return World(random.Random(seed), now=HOUR + 60, **lags)  # type: ignore[arg-type]
