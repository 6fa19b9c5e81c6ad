"""Writes the rules into docs/rules.md: ``python -m publish.checks.catalogue [--write]``."""

from __future__ import annotations

import sys
from pathlib import Path

from publish.checks.rule import Rule
from publish.checks.run import SUBJECTS

TRIED = "## How the rules were tried"
ONLINE = (
    "`dead-link`",
    "warning",
    "An outside address that does not answer, asked politely and at most once a day.",
    "a page that has moved",
)


def render(page: str) -> str:
    """``page`` with the table of rules replaced; the text before and after stays."""
    parts = [page.partition("\n\n## ")[0]]
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
    parts += [*_row("---", "---", "---", "---"), *_row(*ONLINE), ""]
    return "\n".join(parts) + "\n" + TRIED + page.partition(TRIED)[2]


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]


def _in_draft(rule: Rule) -> str:
    softer = rule.drafts == "softer" and rule.severity == "error"
    return "warning" if softer else "silent" if rule.drafts == "silent" else "same"


if __name__ == "__main__":
    made = render(Path("docs/rules.md").read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        Path("docs/rules.md").write_text(made, encoding="utf-8")
    else:
        print(made, end="")
