"""Things shaped like keys to a service. Pure."""

from __future__ import annotations

import re

# Each pattern begins with letters of its own, and only then looks back: so a search skips quickly
# over what cannot match. Mailchimp's keys first, then those that people paste by accident most.
SHAPES = (
    re.compile(
        rb"-(?<=[0-9a-f]{32}-)(?<![0-9A-Za-z][0-9a-f]{32}-)[a-z]{2,4}\d{1,3}(?![0-9A-Za-z])"
    ),
    re.compile(rb"AKIA(?<![0-9A-Za-z]AKIA)[0-9A-Z]{16}\b"),
    re.compile(rb"gh(?<![0-9A-Za-z]gh)[pousr]_[0-9A-Za-z]{36}"),
    re.compile(rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"),
)
MOST = 20


def lines(data: bytes) -> tuple[int, ...]:
    """The first lines, from 1, that hold something shaped like a key."""
    found = {m.start() for shape in SHAPES for m in shape.finditer(data)}
    return tuple(sorted({data.count(b"\n", 0, at) + 1 for at in found})[:MOST])
