"""Which bytes are taken for a key, compared with one simple pattern."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from publish.checks import secret_keys

PLAINLY = re.compile(
    rb"(?<![0-9A-Za-z])(?:[0-9a-f]{32}-[a-z]{2,4}\d{1,3}(?![0-9A-Za-z])|AKIA[0-9A-Z]{16}\b"
    rb"|gh[pousr]_[0-9A-Za-z]{36})|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"
)
PARTS = [
    b"0123456789abcdef" * 2, b"a" * 31, b"a" * 33, b"-us", b"-us1", b"-usabc1", b"-", b"_",
    b"Z", b"\n", b" ", b"AKIA", b"A" * 16, b"A" * 15, b"ghp_", b"ghs_", b"gh", b"0" * 36, b"0" * 35,
    b"-----BEGIN ", b"RSA ", b"PRIVATE KEY-----", b"1", b"-abcd123", b"\xff",
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map(b"".join))
def test_keys_are_those_that_one_plain_pattern_finds(data: bytes):
    plainly = sorted({data.count(b"\n", 0, m.start()) + 1 for m in PLAINLY.finditer(data)})
    assert list(secret_keys.lines(data)) == plainly[: secret_keys.MOST]
