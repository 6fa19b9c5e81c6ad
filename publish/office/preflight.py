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
from publish.office import golive
from publish.office.context import Office
from publish.post.issue import Issue


def require(office: Office, issues: Sequence[Issue]) -> None:
    """Refuse unless the public pages of ``issues`` are those that were built, and their pictures
    answer. The sandbox e-mails no reader, so it requests no page.

    Raises:
        Refused: the first fault, and how many more there are.
    """
    if office.account.sandbox:
        return
    if issues and not golive.is_live(office.settings):
        raise Refused(
            "what is built is not what readers get yet", "run `publish deploy`, then send"
        )
    found = [fault for issue in issues for fault in faults(issue)]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(found[0] + more, "upload output/ first, then send; `publish build` makes it")


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
