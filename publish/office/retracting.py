"""The act ``retract``: takes a post off the site and its letter back, and redirects its addresses.
What was mailed stays in the ledger and in Mailchimp."""

from __future__ import annotations

from publish.errors import ConfigError, PublishError, Refused
from publish.http import fetch
from publish.newsletter import titles
from publish.office import letters, settling, undoing
from publish.office.context import Office
from publish.office.question import Done, Line, Question, fingerprint_of, reported_on_failure
from publish.office.words import command, indented
from publish.post.aliases import GONE
from publish.post.identity import RETIRED
from publish.post.issue import key_of

ACT = "retract"


def ask(office: Office, *, post: str, to: str | None = None, gone: bool = False) -> Question:
    """What would happen to the post. Its address will redirect to ``to``, or show a page that says
    it is gone.

    Raises:
        ConfigError: there is no such post, ``to`` is no address, or its letter is scheduled in an
            account whose key is not there.
        Refused: Mailchimp or the ledger cannot be read.
    """
    from publish.site import retired

    if to is not None and gone:
        raise ConfigError("--to and --gone exclude each other", "choose one")
    taken = retired.retraction(office.settings, post)
    lead = retired.target(office.settings, to, taken) if to is not None else GONE
    keys = [key_of([uid]) for uid in taken.uids]
    undoing.refuse_without_key(office, keys)
    found = settling.as_read(office, letters.load_letters(office))
    waiting = tuple(
        x
        for x in found.all
        if (x.waiting or x.unfinished or x.past.unanswered) and titles.holds(x.posts, *keys)
    )
    lines = [Line("post", taken.name)]
    for letter in waiting:
        state = letter.active.state if letter.active else "unfinished"
        when = f"set for {office.format_local(letter.hour)}" if letter.hour else state
        lines.append(Line("letter", f"{office.words.letter(letter)} is taken back (it is {when})"))
    if taken.file:
        lines.append(Line("file", f"{taken.name} becomes a draft; nothing is deleted"))
    where = "to a page that says it is gone" if lead == GONE else f"to {lead}"
    lines += [Line("address", f"{address} leads {where}") for address in taken.addresses]
    leads = dict.fromkeys(taken.addresses, lead)
    campaigns = [[(c.id, c.status) for c in letter.campaigns] for letter in waiting]
    facts = fingerprint_of(taken.digest, leads, campaigns)
    wish, plan = {"post": post, "to": to, "gone": gone}, (taken, waiting, found, leads)
    return Question(ACT, tuple(lines), "Take it off the site", facts, wish, plan)


def do(office: Office, question: Question) -> Done | Question:
    """Take the letters back, then the post off the site, and build.

    Raises:
        OutcomeUnknown: a letter may still be scheduled; the file is untouched.
        PublishError: a letter could not be taken back, with the file untouched; or the site could
            not be built, with the post off.
    """
    from publish.site import retired
    from publish.site.addresses import read

    lines: list[str] = []
    with reported_on_failure(office.voice, lines), office.lock():
        again = ask(office, **question.wish)
        if again.fingerprint != question.fingerprint:
            return again
        taken, waiting, found, leads = again.plan
        for letter in waiting:
            lines.append(undoing.take_back(office, letter, found))
        retired.retire(office.settings, taken.file, leads)
    try:
        office.site.fresh(office.voice, reason="built")
    except PublishError as failure:
        raise Refused(
            f"{taken.name} is off, but the site could not be built: {failure.message}",
            f"{failure.remedy or 'fix that'}; then run `publish build`",
        ) from None
    off = read(office.settings, RETIRED)
    if still := [address for address in leads if address not in off]:
        raise Refused(
            f"{still[0]} has a page still, for its source is no Markdown",
            "make that a draft by hand (`:status: draft`), then run this again",
        )
    # The list of a category goes with the category's last post.
    if (to := next(iter(leads.values()), GONE)) != GONE and not retired.leads_somewhere(
        office.settings, to
    ):
        raise Refused(
            f"{taken.name} is off, but {to} went with it, so its address leads to nothing",
            "run this again with another --to, or with --gone",
        )
    lines.append(f"{taken.name}: taken off the site")
    if office.settings.values.get("DEPLOY"):
        lines.append(f"  the live site still has it: {command('deploy')}")
    else:
        lines.append(f"  the live site still has it until {office.settings.output.name}/ is up")
    lines += indented(office.site.links_to(taken.name))
    result = office.for_scripts({"post": taken.name, "retired": leads})
    return Done(ACT, tuple(lines), (result,))


def withdraw(office: Office, *, lost: bool = False) -> list[str]:
    """Take back the scheduled letters of posts that are no longer public: a letter must not lead to
    a page that is about to be removed, or, with ``lost``, to one that was removed, as by a
    rollback. Returns lines for the author.

    Raises:
        PublishError: one could not be taken back, or may not have been.
    """
    lines: list[str] = []
    with reported_on_failure(office.voice, lines), office.lock():
        found = letters.load_letters(office)
        for letter in found.all:
            own = lost and letter.waiting and letter.issue
            if found.is_orphan(letter) or (own and _missing(own.url)):
                what = "its page is not public any more, so its letter was taken back"
                lines.append(undoing.take_back(office, letter, found, what))
    return lines


def _missing(url: str) -> bool:
    """Whether a page that was live is no longer there."""
    try:
        return fetch(url)[0] in (404, 410)
    except OSError:
        return False
