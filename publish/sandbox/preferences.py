"""What a reader's own links lead to: unsubscribing, and the profile."""

from __future__ import annotations

from dataclasses import replace

from publish.sandbox import audience
from publish.sandbox.audience import Member
from publish.sandbox.pages import escape, page
from publish.sandbox.problem import missing
from publish.sandbox.request import Call, Response, Route

_SAMPLE = (
    "<p>In each reader's own copy this link knows the reader. Test mails and the archive page "
    "belong to no reader, so there is nothing to change here.</p>"
)


def ask(call: Call) -> Response:
    """``GET /unsubscribe?e=&c=``: a form, because link checkers follow every link."""
    if _is_sample(call):
        return page("Unsubscribe (sample)", _SAMPLE)
    member = _reader(call)
    if member.status == "unsubscribed":
        return _gone(member)
    return page(
        "Unsubscribe?",
        f"<p>Stop all mail to <strong>{escape(member.email)}</strong>?</p>\n"
        '<form method="post"><button>Unsubscribe</button></form>',
    )


def unsubscribe(call: Call) -> Response:
    """``POST /unsubscribe?e=&c=``, by the form or by a mail program's one click."""
    if _is_sample(call):
        return page("Unsubscribe (sample)", _SAMPLE)
    member = _reader(call)
    if member.status != "unsubscribed":
        audience.put(
            call.db, replace(member, status="unsubscribed", own_hand=True, changed=int(call.now))
        )
        campaign = call.request.query.get("c", "")
        call.db.execute(
            "INSERT OR IGNORE INTO unsubscribes"
            " SELECT campaign_id, member_id FROM mails"
            " WHERE kind = 'issue' AND campaign_id = ? AND member_id = ?",
            (campaign, member.id),
        )
    return _gone(member)


def profile(call: Call) -> Response:
    """``GET /profile?e=``: the name that mails greet with."""
    if _is_sample(call):
        return page("Your profile (sample)", _SAMPLE)
    return _profile(_reader(call))


def save_profile(call: Call) -> Response:
    """``POST /profile?e=``."""
    member = _reader(call)
    form = call.request.form
    names = {name: form.get(name, "")[:100] for name in ("FNAME", "LNAME")}
    changed = replace(member, merge_fields={**member.merge_fields, **names}, changed=int(call.now))
    audience.put(call.db, changed)
    return _profile(changed, '<p role="status">Saved.</p>\n')


def _is_sample(call: Call) -> bool:
    return "e" not in call.request.query


def _reader(call: Call) -> Member:
    member = audience.by_token(call.db, call.request.query.get("e", ""))
    if member is None:
        raise missing("subscription")
    return member


def _gone(member: Member) -> Response:
    return page("You are unsubscribed", f"<p>{escape(member.email)} will get no further issue.</p>")


def _profile(member: Member, said: str = "") -> Response:
    fields = "".join(
        f'<label for="{name}">{label}</label>\n<input type="text" id="{name}" name="{name}" '
        f'autocomplete="{auto}" value="{escape(member.merge_fields.get(name, ""))}">\n'
        for name, label, auto in (
            ("FNAME", "First name", "given-name"),
            ("LNAME", "Last name", "family-name"),
        )
    )
    return page(
        "Your profile",
        f"{said}<p>For {escape(member.email)}.</p>\n"
        f'<form method="post">\n{fields}<button>Save</button>\n</form>',
    )


ROUTES = [
    Route("GET", "/unsubscribe", ask),
    Route("POST", "/unsubscribe", unsubscribe),
    Route("GET", "/profile", profile),
    Route("POST", "/profile", save_profile),
]
