"""Before a live Mailchimp is asked for anything: is the page really there?"""

from __future__ import annotations

from collections.abc import Sequence

from publish.newsletter import livegate
from publish.office.room import Office
from publish.post.issue import Issue


def require(office: Office, posts: Sequence[Issue]) -> None:
    """Refuse unless the public pages of ``posts`` are those that were built, and their pictures
    answer. The sandbox mails nobody, so there nothing is asked.

    Raises:
        Refused: the first fault, and how many more there are.
    """
    if not office.account.sandbox:
        livegate.require(posts)
