"""Stamps of files, one by one and as one number."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from publish.post import stamps

CHANGES = {
    "longer": lambda file: file.write_text("longer than before"),
    "older": lambda file: os.utime(file, (1, 1)),
    "another": lambda file: _copy(file).replace(file),
    "gone": lambda file: file.unlink(),
}


def _copy(file: Path) -> Path:
    return Path(shutil.copyfile(file, file.with_name("copy")))


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.data())
def test_one_number_stands_for_all_stamps(count: int, data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, str(number)) for number in range(count)]
        for file in files:
            file.write_text("same")
        paths = [str(file) for file in files]
        before = stamps.total(paths)
        assert before == stamps.total_of(stamps.of(paths).values()) == stamps.total(paths)
        CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))](data.draw(st.sampled_from(files)))
        assert stamps.total(paths) != before


def test_what_is_no_ordinary_file_has_no_digest(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.md")
    for name in ("pipe.md", ".", "none"):
        assert stamps.digest(str(tmp_path / name)) == ""
    (tmp_path / "a").write_bytes(b"")
    assert len(stamps.digest(str(tmp_path / "a"))) == 64
