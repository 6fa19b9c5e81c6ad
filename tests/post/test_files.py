import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from publish.post.files import write_whole


def test_a_new_file_is_made_with_its_folders_and_can_be_read_by_a_web_server(tmp_path: Path):
    target = tmp_path / "a" / "b" / "index.html"
    assert write_whole(target, b"new") is True
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o644


def test_equal_bytes_are_not_written_again(tmp_path: Path):
    target = tmp_path / "index.html"
    target.write_bytes(b"same")
    os.utime(target, ns=(1, 1))
    assert write_whole(target, b"same") is False
    assert target.stat().st_mtime_ns == 1


def test_a_folder_that_takes_no_file_is_reported_by_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / ".x.part"))

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    with pytest.raises(PermissionError) as error:
        write_whole(tmp_path / "post.md", b"new")
    assert error.value.filename == str(tmp_path / "post.md")


def test_a_failed_write_leaves_the_old_bytes_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "index.html"
    target.write_bytes(b"old")

    def full_disk(self: Path, other: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space left") as error:
        write_whole(target, b"new")
    assert error.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def test_killed_at_any_moment_a_file_is_old_or_new_never_a_part(tmp_path: Path):
    target = tmp_path / "page"
    old, new = b"o" * 3_000_000, b"n" * 3_000_000
    code = (
        "import sys; from pathlib import Path; from publish.post.files import write_whole\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for byte in (b'n', b'o'): write_whole(Path(sys.argv[1]), byte * 3_000_000)\n"
    )
    for _ in range(5):
        target.write_bytes(old)
        child = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        with child.stdout:
            child.stdout.readline()
            child.kill()
            child.wait()
        assert target.read_bytes() in (old, new)
