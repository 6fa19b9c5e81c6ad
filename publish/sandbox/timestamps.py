"""Time as the API writes it: whole seconds with ``+00:00``; as the state keeps it: seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from publish.sandbox.problem import invalid


def iso(seconds: float | None) -> str:
    """``2026-11-23T10:15:00+00:00``, or ``""`` for what has not happened."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def seconds(text: object, field: str) -> int:
    """The epoch seconds of an ISO 8601 time; one without an offset is UTC.

    Raises:
        Problem: 400 naming ``field``.
    """
    try:
        # Accepts a space too: an unescaped "+00:00" in a query arrives as " 00:00".
        found = datetime.fromisoformat(str(text).strip().replace(" 00:00", "+00:00"))
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return int(found.timestamp())
    except (ValueError, OverflowError):
        raise invalid((field, "This must be a date and time in ISO 8601 format.")) from None
