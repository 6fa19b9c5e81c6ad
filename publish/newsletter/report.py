"""Figures of each issue from Mailchimp's reports, as a table and a plot. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from publish.post.text import shorten

COLUMNS = ("recipients", "opens", "clicks", "unsubscribes", "bounces")


@dataclass(frozen=True)
class Figures:
    """Counts of readers, not of events."""

    slug: str
    title: str
    kind: str
    subject: str
    sent: str
    recipients: int
    opens: int
    clicks: int
    unsubscribes: int
    bounces: int

    @property
    def delivered(self) -> int:
        """Sent, less what came back."""
        return max(0, self.recipients - self.bounces)


def figures(slug: str, title: str, kind: str, document: Mapping[str, Any]) -> Figures:
    """The figures of one report document; ``kind`` is that of the letter."""
    bounces = document.get("bounces") or {}
    return Figures(
        slug=slug,
        title=title,
        kind=kind,
        subject=str(document.get("subject_line") or ""),
        sent=str(document.get("send_time") or ""),
        recipients=int(document.get("emails_sent") or 0),
        opens=int((document.get("opens") or {}).get("unique_opens") or 0),
        clicks=int((document.get("clicks") or {}).get("unique_subscriber_clicks") or 0),
        unsubscribes=int(document.get("unsubscribed") or 0),
        bounces=sum(int(bounces.get(k) or 0) for k in ("hard_bounces", "soft_bounces")),
    )


def table(rows: Sequence[Figures], spoken: Callable[[str], str]) -> list[str]:
    """Aligned lines with a head; ``spoken`` formats a time (ISO 8601) for the author. The title
    comes last, as it may be long."""
    cells: list[tuple[str, ...]] = [("letter", "sent", *COLUMNS, "title")]
    cells += [
        (row.slug, spoken(row.sent), *(str(getattr(row, name)) for name in COLUMNS), _title(row))
        for row in rows
    ]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    return [
        "  ".join(
            cell.rjust(width) if 2 <= n < 2 + len(COLUMNS) else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def _title(row: Figures) -> str:
    return f"{row.title} (update)" if row.kind == "update" else row.title


def plot(rows: Sequence[Figures]) -> str:
    """A drawing (SVG) of opens and clicks as a share of each issue's recipients."""
    left, bar, gap, wide = 260, 14, 46, 420
    height = 60 + gap * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + wide + 80} {height}" '
        'font-family="sans-serif" font-size="13" role="img" '
        'aria-label="Opens and clicks of each issue">',
        f'<rect width="{left + wide + 80}" height="{height}" fill="#fffdf9"/>',
        f'<text x="{left}" y="24" fill="#14524a">opened</text>',
        f'<text x="{left + 70}" y="24" fill="#9a4a1c">clicked</text>',
    ]
    for number, row in enumerate(rows):
        top = 42 + gap * number
        parts.append(
            f'<text x="{left - 12}" y="{top + 18}" text-anchor="end" fill="#222">'
            f"{escape(shorten(_title(row) or row.slug, 34))}</text>"
        )
        for line, (value, fill) in enumerate(((row.opens, "#14524a"), (row.clicks, "#9a4a1c"))):
            share = value / row.recipients if row.recipients else 0
            y = top + line * (bar + 2)
            parts.append(
                f'<rect x="{left}" y="{y}" width="{wide * share:.1f}" height="{bar}" '
                f'fill="{fill}"/>'
                f'<text x="{left + wide * share + 6:.1f}" y="{y + 12}" fill="#222">'
                f"{share:.0%}</text>"
            )
    return "\n".join([*parts, "</svg>", ""])
