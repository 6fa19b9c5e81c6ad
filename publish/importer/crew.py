"""Shares work among processes; they end with their parent, however that ends."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, cast

CHUNK = 8
FEW = 60
"""Items that are done sooner than two processes are started."""


def share(work: Callable[[int], Any], numbers: Sequence[int], jobs: int) -> Iterator[Any]:
    """``work`` of each number, in the order of the numbers."""
    if jobs < 2 or len(numbers) < FEW:
        yield from map(work, numbers)
        return
    context = multiprocessing.get_context("fork")
    pairs = [context.Pipe() for _ in range(jobs)]
    crew = []
    for own in range(jobs):
        process = context.Process(target=_serve, args=(work, pairs, own), daemon=True)
        process.start()
        crew.append(process)
    for _, theirs in pairs:
        theirs.close()
    try:
        yield from _results([ours for ours, _ in pairs], numbers)
    finally:
        for ours, _ in pairs:
            ours.close()
        for process in crew:
            process.join(5)
            if process.is_alive():
                process.kill()


def _results(pipes: list[Connection], numbers: Sequence[int]) -> Iterator[Any]:
    chunks = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    busy: dict[Connection, int] = {}
    ready: dict[int, list[Any]] = {}
    sent = shown = 0
    idle = list(pipes)
    while shown < len(chunks):
        # Not too far ahead of what is taken: results wait in memory.
        while idle and sent < len(chunks) and sent - shown < 64:
            pipe = idle.pop()
            pipe.send(chunks[sent])
            busy[pipe] = sent
            sent += 1
        for ready_pipe in wait(list(busy)):
            pipe = cast(Connection, ready_pipe)
            found = pipe.recv()
            if isinstance(found, BaseException):
                raise found
            ready[busy.pop(pipe)] = found
            idle.append(pipe)
        while shown in ready:
            yield from ready.pop(shown)
            shown += 1


def _serve(
    work: Callable[[int], Any], pairs: list[tuple[Connection, Connection]], own: int
) -> None:
    for number, (ours, theirs) in enumerate(pairs):
        # A copy of the parent's end would keep the pipe open after its death.
        ours.close()
        if number != own:
            theirs.close()
    pipe = pairs[own][1]
    while True:
        try:
            chunk = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            os._exit(0)
        try:
            found: Any = [work(number) for number in chunk]
        except KeyboardInterrupt:
            os._exit(0)
        except BaseException as error:
            found = error if isinstance(error, Exception) else RuntimeError(repr(error))
        try:
            pipe.send(found)
        except (OSError, BrokenPipeError):
            os._exit(0)
        except Exception as error:  # what cannot be pickled
            pipe.send(RuntimeError(f"{type(found).__name__}: {found} ({error})"))
