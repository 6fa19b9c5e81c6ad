"""The act ``publish``: a draft becomes a public page and a scheduled letter.

After one question for all steps, they are performed in turn; the first failure ends them. If the
site cannot be built, the post's file is restored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publish.errors import OutcomeUnknown, PublishError, Refused
from publish.office import deploying, git, golive, sending
from publish.office.context import Office
from publish.office.question import Done, Line, Question, fingerprint_of, reported_on_failure
from publish.office.timing import Timing, timing
from publish.post import frontmatter
from publish.post.files import write_whole
from publish.post.text import count

if TYPE_CHECKING:
    from publish.site.posts import Source

ACT = "publish"


@dataclass(frozen=True)
class Plan:
    """The plan behind the question: the post, and the bytes its file will have."""

    post: Source
    made: bytes
    ahead: datetime | None
    targets: tuple[str, ...]
    upstream: git.Upstream | None
    mailed: bool


def ask(office: Office, *, post: str, at: str | None = None, keep_date: bool = False) -> Question:
    """What publishing the draft ``post`` (a slug or a path) would do. A date before today becomes
    today, unless ``keep_date``: an old one would be far down in the lists. ``at`` is the letter's
    hour.

    Raises:
        ConfigError: there is no such post, or its date or ``at`` is invalid.
        Refused: it is public already.
    """
    from publish.site import posts

    source = posts.find(office.settings, post)
    if source.status in ("published", "hidden"):
        raise Refused("it is public already", "send its letter, or upload the site")
    date = before = source.read_date()
    made = frontmatter.set_key(source.data, "Status", "published")
    local = office.now.astimezone(office.zone)
    dated = date is None or (date.astimezone(office.zone).date() < local.date() and not keep_date)
    if dated:
        made = frontmatter.set_key(made, "Date", f"{local:%Y-%m-%d %H:%M}")
        date = office.now
    ahead = date if date and date > office.now else None
    when = timing(office, False, at)
    mailed = source.mailed and "mail_issues" in office.settings.plugins
    if mailed and not ahead:
        _ = office.sender  # Without one the letter, the last step, would be refused.
    targets = tuple(golive.named(office.settings))
    where = git.upstream(office.settings.root)
    upstream = where if where and where.branch else None
    plan = Plan(source, made, ahead, targets, upstream, mailed)
    lines = [Line("post", f"“{source.title}”")]
    if dated:
        was = office.format_local(before) if before else "none"
        lines.append(Line("date", f"today; it was {was}", unless="keep_date"))
    if ahead:
        lines.append(Line("date", office.format_local(ahead)))
    people = office.readers()[1] if mailed else 0
    lines += [Line("step", step) for step in _steps(office, plan, people, when)]
    yes = "Publish"
    if mailed and not ahead:
        verb = "send to" if when.at is None else "schedule for"
        yes = f"Publish, and {verb} {count(people, 'reader')}"
    wish = {"post": post, "at": at, "keep_date": keep_date}
    account = (office.account.audience, office.account.sandbox, people)
    facts = fingerprint_of(source.digest, account, wish, plan.targets, plan.upstream)
    return Question(ACT, tuple(lines), yes, facts, wish, plan)


def do(office: Office, question: Question) -> Done | Question:
    """Perform every step of the question, if nothing changed since.

    Raises:
        PublishError: a step failed; the earlier ones have been reported.
    """
    again = ask(office, **question.wish)
    if again.fingerprint != question.fingerprint:
        return again
    plan: Plan = again.plan
    post, title = plan.post, plan.post.title
    write_whole(post.file, plan.made)
    try:
        office.site.fresh(office.voice)
    except PublishError:
        # A post on which the build fails must not stay public.
        if post.file.read_bytes() == plan.made:
            write_whole(post.file, post.data)
        raise
    lines = [f"“{title}” waits for its day" if plan.ahead else f"“{title}” is public"]
    results: list[Mapping[str, Any]] = [{"post": question.wish["post"]}]
    with reported_on_failure(office.voice, lines):
        if plan.upstream:
            git.commit_and_push(office.settings, plan.upstream, f"Publish “{title}”")
            lines.append(f"the texts are pushed to {plan.upstream.remote}")
        for target in plan.targets:
            lines += deploying.deploy_to(office, target)
        if plan.mailed and not plan.ahead:
            found = sending.ask(office, posts=(question.wish["post"],), at=question.wish["at"])
            ended = sending.do(office, found) if isinstance(found, Question) else found
            if isinstance(ended, Question):
                raise Refused("the letter changed while it was scheduled", "send it by itself")
            lines += ended.lines
            results += ended.results
            if plan.upstream:
                _push_record(office, plan.upstream, title)
                lines.append(f"the letter's record is pushed to {plan.upstream.remote}")
    return Done(ACT, tuple(filter(None, lines)), tuple(results))


def _push_record(office: Office, upstream: git.Upstream, title: str) -> None:
    try:
        git.commit_and_push(office.settings, upstream, f"Letter of “{title}”")
    except Refused as error:
        raise OutcomeUnknown(
            f"the letter is scheduled, and its record could not be pushed: {error.message}",
            "fix that, then `git push`; the letter goes out once in any case",
        ) from None


def _steps(office: Office, plan: Plan, people: int, when: Timing) -> list[str]:
    steps = ["the post becomes public, every rule is tried, the pages are made"]
    if plan.upstream:
        steps.append(f"the texts are pushed to {plan.upstream.remote}")
    seen = " and verified" if golive.verify_timeout(office.settings) else ""
    steps += [f"the pages are uploaded ({name}){seen}" for name in plan.targets]
    if plan.ahead:
        day = office.format_local(plan.ahead)
        return [*steps, f"on {day} the page appears with the next upload"]
    if plan.mailed:
        hour = "at once" if when.at is None else f"for {office.format_local(when.at)}"
        fixed = when.asked or when.at is None
        later = "" if fixed else " or the next quarter of an hour after the upload"
        steps.append(f"the letter to {count(people, 'reader')} is scheduled {hour}{later}")
    return steps
