"""Work shared among processes: its order, its errors, and that no process outlives its parent."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from publish.errors import Refused
from publish.importer.pool import AHEAD, CHUNK, FEW, share


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def test_results_come_in_the_order_of_the_numbers():
    numbers = list(range(AHEAD * CHUNK + 100))
    found = list(share(square, numbers, 2))
    assert [result for result, _ in found] == [n * n for n in numbers]
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.parametrize(("count", "jobs"), [(FEW - 1, 4), (FEW + 10, 1), (0, 4)])
def test_little_work_stays_in_this_process(count: int, jobs: int):
    assert {process for _, process in share(square, range(count), jobs)} <= {os.getpid()}


def test_an_error_is_raised_where_the_result_would_have_been():
    def fails(number: int) -> int:
        if number == 70:
            raise ValueError("seventy")
        return number

    found = []
    with pytest.raises(ValueError, match="seventy"):
        found.extend(share(fails, range(200), 2))
    assert found == list(range(len(found)))
    assert len(found) <= 70


def test_work_may_hold_what_cannot_be_pickled():
    with Path(os.devnull).open() as stream:
        handle = stream.fileno()
        assert set(share(lambda _: stream.fileno(), range(FEW), 2)) == {handle}


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path):
    note = tmp_path / "pids"

    def slow(number: int) -> int:
        with note.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        time.sleep(30)
        return number

    parent = os.fork()
    if not parent:
        try:
            list(share(slow, range(FEW), 3))
        finally:
            os._exit(0)
    workers = wait_for(lambda: note.exists() and len(set(note.read_text().split())) == 3)
    assert workers
    pids = {int(pid) for pid in note.read_text().split()}
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert wait_for(lambda: not any(alive(pid) for pid in pids))


def test_who_ends_early_waits_for_no_work_under_way():
    def slow(number: int) -> int:
        time.sleep(30 if number else 0)
        return number

    # The first chunk is done at once, and all others are slow.
    results = share(slow, [0] * CHUNK + [1] * FEW, 2)
    assert next(results) == 0
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 15


def test_a_process_that_is_killed_is_an_error_in_words():
    with pytest.raises(Refused, match="a process of the import was killed"):
        list(share(lambda _: os.kill(os.getpid(), signal.SIGKILL), range(FEW), 2))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except OSError:
        return False
    # One that has ended and that its new parent has not looked at is a zombie.
    return state != "Z"


def wait_for(true: object) -> bool:
    assert callable(true)
    end = time.monotonic() + 25
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False
