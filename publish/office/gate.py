"""Checks, before a request to a live Mailchimp, that the post's page is public.

With ``DEPLOY`` set, the release marker is requested first: a page that is requested too early is a
404 that a cache between may keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from publish import golive
from publish.errors import Refused
from publish.newsletter import preflight
from publish.office.room import Office
from publish.post.issue import Issue


def require(office: Office, posts: Sequence[Issue]) -> None:
    """Refuse unless the public pages of ``posts`` are those that were built, and their pictures
    answer. The sandbox e-mails no reader, so it requests no page.

    Raises:
        Refused: the first fault, and how many more there are.
    """
    if office.account.sandbox:
        return
    if posts and not golive.is_live(office.settings):
        raise Refused(
            "what is built is not what readers get yet", "run `publish deploy`, then send"
        )
    preflight.require(posts)
