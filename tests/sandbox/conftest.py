"""A sandbox with a clock of the test's own, the official client, and a reader's browser."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from publish import sandbox
from publish.sandbox import SANDBOX_AUDIENCE, SANDBOX_KEY
from publish.sandbox.server import Server

NOON = 1_795_521_600.0
"""2026-11-24T12:00:00Z, where every test's clock starts: a full quarter of an hour."""

HTML = (
    '<html><head><title>*|MC:SUBJECT|*</title></head><body><p hidden="">*|MC_PREVIEW_TEXT|*</p>'
    '<p>Dear *|FNAME|*,</p><p>read <a href="*|ARCHIVE|*">this</a>.</p>'
    '<p>*|LIST:ADDRESSLINE|*</p><a href="*|UNSUB|*">Unsubscribe</a></body></html>'
)
TEXT = "Dear *|FNAME|*, read *|ARCHIVE|*\n*|LIST:ADDRESSLINE|*\nUnsubscribe: *|UNSUB|*\n"


@dataclass
class Clock:
    """Seconds since the epoch that pass only when a test says so."""

    now: float = NOON
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        with self._lock:
            return self.now

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        with self._lock:
            self.now += seconds


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP, redirects not followed."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def page(self) -> Any:
        """The body as an HTML document."""
        return lxml.html.fromstring(self.text)

    @property
    def heading(self) -> str:
        return str(self.page.findtext(".//h1"))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


def fetch(
    method: str,
    url: str,
    *,
    form: dict[str, str] | None = None,
    document: Any = None,
    headers: dict[str, str] | None = None,
    timeout: float = 20.0,
) -> Answer:
    """One request with urllib; an error status is an answer like any other."""
    data, kind = None, {}
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    elif document is not None:
        data, kind = json.dumps(document).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(
        url, data=data, method=method, headers={**kind, **(headers or {})}
    )
    try:
        with _OPENER.open(request, timeout=timeout) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def client_of(base_url: str, key: str = SANDBOX_KEY) -> Any:
    """The official client, led to a sandbox."""
    import mailchimp_marketing

    client = mailchimp_marketing.Client({"api_key": key})
    client.api_client.host = f"{base_url}/3.0"
    client.api_client.server = ""
    return client


def problem_of(call: Callable[..., Any], *words: Any, **options: Any) -> dict[str, Any]:
    """The problem document that ``call`` is refused with."""
    from mailchimp_marketing.api_client import ApiClientError

    with pytest.raises(ApiClientError) as caught:
        call(*words, **options)
    found = json.loads(caught.value.text)
    assert found["status"] == caught.value.status_code
    return dict(found)


@dataclass
class Bench:
    """A running sandbox and what tests do with it again and again."""

    root: Path
    server: Server
    clock: Clock
    mc: Any

    @property
    def base(self) -> str:
        return self.server.base_url

    def get(self, path: str, **options: Any) -> Answer:
        return fetch("GET", self.at(path), **options)

    def post(self, path: str, **options: Any) -> Answer:
        return fetch("POST", self.at(path), **options)

    def at(self, path: str) -> str:
        """An absolute address; one that is absolute already stays."""
        return path if path.startswith("http") else self.base + path

    def api(self, method: str, path: str, document: Any = None) -> Answer:
        """A call of the API without the client."""
        token = {"Authorization": f"Bearer {SANDBOX_KEY}"}
        return fetch(method, f"{self.base}/3.0{path}", document=document, headers=token)

    def fault(self, *rules: dict[str, Any]) -> None:
        """Ask for misbehaviour."""
        answer = self.post("/control/faults", document=list(rules))
        assert answer.status == 200, answer.text

    def later(self, seconds: float) -> None:
        """Let time go by, and the sandbox notice."""
        self.clock.pass_(seconds)
        self.get("/sandbox.css")

    def reader(self, email: str, **fields: str) -> dict[str, Any]:
        """Subscribe somebody as an administrator does."""
        return dict(
            self.mc.lists.add_list_member(
                SANDBOX_AUDIENCE,
                {"email_address": email, "status": "subscribed", "merge_fields": fields},
            )
        )

    def draft(self, *, content: bool = True, **settings: Any) -> str:
        """A campaign that is complete, content included unless told otherwise; its id."""
        body = {
            "type": "regular",
            "recipients": {"list_id": SANDBOX_AUDIENCE},
            "settings": {
                "subject_line": "A good week",
                "preview_text": "Five small habits",
                "title": "A good week [pub:00112233445566778899]",
                "from_name": "Creating Happy Pharmacists",
                "reply_to": "hello@happypharmacists.example",
                **settings,
            },
        }
        campaign = str(self.mc.campaigns.create(body)["id"])
        if content:
            self.mc.campaigns.set_content(campaign, {"html": HTML, "plain_text": TEXT})
        return campaign

    def status(self, campaign: str) -> str:
        return str(self.mc.campaigns.get(campaign)["status"])

    def sent(self, **settings: Any) -> str:
        """A campaign that has gone out; its id."""
        campaign = self.draft(**settings)
        assert self.mc.campaigns.send(campaign).status_code == 204
        return campaign

    def mails(self, to: str = "", kind: str = "") -> list[EmailMessage]:
        """The delivered files, oldest first; ``kind`` is the start of their names."""
        files = sorted((sandbox.folder(self.root) / "mail").glob(f"{kind}*.eml"))
        found = [message_from_bytes(f.read_bytes(), policy=default) for f in files]
        return [mail for mail in found if to in str(mail["To"])]

    def mail(self, to: str = "demo.reader@example.com", kind: str = "") -> EmailMessage:
        """The one mail to somebody."""
        found = self.mails(to, kind)
        assert len(found) == 1, [str(mail["Subject"]) for mail in found]
        return found[0]


def body_of(mail: EmailMessage, kind: str = "html") -> str:
    """A mail's HTML or plain text."""
    part = mail.get_body((kind,))
    assert part is not None
    # On the wire lines end in CRLF.
    return str(part.get_content()).replace("\r\n", "\n")


def link_in(mail: EmailMessage, words: str) -> str:
    """The address behind the link of a mail whose text holds ``words``."""
    page = lxml.html.fromstring(body_of(mail))
    found = [a.get("href") for a in page.iter("a") if words in a.text_content()]
    assert len(found) == 1, found
    return str(found[0])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bench(tmp_path: Path, clock: Clock) -> Iterator[Bench]:
    with sandbox.start(tmp_path, clock=clock) as server:
        yield Bench(tmp_path, server, clock, client_of(server.base_url))
