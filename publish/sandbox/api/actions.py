"""The actions of a campaign: test, send, schedule, unschedule, pause, resume, cancel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from publish.sandbox import audience, state_machine
from publish.sandbox import campaigns as store
from publish.sandbox.campaigns import Campaign
from publish.sandbox.delivery import send_test, tick
from publish.sandbox.problem import Problem, choice, invalid
from publish.sandbox.request import Call, Routes, seconds

MOST_TESTS = 50
MOVES = {
    "unschedule": ("unschedule", "schedule", "save"),
    # Mailchimp pauses RSS campaigns, which the sandbox does not have: here a scheduled campaign can
    # be paused, so that programs can be tested with that state.
    "pause": ("pause", "schedule", "paused"),
    "resume": ("resume", "paused", "schedule"),
    "cancel-send": ("cancel", "sending", "canceled"),
}
"""For each action of one state: its verb, the status it needs, and the one it leads to."""
routes = Routes("/3.0/campaigns/{}/actions")


@routes("POST", "/send")
def send(call: Call, campaign_id: str) -> None:
    """Send now, or stay ``sending`` as long as a fault rule demands."""
    campaign = _ready(call, campaign_id, "send")
    due = call.now + call.conditions.get("sending", 0.0)
    _step(call, campaign, "sending", due=due, sent=int(call.now))
    tick(call.db, call.now, call.base)


@routes("POST", "/schedule")
def schedule(call: Call, campaign_id: str) -> None:
    """Schedule for ``schedule_time``; not on a free plan."""
    store.load(call.db, campaign_id)
    if "free_plan" in call.conditions:
        raise Problem(403, "Your plan does not include scheduling campaigns.")
    at = seconds(call.request.json().get("schedule_time"), "schedule_time")
    campaign = _ready(call, campaign_id, "schedule")
    state_machine.check_schedule(at, call.now)
    _step(call, campaign, "schedule", due=at)


def move(call: Call, campaign_id: str, action: str) -> None:
    """Perform one of ``MOVES``; a campaign that came due while paused goes out at once."""
    campaign = store.load(call.db, campaign_id)
    verb, needed, status = MOVES[action]
    state_machine.require(campaign.status, needed, verb)
    waits = status in ("schedule", "paused")
    _step(call, campaign, status, due=campaign.due if waits else None)
    if action == "resume":
        tick(call.db, call.now, call.base)


for _action in MOVES:
    routes("POST", f"/{_action}")(partial(move, action=_action))


@routes("POST", "/test")
def test(call: Call, campaign_id: str) -> None:
    """Mail a test to each of ``test_emails``, with HTML or not by ``send_type``."""
    campaign = store.load(call.db, campaign_id)
    body = call.request.json()
    emails = body.get("test_emails")
    if not isinstance(emails, list) or not emails or not all(map(audience.is_address, emails)):
        raise invalid(("test_emails", "This must be a list of valid e-mail addresses."))
    if len(emails) > MOST_TESTS:
        raise invalid(("test_emails", f"This must be {MOST_TESTS} addresses or fewer."))
    kind = choice("send_type", body.get("send_type"), ("html", "plaintext"))
    if not (campaign.html or campaign.plain_text):
        raise Problem(400, "The campaign has no content to test.")
    for email in dict.fromkeys(emails):
        send_test(call.db, campaign, email, call.now, call.base, as_html=kind == "html")


def _ready(call: Call, campaign_id: str, action: str) -> Campaign:
    campaign = store.load(call.db, campaign_id)
    readers = len(audience.recipients(call.db, campaign.list_id, campaign.segment))
    state_machine.require_ready(campaign, readers, call.now, action)
    return campaign


def _step(
    call: Call, campaign: Campaign, status: str, *, due: float | None, sent: int | None = None
) -> None:
    """Change the status; a fault rule may make the API show the old one for a while."""
    after = replace(campaign, status=status, due=due, sent=sent or campaign.sent)
    if lag := call.conditions.get("status_lag"):
        after = replace(after, stale=campaign.status, stale_until=call.now + lag)
    store.save(call.db, after)
