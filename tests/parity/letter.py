"""A letter of 1,500 words, as this blog writes them: the measure of a mail's size."""

from __future__ import annotations

SENTENCES = (
    "I counted tablets for eleven years before anybody asked me what I wanted to count instead.",
    "The answer took one walk, two coffees and *a very honest* spreadsheet.",
    "Ask for the hour you need, in writing, and name the day on which you will ask again.",
    "Most of us were trained to notice an error and never to notice a good morning.",
    "Read [the notes of a colleague](https://one.example/notes/{n}) before you decide.",
    "Nobody hands you rest at the end of a shift; you **schedule it** like a delivery.",
)
TABLE = """| Day | Hours | What it cost |
| --- | ----: | ------------ |
| Monday | 9 | lunch |
| Tuesday | 10 | the train home |
| Friday | 8 | nothing at all |
"""


def letter(words: int = 1500) -> str:
    """Markdown of ``words`` words or a few more: headings, lists, a table, quotations, notes."""
    blocks: list[str] = []
    while len(" ".join(blocks).split()) < words:
        n = len(blocks)
        said = [sentence.format(n=n) for sentence in SENTENCES]
        if n % 12 == 3:
            blocks.append(f"## A heading for part {n}")
        elif n % 12 == 5:
            blocks.append("\n".join(f"{k}. {s}" for k, s in enumerate(said[:4], n)))
        elif n % 24 == 8:
            blocks.append(TABLE)
        elif n % 12 == 10:
            blocks.append(f"> {said[3]}")
        else:
            blocks.append(" ".join(said[(n + k) % 6] for k in range(4)))
    return "\n" + "\n\n".join(blocks) + "\n\nA last word.[^1]\n\n[^1]: And its note.\n"
