"""What became of a campaign: ``/reports/{id}``. The sandbox tracks no opens and no clicks."""

from __future__ import annotations

from publish.sandbox import audience
from publish.sandbox import campaigns as store
from publish.sandbox.api.campaigns import DELIVERY, delivery_status
from publish.sandbox.api.paging import answer
from publish.sandbox.problem import missing
from publish.sandbox.request import Call, Response, Route, iso


def report(call: Call, campaign_id: str) -> Response:
    """``GET /reports/{id}``, of campaigns that go out or have gone."""
    campaign = store.load(call.db, campaign_id)
    if campaign.status not in DELIVERY:
        raise missing("report")
    unsubscribed = call.db.execute(
        "SELECT COUNT(*) FROM unsubscribes WHERE campaign_id = ?", (campaign_id,)
    ).fetchone()[0]
    return answer(
        call.request,
        {
            "id": campaign.id,
            "campaign_title": campaign.setting("title"),
            "type": campaign.type,
            "list_id": campaign.list_id,
            "list_is_active": True,
            "list_name": audience.audience(call.db, campaign.list_id).name,
            "subject_line": campaign.setting("subject_line"),
            "preview_text": campaign.setting("preview_text"),
            "emails_sent": campaign.emails_sent,
            "abuse_reports": 0,
            "unsubscribed": unsubscribed,
            "send_time": iso(campaign.sent),
            "bounces": {"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0},
            "forwards": {"forwards_count": 0, "forwards_opens": 0},
            "opens": {"opens_total": 0, "unique_opens": 0, "open_rate": 0, "last_open": ""},
            "clicks": {
                "clicks_total": 0,
                "unique_clicks": 0,
                "unique_subscriber_clicks": 0,
                "click_rate": 0,
                "last_click": "",
            },
            "list_stats": {"sub_rate": 0, "unsub_rate": 0, "open_rate": 0, "click_rate": 0},
            "timeseries": [],
            "delivery_status": delivery_status(campaign),
        },
    )


ROUTES = [Route("GET", "/reports/{}", report)]
