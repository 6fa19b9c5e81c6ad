"""The first page: what happens next, posts being written, letters sent. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import NamedTuple

from publish.desk import parts, words
from publish.desk.model import Letter, Post, Snapshot
from publish.desk.parts import Button, State
from publish.newsletter.titles import MOST_POSTS

SHOWN = 6
"""Letters and drafts that are listed before the rest is folded."""
URGENT = {
    "unknown": "A letter is in doubt",
    "incomplete": "A letter did not go out whole",
    "sending": "A letter is going out now",
    "scheduled": "",
}
"""The states of a letter that is on its way, the most urgent first, each with its headline."""


class SiteState(NamedTuple):
    """The built and the uploaded site, in words."""

    states: tuple[State, ...] = ()
    says: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


class SentLetter(NamedTuple):
    """A letter's line in the table. ``shares`` are ``opened`` and ``clicked``, empty without
    figures; ``left`` is how many readers unsubscribed."""

    title: str
    href: str
    day: str
    delivered: str
    shares: Mapping[str, parts.Share]
    left: str


def view(now: Snapshot, at: datetime) -> SimpleNamespace:
    """Everything the page shows at the moment ``at``."""
    letters, order = now.newsletter.letters, list(URGENT)
    ahead = [m for m in letters if m.state in URGENT]
    ahead.sort(key=lambda m: (order.index(m.state), m.at or at))
    writing = _writing(now)
    rows = [_row(now, post, at) for post in writing]
    older = [
        s for s in parts.never_mailed(now) if (choice := now.choice(s)) and choice.verdict == "old"
    ]
    known, elsewhere = now.newsletter.readers, parts.elsewhere(now)
    return SimpleNamespace(
        today=f"{words.day(at, now.zone, at)}, {words.clock(at, now.zone)} · "
        f"{words.zone_name(now.zone)}",
        headline=headline(ahead, rows, now, at),
        next=tuple(_next(now, letter, at) for letter in ahead),
        writing=tuple(rows[:SHOWN]),
        more_writing=tuple(rows[SHOWN:]),
        together=_together(now, writing),
        elsewhere=elsewhere,
        elsewhere_says=parts.findings_summary(elsewhere),
        first=not now.posts,
        known=now.newsletter.asked is not None,
        out=tuple(sent_row(now, letter, at) for letter in parts.sent(now, at)[:SHOWN]),
        older=len(older),
        site=site(now, at),
        readers="" if known is None else f"{known:,}",
        readers_says=parts.as_of(now, at),
        coming=_coming(now, at),
    )


def headline(ahead: list[Letter], rows: Collection[object], now: Snapshot, at: datetime) -> str:
    """The answer to “what happens next?”; the most urgent of the letters ``ahead`` comes first."""
    if ahead:
        if headline := URGENT[ahead[0].state]:
            return headline
        day = words.which_day(ahead[0].at, now.zone, at) if ahead[0].at else "soon"
        if len(ahead) == 1:
            return f"One letter goes out {day}"
        return f"{words.sentence(words.spelt(len(ahead), 'letter'))} go out, the first {day}"
    if now.newsletter.asked is None:
        trouble = now.newsletter.trouble
        return "What is scheduled is not known" if trouble else "Looking at what is scheduled"
    if not now.posts:
        return "Nothing is written yet"
    return "No letter is scheduled" if rows else "All is written, nothing is scheduled"


def site(now: Snapshot, at: datetime) -> SiteState:
    """The site's state, lines about it, and the button to upload."""
    state = now.site
    upload = (parts.ask("Upload…", "deploy"),) if state.targets else ()
    if now.trouble:
        cannot = State("error", "The pages cannot be made")
        return SiteState((cannot,), tuple(now.trouble.splitlines()))
    if state.trouble:
        return SiteState((), (f"What readers see is not known: {state.trouble}.",), upload)
    if state.targets and state.waiting is None:
        return SiteState((State("warning", "The pages are not made yet"),), (), upload)
    if state.waiting is None:
        made = f"The pages were made {words.saved(state.made, now.zone, at)}." if state.made else ""
        says = "Where the pages are uploaded to is not set, so what readers see is not known."
        return SiteState(says=tuple(filter(None, (made, says))))
    uploaded = (
        f"What readers see is from {words.moment(state.uploaded, now.zone, at)}."
        if state.uploaded
        else "Nothing was uploaded from here yet."
    )
    if state.changed or any(parts.changed_since(now, post) for post in now.posts):
        waits = State("warning", "What you changed waits to be uploaded")
        return SiteState((waits,), (uploaded,), upload)
    if not state.waiting:
        return SiteState((State("ok", "Uploaded"),), (uploaded,))
    pages = words.count(len(state.waiting), "page")
    wait = "waits" if len(state.waiting) == 1 else "wait"
    states = (State("warning", f"{pages} {wait} to be uploaded"),)
    return SiteState(states, (uploaded,), (parts.ask(f"Upload {pages}…", "deploy"),))


