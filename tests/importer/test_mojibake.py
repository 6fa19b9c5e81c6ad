"""Mojibake is repaired where the bytes prove it, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.importer.mojibake import repair


def broken(text: str) -> str:
    data = text.encode()
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)


@pytest.mark.parametrize(
    "text", ["don’t", "“quoted”", "café", "naïve – yes…", "5 €", "Größe", "😀 fine", "Ünïcödé"]
)
def test_what_was_read_wrongly_is_repaired(text: str):
    assert repair(broken(text))[0] == text
    assert repair(broken(broken(text)))[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "“SPAß”",
        "MANHÃ”",
        "déjà vu",
        "El Niño",
        "ESPAÑ“A”",
        "Â",
        "5 £",
        "Ελληνικά",
        "Привет",
        "日本語",
        "à “demain”",
        "É…",
        "plain",
    ],
)
def test_an_honest_text_stays(text: str):
    assert repair(text) == (text, [])


def test_only_the_broken_run_changes():
    text, found = repair("née in 1970, she didnâ€™t say “noâ€\x9d")
    assert text == "née in 1970, she didn’t say “no”"
    assert len(found) == 2


@given(st.text(alphabet="abc éüß’“”–…€ñçàÀŒœ,. \n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_latin_texts_stay_as_they_are(text: str):
    assert repair(text)[0] == text
