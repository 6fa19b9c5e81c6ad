"""A test mail of exactly the bytes that ``send`` would upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from publish.errors import NothingSent
from publish.newsletter.account import Sender
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import Segment, settings_of
from publish.post.issue import Issue

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp


def send_test(api: Mailchimp, issue: Issue, sender: Sender, addresses: Sequence[str]) -> None:
    """Mail a test through a draft of its own, which is removed afterwards.

    The draft has no ``[pub:KEY]`` in its title, so it can never be taken for the issue.

    Raises:
        NothingSent: Mailchimp did not take it; says what it answered.
    """
    settings = settings_of(issue, sender, f"Test of {issue.slug}"[:100])
    made = _must(api.create(settings, Segment()))
    campaign = str(made.data["id"])
    try:
        _must(api.put_content(campaign, issue.html, issue.text))
        _must(api.test(campaign, list(addresses)))
    finally:
        # A draft left behind is harmless; failing here would hide what happened.
        api.delete(campaign)


def _must(answer: Answer) -> Answer:
    if answer.proof is not Proof.DONE:
        raise NothingSent(f"the test was not mailed: {answer.detail}", "run this again")
    return answer
