"""What changed in words since an issue was sent. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher

from publish.post.issue import Issue


def words(old: str, new: str, context: int = 4) -> list[str]:
    """One line a change: ``… before [-gone-] {+come+} after …``, a few words round each."""
    a, b = old.split(), new.split()
    lines = []
    for kind, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone = f"[-{' '.join(a[i:j])}-]" if j > i else ""
        come = f"{{+{' '.join(b[k:m])}+}}" if m > k else ""
        before, behind = a[max(0, i - context) : i], a[j : j + context]
        lines.append(" ".join(filter(None, ["…", *before, gone, come, *behind, "…"])))
    return lines


def between(old: Issue, new: Issue) -> list[str]:
    """What changed in the words that a reader sees: subject, preheader and plain text."""
    subject, preheader, text = (
        words(a, b)
        for a, b in ((old.subject, new.subject), (old.preheader, new.preheader),
                     (old.text, new.text))
    )  # fmt: skip
    return [
        *(f"subject: {line}" for line in subject), *(f"preheader: {line}" for line in preheader),
        *text,
    ]  # fmt: skip
