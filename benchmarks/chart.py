"""The ratios as bars on a logarithmic scale: an SVG of its own, without a library. Pure."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10

from benchmarks.results import Results, rounded
from benchmarks.table import SAID

LEFT, WIDTH, RIGHT = 300, 420, 60
"""Pixels for the jobs' names, for the scale, and for the last bar's figure."""
BAR, GAP, HEAD, FOOT = 14, 12, 64, 34
# Told apart without colour too (by order and by the figures), and all dark enough on white.
COLOURS = ("#a4262c", "#1f5fa8", "#3f7d20", "#8a5a00", "#6b3fa0")
STYLE = "text{font:12px system-ui,sans-serif;fill:#1d1d1f}.note{fill:#555}"


def chart(results: Results) -> str:
    """A bar for each job, number of posts and tool; the reference is the line at 1."""
    tools = [tool for tool in results.tools if tool != results.reference]
    groups = [
        (f"{SAID[job]}, {posts:,}", found)
        for job in results.jobs
        for posts in results.counts
        if (found := _bars(results, posts, job, tools))
    ]
    low, high = _decades([value for _, found in groups for _, value in found])
    top, parts = HEAD, []
    for name, found in groups:
        middle = top + BAR * len(found) / 2 + 4
        parts.append(_text(LEFT - 10, middle, name, "end"))
        for tool, value in found:
            start, end = sorted((_x(1, low, high), _x(value, low, high)))
            colour = COLOURS[tools.index(tool) % len(COLOURS)]
            parts.append(
                f'<rect x="{start:.1f}" y="{top}" width="{max(1, end - start):.1f}"'
                f' height="{BAR - 2}" fill="{colour}"/>'
            )
            parts.append(_text(end + 5, top + BAR - 4, rounded(value)))
            top += BAR
        top += GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}"'
            f' height="{top + FOOT}" role="img" aria-labelledby="t">',
            f'<title id="t">Time as a ratio to {escape(results.reference)}</title>',
            f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
            _text(10, 22, f"Time as a ratio to {results.reference}: left of 1 is faster"),
            *_legend(tools),
            *_scale(low, high, top),
            *parts,
            "</svg>\n",
        ]
    )


def _bars(results: Results, posts: int, job: str, tools: list[str]) -> list[tuple[str, float]]:
    found = ((tool, results.ratio(posts, job, tool)) for tool in tools)
    return [(tool, value) for tool, value in found if value is not None]


def _decades(values: list[float]) -> tuple[int, int]:
    """The powers of ten that hold all values, and 1."""
    least, most = min([1.0, *values]), max([1.0, *values])
    return min(floor(log10(least)), -1), max(ceil(log10(most)), 1)


def _x(value: float, low: int, high: int) -> float:
    return LEFT + WIDTH * (log10(value) - low) / (high - low)


def _legend(tools: list[str]) -> list[str]:
    parts, left = [], LEFT
    for place, tool in enumerate(tools):
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<rect x="{left}" y="34" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(left + 17, 45, tool))
        left += 40 + 8 * len(tool)
    return parts


def _scale(low: int, high: int, bottom: int) -> list[str]:
    parts = []
    for power in range(low, high + 1):
        x = _x(10**power, low, high)
        parts.append(
            f'<line x1="{x:.1f}" y1="{HEAD - 8}" x2="{x:.1f}" y2="{bottom}"'
            f' stroke="{"#1d1d1f" if power == 0 else "#ddd"}"/>'
        )
        parts.append(_text(x, bottom + 18, f"{10**power:g}", "middle", "note"))
    return parts


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    given = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{given}>{escape(words)}</text>'