def sent_row(now: Snapshot, letter: Letter, at: datetime) -> SentLetter:
    """The line of a letter that went out."""
    delivered = words.count(letter.readers, "reader") if letter.readers else "not known yet"
    shares: dict[str, parts.Share] = {}
    left = ""
    if found := letter.figures:
        delivered, left = f"{found.delivered:,} of {found.recipients:,}", str(found.unsubscribes)
        shares["opened"] = parts.share(found.opens, found.delivered)
        shares["clicked"] = parts.share(found.clicks, found.delivered)
    title = parts.title(now, letter)
    day = words.day(letter.at, now.zone, at, short=True) if letter.at else ""
    return SentLetter(title, f"/letter/{letter.key}", day, delivered, shares, left)


def _next(now: Snapshot, letter: Letter, at: datetime) -> SimpleNamespace:
    """A scheduled letter or one being sent; ``when`` and ``distance`` are empty if no hour is
    known."""
    post = now.of(letter)
    buttons: list[Button] = []
    if letter.state == "scheduled":
        buttons = [Button("Look at it", parts.letter_href(now, letter))]
        if post and parts.can_change(letter):
            buttons.append(Button("Another time…", f"{parts.href(post)}?open=time#time"))
        buttons.append(parts.take_back(post, letter))
    fix: tuple[Button, ...] = ()
    if letter.changes and post:
        fix = (Button("See the whole difference", f"/letter/{letter.key}#changes"),)
        if parts.can_change(letter):
            fix = (parts.new_words(post), *fix)
    public = post is not None and post.kind == "public" and post.mailed
    gone = ""
    if letter.orphan or (letter.state == "scheduled" and not letter.several and not public):
        gone = "One of its pages" if letter.several else "Its page"
        fix = (parts.take_back(post, letter, main=True),)
        buttons = buttons[:1]
    when = words.moment(letter.at, now.zone, at) if letter.at else ""
    distance = words.distance(letter.at, at) if letter.at else ""
    return SimpleNamespace(
        state=parts.LETTER_STATES[letter.state],
        title=parts.title(now, letter),
        href=parts.letter_href(now, letter),
        when=when,
        distance=distance,
        says=letter.why,
        readers=words.count(letter.readers, "reader") if letter.readers else "your readers",
        changes=letter.changes,
        gone=gone,
        fix=fix,
        buttons=buttons,
    )


def _writing(now: Snapshot) -> list[Post]:
    """Drafts, and public posts whose letter is due or was taken back; newest first."""
    found = [post for post in now.posts if post.kind == "draft" or parts.letter_waits(now, post)]
    return sorted(found, key=lambda post: post.saved, reverse=True)


def _row(now: Snapshot, post: Post, at: datetime) -> SimpleNamespace:
    found = parts.findings(now, post)
    facts = f"{words.count(post.words, 'word')} · saved {words.saved(post.saved, now.zone, at)}"
    place, of_letter = "Draft", []
    if post.kind != "draft":
        choice = now.choice(post)
        back = now.letter(post) or (choice and choice.verdict == "held")
        taken, unsent = State("warning", "Letter taken back"), State("pending", "Letter not sent")
        place, of_letter = "Public", [taken if back else unsent]
    step = parts.next_step(now, post) if parts.next_step_is_likely(now, post) else None
    look = "See what is wrong" if found and not parts.healthy(found) else "Look at it"
    return SimpleNamespace(
        title=post.title,
        href=parts.href(post),
        facts=f"{place} · {facts}",
        button=step or Button(look, parts.href(post)),
        states=(*of_letter, *parts.health(found)),
    )


def _together(now: Snapshot, writing: list[Post]) -> Button | None:
    """The button for one digest of all posts whose letters could be sent now; None for fewer than
    two."""
    ready = [
        post
        for post in writing
        if post.kind == "public"
        and not now.letter(post)
        and parts.healthy(parts.findings(now, post))
    ]
    if not 2 <= len(ready) <= MOST_POSTS:
        return None
    names = "\n".join(post.name for post in reversed(ready))
    which = "both" if len(ready) == 2 else f"all {words.spelt(len(ready), 'post')}"
    return Button(
        f"Send {which} in one letter…", to="/ask/send", values={"posts": names}, plain=True
    )


def _coming(now: Snapshot, at: datetime) -> list[SimpleNamespace]:
    """The dated events, each with the day, and with what has to be running then."""
    events = [
        (m.at, f"letter: {parts.title(now, m)}", parts.letter_href(now, m), "")
        for m in now.newsletter.letters
        if m.state == "scheduled" and m.at
    ]
    needs = "This computer has to be on then, and the pages uploaded."
    events += [
        (post.date, f"on the site: {post.title}", parts.href(post), needs)
        for post in now.posts
        if post.kind == "scheduled" and post.date
    ]
    return [
        SimpleNamespace(
            day=f"{words.weekday(when, now.zone)[:3]} {words.day(when, now.zone, at, short=True)}",
            what=f"{words.clock(when, now.zone)}, {what}",
            href=href,
            needs=needs,
        )
        for when, what, href, needs in sorted(events, key=lambda event: event[0])
    ]
