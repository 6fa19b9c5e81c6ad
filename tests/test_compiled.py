"""Expressions and classes that are not compiled again are what Python makes of the same text."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import re
import sys
import typing
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish import compiled
from publish.compiled import FEW, Expressions
from publish.post import cache

Process = Callable[[], Expressions]
COMPILER: Any = vars(re)["_compiler"]
STOCK = COMPILER.compile
NUMBERS = count()
PIECES = (
    "a", "[^b-y]", r"\d+", "(?P<year>x?)", "(?:b|cd)*?", "(x)", "^", "$", r"\bé", "(?=a)", "(?<!b)",
    "(?:ß){2,3}", "[а-я]", "(?i:K)",
)  # fmt: skip
FLAGS = (0, re.IGNORECASE, re.ASCII, re.MULTILINE | re.DOTALL, re.VERBOSE, re.UNICODE)
SUBJECT = "abcd 2026 xx éßß дом\nKk a"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """Begins what a next process does: all it compiles is looked up in one file."""
    stock = COMPILER.compile, COMPILER._sre

    def leave() -> None:
        COMPILER.compile, COMPILER._sre = stock
        for module, name in ((dataclasses, "exec"), (collections, "eval"), (typing, "compile")):
            vars(module).pop(name, None)
        re.purge()

    def begin() -> Expressions:
        leave()
        kept = Expressions(str(tmp_path / "compiled"))
        kept.install()
        return kept

    yield begin
    leave()


def facts(pattern: re.Pattern[Any], subject: Any) -> tuple[Any, ...]:
    found = [(m.span(), m.groups(), m.groupdict(), m.lastgroup) for m in pattern.finditer(subject)]
    return pattern.pattern, pattern.flags, pattern.groups, dict(pattern.groupindex), found


def some() -> None:
    """More new expressions than FEW."""
    for _ in range(FEW + 1):
        re.compile(f"one of {next(NUMBERS)}")


@contextlib.contextmanager
def no_compiler() -> Iterator[None]:
    """Python's own compilers are not there."""
    with pytest.MonkeyPatch.context() as only:
        only.setattr(COMPILER, "_code", None)
        only.setattr(compiled, "compile", None, raising=False)
        yield


def test_a_kept_expression_is_the_one_that_python_compiles(process: Process):
    @given(
        st.lists(st.sampled_from(PIECES), max_size=6, unique=True),
        st.sampled_from(FLAGS),
        st.booleans(),
    )
    def law(pieces: list[str], flags: int, as_bytes: bool) -> None:
        text: Any = "".join(pieces)
        subject: Any = SUBJECT
        if as_bytes:
            text, subject = text.encode("latin-1", "ignore"), SUBJECT.encode()
            flags &= ~re.UNICODE
        told = facts(STOCK(text, int(flags)), subject)
        first = process()
        some()
        assert facts(re.compile(text, flags), subject) == told
        first.save()
        process()
        with no_compiler():
            assert facts(re.compile(text, flags), subject) == told

    law()


def test_the_methods_of_classes_are_kept_too(process: Process):
    def classes() -> Any:
        @dataclasses.dataclass(frozen=True, order=True)
        class Point:
            """A point."""

            x: int
            y: int = 2

        class Pair(NamedTuple):
            one: str
            two: int = 3

        return Point, Pair

    first = process()
    some()
    classes()
    first.save()
    process()
    with no_compiler():
        point, pair = classes()
    assert point(1) == point(1, 2) < point(1, 3)
    assert repr(point(1)).endswith("Point(x=1, y=2)")
    assert hash(point(1)) == hash(point(1, 2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        point(1).x = 2
    assert pair("a") == ("a", 3)


def test_what_python_warns_of_it_warns_of_each_time_and_names_the_place(process: Process):
    first = process()
    some()
    for _ in range(2):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            re.compile("[[a]")
        assert [(each.category, each.filename) for each in told] == [(FutureWarning, __file__)]
        first.save()
        process()


@pytest.mark.parametrize("text", ["(", "a{2,1}", "(?P<a>x)(?P<a>y)", r"\q"])
def test_what_is_no_expression_is_refused_as_ever(process: Process, text: str):
    process()
    with pytest.raises(re.error):
        re.compile(text)


@pytest.mark.parametrize(
    "there", [b"", b"damaged", None, {"python": "another", "entries": {("str", "a", 0): (0, b"")}}]
)
def test_a_file_that_is_damaged_or_of_another_python_counts_for_nothing(
    process: Process, tmp_path: Path, there: Any
):
    file = tmp_path / "compiled"
    if isinstance(there, bytes):
        file.write_bytes(there)
    elif there:
        cache.save(file, there)
    kept = process()
    assert re.compile("a").fullmatch("a")
    some()
    kept.save()
    assert cache.load(file)["python"] == sys.version


def test_a_few_that_are_new_or_a_folder_that_is_not_there_leave_no_file(
    process: Process, tmp_path: Path
):
    kept = process()
    re.compile("of a word of a post")
    kept.save()
    assert not (tmp_path / "compiled").exists()
    elsewhere = Expressions(str(tmp_path / "none" / "compiled"))
    elsewhere.install()
    some()
    elsewhere.save()
    assert not (tmp_path / "none").exists()
