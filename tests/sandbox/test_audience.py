"""The account, its lists, members, segments and interests, through the official client."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from publish.sandbox import SANDBOX_AUDIENCE, SANDBOX_KEY, SANDBOX_U
from tests.sandbox.conftest import Bench, fetch, problem_of

LIST = SANDBOX_AUDIENCE
ANA = "ana@example.com"
DEMO = "demo.reader@example.com"


def hash_of(email: str) -> str:
    return hashlib.md5(email.lower().encode()).hexdigest()


def test_the_key_and_the_ids_have_mailchimps_form():
    head, _, server = SANDBOX_KEY.partition("-")
    assert len(bytes.fromhex(head)) == 16
    assert server == "us0"
    assert len(bytes.fromhex(LIST)) == 5
    assert len(SANDBOX_U) == 25
    assert int(SANDBOX_U, 16)


def test_ping(bench: Bench):
    assert bench.mc.ping.get() == {"health_status": "Everything's Chimpy!"}


def test_the_account_names_its_plan_and_role(bench: Bench):
    found = bench.mc.root.get_root()
    assert found["account_name"] == "Sandbox"
    assert found["role"] == "owner"
    assert found["pricing_plan_type"] == "monthly"
    assert found["total_subscribers"] == 1
    assert found["contact"]["addr1"] == "1 Example Street"
    assert bench.mc.root.get_root(fields=["role"]) == {"role": "owner"}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer nonsense", "Basic !!!", "Basic Zm9v", "Digest x", "Basic /w=="],
)
def test_without_the_key_the_api_stays_shut(bench: Bench, authorization: str):
    answer = bench.get("/3.0/lists", headers={"Authorization": authorization})
    assert answer.status == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["title"] == "API Key Invalid"
    assert SANDBOX_KEY not in answer.text


def test_any_user_name_goes_with_the_key(bench: Bench):
    import base64

    for user in ("publish", "", "anything"):
        token = base64.b64encode(f"{user}:{SANDBOX_KEY}".encode()).decode()
        assert bench.get("/3.0/ping", headers={"Authorization": f"Basic {token}"}).status == 200


def test_a_problem_document_has_what_the_description_asks_for(bench: Bench):
    answer = bench.api("GET", "/no/such/thing")
    assert answer.status == 404
    said = answer.json
    assert said["type"].startswith("https://")
    assert said["title"] == "Resource Not Found"
    assert said["status"] == 404
    assert isinstance(said["detail"], str)
    assert said["instance"] != bench.api("GET", "/no/such/thing").json["instance"]


def test_a_method_a_resource_does_not_have_is_refused(bench: Bench):
    assert bench.api("DELETE", "/lists").status == 405
    assert bench.api("PUT", "/campaigns").status == 405


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"5", b'{"type": "\xff"}', b"[" * 9999])
def test_a_body_that_is_no_object_is_refused(bench: Bench, body: bytes):
    import urllib.request

    request = urllib.request.Request(
        f"{bench.base}/3.0/campaigns",
        data=body,
        method="POST",
        headers={"Authorization": f"Bearer {SANDBOX_KEY}", "Content-Type": "application/json"},
    )
    with pytest.raises(urllib.request.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code == 400
    caught.value.close()


def test_half_a_character_in_a_body_is_refused(bench: Bench):
    answer = bench.api("POST", "/campaigns", {"type": "regular", "settings": {"title": "\ud83d"}})
    assert answer.status == 400


def test_the_list_shows_its_name_defaults_and_numbers(bench: Bench):
    found = bench.mc.lists.get_list(LIST)
    assert found["id"] == LIST
    assert found["name"] == "Creating Happy Pharmacists"
    assert found["double_optin"] is True
    assert found["campaign_defaults"]["from_email"] == "hello@happypharmacists.example"
    assert found["contact"]["country"] == "US"
    assert found["stats"]["member_count"] == 1
    assert found["stats"]["campaign_count"] == 0
    assert found["stats"]["campaign_last_sent"] == ""


def test_the_numbers_follow_what_happens(bench: Bench):
    bench.reader(ANA)
    for status in ("unsubscribed", "cleaned", "pending"):
        bench.mc.lists.add_list_member(
            LIST, {"email_address": f"{status}@example.com", "status": status}
        )
    bench.sent()
    stats = bench.mc.lists.get_list(LIST)["stats"]
    assert stats["member_count"] == 2
    assert stats["unsubscribe_count"] == 1
    assert stats["cleaned_count"] == 1
    assert stats["total_contacts"] == 5
    assert stats["campaign_count"] == 1
    assert stats["campaign_last_sent"] == "2026-11-24T12:00:00+00:00"
    assert stats["last_sub_date"] == "2026-11-24T12:00:00+00:00"
    assert stats["last_unsub_date"] == "2026-11-24T12:00:00+00:00"


def test_there_is_one_list(bench: Bench):
    found = bench.mc.lists.get_all_lists()
    assert [home["id"] for home in found["lists"]] == [LIST]
    assert found["total_items"] == 1
    assert bench.mc.lists.get_all_lists(offset=1)["lists"] == []


@pytest.mark.parametrize(
    "path",
    ["", "/members", "/segments", "/interest-categories", f"/members/{hash_of(DEMO)}"],
)
def test_another_list_is_not_found(bench: Bench, path: str):
    assert bench.api("GET", f"/lists/0123456789{path}").status == 404


def test_the_subscribe_address_of_the_list_is_the_form(bench: Bench):
    form = bench.mc.lists.get_list(LIST)["subscribe_url_long"]
    assert fetch("GET", form).heading == "Subscribe to Creating Happy Pharmacists"


def test_the_demo_reader_is_there_from_the_start(bench: Bench):
    found = bench.mc.lists.get_list_members_info(LIST)
    (demo,) = found["members"]
    assert found["total_items"] == 1
    assert demo["email_address"] == DEMO
    assert demo["status"] == "subscribed"
    assert demo["merge_fields"] == {"FNAME": "Demo", "LNAME": "Reader"}
    assert demo["id"] == hash_of(DEMO)


@pytest.mark.parametrize("key", [hash_of(DEMO), hash_of(DEMO).upper(), DEMO, DEMO.upper()])
def test_a_member_is_found_by_hash_or_address(bench: Bench, key: str):
    assert bench.api("GET", f"/lists/{LIST}/members/{key}").json["email_address"] == DEMO


def test_a_member_can_be_added_once(bench: Bench):
    made = bench.reader(ANA, FNAME="Ana")
    assert made["status"] == "subscribed"
    assert made["timestamp_opt"] == "2026-11-24T12:00:00+00:00"
    body = {"email_address": ANA.upper(), "status": "subscribed"}
    said = problem_of(bench.mc.lists.add_list_member, LIST, body)
    assert said["title"] == "Member Exists"
    assert bench.mc.lists.get_list_members_info(LIST)["total_items"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email_address": ANA},
        {"email_address": "ana", "status": "subscribed"},
        {"email_address": 5, "status": "subscribed"},
        {"email_address": ANA, "status": "happy"},
        {"email_address": ANA, "status": "archived"},
        {"email_address": ANA, "status": "subscribed", "merge_fields": "FNAME"},
        {"email_address": ANA, "status": "subscribed", "interests": ["a"]},
    ],
)
def test_a_member_that_cannot_be_is_refused(bench: Bench, body: dict[str, Any]):
    assert bench.api("POST", f"/lists/{LIST}/members", body).status == 400
    assert bench.mc.lists.get_list_members_info(LIST)["total_items"] == 1


def test_a_pending_member_is_asked_by_mail(bench: Bench):
    bench.mc.lists.add_list_member(LIST, {"email_address": ANA, "status": "pending"})
    assert "confirm" in bench.mail(ANA)["Subject"]


def test_put_inserts_with_the_status_for_new_ones(bench: Bench):
    body = {"email_address": ANA, "status_if_new": "subscribed", "merge_fields": {"FNAME": "A"}}
    made = bench.mc.lists.set_list_member(LIST, hash_of(ANA), body)
    assert made["status"] == "subscribed"
    bench.mc.lists.update_list_member(LIST, hash_of(ANA), {"status": "unsubscribed"})
    again = bench.mc.lists.set_list_member(LIST, hash_of(ANA), body)
    assert again["status"] == "unsubscribed"


def test_put_refuses_an_address_that_is_not_the_hashs(bench: Bench):
    body = {"email_address": ANA, "status_if_new": "subscribed"}
    said = problem_of(bench.mc.lists.set_list_member, LIST, hash_of("eve@example.com"), body)
    assert said["errors"][0]["field"] == "email_address"


def test_patch_changes_only_what_it_names(bench: Bench):
    bench.clock.pass_(60)
    after = bench.mc.lists.update_list_member(
        LIST, hash_of(DEMO), {"merge_fields": {"FNAME": "Dee"}}
    )
    assert after["merge_fields"] == {"FNAME": "Dee", "LNAME": "Reader"}
    assert after["status"] == "subscribed"
    assert after["last_changed"] == "2026-11-24T12:01:00+00:00"


def test_an_archived_member_gets_nothing_and_can_come_back(bench: Bench):
    assert bench.mc.lists.delete_list_member(LIST, hash_of(DEMO)).status_code == 204
    assert bench.mc.lists.get_list_members_info(LIST)["total_items"] == 0
    assert bench.mc.lists.get_list_members_info(LIST, status="archived")["total_items"] == 1
    assert bench.mc.lists.get_list(LIST)["stats"]["total_contacts"] == 0
    body = {"email_address": DEMO, "status": "subscribed"}
    assert bench.mc.lists.add_list_member(LIST, body)["merge_fields"]["FNAME"] == "Demo"


def test_a_member_can_be_forgotten_for_good(bench: Bench):
    lists = bench.mc.lists
    lists.create_segment(LIST, {"name": "A", "static_segment": [DEMO]})
    assert lists.delete_list_member_permanent(LIST, hash_of(DEMO)).status_code == 204
    assert problem_of(lists.get_list_member, LIST, hash_of(DEMO))["status"] == 404
    assert lists.get_list_members_info(LIST, status="archived")["total_items"] == 0
    bench.reader(DEMO)
    (segment,) = lists.list_segments(LIST)["segments"]
    assert segment["member_count"] == 0


def test_members_are_listed_in_pages_by_status_and_date(bench: Bench):
    for number in range(3):
        bench.clock.pass_(60)
        bench.reader(f"r{number}@example.com")
    lists = bench.mc.lists
    page = lists.get_list_members_info(LIST, count=2, offset=1)
    assert [m["email_address"] for m in page["members"]] == ["r0@example.com", "r1@example.com"]
    assert page["total_items"] == 4
    since = lists.get_list_members_info(LIST, since_last_changed="2026-11-24T12:02:00Z")
    assert [m["email_address"] for m in since["members"]] == ["r2@example.com"]
    before = lists.get_list_members_info(LIST, before_timestamp_opt="2026-11-24T12:01:00Z")
    assert [m["email_address"] for m in before["members"]] == [DEMO]
    assert lists.get_list_members_info(LIST, status="cleaned")["members"] == []


def test_a_segment_holds_the_members_it_was_given(bench: Bench):
    bench.reader(ANA)
    lists = bench.mc.lists
    emails = [ANA, "stranger@example.com"]
    made = lists.create_segment(LIST, {"name": "Careers", "static_segment": emails})
    assert made["name"] == "Careers"
    assert made["type"] == "static"
    assert made["member_count"] == 1
    assert lists.get_segment(LIST, str(made["id"])) == made
    inside = lists.get_segment_members_list(LIST, str(made["id"]))
    assert [m["email_address"] for m in inside["members"]] == [ANA]
    assert lists.list_segments(LIST)["segments"] == [made]
    assert lists.list_segments(LIST, type="saved")["segments"] == []


def test_members_join_and_leave_a_segment(bench: Bench):
    bench.reader(ANA)
    lists = bench.mc.lists
    segment = str(lists.create_segment(LIST, {"name": "A", "static_segment": []})["id"])
    assert lists.create_segment_member(LIST, segment, {"email_address": ANA})["id"] == hash_of(ANA)
    lists.create_segment_member(LIST, segment, {"email_address": ANA})
    assert lists.get_segment(LIST, segment)["member_count"] == 1
    said = problem_of(
        lists.create_segment_member, LIST, segment, {"email_address": "x@example.com"}
    )
    assert said["status"] == 400
    assert lists.remove_segment_member(LIST, segment, hash_of(ANA)).status_code == 204
    assert lists.get_segment(LIST, segment)["member_count"] == 0


def test_several_members_change_at_once(bench: Bench):
    bench.reader(ANA)
    lists = bench.mc.lists
    segment = str(lists.create_segment(LIST, {"name": "A", "static_segment": [DEMO]})["id"])
    done = lists.batch_segment_members(
        {"members_to_add": [ANA, "x@example.com"], "members_to_remove": [DEMO]}, LIST, segment
    )
    assert (done["total_added"], done["total_removed"]) == (1, 1)
    inside = lists.get_segment_members_list(LIST, segment)["members"]
    assert [m["email_address"] for m in inside] == [ANA]


def test_a_segment_counts_subscribed_members_only(bench: Bench):
    lists = bench.mc.lists
    segment = str(lists.create_segment(LIST, {"name": "A", "static_segment": [DEMO]})["id"])
    lists.update_list_member(LIST, hash_of(DEMO), {"status": "unsubscribed"})
    assert lists.get_segment(LIST, segment)["member_count"] == 0


def test_a_deleted_segment_is_gone(bench: Bench):
    lists = bench.mc.lists
    segment = str(lists.create_segment(LIST, {"name": "A", "static_segment": [DEMO]})["id"])
    assert lists.delete_segment(LIST, segment).status_code == 204
    assert problem_of(lists.get_segment, LIST, segment)["status"] == 404
    assert bench.api("GET", f"/lists/{LIST}/members/{hash_of(DEMO)}").status == 200


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "A"}, {"name": "A", "static_segment": ANA}]
)
def test_a_segment_needs_a_name_and_a_list_of_addresses(bench: Bench, body: dict[str, Any]):
    assert bench.api("POST", f"/lists/{LIST}/segments", body).status == 400


@pytest.fixture
def interest(bench: Bench) -> tuple[str, str]:
    """A category and an interest in it."""
    lists = bench.mc.lists
    category = lists.create_list_interest_category(LIST, {"title": "Topics", "type": "checkboxes"})
    made = lists.create_interest_category_interest(LIST, category["id"], {"name": "Career"})
    return category["id"], made["id"]


def test_categories_and_interests_are_listed(bench: Bench, interest: tuple[str, str]):
    category, career = interest
    lists = bench.mc.lists
    (group,) = lists.get_list_interest_categories(LIST)["categories"]
    assert group == lists.get_interest_category(LIST, category)
    assert (group["id"], group["title"], group["type"]) == (category, "Topics", "checkboxes")
    found = lists.list_interest_category_interests(LIST, category)
    assert found["total_items"] == 1
    assert found["interests"][0]["name"] == "Career"
    assert found["interests"][0] == lists.get_interest_category_interest(LIST, category, career)


def test_an_interest_counts_who_chose_it_as_a_string(bench: Bench, interest: tuple[str, str]):
    category, career = interest
    lists = bench.mc.lists
    lists.update_list_member(LIST, hash_of(DEMO), {"interests": {career: True}})
    found = lists.get_interest_category_interest(LIST, category, career)
    assert found["subscriber_count"] == "1"


def recipients_for(conditions: list[dict[str, Any]], match: str = "all") -> dict[str, Any]:
    return {
        "list_id": LIST,
        "segment_opts": {"match": match, "conditions": conditions},
    }


def test_a_campaign_goes_to_those_who_chose_the_interest(bench: Bench, interest: tuple[str, str]):
    category, career = interest
    bench.reader(ANA)
    bench.mc.lists.update_list_member(LIST, hash_of(ANA), {"interests": {career: True}})
    campaign = bench.draft()
    condition = {
        "condition_type": "Interests",
        "field": f"interests-{category}",
        "op": "interestcontains",
        "value": [career],
    }
    bench.mc.campaigns.update(campaign, {"recipients": recipients_for([condition])})
    found = bench.mc.campaigns.get(campaign)["recipients"]
    assert found["segment_opts"] == {"match": "all", "conditions": [condition]}
    assert found["recipient_count"] == 1
    bench.mc.campaigns.send(campaign)
    assert [str(mail["To"]) for mail in bench.mails()] == [ANA]


@pytest.mark.parametrize(
    ("op", "match", "who"),
    [
        ("interestcontains", "any", {"both", "one", "two"}),
        ("interestcontains", "all", {"both"}),
        ("interestcontainsall", "any", {"both"}),
        ("interestnotcontains", "all", {"none"}),
        ("interestnotcontains", "any", {"none", "one", "two"}),
    ],
)
def test_conditions_are_joined_by_any_or_all(bench: Bench, op: str, match: str, who: set[str]):
    lists = bench.mc.lists
    lists.delete_list_member(LIST, hash_of(DEMO))
    chosen = {"both": (True, True), "one": (True, False), "two": (False, True), "none": ()}
    for name, interests in chosen.items():
        bench.reader(f"{name}@example.com")
        picked = dict(zip(("aa", "bb"), interests, strict=False))
        lists.update_list_member(LIST, hash_of(f"{name}@example.com"), {"interests": picked})
    values = [["aa", "bb"]] if op == "interestcontainsall" else [["aa"], ["bb"]]
    conditions = [{"condition_type": "Interests", "op": op, "value": value} for value in values]
    campaign = bench.draft()
    bench.mc.campaigns.update(campaign, {"recipients": recipients_for(conditions, match)})
    bench.mc.campaigns.send(campaign)
    assert {str(mail["To"]).partition("@")[0] for mail in bench.mails()} == who


@pytest.mark.parametrize(("op", "who"), [("static_is", ANA), ("static_not", DEMO)])
def test_a_condition_may_name_a_static_segment(bench: Bench, op: str, who: str):
    bench.reader(ANA)
    segment = bench.mc.lists.create_segment(LIST, {"name": "A", "static_segment": [ANA]})["id"]
    campaign = bench.draft()
    condition = {
        "condition_type": "StaticSegment",
        "field": "static_segment",
        "op": op,
        "value": segment,
    }
    bench.mc.campaigns.update(campaign, {"recipients": recipients_for([condition])})
    bench.mc.campaigns.send(campaign)
    assert [str(mail["To"]) for mail in bench.mails()] == [who]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"title": "Topics", "type": "stars"}),
        ("", {"title": " ", "type": "radio"}),
        ("", {"type": "radio"}),
        ("/{}/interests", {}),
        ("/{}/interests", {"name": 5}),
        ("/{}/interests", {"name": "Other", "display_order": 2**80}),
    ],
)
def test_impossible_interests_are_refused(
    bench: Bench, interest: tuple[str, str], path: str, body: dict[str, Any]
):
    category, _ = interest
    where = f"/lists/{LIST}/interest-categories{path.format(category)}"
    assert bench.api("POST", where, body).status == 400
    found = bench.mc.lists.list_interest_category_interests(LIST, category)
    assert found["total_items"] == 1


def test_interests_come_in_their_order(bench: Bench, interest: tuple[str, str]):
    category, _ = interest
    for name, order in (("Zebra", 2), ("Network", 1)):
        body = {"name": name, "display_order": order}
        bench.mc.lists.create_interest_category_interest(LIST, category, body)
    found = bench.mc.lists.list_interest_category_interests(LIST, category)
    assert [item["name"] for item in found["interests"]] == ["Career", "Network", "Zebra"]


def test_an_interest_that_is_not_there_is_not_found(bench: Bench, interest: tuple[str, str]):
    category, _ = interest
    base = f"/lists/{LIST}/interest-categories"
    for path in ("/0123456789", "/0123456789/interests", f"/{category}/interests/0123456789"):
        assert bench.api("GET", base + path).status == 404
