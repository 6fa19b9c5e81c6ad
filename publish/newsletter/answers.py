"""Decides what an answer proves about a write. Pure.

The client returns some errors as results and hides others; so the decision depends on status,
headers and body alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from publish.errors import ConfigError, NothingSent, PublishError

CHECK_KEY = "check MAILCHIMP_API_KEY and what its owner may do"
"""The remedy where Mailchimp refuses a request with 401 or 403 in its own words."""


class Proof(Enum):
    """The effect of a write, as far as it is known."""

    DONE = "done"
    NOT_ACTED = "not acted on"
    """Certainly without effect: it may be repeated."""
    DENIED = "denied"
    """Without effect, and Mailchimp says why; the campaign's status decides what next."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """An answer and what it proves. ``wait`` is Mailchimp's ``Retry-After``, in seconds."""

    proof: Proof
    detail: str = ""
    status: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    wait: float = 0


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; ``failure`` is set instead if there was no complete one."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""
    retry_after: str = ""
    failure: str = ""
    connected: bool = True

    def document(self) -> Mapping[str, Any] | None:
        """The JSON object in the body, else None."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def problem(self) -> str | None:
        """Mailchimp's own message if the body is a problem document, else None."""
        found = self.document()
        if found is None or "json" not in self.content_type or "title" not in found:
            return None
        parts = [str(found.get("detail") or found["title"])]
        for error in found.get("errors") or ():
            if isinstance(error, Mapping):
                parts.append(" ".join(str(error.get(k) or "") for k in ("field", "message")))
        return " ".join(" ".join(parts).split())[:400]


def judge(reply: Reply, *, empty: bool) -> Answer:
    """What ``reply`` proves about a write.

    ``empty`` says that success is 204 without a body (actions); else it is 200 with a JSON
    object. Source of the rules: docs/exactly-once.md, step 6.
    """
    if reply.failure:
        proof = Proof.UNKNOWN if reply.connected else Proof.NOT_ACTED
        return Answer(proof, reply.failure)
    status, document = reply.status, reply.document()
    if empty and status == 204:
        return Answer(Proof.DONE, status=status)
    if not empty and status == 200 and document is not None:
        return Answer(Proof.DONE, status=status, data=document)
    said = reply.problem()
    detail = f"Mailchimp answered {status}" + (f": {said}" if said else "")
    if status == 429 or (status == 403 and said is None):
        return Answer(Proof.NOT_ACTED, detail, status, wait=_seconds(reply.retry_after))
    # 408 is a 4xx that says nothing about the effect.
    if 400 <= status < 500 and status != 408 and said is not None:
        return Answer(Proof.DENIED, detail, status)
    return Answer(Proof.UNKNOWN, detail, status)


def _seconds(text: str) -> float:
    return min(float(text), 60.0) if text.isascii() and text.isdigit() else 0.0


def refusal(answer: Answer, what: str) -> PublishError:
    """The error for a write that Mailchimp refuses in its own words; ``what`` did not happen."""
    if answer.status in (401, 403):
        return ConfigError(answer.detail, CHECK_KEY)
    return NothingSent(f"{what}: {answer.detail}", "fix that, then run this again")
