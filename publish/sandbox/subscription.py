"""The pages for readers: sign up, confirm, unsubscribe.

Every change needs a form's button, as link checkers follow every link.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.audience import Member
from publish.sandbox.delivery import send_confirmation
from publish.sandbox.pages import escape, page
from publish.sandbox.problem import missing
from publish.sandbox.request import Call, Response, Routes

FIELDS = ("FNAME", "LNAME")
"""The merge fields that a form may bring along."""
routes = Routes()


@routes("GET", "/subscribe")
@routes("GET", "/subscribe/post")
def form(call: Call) -> Response:
    """The sign-up form of ``?u=&id=``, with ``EMAIL`` of the query filled in."""
    return _form(_home(call), call.request.query.get("EMAIL", ""))


@routes("POST", "/subscribe/post")
def sign_up(call: Call) -> Response:
    """Add a pending member, and mail a request for confirmation."""
    home = _home(call)
    fields = call.request.form
    email = fields.get("EMAIL", "").strip()
    if fields.get(_trap(home)):
        # A robot filled in the hidden field; the answer does not reveal that.
        return _almost(email)
    if not audience.is_address(email):
        said = "Enter your e-mail address." if not email else "This is not an e-mail address."
        return _form(home, email, said)
    known = audience.find(call.db, home["id"], email)
    if known and known.status == "subscribed":
        return page("You are already subscribed", f"<p>{escape(email)} gets every issue.</p>")
    member = known or Member(home["id"], email, status="", source="Hosted Signup Form")
    names = {name: fields[name][:100] for name in FIELDS if fields.get(name)}
    member = _changed(call, member, status="pending", signed_up=int(call.now), names=names)
    send_confirmation(call.db, member, call.now, call.base)
    return _almost(email)


@routes("GET", "/subscribe/confirm")
def ask(call: Call) -> Response:
    """The page that asks to confirm the sign-up (``?e=``)."""
    member = _reader(call, "open confirmation")
    name = audience.audience(call.db, member.list_id)["name"]
    if member.status == "subscribed":
        return page(
            "You are subscribed",
            f"<p>{escape(name)} will come to {escape(member.email)}. "
            "Every mail holds a link to unsubscribe.</p>",
        )
    if member.status != "pending":
        raise missing("open confirmation")
    return page(
        "Confirm your subscription",
        f"<p>Send {escape(name)} to <strong>{escape(member.email)}</strong>?</p>\n"
        '<form method="post"><button>Confirm my subscription</button></form>',
    )


@routes("POST", "/subscribe/confirm")
def confirm(call: Call) -> Response:
    """Subscribe the reader."""
    member = _reader(call, "open confirmation")
    if member.status == "pending":
        _changed(call, member, status="subscribed", own_hand=False, opted_in=int(call.now))
    return ask(call)


@routes("GET", "/unsubscribe")
def leave(call: Call) -> Response:
    """The page that asks to confirm unsubscribing (``?e=&c=``)."""
    if _is_sample(call):
        return page(
            "Unsubscribe (sample)",
            "<p>In each reader's own copy this link identifies the reader. Test mails and the "
            "archive page belong to no reader, so there is nothing to change here.</p>",
        )
    member = _reader(call)
    if member.status == "unsubscribed":
        words = f"<p>{escape(member.email)} will get no further issue.</p>"
        return page("You are unsubscribed", words)
    return page(
        "Unsubscribe?",
        f"<p>Stop all mail to <strong>{escape(member.email)}</strong>?</p>\n"
        '<form method="post"><button>Unsubscribe</button></form>',
    )


@routes("POST", "/unsubscribe")
def unsubscribe(call: Call) -> Response:
    """Unsubscribe, by the form or a mail program's one-click request."""
    if not _is_sample(call) and (member := _reader(call)).status != "unsubscribed":
        _changed(call, member, status="unsubscribed", own_hand=True)
        call.db.execute(
            "INSERT OR IGNORE INTO unsubscribes"
            " SELECT campaign_id, member_id FROM mails"
            " WHERE kind = 'issue' AND campaign_id = ? AND member_id = ?",
            (call.request.query.get("c", ""), member.id),
        )
    return leave(call)


def _is_sample(call: Call) -> bool:
    return "e" not in call.request.query


def _reader(call: Call, what: str = "subscription") -> Member:
    member = audience.by_token(call.db, call.request.query.get("e", ""))
    if member is None:
        raise missing(what)
    return member


def _changed(
    call: Call, member: Member, names: dict[str, str] | None = None, **changes: Any
) -> Member:
    fields = {**member.merge_fields, **(names or {})}
    member = replace(member, merge_fields=fields, changed=int(call.now), **changes)
    audience.save(call.db, member)
    return member


def _home(call: Call) -> dict[str, Any]:
    query = call.request.query
    if query.get("u") != SANDBOX_U:
        raise missing("sign-up form")
    return audience.audience(call.db, query.get("id", ""))


def _trap(home: dict[str, Any]) -> str:
    return f"b_{SANDBOX_U}_{home['id']}"


def _form(home: dict[str, Any], email: str, error: str = "") -> Response:
    said = (
        f'<p class="error" id="wrong" role="alert">{escape(error)} '
        "It looks like name@example.com.</p>\n"
        if error
        else ""
    )
    marks = ' aria-invalid="true" aria-describedby="wrong" autofocus' if error else ""
    target = f"/subscribe/post?u={SANDBOX_U}&amp;id={escape(home['id'])}"
    return page(
        f"Subscribe to {home['name']}",
        f'<form method="post" action="{target}">\n'
        f'{said}<label for="email">E-mail address</label>\n'
        '<input id="email" name="EMAIL" type="email" autocomplete="email" required '
        f'value="{escape(email)}"{marks}>\n'
        f'<input class="trap" name="{_trap(home)}" type="text" tabindex="-1" value="" '
        'autocomplete="off" aria-hidden="true">\n'
        "<button>Subscribe</button>\n</form>",
        status=400 if error else 200,
    )


def _almost(email: str) -> Response:
    return page(
        "Almost done: please confirm",
        f"<p>We have sent a mail to <strong>{escape(email)}</strong>. "
        "Press the link in it to confirm; until then you get no mail.</p>\n"
        '<p class="soft">In the sandbox that mail lies in <a href="/">the inbox</a>.</p>',
    )
