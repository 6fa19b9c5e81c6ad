"""The last look before anything is written to a live Mailchimp: is the page really there?

A mail cannot be taken back, and its first link leads to the page. So the public address must
answer with the digest that was built, and every picture of the mail must answer.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from html import unescape
from http.client import HTTPException
from typing import Any

from publish.errors import Refused
from publish.post.issue import Issue

Fetch = Callable[[str], tuple[int, bytes]]
"""An address to its status and body; OSError when nothing answers."""
LARGEST = 4 * 1024 * 1024


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *request: Any, **options: Any) -> None:
        return None


def fetch(url: str, timeout: float = 15) -> tuple[int, bytes]:
    """Ask for ``url`` as a reader would, without following a redirect.

    Raises:
        OSError: nothing answers.
    """
    if not url.startswith(("http://", "https://")):
        raise OSError(f"{url} is no web address")
    request = urllib.request.Request(url, headers={"User-Agent": "publish (live-page check)"})  # noqa: S310 - checked above
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return int(answer.status), answer.read(LARGEST)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""
    except (urllib.error.URLError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise OSError(str(reason)) from None


def digest_in(page: bytes) -> str:
    """The page digest a page says it has; ``""`` if it says none."""
    for tag in re.findall(rb"<meta\b[^>]*>", page):
        text = tag.decode(errors="replace")
        if re.search(r"""name\s*=\s*["']?page-digest\b""", text):
            found = re.search(r"""content\s*=\s*["']?([^"'\s>]*)""", text)
            return unescape(found.group(1)) if found else ""
    return ""


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
        raise Refused(
            found[0] + more, "upload output/ first, then send; `publish build` makes it anew"
        )
