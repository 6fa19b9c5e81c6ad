"""What changed in words since an issue was sent. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher


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
