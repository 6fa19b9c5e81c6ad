"""Readers of an audience: ``/lists/{id}/members``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from publish.sandbox import audience
from publish.sandbox.api.paging import between, collection, one_of
from publish.sandbox.audience import STATUSES, Member
from publish.sandbox.delivery import send_confirmation
from publish.sandbox.problem import Problem, choice, invalid, missing
from publish.sandbox.request import Call, Routes, iso

SETTABLE = STATUSES[:-1]
routes = Routes("/3.0/lists/{}/members")


def document(member: Member) -> dict[str, Any]:
    """A member as the API shows one."""
    names = (member.merge_fields.get("FNAME", ""), member.merge_fields.get("LNAME", ""))
    return {
        "id": member.id,
        "email_address": member.email,
        "unique_email_id": member.token[:10],
        "contact_id": member.id,
        "full_name": " ".join(filter(None, names)),
        "web_id": int(member.id[:7], 16),
        "email_type": "html",
        "status": member.status,
        "merge_fields": {"FNAME": "", "LNAME": "", **member.merge_fields},
        "interests": dict(member.interests),
        "stats": {"avg_open_rate": 0, "avg_click_rate": 0},
        "ip_signup": "",
        "timestamp_signup": iso(member.signed_up),
        "ip_opt": "",
        "timestamp_opt": iso(member.opted_in),
        "member_rating": 2,
        "last_changed": iso(member.changed),
        "language": "",
        "vip": False,
        "email_client": "",
        "source": member.source,
        "tags_count": 0,
        "tags": [],
        "list_id": member.list_id,
    }


@routes("GET", "")
def index(call: Call, list_id: str) -> dict[str, Any]:
    """The members; archived ones only with ``status=archived``."""
    status = one_of(call.request, "status", STATUSES)
    found = [
        member
        for member in audience.members(call.db, list_id, status)
        if (status or member.status != "archived")
        and between(call.request, "last_changed", member.changed)
        and between(call.request, "timestamp_opt", member.opted_in)
    ]
    return collection(call.request, "members", found, document, list_id=list_id)


@routes("GET", "/{}")
def show(call: Call, list_id: str, member_id: str) -> dict[str, Any]:
    """One member."""
    return document(load(call, list_id, member_id))


@routes("POST", "")
def create(call: Call, list_id: str) -> dict[str, Any]:
    """Add a new member."""
    body = call.request.json()
    email = _email(body)
    known = audience.find(call.db, list_id, email)
    if known and known.status != "archived":
        raise Problem(
            400,
            f"{email} is already a list member. Use PUT to insert or update list members.",
            title="Member Exists",
        )
    choice("status", body.get("status"), SETTABLE)
    fresh = known or Member(list_id=list_id, email=email, status="", signed_up=int(call.now))
    return _store(call, replace(fresh, email=email), body)


@routes("PUT", "/{}")
def upsert(call: Call, list_id: str, member_id: str) -> dict[str, Any]:
    """Change a member or add one; ``status_if_new`` applies to new ones only."""
    body = call.request.json()
    known = audience.find(call.db, list_id, member_id)
    if known:
        return _store(call, known, body)
    email = _email(body)
    if audience.subscriber_hash(email) != audience.id_of(member_id):
        raise invalid(("email_address", "The address does not belong to this subscriber hash."))
    status = choice("status_if_new", body.get("status_if_new") or body.get("status"), SETTABLE)
    fresh = Member(list_id=list_id, email=email, status="", signed_up=int(call.now))
    return _store(call, fresh, {**body, "status": status})


@routes("PATCH", "/{}")
def update(call: Call, list_id: str, member_id: str) -> dict[str, Any]:
    """Change a member."""
    return _store(call, load(call, list_id, member_id), call.request.json())


@routes("DELETE", "/{}")
def archive(call: Call, list_id: str, member_id: str) -> None:
    """Archive a member, who can subscribe again."""
    member = load(call, list_id, member_id)
    audience.save(call.db, replace(member, status="archived", changed=int(call.now)))


@routes("POST", "/{}/actions/delete-permanent")
def delete(call: Call, list_id: str, member_id: str) -> None:
    """Delete a member permanently."""
    audience.erase(call.db, load(call, list_id, member_id))


def load(call: Call, list_id: str, member_id: str) -> Member:
    """A member by hash or address.

    Raises:
        Problem: 404.
    """
    member = audience.find(call.db, list_id, member_id)
    if member is None:
        raise missing("list member")
    return member


def _email(body: Mapping[str, Any]) -> str:
    email = body.get("email_address")
    if not audience.is_address(email):
        raise invalid(("email_address", "This must be a valid e-mail address."))
    return str(email)


def _store(call: Call, member: Member, body: Mapping[str, Any]) -> dict[str, Any]:
    status = choice("status", body.get("status") or member.status, STATUSES)
    if member.own_hand and status == "subscribed":
        raise Problem(
            400,
            "The reader has unsubscribed in person; only the reader can subscribe again.",
            title="Member In Compliance State",
        )
    fields, interests = body.get("merge_fields") or {}, body.get("interests") or {}
    if not isinstance(fields, dict) or not isinstance(interests, dict):
        raise invalid(("merge_fields", "merge_fields and interests must be objects."))
    joins = status == "subscribed" and member.status != "subscribed"
    after = replace(
        member,
        status=status,
        merge_fields={**member.merge_fields, **{k: str(v) for k, v in fields.items()}},
        interests={**member.interests, **{k: bool(v) for k, v in interests.items()}},
        opted_in=int(call.now) if joins else member.opted_in,
        changed=int(call.now),
    )
    audience.save(call.db, after)
    if status == "pending" and member.status != "pending":
        send_confirmation(call.db, after, call.now, call.base)
    return document(after)
