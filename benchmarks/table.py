"""The results as Markdown, and a place for them in a document. Pure."""

from __future__ import annotations

from statistics import median

from benchmarks.results import Results, rounded

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
SAID = {
    "cold": "everything, from nothing",
    "noop": "nothing changed",
    "edit": "one post edited",
    "retitle": "the title of a post edited",
    "add": "one post added",
    "template": "a template edited that every page uses",
    "preview": "preview: saved to served",
}


def tables(results: Results) -> str:
    """Ratios and memory; a dash where a tool failed or was not asked."""
    others = [tool for tool in results.tools if tool != results.reference]
    lines = _table(
        ["job", "posts", f"{results.reference}, seconds", *others],
        [
            [
                SAID[job],
                f"{posts:,}",
                _seconds(results, posts, job),
                *(_ratio(results, posts, job, tool) for tool in others),
            ]
            for job in results.jobs
            for posts in results.counts
        ],
    )
    spent = [
        [SAID[job], f"{posts:,}", *(_cpu(results, posts, job, tool) for tool in results.tools)]
        for job in results.jobs
        for posts in results.counts
        if any((one := results.of(posts, job, tool)) and one.cpu for tool in results.tools)
    ]
    if spent:
        lines += ["", "Seconds of CPU, of all processes together:", ""]
        lines += _table(["job", "posts", *results.tools], spent)
    memory = [
        [f"{posts:,}", *(f"{results.memory(posts, tool):.0f}" for tool in results.tools)]
        for posts in results.counts
        if any(results.memory(posts, tool) for tool in results.tools)
    ]
    if memory:
        lines += ["", "Peak memory of the largest process, in megabytes:", ""]
        lines += _table(["posts", *results.tools], memory)
    return "\n".join(lines)


def section(results: Results, plot: str) -> str:
    """What goes between the markers; ``plot`` is the picture's place beside the document."""
    versions = ", ".join(f"{tool} {release}" for tool, release in results.versions.items())
    rounds = "1 round" if results.rounds == 1 else f"{results.rounds} rounds"
    return "\n".join(
        [
            f"Wall-clock time as a ratio to {results.reference}'s in the same round, the median of"
            f" {rounds}; below 1 is faster. {versions}; {results.machine}.",
            "",
            f"    {results.command}",
            "",
            tables(results),
            "",
            f"![The same ratios as bars on a logarithmic scale]({plot})",
        ]
    )


def replaced(document: str, text: str) -> str:
    """``document`` with ``text`` between its markers.

    Raises:
        ValueError: it does not hold one marker of each kind, the beginning first.
    """
    head, begin, rest = document.partition(BEGIN)
    old, end, tail = rest.partition(END)
    if not (begin and end) or BEGIN in old + tail or END in tail:
        raise ValueError(f"it needs one line {BEGIN} and after it one line {END}")
    return f"{head}{BEGIN}\n{text}\n{END}{tail}"


def _seconds(results: Results, posts: int, job: str) -> str:
    found = results.of(posts, job, results.reference)
    return rounded(found.middle) if found else "–"


def _cpu(results: Results, posts: int, job: str, tool: str) -> str:
    found = results.of(posts, job, tool)
    return rounded(median(found.cpu)) if found and found.cpu else "–"


def _ratio(results: Results, posts: int, job: str, tool: str) -> str:
    found = results.ratio(posts, job, tool)
    return "–" if found is None else rounded(found)


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
