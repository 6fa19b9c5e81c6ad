"""The site on which `publish plan` is timed: its ledger holds what its sandbox lists."""

from __future__ import annotations

from pathlib import Path

from benchmarks.plan import fill
from publish import sandbox
from publish.newsletter.account import Limits
from publish.newsletter.ledger import Ledger
from publish.newsletter.mailchimp import Mailchimp
from tests.newsletter.stand import account, make_site


def test_every_campaign_is_of_an_issue_that_the_ledger_knows(tmp_path: Path):
    make_site(tmp_path)
    with sandbox.start(tmp_path, register=False) as server:
        fill(tmp_path, server.base_url, 3)
        listed = Mailchimp(account(server.base_url, Limits())).campaigns()
    known = Ledger(tmp_path / "content/ledger").read()
    assert {c.key for c in listed if c.status == "sent"} == known.keys()
    assert all(known[c.key].done == c.id for c in listed if c.key)
