"""A table in plain text: columns that line up, or, where it is too wide, a list of rows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .wrapping import columns, filled, wrap

GAP = "  "
NARROWEST = 9
"""Columns of text below which a wrapped column is no longer readable."""


def lines_of_table(
    rows: Sequence[Sequence[str]], heads: int, right: Collection[int] = (), width: int = 72
) -> list[str]:
    """The lines of a table whose first ``heads`` rows are headings.

    ``right`` are the numbers of the columns whose words stand at the right side.
    """
    many = max(map(len, rows), default=0)
    full = [[*row, *[""] * (many - len(row))] for row in rows]
    natural = [max(columns(row[n]) for row in full) for n in range(many)]
    # No word is broken: one that is wider than its column would push the others aside.
    least = [
        max(columns(w) for row in full for w in ("", *wrap(row[n], NARROWEST))) for n in range(many)
    ]
    widths = _fitting(natural, least, width - len(GAP) * (many - 1))
    if widths is None:
        return _as_list(full, heads, width)
    lines: list[str] = []
    tall = False
    for number, row in enumerate(full):
        cells = [wrap(cell, w) for cell, w in zip(row, widths, strict=True)]
        deep = max(map(len, cells))
        # An empty line after a row of several lines shows where the next begins.
        if number > heads and (tall or deep > 1):
            lines.append("")
        tall = deep > 1
        for line in range(deep):
            lines.append(
                GAP.join(
                    filled(cell[line] if line < len(cell) else "", w, n in right)
                    for n, (cell, w) in enumerate(zip(cells, widths, strict=True))
                ).rstrip()
            )
        if number == heads - 1:
            lines.append(GAP.join("-" * w for w in widths))
    return lines


def _fitting(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Widths that fit into ``room``, the widest giving way; None if that would be too tight."""
    widths = [max(w, 1) for w in natural]
    while sum(widths) > room:
        wide = [n for n, w in enumerate(widths) if w > max(least[n], NARROWEST)]
        if not wide:
            return None
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _as_list(rows: Sequence[Sequence[str]], heads: int, width: int) -> list[str]:
    names = rows[heads - 1] if heads else []
    lines: list[str] = []
    for row in rows[heads:]:
        if lines:
            lines.append("")
        for n, cell in enumerate(row):
            name = names[n] if n < len(names) else ""
            if cell:
                lines += wrap(f"{name}: {cell}" if name else cell, width)
    return lines
