"""What one does with a campaign: test, send, schedule and back, pause, cancel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from publish.sandbox import campaigns as store
from publish.sandbox import state_machine
from publish.sandbox.audience import is_address
from publish.sandbox.campaigns import Campaign
from publish.sandbox.delivery import send_test, tick
from publish.sandbox.problem import Problem, invalid
from publish.sandbox.request import NOTHING, Call, Response, Route, seconds

MOST_TESTS = 50


def send(call: Call, campaign_id: str) -> Response:
    """``POST …/send``: goes out now, or stays ``sending`` as long as a fault rule asks."""
    campaign = store.load(call.db, campaign_id)
    state_machine.require_ready(store.readiness(call.db, campaign, call.now), "send")
    due = call.now + call.conditions.get("sending", 0.0)
    _step(call, campaign, "sending", due=due, sent=int(call.now))
    tick(call.db, call.now, call.base)
    return NOTHING


def schedule(call: Call, campaign_id: str) -> Response:
    """``POST …/schedule`` with ``schedule_time``; not on a free plan."""
    campaign = store.load(call.db, campaign_id)
    if "free_plan" in call.conditions:
        raise Problem(403, "Your plan does not include scheduling campaigns.")
    at = seconds(call.request.json().get("schedule_time"), "schedule_time")
    state_machine.require_ready(store.readiness(call.db, campaign, call.now), "schedule")
    state_machine.check_schedule(at, call.now)
    return _step(call, campaign, "schedule", due=at)


MOVES = {
    "unschedule": ("unschedule", "schedule", "save"),
    # Mailchimp's description speaks of RSS campaigns, which the sandbox has none of: here a
    # scheduled campaign can be paused, so that programs can meet the state.
    "pause": ("pause", "schedule", "paused"),
    "resume": ("resume", "paused", "schedule"),
    "cancel-send": ("cancel", "sending", "canceled"),
}
"""For each action of one state: its verb, the status it needs, and the one it leads to."""


def move(call: Call, campaign_id: str, action: str) -> Response:
    """``POST …/unschedule``, ``pause``, ``resume`` or ``cancel-send``; what has come due in a pause
    goes out at once."""
    campaign = store.load(call.db, campaign_id)
    verb, needed, status = MOVES[action]
    state_machine.require(campaign.status, needed, verb)
    waits = status in ("schedule", "paused")
    _step(call, campaign, status, due=campaign.due if waits else None)
    if action == "resume":
        tick(call.db, call.now, call.base)
    return NOTHING


def _step(
    call: Call, campaign: Campaign, status: str, *, due: float | None, sent: int | None = None
) -> Response:
    """Change the status; a fault rule may let the API show the old one for a while."""
    after = replace(campaign, status=status, due=due, sent=sent or campaign.sent)
    if lag := call.conditions.get("status_lag"):
        after = replace(after, stale=campaign.status, stale_until=call.now + lag)
    store.save(call.db, after)
    return NOTHING


def test(call: Call, campaign_id: str) -> Response:
    """``POST …/test`` with ``test_emails`` and ``send_type``."""
    campaign = store.load(call.db, campaign_id)
    body = call.request.json()
    emails, kind = body.get("test_emails"), body.get("send_type")
    if not isinstance(emails, list) or not emails or not all(map(is_address, emails)):
        raise invalid(("test_emails", "This must be a list of valid e-mail addresses."))
    if len(emails) > MOST_TESTS:
        raise invalid(("test_emails", f"This must be {MOST_TESTS} addresses or fewer."))
    if kind not in ("html", "plaintext"):
        raise invalid(("send_type", "This must be html or plaintext."))
    if not (campaign.html or campaign.plain_text):
        raise Problem(400, "The campaign has no content to test.")
    for email in dict.fromkeys(emails):
        send_test(call.db, campaign, email, call.now, call.base, as_html=kind == "html")
    return NOTHING


ROUTES = [
    Route("POST", "/campaigns/{}/actions/send", send),
    Route("POST", "/campaigns/{}/actions/schedule", schedule),
    *(
        Route("POST", f"/campaigns/{{}}/actions/{action}", partial(move, action=action))
        for action in MOVES
    ),
    Route("POST", "/campaigns/{}/actions/test", test),
]
