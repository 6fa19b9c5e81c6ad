"""The act ``deploy``: uploads the last build."""

from __future__ import annotations

from publish.deploy.release import is_page
from publish.office import golive
from publish.office.context import Office
from publish.office.question import Done, Line, Question, fingerprint_of
from publish.post.text import count

ACT = "deploy"
NAMED = 8
"""Pages that a question lists; it counts the others."""


def ask(office: Office, *, target: str | None = None) -> Question | Done:
    """What would be uploaded to ``target`` (default: the only or the first one); Done if it is up
    to date. A stale site is built first.

    Raises:
        PublishError: the content is not fit, or the target cannot be asked.
    """
    name = target or next(iter(golive.named(office.settings)), None)
    office.site.fresh(office.voice)
    out = golive.rehearse(office.settings, name, office.voice)
    if out.state != "planned":
        return Done(ACT, (golive.summary(out),))
    pages = [put.path for put in out.put if is_page(put.path)]
    lines = [Line("where", f"{out.target} ({out.kind})")]
    if pages:
        more = f" and {len(pages) - NAMED} more" if len(pages) > NAMED else ""
        lines.append(Line("pages", ", ".join(map(_page, pages[:NAMED])) + more))
    if rest := len(out.put) - len(pages):
        others = count(rest, "picture or other file", "pictures and other files")
        lines.append(Line("files", others))
    if out.deleted:
        lines.append(Line("removed", ", ".join(map(_page, out.deleted[:NAMED]))))
    what = count(len(pages), "page") if pages else count(len(out.put) + len(out.deleted), "file")
    yes = f"Upload {what}" if out.put or out.deleted else "Repeat the step after the upload"
    facts = fingerprint_of(out.target, out.release, out.previous)
    return Question(ACT, tuple(lines), yes, facts, {"target": target}, out.target)


def do(office: Office, question: Question) -> Done | Question:
    """Upload it, and verify that it is live.

    Raises:
        PublishError: it was refused or failed; readers see the old site or the new one.
    """
    again = ask(office, **question.wish)
    if isinstance(again, Done) or again.fingerprint != question.fingerprint:
        return again
    return Done(ACT, tuple(deploy_to(office, again.plan)), ({"target": again.plan},))


def deploy_to(office: Office, target: str) -> list[str]:
    """Upload the last build to ``target``; returns lines for the author.

    Raises:
        PublishError: see ``golive.go_live``.
    """
    out = golive.go_live(office.settings, target, voice=office.voice)
    return [golive.summary(out), *out.warnings]


def _page(path: str) -> str:
    return "/" + path.removesuffix("index.html")
