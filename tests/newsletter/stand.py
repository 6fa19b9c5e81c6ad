"""A small site that is really built, a web host for its pages, and the sandbox behind a proxy.

For tests with real sockets and real processes: nothing here is simulated but the other machines.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from publish import sandbox
from publish.newsletter import issue
from publish.newsletter.account import Account, Limits
from publish.post.issue import Issue
from publish.sandbox.server import Server

PATIENT = Limits(timeout=60, settle=180, barrier=2)
"""No machine is so busy that an answer takes longer than this."""
HASTY = Limits(timeout=0.6, settle=180, barrier=2)
"""For a fault that is known by its silence alone. What else is late is one more fault."""
ZONE = ZoneInfo("Europe/Vienna")
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
CONF = """\
SITENAME = "Stand"
SITEURL = {site!r}
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
TIMEZONE = {zone!r}
THEME = "simple"
PLUGIN_PATHS = [{plugins!r}]
PLUGINS = ["post_identity", "mail_issues", "alias_redirects"]
ARTICLE_URL = "{{slug}}/"
ARTICLE_SAVE_AS = "{{slug}}/index.html"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
NEWSLETTER_AUDIENCE = {audience!r}
NEWSLETTER_FROM_NAME = "Stand"
NEWSLETTER_REPLY_TO = "stand@example.com"
NEWSLETTER_SETTLE = 1.5
NEWSLETTER_BARRIER = 0.1
NEWSLETTER_UNDO_MINUTES = 0
"""


def account(base: str, limits: Limits = PATIENT) -> Account:
    """The sandbox's account, reached as if it were a live one."""
    return Account(
        sandbox.SANDBOX_KEY,
        sandbox.SANDBOX_AUDIENCE,
        "Stand",
        "stand@example.com",
        base,
        sandbox=True,
        limits=limits,
    )


class Hours:
    """A clock for a sandbox and its clients that runs ahead while these wait: hours go by in no
    time, and a busy machine is not late by it."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.server: Server | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Let time go by once the server has nothing in hand: what it still works at would act
        later than any server that is as slow as the clock says."""
        assert self.server
        for _ in range(12_000):
            if not self.server.busy:
                break
            time.sleep(0.005)
        self.ahead += seconds


def make_site(root: Path, site: str = "http://127.0.0.1:9") -> None:
    """A site's folder without a post."""
    (root / "content/posts").mkdir(parents=True)
    (root / "pelicanconf.py").write_text(
        CONF.format(
            site=site, audience=sandbox.SANDBOX_AUDIENCE, plugins=str(PLUGINS), zone=ZONE.key
        ),
        encoding="utf-8",
    )


def put_post(root: Path, slug: str, words: str = "Hello.", days: float = 1, **head: str) -> Path:
    """A post that was written ``days`` ago; ``head`` changes its header lines, ``""`` takes one
    out."""
    date = datetime.now(ZONE) - timedelta(days=days)
    lines = {
        "Title": slug.title(),
        "Date": date.isoformat(" ", "minutes"),
        "Category": "Career",
        "Slug": slug,
        "Summary": "Soon said.",
        "Subject": f"About {slug}",
        "Status": "published",
        "Uid": hashlib.sha256(slug.encode()).hexdigest()[:16],
    } | head
    file = root / f"content/posts/{slug}.md"
    header = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    file.write_text(f"{header}\n{words}\n", encoding="utf-8")
    return file


def composed(root: Path, slug: str) -> Issue:
    """The issue of a post as the last build composed it."""
    return issue.read(root / ".publish/issues" / slug)


def put_issue(root: Path, issue: Issue) -> None:
    """Write a composed issue as the build would."""
    home = root / ".publish/issues" / issue.slug
    home.mkdir(parents=True, exist_ok=True)
    (home / "issue.html").write_text(issue.html, encoding="utf-8")
    (home / "issue.txt").write_text(issue.text, encoding="utf-8")
    (home / "issue.json").write_text(json.dumps(issue.record()), encoding="utf-8")


def build(root: Path) -> None:
    """Build the site, as `publish build` would."""
    from publish.settings import load
    from publish.site.build import build as build_site

    build_site(load(root / "pelicanconf.py"))


def deliveries(root: Path) -> list[str]:
    """Who got an issue, one entry a mail; test mails left aside."""
    found = []
    for file in sorted((root / ".publish/sandbox/mail").glob("*.eml")):
        message = BytesHeaderParser(policy=policy.default).parsebytes(file.read_bytes())
        if not str(message["subject"]).startswith("[Test]"):
            found.append(str(message["to"]))
    return found


def control(base: str, rules: list[dict[str, Any]] | None) -> Any:
    """Set fault rules, or clear them."""
    request = urllib.request.Request(
        f"{base}/control/faults",
        method="DELETE" if rules is None else "POST",
        data=None if rules is None else json.dumps(rules).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what these tests are about."""


@contextmanager
def web_host(pages: dict[str, bytes]) -> Iterator[str]:
    """Serves ``pages`` by path; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with _serving(Handler) as base:
        yield base


@contextmanager
def proxy(
    upstream: str, before: Callable[[int], None], after: Callable[[int], None]
) -> Iterator[str]:
    """Hands each request on; calls ``before`` and ``after`` with its number, from 1."""
    lock, count = threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            with lock:
                count[0] += 1
                number = count[0]
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            before(number)
            headers = {
                k: v
                for k, v in self.headers.items()
                if k.lower() in ("authorization", "content-type")
            }
            request = urllib.request.Request(
                upstream + self.path, data=body, method=self.command, headers=headers
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    status, kind, data = (
                        answer.status,
                        answer.headers.get("Content-Type"),
                        answer.read(),
                    )
            except urllib.error.HTTPError as error:
                with error:
                    status, kind, data = error.code, error.headers.get("Content-Type"), error.read()
            after(number)
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with _serving(Handler) as base:
        yield base


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = _Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def live_environment(base: str) -> dict[str, str]:
    """What a shell holds when a real key is set, with Mailchimp's place taken by ``base``."""
    return {**os.environ, "MAILCHIMP_API_KEY": sandbox.SANDBOX_KEY, "MAILCHIMP_BASE_URL": base}
