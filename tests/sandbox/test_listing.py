"""``GET /campaigns``: filters, order, pages, fields, and that a page is quick."""

from __future__ import annotations

from typing import Any

import pytest

from publish import sandbox
from publish.sandbox import SANDBOX_AUDIENCE
from publish.sandbox.campaigns import Campaign, save
from publish.sandbox.state import Store
from tests.sandbox.conftest import NOON, Bench

PAGE = [
    f"campaigns.{name}"
    for name in (
        "id", "status", "create_time", "send_time", "emails_sent", "long_archive_url",
        "settings.title", "recipients.list_id", "recipients.segment_opts",
        "recipients.recipient_count",
    )
]  # fmt: skip


def titles(found: dict[str, Any]) -> list[str]:
    return [campaign["settings"]["title"] for campaign in found["campaigns"]]


@pytest.fixture
def five(bench: Bench) -> Bench:
    """Campaigns named 0 to 4, made a minute apart."""
    for number in range(5):
        bench.draft(title=str(number), content=False)
        bench.clock.pass_(60)
    return bench


def test_an_empty_account_has_an_empty_list(bench: Bench):
    assert bench.mc.campaigns.list() == {"campaigns": [], "total_items": 0}


def test_the_newest_comes_first_by_itself(five: Bench):
    found = five.mc.campaigns.list()
    assert titles(found) == ["4", "3", "2", "1", "0"]
    assert found["total_items"] == 5


def test_oldest_first_on_request(five: Bench):
    found = five.mc.campaigns.list(sort_field="create_time", sort_dir="ASC")
    assert titles(found) == ["0", "1", "2", "3", "4"]


def test_campaigns_of_one_second_keep_their_order(bench: Bench):
    for number in range(4):
        bench.draft(title=str(number), content=False)
    found = bench.mc.campaigns.list(sort_field="create_time", sort_dir="ASC")
    assert titles(found) == ["0", "1", "2", "3"]
    assert titles(bench.mc.campaigns.list()) == ["3", "2", "1", "0"]


def test_a_page_holds_ten_unless_set_otherwise(bench: Bench):
    for number in range(12):
        bench.draft(title=str(number), content=False)
    found = bench.mc.campaigns.list()
    assert len(found["campaigns"]) == 10
    assert found["total_items"] == 12


def test_pages_follow_each_other_without_gap_or_overlap(five: Bench):
    seen = []
    for offset in range(0, 6, 2):
        page = five.mc.campaigns.list(count=2, offset=offset, sort_dir="ASC")
        assert page["total_items"] == 5
        seen += titles(page)
    assert seen == ["0", "1", "2", "3", "4"]


def test_a_page_behind_the_end_is_empty(five: Bench):
    found = five.mc.campaigns.list(count=10, offset=50)
    assert found == {"campaigns": [], "total_items": 5}


def test_a_page_of_none_shows_how_many_there_are(five: Bench):
    assert five.mc.campaigns.list(count=0) == {"campaigns": [], "total_items": 5}


def test_since_and_before_are_exclusive(five: Bench):
    listed = five.mc.campaigns.list
    since = "2026-11-24T12:01:00+00:00"
    assert titles(listed(since_create_time=since, sort_dir="ASC")) == ["2", "3", "4"]
    assert titles(listed(before_create_time=since)) == ["0"]
    both = listed(since_create_time=since, before_create_time="2026-11-24T12:03:00Z")
    assert titles(both) == ["2"]
    assert both["total_items"] == 1


def test_the_time_may_have_another_offset(five: Bench):
    found = five.mc.campaigns.list(since_create_time="2026-11-24T07:03:00-05:00")
    assert titles(found) == ["4"]


def test_send_times_filter_and_sort(five: Bench):
    for title in ("3", "1"):
        (campaign,) = [
            c for c in five.mc.campaigns.list()["campaigns"] if c["settings"]["title"] == title
        ]
        five.mc.campaigns.set_content(campaign["id"], {"html": "<p>*|UNSUB|*</p>"})
        five.mc.campaigns.send(campaign["id"])
        five.clock.pass_(60)
    listed = five.mc.campaigns.list
    by_send = listed(status="sent", sort_field="send_time", sort_dir="ASC")
    assert titles(by_send) == ["3", "1"]
    since = listed(since_send_time="2026-11-24T12:05:00Z")
    assert titles(since) == ["1"]
    assert titles(listed(before_send_time="2026-11-24T12:06:00Z")) == ["3"]


