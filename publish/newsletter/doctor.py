"""Checks account, audience, sender, plan and site for `publish doctor`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from publish.errors import PublishError, as_publish_error
from publish.http import Fetch
from publish.newsletter.account import Account
from publish.newsletter.mailchimp import FREE
from publish.post.urls import is_site

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp


@dataclass(frozen=True)
class Check:
    """The result of one check; ``remedy`` if it failed."""

    name: str
    well: bool
    detail: str
    remedy: str = ""


def checks(account: Account, api: Mailchimp, siteurl: str, get: Fetch) -> Iterator[Check]:
    """The checks one after the other; none of them raises."""
    where = "the sandbox (no MAILCHIMP_API_KEY is set)" if account.sandbox else account.server
    yield Check("key", True, f"has the right form; leads to {where}")
    root = yield from asked("account", api.root, lambda a: str(a.get("account_name") or "answers"))
    if root is not None:
        plan = str(root.get("pricing_plan_type") or "unknown")
        free = plan in FREE
        does = "does not schedule; `send` counts down here instead" if free else "schedules"
        if fixed := free and account.limits.send_at:
            does = "does not schedule; `send` refuses the hour of NEWSLETTER_SEND_AT"
        yield Check("plan", not fixed, f"{plan}: {does}", "take it out, or send with --now")
        found = yield from asked("audience", api.audience, _audience)
        if found is not None and not int((found.get("stats") or {}).get("member_count") or 0):
            yield Check("readers", False, "the audience has no readers", "subscribe yourself first")
        if found is not None and not found.get("double_optin", True):
            remedy = "switch double opt-in on in Mailchimp: Audience, Settings"
            yield Check("sign-up", False, "the audience does not ask for confirmation", remedy)
    yield from asked("sender", lambda: account.sender, str)
    for name, value in account.topics.items():
        ask = partial(api.segment, int(value)) if value.isdigit() else partial(api.interest, value)
        yield from asked(f"topic {name}", ask, lambda _: "is there")
    yield _site(siteurl, account.sandbox, get)


def asked(
    name: str, ask: Callable[[], Any], say: Callable[[Any], str]
) -> Generator[Check, None, Any]:
    """The check ``name`` of whether ``ask`` gets an answer, worded by ``say``; returns the answer,
    None if there is none."""
    try:
        answer = ask()
    except (PublishError, OSError) as failure:
        error = as_publish_error(failure)
        yield Check(name, False, error.message, error.remedy)
        return None
    yield Check(name, True, say(answer))
    return answer


def _audience(document: Mapping[str, Any]) -> str:
    readers = int((document.get("stats") or {}).get("member_count") or 0)
    return f"{document.get('name')}, {readers} subscribed"


def _site(siteurl: str, sandbox: bool, get: Fetch) -> Check:
    if not is_site(siteurl):
        what = f"{siteurl} is no address of a site" if siteurl else "SITEURL is not set"
        return Check("site", False, what, "set SITEURL to the public address, with https://")
    if sandbox:
        return Check("site", True, f"{siteurl} (not asked: without a key nothing is sent)")
    try:
        status, _ = get(siteurl + "/")
    except OSError as error:
        return Check("site", False, f"{siteurl} does not answer ({error})", "check your host")
    if status != 200:
        return Check("site", False, f"{siteurl}/ answers {status}", "upload output/ first")
    return Check("site", True, f"{siteurl} answers")
