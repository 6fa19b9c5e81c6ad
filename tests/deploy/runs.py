"""Machines that run unattended: a repository with an origin, a site, a public server, a Mailchimp.

All of it is real but Pelican: the site is rendered in a millisecond. Each run is a process of its
own, which can be killed at any of its steps.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publish import sandbox
from publish.errors import PublishError
from publish.newsletter import ledger as ledgers
from publish.newsletter import mailchimp
from publish.office import context
from publish.office.context import opened
from publish.office.question import Voice
from publish.post.issue import Issue, digest_of
from publish.run import ledger_repo, work
from publish.settings import load
from publish.site import manifest, snapshot
from tests.deploy import child
from tests.deploy.conftest import Rigs
from tests.newsletter.stand import make_site, put_post
from tests.office.stand import SmallSite

STEPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (ledger_repo.LedgerRepository, ("git",)),
    (ledger_repo, ("write_whole",)),
    (ledgers.Ledger, ("append", "keep")),
    (mailchimp.Mailchimp, ("create", "update", "put_content", "schedule", "send")),
    *(step for step in child.STEPS if step[0].__name__ == "Folder"),
)


class Pages(SmallSite):
    """Makes a page of each letter, and remembers what it made as a build does."""

    def fresh(self, voice: Voice, *, build: bool = True, reason: str = "built") -> bool:
        if not super().fresh(voice, build=build, reason=reason):
            return False
        output = self.settings.output.absolute()
        shutil.rmtree(output, ignore_errors=True)
        files = {f"{x.slug}/index.html": page(x) for x in self.letters()}
        names = "".join(f'<a href="{x.slug}/">{x.title}</a>' for x in self.letters())
        files["index.html"] = f"<!doctype html>{names}".encode()
        files["feeds/all.rss.xml"] = f"<rss>{names}</rss>".encode()
        for path, data in files.items():
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            (output / path).write_bytes(data)
        stamps = snapshot.of(str(output / path) for path in files)
        record = manifest.Manifest(files=tuple(sorted(files)), outputs=stamps, output=str(output))
        manifest.write(manifest.place(self.settings, output), record)
        return True

    def letters(self, *, drafts: bool = False) -> list[Issue]:
        now = datetime.now(UTC)
        return [self._letter(x) for x in super().letters(drafts=drafts) if x.date <= now]

    def _letter(self, issue: Issue) -> Issue:
        html, text = issue.html + " *|UNSUB|*", issue.text + " *|UNSUB|*"
        return replace(
            issue,
            html=html,
            text=text,
            url=f"{self.settings.siteurl}/{issue.slug}/",
            page_digest=hashlib.sha256(html.encode()).hexdigest(),
            digest=digest_of(issue.subject, issue.preheader, html, text),
            html_part=(0, len(html)),
            text_part=(0, len(text)),
        )

    def _fingerprint(self) -> str:
        public = json.dumps([issue.key for issue in self.letters()])
        return super()._fingerprint() + hashlib.sha256(public.encode()).hexdigest()


def page(issue: Issue) -> bytes:
    """The page of a letter."""
    return (
        f'<!doctype html><meta name="page-digest" content="{issue.page_digest}">{issue.html}'
    ).encode()


@dataclass
class Blog:
    """One blog and its machines; ``base`` is Mailchimp's address."""

    folder: Path
    servers: Rigs
    name: str
    base: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def origin(self) -> Path:
        """The repository that all machines come from."""
        return self.folder / "origin.git"

    @property
    def www(self) -> Path:
        """What readers get."""
        return self.servers.www / self.name

    def begin(self) -> Path:
        """The first machine, with everything committed and pushed."""
        first = self.folder / "one"
        first.mkdir()
        self.www.mkdir()
        make_site(first, f"{self.servers.web}/{self.name}")
        values = {
            "DEPLOY": {"www": {"kind": "folder", "path": str(self.www)}},
            "DEPLOY_VERIFY": 10,
            **self.values,
        }
        with (first / "pelicanconf.py").open("a", encoding="utf-8") as stream:
            stream.writelines(f"{key} = {value!r}\n" for key, value in values.items())
        (first / ".gitignore").write_text(
            ".publish/\noutput/\ncache/\n__pycache__/\n", encoding="ascii"
        )
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.origin)], check=True)
        git(first, "init", "-q", "-b", "main")
        git(first, "remote", "add", "origin", self.origin.as_uri())
        (first / "content/ledger").mkdir()
        self.commit(first, "begin")
        git(first, "push", "-q", "-u", "origin", "main")
        return first

    def clone(self, name: str) -> Path:
        """Another machine, fresh."""
        place = self.folder / name
        subprocess.run(["git", "clone", "-q", self.origin.as_uri(), str(place)], check=True)
        return place

    def write(self, machine: Path, slug: str, words: str = "Give 50 mg.", **head: str) -> None:
        """The author writes a post on a machine and pushes it."""
        (machine / "content/posts").mkdir(parents=True, exist_ok=True)
        put_post(machine, slug, words, days=0.01, **head)
        self.commit(machine, f"Write {slug}")
        git(machine, "push", "-q", "origin", "HEAD:main")

    def commit(self, machine: Path, message: str) -> None:
        """Commit all on a machine but the ledger, which a run pushes."""
        git(machine, "add", "-A", "--", ".", ":(exclude)content/ledger")
        git(machine, "commit", "-q", "--allow-empty", "-m", message)

    def mails(self) -> list[str]:
        """What readers got, by its subject."""
        from email import policy
        from email.parser import BytesParser

        found = sorted((self.folder / "mailchimp/.publish/sandbox/mail").glob("*.eml"))
        letters = (BytesParser(policy=policy.default).parsebytes(f.read_bytes()) for f in found)
        return [str(letter["subject"]) for letter in letters]

    def facts(self) -> list[dict[str, Any]]:
        """The facts of the ledger that were pushed."""
        done = subprocess.run(
            ["git", "-C", str(self.origin), "show", "main:content/ledger/issues.jsonl"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


def git(place: Path, *words: str) -> str:
    """Git as the author uses it."""
    base = ["git", "-C", str(place), "-c", "user.name=author", "-c", "user.email=a@b.example"]
    return subprocess.run([*base, *words], capture_output=True, text=True, check=True).stdout


@dataclass(frozen=True)
class Ended:
    """How a run ended; ``code`` is -9 for one that was killed."""

    code: int
    document: dict[str, Any] = field(default_factory=dict)


def run(machine: Path, base: str, kill: int = 0, live: bool = True) -> Ended:
    """Run on a machine, in a process of its own."""
    return start(machine, base, kill, live)()


def start(machine: Path, base: str, kill: int = 0, live: bool = True) -> Any:
    """Begin a run; what is returned waits for its end."""
    ours, theirs = child.FORK.Pipe()
    env = {
        **os.environ,
        "MAILCHIMP_API_KEY": sandbox.SANDBOX_KEY,
        "MAILCHIMP_BASE_URL": base,
    }
    process = child.FORK.Process(target=_run, args=(machine, kill, live, theirs, env))
    process.start()
    theirs.close()

    def wait() -> Ended:
        try:
            document = ours.recv()
        except EOFError:
            document = None
        process.join(60)
        code = process.exitcode
        process.close()
        ours.close()
        assert document is not None or code == -signal.SIGKILL, code
        return Ended(-signal.SIGKILL) if document is None else Ended(document["code"], document)

    return wait


def _run(machine: Path, kill: int, live: bool, answer: Any, env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(machine)
    context.Site = Pages  # type: ignore[misc, assignment]
    if kill:
        child.arm(kill, STEPS)
    try:
        with opened(load(machine / "pelicanconf.py"), live=live) as office:
            report = work.run(office) if live else work.rehearse(office)
            answer.send(report.document())
    except PublishError as error:
        answer.send({"code": int(error.code), "errors": [str(error)]})


@contextmanager
def a_blog(folder: Path, servers: Rigs, name: str, **values: Any) -> Any:
    """A blog with its Mailchimp."""
    place = folder / "mailchimp"
    place.mkdir(parents=True)
    with sandbox.start(place, register=False) as server:
        yield Blog(folder, servers, name, server.base_url, values)
