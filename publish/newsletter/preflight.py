"""Checks, before anything is written to a live Mailchimp, that the post's page is public.

A mail cannot be taken back, and its first link leads to the page. So the public address must
answer with the digest that was built, and every picture of the mail must answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from publish.errors import Refused
from publish.http import Fetch, digest_in, fetch
from publish.post.issue import Issue


def faults(issue: Issue, get: Fetch = fetch) -> list[str]:
    """What is not fit about the public page and its pictures; empty when all is well."""
    found = []
    try:
        status, page = get(issue.url)
    except OSError as error:
        return [f"{issue.url} does not answer ({error})"]
    if status != 200:
        return [f"{issue.url} answers {status}"]
    if digest_in(page) != issue.page_digest:
        return [f"{issue.url} is not the page that was built"]
    for image in issue.images:
        try:
            status, _ = get(image)
        except OSError as error:
            found.append(f"the picture {image} does not answer ({error})")
        else:
            if status != 200:
                found.append(f"the picture {image} answers {status}")
    return found


def require(issues: Sequence[Issue], get: Fetch = fetch) -> None:
    """Refuse unless every issue's page is live.

    Raises:
        Refused: the first fault, and how many more there are.
    """
    found = [fault for issue in issues for fault in faults(issue, get)]
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(found[0] + more, "upload output/ first, then send; `publish build` makes it")
