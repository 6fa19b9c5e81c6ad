"""Runs the tools in turn, round by round, so that a slow moment of the machine hits them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.jobs import BUILDS, PREVIEW, preview
from benchmarks.measure import Failed, Spent
from benchmarks.peers import Peer
from benchmarks.results import Measured
from benchmarks.working_copy import WorkingCopy

Say = Callable[[str], None]


def compare(
    tools: Sequence[Peer], posts: int, jobs: Sequence[str], rounds: int, folder: Path, say: Say
) -> list[Measured]:
    """Do ``jobs`` with all ``tools`` on ``posts`` posts in ``folder``; ``say`` hears of failures.

    Of more than one round, one before them warms up. What a tool does wrong does not count: it has
    no result in that job.
    """
    say(f"writing {posts:,} posts for {len(tools)} tools")
    sites = [WorkingCopy(peer, posts, folder / f"{peer.name}-{posts}") for peer in tools]
    if jobs[0] != "cold":
        for site in sites:
            site.build()
    measured = []
    for job in jobs:
        say(f"{job}, {posts:,} posts")
        if job == PREVIEW:
            measured += _previews(sites, rounds, say)
        else:
            measured += _builds(sites, job, rounds, say)
    return measured


def _builds(sites: Sequence[WorkingCopy], job: str, rounds: int, say: Say) -> list[Measured]:
    spent: dict[str, list[Spent]] = {site.peer.name: [] for site in sites}
    warm = 1 if rounds > 1 else 0
    for number in range(rounds + warm):
        first = number % len(sites)  # no tool always runs after the same one
        for site in (*sites[first:], *sites[:first]):
            name = site.peer.name
            if name not in spent:
                continue
            try:
                one = BUILDS[job](site)
            except Failed as error:
                say(f"{job} does not count: {error}")
                del spent[name]
                continue
            spent[name] += [one] if number >= warm else []
    return [
        Measured(
            site.count,
            job,
            site.peer.name,
            tuple(one.wall for one in found),
            max(one.memory for one in found),
            tuple(one.cpu for one in found),
        )
        for site in sites
        if (found := spent.get(site.peer.name))
    ]


def _previews(sites: Sequence[WorkingCopy], rounds: int, say: Say) -> list[Measured]:
    """One after the other: a server that watches would take time from the next."""
    measured = []
    for site in sites:
        try:
            seconds = preview(site, rounds)
        except Failed as error:
            say(f"{PREVIEW} does not count: {error}")
            continue
        measured.append(Measured(site.count, PREVIEW, site.peer.name, tuple(seconds)))
    return measured
