"""Files of the cache: what was written, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post import cache


def test_what_was_kept_is_read_if_made_from_the_same(tmp_path: Path):
    file = tmp_path / "a" / "b"
    assert cache.read(file, "one") is None
    cache.keep(file, "one", b"data")
    assert cache.read(file, "one") == b"data"
    assert cache.read(file, "two") is None


def test_a_document_comes_back_as_it_was(tmp_path: Path):
    document = {"version": 5, "names": ("a", "b"), 3: [1.5, None, b"x"]}
    cache.save(tmp_path / "a" / "b", document)
    assert cache.load(tmp_path / "a" / "b") == document
    assert cache.load(tmp_path / "none") == {}
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b"]


@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_damaged_bytes_count_as_absent(at: int, instead: bytes):
    data = cache.with_checksum(b"x" * 100)
    damaged = data[: at % len(data)] + instead + data[at % len(data) + len(instead) :]
    if damaged != data:
        with pytest.raises(ValueError, match="damaged"):
            cache.verified(damaged)


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    cache.keep(tmp_path / "file" / "below", "one", b"data")
    with pytest.raises(OSError, match="file"):
        cache.save(tmp_path / "file" / "below", {})


def test_other_code_is_another_digest(tmp_path: Path):
    (tmp_path / "a.py").write_text("one = 1\n")
    before = cache.code_digest(tmp_path)
    (tmp_path / "a.py").write_text("one = 2\n")
    cache.code_digest.cache_clear()
    assert cache.code_digest(tmp_path) != before


def test_a_state_is_what_the_last_run_left_and_nothing_for_other_code(tmp_path: Path):
    code, file = tmp_path / "code", tmp_path / "state"
    code.mkdir()
    (code / "one.py").write_text("1")
    value = {"a": (1, b"x", "words"), "b": [None, 2.5]}
    state = cache.State(file, code)
    assert state.value is None
    state.keep(value)
    again = cache.State(file, code)
    assert again.value == value
    (code / "two.py").write_text("2")
    cache.code_digest.cache_clear()
    assert cache.State(file, code).value is None
    cache.code_digest.cache_clear()


def test_a_state_that_is_the_same_is_not_written(tmp_path: Path):
    file = tmp_path / "state"
    cache.State(file, tmp_path).keep("same")
    before = file.stat().st_ino
    cache.State(file, tmp_path).keep("same")
    assert file.stat().st_ino == before
    cache.State(file, tmp_path).keep("other")
    assert cache.State(file, tmp_path).value == "other"
