"""The act ``test``: a post as a test mail, of exactly the bytes that ``send`` would upload."""

from __future__ import annotations

from collections.abc import Sequence

from publish.errors import ConfigError, NothingSent, OutcomeUnknown
from publish.newsletter import catalogue, issue
from publish.newsletter.account import ADDRESS
from publish.newsletter.answers import Answer, Proof, refusal
from publish.newsletter.campaign import Segment, settings_of
from publish.office.context import Office
from publish.office.letters import Letters
from publish.office.question import Done, Line, Question, fingerprint_of

ACT = "test"


def ask(office: Office, *, post: str, to: Sequence[str]) -> Question:
    """The post as it would be mailed now, drafts included, and the addresses.

    Raises:
        ConfigError: there is no such post, or an address is invalid.
        Refused: the content is not fit, or the post is not for the mail.
    """
    for address in to:
        if not ADDRESS.fullmatch(address):
            raise ConfigError(f"--to: {address!r} is no mail address", "write name@example.com")
    _ = office.sender  # Fail early: without a sender or an audience nothing is composed.
    office.readers()
    with office.site.composed(office.voice, drafts=True) as folder:
        composed = catalogue.catalogue(issue.list_issues(folder), (), {}, {})
        (letter, *_) = Letters(tuple(composed), folder, office.site).named([post])
        assert letter.issue is not None
        whole = issue.read(folder / letter.issue.slug)
    name, people = office.words.issue(whole), ", ".join(to)
    lines = (Line("letter", name), Line("subject", whole.subject), Line("to", people))
    facts, wish = fingerprint_of(whole.digest, list(to)), {"post": post, "to": tuple(to)}
    return Question(ACT, lines, "Send the test", facts, wish, whole, reversible=True)


def do(office: Office, question: Question) -> Done:
    """Mail it through a draft of its own, which is removed afterwards.

    The draft has no ``[pub:KEY]`` in its title, so it can never be taken for the issue.

    Raises:
        ConfigError, NothingSent: Mailchimp refused; the message has its answer.
        OutcomeUnknown: the answer was lost.
    """
    api, whole, to = office.api, question.plan, question.wish["to"]
    settings = settings_of(whole, office.sender, f"Test of {whole.slug}"[:100])
    campaign = str(_must(api.create(settings, Segment())).data["id"])
    try:
        _must(api.put_content(campaign, whole.html, whole.text))
        answer = api.test(campaign, list(to))
        if answer.proof is Proof.UNKNOWN:
            raise OutcomeUnknown(
                f"the test may have been mailed: {answer.detail}",
                "look whether it came, before you run this again",
            )
        _must(answer)
    finally:
        # A draft left behind is harmless; an error here would hide the result.
        api.delete(campaign)
    line = office.with_sandbox_note(f"test of “{whole.subject}” mailed to {', '.join(to)}")
    return Done(ACT, (line,), ({"slug": whole.slug, "to": list(to), "digest": whole.digest},))


def _must(answer: Answer) -> Answer:
    if answer.proof is Proof.DENIED:
        raise refusal(answer, "the test was not mailed")
    if answer.proof is not Proof.DONE:
        raise NothingSent(f"the test was not mailed: {answer.detail}", "run this again")
    return answer