def test_the_status_filters(five: Bench):
    five.sent(title="gone")
    assert titles(five.mc.campaigns.list(status="sent")) == ["gone"]
    assert five.mc.campaigns.list(status="save")["total_items"] == 5
    assert five.mc.campaigns.list(status="paused")["campaigns"] == []


def test_the_type_filters(five: Bench):
    assert five.mc.campaigns.list(type="plaintext")["total_items"] == 0
    assert five.mc.campaigns.list(type="regular")["total_items"] == 5


def test_the_list_filters(five: Bench):
    five.mc.campaigns.create({"type": "regular", "settings": {"title": "for no list"}})
    assert five.mc.campaigns.list(list_id=SANDBOX_AUDIENCE)["total_items"] == 5
    assert five.mc.campaigns.list(list_id="0123456789") == {"campaigns": [], "total_items": 0}
    assert five.mc.campaigns.list()["total_items"] == 6


def test_filters_go_together(five: Bench):
    found = five.mc.campaigns.list(
        list_id=SANDBOX_AUDIENCE,
        status="save",
        since_create_time="2026-11-24T12:00:00Z",
        sort_field="create_time",
        sort_dir="ASC",
        count=2,
        offset=1,
    )
    assert titles(found) == ["2", "3"]
    assert found["total_items"] == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("count=1001", "count"),
        ("count=-1", "count"),
        ("count=many", "count"),
        ("count=", "count"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("status=canceled", "status"),
        ("status=archived", "status"),
        ("type=letter", "type"),
        ("sort_field=title", "sort_field"),
        ("sort_dir=UP", "sort_dir"),
        ("since_create_time=yesterday", "since_create_time"),
        ("before_send_time=2026-13-01", "before_send_time"),
    ],
)
def test_an_impossible_query_is_refused(bench: Bench, query: str, field: str):
    answer = bench.api("GET", f"/campaigns?{query}")
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == field


def test_fields_keep_only_what_they_name(five: Bench):
    found = five.mc.campaigns.list(
        fields=["campaigns.id", "campaigns.settings.title", "total_items"], count=1
    )
    (campaign,) = found["campaigns"]
    assert set(found) == {"campaigns", "total_items"}
    assert set(campaign) == {"id", "settings"}
    assert campaign["settings"] == {"title": "4"}


def test_a_field_names_all_that_is_below_it(five: Bench):
    found = five.mc.campaigns.list(fields=["campaigns.recipients"], count=1)
    assert set(found) == {"campaigns"}
    assert found["campaigns"][0]["recipients"]["list_id"] == SANDBOX_AUDIENCE


def test_an_unknown_field_is_no_error(five: Bench):
    assert five.mc.campaigns.list(fields=["campaigns.color"], count=1) == {"campaigns": [{}]}


def test_excluded_fields_are_left_out(five: Bench):
    found = five.mc.campaigns.list(exclude_fields=["campaigns.settings", "total_items"], count=1)
    assert set(found) == {"campaigns"}
    assert "settings" not in found["campaigns"][0]
    assert found["campaigns"][0]["status"] == "save"


def test_recipients_are_those_of_today_until_it_is_sent(five: Bench):
    five.reader("second@example.com")
    counts = {c["recipients"]["recipient_count"] for c in five.mc.campaigns.list()["campaigns"]}
    assert counts == {2}
    campaign = five.sent(title="gone")
    five.reader("third@example.com")
    found = five.mc.campaigns.get(campaign)
    assert found["recipients"]["recipient_count"] == 2


def test_pages_of_a_thousand_hold_each_of_five_thousand_once(bench: Bench):
    body = "<p>" + "word " * 100 + "</p>"
    with Store(sandbox.folder(bench.root)).transaction() as db:
        for number in range(5000):
            save(
                db,
                Campaign(
                    type="regular",
                    created=int(NOON) + number,
                    list_id=SANDBOX_AUDIENCE,
                    settings={"title": f"Issue {number} [pub:{number:020x}]"},
                    html=body,
                    plain_text=body,
                ),
            )
    seen: list[str] = []
    for offset in range(0, 5000, 1000):
        page = bench.mc.campaigns.list(
            list_id=SANDBOX_AUDIENCE,
            sort_field="create_time",
            sort_dir="ASC",
            count=1000,
            offset=offset,
            fields=[*PAGE, "total_items"],
        )
        assert page["total_items"] == 5000
        seen += [campaign["settings"]["title"] for campaign in page["campaigns"]]
    assert len(set(seen)) == 5000
    assert seen[0].startswith("Issue 0 ")
