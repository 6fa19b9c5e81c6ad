"""The sign-up form and its double opt-in."""

from __future__ import annotations

from dataclasses import replace

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.audience import Audience, Member
from publish.sandbox.delivery import send_confirmation
from publish.sandbox.pages import escape, page
from publish.sandbox.problem import missing
from publish.sandbox.request import Call, Response, Route


def form(call: Call) -> Response:
    """``GET /subscribe?u=&id=``: the form, with ``EMAIL`` of the query filled in."""
    home = _home(call)
    return _form(home, call.request.query.get("EMAIL", ""))


def post(call: Call) -> Response:
    """``POST /subscribe/post?u=&id=``: a pending member and a mail that asks to confirm."""
    home = _home(call)
    fields = call.request.form
    email = fields.get("EMAIL", "").strip()
    if fields.get(_trap(home)):
        # A robot filled the field no person sees; it learns nothing from the answer.
        return _almost(email)
    if not audience.is_address(email):
        said = "Enter your e-mail address." if not email else "This is not an e-mail address."
        return _form(home, email, said)
    known = audience.find(call.db, home.id, email)
    names = {name: fields[name][:100] for name in ("FNAME", "LNAME") if fields.get(name)}
    if known and known.status == "subscribed":
        return page("You are already subscribed", f"<p>{escape(email)} gets every issue.</p>")
    member = known or Member(list_id=home.id, email=email, status="", source="Hosted Signup Form")
    member = replace(
        member,
        status="pending",
        merge_fields={**member.merge_fields, **names},
        signed_up=int(call.now),
        changed=int(call.now),
    )
    audience.put(call.db, member)
    send_confirmation(call.db, member, call.now, call.base)
    return _almost(email)


def ask(call: Call) -> Response:
    """``GET /subscribe/confirm?e=``: only a person presses the button; link checkers don't."""
    member, home = _pending(call)
    if member.status == "subscribed":
        return _welcome(member, home)
    return page(
        "Confirm your subscription",
        f"<p>Send {escape(home.name)} to <strong>{escape(member.email)}</strong>?</p>\n"
        '<form method="post"><button>Confirm my subscription</button></form>',
    )


def confirm(call: Call) -> Response:
    """``POST /subscribe/confirm?e=``: now the reader is subscribed."""
    member, home = _pending(call)
    if member.status == "pending":
        now = int(call.now)
        member = replace(member, status="subscribed", own_hand=False, opted_in=now, changed=now)
        audience.put(call.db, member)
    if member.status != "subscribed":
        raise missing("open confirmation")
    return _welcome(member, home)


def _home(call: Call) -> Audience:
    query = call.request.query
    if query.get("u") != SANDBOX_U:
        raise missing("sign-up form")
    return audience.audience(call.db, query.get("id", ""))


def _pending(call: Call) -> tuple[Member, Audience]:
    member = audience.by_token(call.db, call.request.query.get("e", ""))
    if member is None or member.status not in ("pending", "subscribed"):
        raise missing("open confirmation")
    return member, audience.audience(call.db, member.list_id)


def _trap(home: Audience) -> str:
    return f"b_{SANDBOX_U}_{home.id}"


def _form(home: Audience, email: str, error: str = "") -> Response:
    said = (
        f'<p class="error" id="wrong" role="alert">{escape(error)} '
        "It looks like name@example.com.</p>\n"
        if error
        else ""
    )
    marks = ' aria-invalid="true" aria-describedby="wrong" autofocus' if error else ""
    return page(
        f"Subscribe to {home.name}",
        f'<form method="post" action="/subscribe/post?u={SANDBOX_U}&amp;id={escape(home.id)}">\n'
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


def _welcome(member: Member, home: Audience) -> Response:
    return page(
        "You are subscribed",
        f"<p>{escape(home.name)} will come to {escape(member.email)}. "
        "Every mail holds a link to unsubscribe.</p>",
    )


ROUTES = [
    Route("GET", "/subscribe", form),
    Route("GET", "/subscribe/post", form),
    Route("POST", "/subscribe/post", post),
    Route("GET", "/subscribe/confirm", ask),
    Route("POST", "/subscribe/confirm", confirm),
]
