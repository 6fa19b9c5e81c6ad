"""Finds texts that look like keys of services. Pure."""

from __future__ import annotations

import re

# Each pattern begins with a literal, with a look-behind after it, so that the search is fast.
# Mailchimp's keys come first, then those most often pasted by accident.
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
    """The first lines, from 1, that look like keys."""
    found = {m.start() for shape in SHAPES for m in shape.finditer(data)}
    return tuple(sorted({data.count(b"\n", 0, at) + 1 for at in found})[:MOST])
