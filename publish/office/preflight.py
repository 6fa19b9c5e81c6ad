"""Checks that a post's page is public before anything is written to a live Mailchimp.

A mail cannot be taken back, and its first link leads to the page. So the public address must answer
with the digest that was built, and every picture of the mail must answer. With ``DEPLOY`` set, the
release marker is requested first: a page that is requested too early is a 404 that a cache between
may keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from publish.errors import Refused
from publish.http import Fetch, digest_in, fetch
from publish.office import golive, letters
from publish.office.context import Office
from publish.office.delivery import Delivery
from publish.office.letters import Letters
from publish.post.issue import Issue


def refused(office: Office, items: Sequence[Delivery], found: Letters) -> dict[str, Refused]:
    """By key, why letters may not go out yet: the public page of a post is not the one that was
    built, or a picture does not answer. The sandbox e-mails no reader, so it requests no page.

    Raises:
        Refused: the built site as a whole is not up.
    """
    if office.account.sandbox:
        return {}
    if items and not golive.is_live(office.settings):
        raise Refused(
            "what is built is not what readers get yet", "run `publish deploy`, then send"
        )
    why = {}
    for item in items:
        wrong = [fault for part in letters.parts(item.issue, found) for fault in faults(part)]
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            remedy = "upload output/ first, then send; `publish build` makes it"
            why[item.issue.key] = Refused(wrong[0] + more, remedy)
    return why


def faults(issue: Issue, get: Fetch = fetch) -> list[str]:
    """The faults of the public page and its pictures; empty if there are none."""
    fault, page = _looked_at(issue.url, get)
    if not fault and digest_in(page) != issue.page_digest:
        fault = "is not the page that was built"
    if fault:
        return [f"{issue.url} {fault}"]
    pictures = ((image, _looked_at(image, get)[0]) for image in issue.images)
    return [f"the picture {image} {fault}" for image, fault in pictures if fault]


def _looked_at(url: str, get: Fetch) -> tuple[str, bytes]:
    """The fault of the answer at ``url`` (``""`` for none), and its body."""
    try:
        status, body = get(url)
    except OSError as error:
        return f"does not answer ({error})", b""
    return "" if status == 200 else f"answers {status}", body
