"""The one module that talks to Mailchimp, a wrapper of its official client.

The client returns some errors as results, follows redirects, uses the environment's proxies and may
wait for ever. So each exchange is made by a session of our own with a deadline, and judged by the
raw answer, not by the client's result.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from publish.errors import ConfigError, NothingSent
from publish.newsletter.account import Account
from publish.newsletter.answers import CHECK_KEY, Answer, Proof, Reply, judge
from publish.newsletter.campaign import Campaign, Segment, parse
from publish.newsletter.protocol import Deleted

PAGE = 1000
"""Campaigns per page, the API's limit; ``fields`` keeps the answer small."""
FIELDS = [
    f"campaigns.{name}"
    for name in (
        "id", "status", "create_time", "send_time", "emails_sent", "long_archive_url",
        "settings.title", "recipients.list_id", "recipients.segment_opts",
        "recipients.recipient_count",
    )
]  # fmt: skip
Shape = TypeVar("Shape")
READS = 4
"""Attempts of a read, which has no side effects."""
FREE = ("forever_free", "free")
"""The plans that do not schedule."""
LARGEST = 64 * 1024 * 1024
"""The most bytes an answer may have."""


class Mailchimp:
    """The calls an issue needs. Reads raise; writes return an ``Answer`` with what it proves."""

    def __init__(self, account: Account, sleep: Callable[[float], None] = time.sleep) -> None:
        import mailchimp_marketing

        self.account, self._sleep = account, sleep
        self._reply = Reply()
        self._client = mailchimp_marketing.Client({"api_key": account.key})
        api = self._client.api_client
        api.host = (account.base or f"https://{account.server}.api.mailchimp.com") + "/3.0"
        # Else the client replaces every "server" in the address.
        api.server = ""
        api.request = self._request

    # Reads. Each raises NothingSent, or ConfigError if the key or an id is refused.

    def root(self) -> Mapping[str, Any]:
        """The account: its name, plan and role."""
        return self._read(self._client.root.get_root)

    def free_plan(self) -> str:
        """The account's plan if it does not schedule; ``""`` for any other."""
        plan = str(self.root().get("pricing_plan_type") or "")
        return plan if plan in FREE else ""

    def audience(self) -> Mapping[str, Any]:
        """The audience: its name, statistics and defaults."""
        try:
            return self._read(self._client.lists.get_list, self.account.audience)
        except _Missing:
            raise ConfigError(
                f"Mailchimp has no audience {self.account.audience}",
                "set NEWSLETTER_AUDIENCE or MAILCHIMP_AUDIENCE to Mailchimp's Audience ID "
                "(Audience, Settings)",
            ) from None

    def segment(self, number: int) -> Mapping[str, Any]:
        """A saved segment of the audience.

        Raises:
            ConfigError: there is none of that number.
        """
        try:
            return self._read(self._client.lists.get_segment, self.account.audience, str(number))
        except _Missing:
            raise _no_topic(f"segment {number}") from None

    def interest(self, interest: str) -> Segment:
        """The readers who chose an interest, found among the audience's groups.

        Raises:
            ConfigError: no group has it.
        """
        lists, list_id = self._client.lists, self.account.audience
        groups: Mapping[str, Any] = self._read(
            lists.get_list_interest_categories, list_id, count=100
        )
        for group in groups.get("categories") or ():
            found: Mapping[str, Any] = self._read(
                lists.list_interest_category_interests, list_id, str(group["id"]), count=100
            )
            if any(item["id"] == interest for item in found.get("interests") or ()):
                return Segment(interest=interest, field=f"interests-{group['id']}")
        raise _no_topic(f"interest {interest}")

    def campaigns(self) -> list[Campaign]:
        """Every campaign of the audience, oldest first."""
        for _ in range(READS):
            found: list[Campaign] = []
            totals: set[int] = set()
            while not totals or len(found) < max(totals):
                got, total = self._read(
                    self._client.campaigns.list,
                    list_id=self.account.audience,
                    sort_field="create_time",
                    sort_dir="ASC",
                    count=PAGE,
                    offset=len(found),
                    fields=[*FIELDS, "total_items"],
                    shape=_page,
                )
                totals.add(total)
                found += got
                if not got:
                    break
            # A campaign deleted between two pages shifts the rest by one, and one is missed.
            if len(totals) == 1 and len(found) == max(totals):
                return found
        raise NothingSent("Mailchimp's list of campaigns keeps changing", "run this again")

    def campaign(self, campaign: str) -> Campaign | type[Deleted]:
        """One campaign, or Deleted."""
        try:
            return self._read(self._client.campaigns.get, campaign, shape=parse)
        except _Missing:
            return Deleted

    def checklist(self, campaign: str) -> tuple[bool, str] | type[Deleted]:
        """Whether it may be sent, and what is missing according to Mailchimp; or Deleted."""
        try:
            ask = self._client.campaigns.get_send_checklist
            return self._read(ask, campaign, shape=_readiness)
        except _Missing:
            return Deleted

    def report(self, campaign: str) -> Mapping[str, Any] | None:
        """The figures of a campaign that went out; None while there are none."""
        try:
            return self._read(self._client.reports.get_campaign_report, campaign)
        except _Missing:
            return None

    # Writes. None of these raises for an error of the other side.

    def create(self, settings: Mapping[str, Any], segment: Segment) -> Answer:
        """Create a draft."""
        recipients = self._recipients(segment)
        body = {"type": "regular", "recipients": recipients, "settings": dict(settings)}
        answer = self._write(self._client.campaigns.create, body)
        if answer.proof is Proof.DONE and not answer.data.get("id"):
            return Answer(Proof.UNKNOWN, "Mailchimp answered without the draft's id")
        return answer

    def update(
        self, campaign: str, settings: Mapping[str, Any], segment: Segment | None = None
    ) -> Answer:
        """Write the settings of a draft, and its readers where they are given."""
        body: dict[str, Any] = {"settings": dict(settings)}
        if segment:
            body["recipients"] = {"segment_opts": {}} | self._recipients(segment)
        return self._write(self._client.campaigns.update, campaign, body)

    def put_content(self, campaign: str, html: str, text: str) -> Answer:
        """Write both bodies of a draft."""
        body = {"html": html, "plain_text": text}
        return self._write(self._client.campaigns.set_content, campaign, body)

    def send(self, campaign: str) -> Answer:
        """Mail it now."""
        return self._write(self._client.campaigns.send, campaign, empty=True)

    def schedule(self, campaign: str, moment: str) -> Answer:
        """Mail it at ``moment`` (ISO 8601, UTC, a full quarter of an hour)."""
        body = {"schedule_time": moment}
        return self._write(self._client.campaigns.schedule, campaign, body, empty=True)

    def unschedule(self, campaign: str) -> Answer:
        """Make a scheduled campaign a draft again."""
        return self._write(self._client.campaigns.unschedule, campaign, empty=True)

    def test(self, campaign: str, addresses: list[str]) -> Answer:
        """Mail a test to these addresses."""
        body = {"test_emails": addresses, "send_type": "html"}
        return self._write(self._client.campaigns.send_test_email, campaign, body, empty=True)

    def delete(self, campaign: str) -> Answer:
        """Remove a draft."""
        return self._write(self._client.campaigns.remove, campaign, empty=True)

    def _recipients(self, segment: Segment) -> dict[str, Any]:
        options = segment.options()
        return {"list_id": self.account.audience, **({"segment_opts": options} if options else {})}

    # The exchange itself.

    def _write(self, call: Callable[..., Any], *words: Any, empty: bool = False) -> Answer:
        return judge(self._exchange(call, *words), empty=empty)

    def _read(
        self,
        call: Callable[..., Any],
        *words: Any,
        shape: Callable[[Mapping[str, Any]], Shape] = dict,  # type: ignore[assignment]
        **options: Any,
    ) -> Shape:
        """What ``shape`` makes of the answer's document: one that it cannot read is another's."""
        reply = Reply(failure="not asked")
        for attempt in range(READS):
            if attempt:
                self._sleep(judge(reply, empty=False).wait or 0.25 * 2**attempt)
            reply = self._exchange(call, *words, **options)
            document = reply.document()
            if reply.status == 200 and document is not None:
                with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
                    return shape(document)
            said = reply.problem()
            if said is not None and reply.status in (400, 401, 403, 404):
                if reply.status in (401, 403):
                    raise ConfigError(f"Mailchimp refuses: {said}", CHECK_KEY)
                kind = _Missing if reply.status == 404 else ConfigError
                what = f"Mailchimp answered {reply.status}: {said}"
                raise kind(what, "check the ids in the settings with `publish doctor`")
        said = reply.problem()
        what = reply.failure or f"it answered {reply.status}" + (f" ({said})" if said else "")
        raise NothingSent(f"Mailchimp cannot be read: {what}", "run this again in a while")

    def _exchange(self, call: Callable[..., Any], *words: Any, **options: Any) -> Reply:
        self._reply = Reply(failure="the request could not be made", connected=False)
        import mailchimp_marketing.api_client

        # The reply shows what an error means; the client's exceptions are of three unrelated types.
        with contextlib.suppress(mailchimp_marketing.api_client.ApiClientError):
            call(*words, **options)
        return self._reply

    def _request(
        self, method: str, url: str, query_params: Any = None, headers: Any = None, body: Any = None
    ) -> Any:
        """Replaces the client's own method; same signature."""
        data = None if body is None else json.dumps(body).encode()
        answers: queue.SimpleQueue[tuple[Reply, Any]] = queue.SimpleQueue()

        def exchange() -> None:
            answers.put(self._transfer(method, url, query_params, headers, data))

        # A slow trickle of bytes never exceeds a socket's time-out, so another thread watches the
        # clock. The thread left behind ends with its socket or with the process.
        threading.Thread(target=exchange, daemon=True).start()
        try:
            self._reply, response = answers.get(timeout=self.account.limits.timeout)
        except queue.Empty:
            self._reply = Reply(failure=f"no answer in {self.account.limits.timeout:g} s")
            response = None
        if response is None:
            raise OSError(self._reply.failure)
        return response

    def _transfer(
        self, method: str, url: str, query: Any, headers: Any, data: bytes | None
    ) -> tuple[Reply, Any]:
        import requests
        import urllib3

        timeout = self.account.limits.timeout
        with requests.Session() as session:
            # No proxy and no .netrc of the environment gets the key.
            session.trust_env = False
            try:
                response = session.request(
                    method,
                    url,
                    params=query,
                    headers=headers,
                    data=data,
                    timeout=timeout,
                    auth=("publish", self.account.key),
                    allow_redirects=False,
                    stream=True,
                )
                content = bytearray()
                for block in response.iter_content(65536):
                    content += block
                    if len(content) > LARGEST:
                        return Reply(failure="an answer without end"), None
            except requests.exceptions.RequestException as error:
                reason = getattr(error.args[0] if error.args else None, "reason", None)
                unreached = isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
                    reason, urllib3.exceptions.NewConnectionError
                )
                what = "it cannot be reached" if unreached else "the connection broke"
                return Reply(failure=what, connected=not unreached), None
            response._content = bytes(content)
            kind = response.headers.get("content-type") or ""
            wait = response.headers.get("retry-after") or ""
            return Reply(response.status_code, kind, bytes(content), wait), response


def _page(document: Mapping[str, Any]) -> tuple[list[Campaign], int]:
    """The campaigns of a page of the list, and how many there are in all."""
    return [parse(item) for item in document["campaigns"]], int(document["total_items"])


def _readiness(document: Mapping[str, Any]) -> tuple[bool, str]:
    items = [item for item in document.get("items") or () if item.get("type") == "error"]
    missing = "; ".join(str(i.get("details") or i.get("heading") or "") for i in items)
    return bool(document["is_ready"]), missing or "it gives no reason"


def _no_topic(what: str) -> ConfigError:
    return ConfigError(
        f"NEWSLETTER_TOPICS: the audience has no {what}",
        "copy the id from Mailchimp's API playground, or use the number of a segment",
    )


class _Missing(ConfigError):
    """A 404 in Mailchimp's own words."""
