"""docs/rules.md, rendered from the rules: ``python -m publish.checks.catalogue``."""

from __future__ import annotations

from publish.checks.registry import SUBJECTS
from publish.checks.rule import Rule

OPENING = """# What `publish check` looks for

An **error** stops `publish build`, `publish send` and the CI recipe; a **warning** does not, unless
you ask for it with `--strict`. In a draft an error is a warning, for a draft cannot harm the public
site; where the last column says *same* it stays an error, and where it says *silent* the rule waits
until the post is published. At most 20 findings of one rule are shown for one file.

This page is written by `python -m publish.checks.catalogue`; a test compares the two."""
ONLINE = (
    "`dead-link`",
    "warning",
    "An outside address that does not answer, asked politely and at most once a day.",
    "a page that has moved",
)
TRIED = """## How the rules were tried

Each rule is broken by a small faulty site in `tests/checks/sites/`, or by a file a test writes.

Each run of the tests gives the rules 2,300 inputs made by Hypothesis (500 of arbitrary bytes,
1,500 of pieces of markup, 300 of header lines) and 300 posts of this blog with up to 30 places
changed. It asks that nothing is raised, and that every finding is one printable line about a line
that the file has. Then one piece of markup fills a whole file, for each of 99 pieces, within a
limit that only time in proportion to the file can keep. A file of 2 MB takes 0.1 to 6 seconds on
two slow cores; the slowest is a million headings.

Once, 24,000 inputs of the same kinds, a third of them posts cut, spliced and overwritten in up to
40 places, raised nothing. Giving floods of 60 kB to Markdown itself found more: 19 of them took
over twelve seconds or ended in a RecursionError, and of 13 no rule said so. `tangled-markup` now
does; what it lets pass at that size renders in under three seconds."""


def render() -> str:
    """The whole page."""
    parts = [OPENING]
    for subject, rules in SUBJECTS:
        parts += ["", f"## {subject}", ""]
        parts += _row("rule", "severity", "what it finds", "for example", "in a draft")
        parts += _row("---", "---", "---", "---", "---")
        for rule in rules:
            parts += _row(
                f"`{rule.id}`", rule.severity, rule.description, rule.example, _in_draft(rule)
            )
    parts += ["", "## Only with `--online`", ""]
    parts += _row("rule", "severity", "what it finds", "for example")
    parts += [*_row("---", "---", "---", "---"), *_row(*ONLINE), "", TRIED]
    return "\n".join(parts) + "\n"


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]


def _in_draft(rule: Rule) -> str:
    softer = rule.drafts == "softer" and rule.severity == "error"
    return "warning" if softer else "silent" if rule.drafts == "silent" else "same"


if __name__ == "__main__":
    print(render(), end="")
