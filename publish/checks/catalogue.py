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
    parts += [*_row("---", "---", "---", "---"), *_row(*ONLINE)]
    return "\n".join(parts) + "\n"


def _row(*cells: str) -> list[str]:
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]


def _in_draft(rule: Rule) -> str:
    softer = rule.drafts == "softer" and rule.severity == "error"
    return "warning" if softer else "silent" if rule.drafts == "silent" else "same"


if __name__ == "__main__":
    print(render(), end="")
