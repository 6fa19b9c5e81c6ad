"""Posts as long and as varied as those of a blog, the same for every generator. Pure.

A post is made from its number alone, so the post after the last is "one post added", whatever the
archive's length; only the dates depend on it.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BEGAN = datetime(2011, 3, 7, 8, 0)  # noqa: DTZ001 - front matter holds no zone
YEARS = 14
PICTURES = 24
SHORTEST, LONGEST = 450, 1100
"""Words after which a post ends with its paragraph."""

AUTHORS = ("Nora Whitfield", "Theo Adeyemi", "Lin Park")
CATEGORIES = (
    "Career", "Wellbeing", "Leadership", "Network", "Money", "Counselling", "Hospital",
    "Community", "Teaching", "Research",
)  # fmt: skip
TAGS = tuple(
    f"{of} {what}"
    for of in ("night", "first", "small", "honest", "slow", "shared", "paid", "quiet")
    for what in ("shift", "raise", "meeting", "mentor", "lunch", "letter", "team")
)
WHO = (
    "the technician at the second counter", "a preceptor I still write to", "your supervisor",
    "almost every pharmacist I asked", "the nurse on the fourth floor", "someone newly licensed",
    "the scheduler", "a patient with nine prescriptions", "my oldest colleague", "the owner",
    "the recruiter on the telephone", "a good relief pharmacist", "the whole evening crew",
)  # fmt: skip
DOES = (
    "counts on", "never mentions", "will remember", "has learned to question", "puts off",
    "wrote down", "cannot see", "is paid for", "would trade a weekend for", "laughs about",
    "asks twice about", "quietly repairs", "underestimates",
)  # fmt: skip
WHAT = (
    "the half hour before opening", "a list with three lines", "what the label leaves out",
    "the call that takes two minutes", "an empty chair in the break room", "the last refill",
    "the difference between tired and done", "a number said aloud", "the third interruption",
    "a note in the margin", "the schedule for August", "how long a good answer takes",
)  # fmt: skip
WHEN = (
    "when the printer is out of paper", "on the Monday after a holiday", "before anyone else is in",
    "after the second coffee", "and nobody is surprised", "although the form has no box for it",
    "once the window is down", "in a town of four thousand", "which is the point",
    "if you let a silence be a silence",
)  # fmt: skip
VERBS = ("Keeping", "Asking for", "Losing", "Sharing", "Counting", "Writing down", "Defending")
HEADINGS = (
    "What the day looks like", "Where it goes wrong", "The part with numbers", "A script to borrow",
    "Three small experiments", "What I would tell a student", "Before you leave", "The long view",
    "If your store is different", "Notes from a reader", "One page, folded twice", "Afterwards",
)  # fmt: skip


@dataclass(frozen=True)
class Post:
    """One post; ``body`` is Markdown that every peer's parser reads alike."""

    number: int
    title: str
    slug: str
    date: datetime
    category: str
    tags: tuple[str, ...]
    author: str
    summary: str
    body: str

    def edited(self, mark: str) -> Post:
        """The post with a paragraph more, which holds ``mark``."""
        return replace(self, body=f"{self.body}\nA correction, {mark}, was added here later.\n")


def post(number: int, count: int) -> Post:
    """Post ``number`` of an archive of ``count``; from ``count`` on, those that are added to it."""
    rng = random.Random(f"post {number}")  # noqa: S311 - a corpus, no secret
    return Post(
        number,
        title(number),
        slug(number),
        date(number, count),
        CATEGORIES[int(len(CATEGORIES) * rng.random() ** 1.5)],
        tuple(rng.sample(TAGS, rng.choice((1, 2, 2, 3, 3, 4)))),
        rng.choice(AUTHORS),
        f"{_sentence(rng)} {_sentence(rng)}",
        _body(rng, number),
    )


def title(number: int) -> str:
    """The title of post ``number``."""
    rng = random.Random(f"title {number}")  # noqa: S311
    return f"{rng.choice(VERBS)} {rng.choice(WHAT)} {rng.choice(WHEN)}"


def slug(number: int) -> str:
    """Its place in an address; unlike a title, no other post has it."""
    return f"{address(title(number))}-{number}"


def address(text: str) -> str:
    """``text`` as a slug."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def date(number: int, count: int) -> datetime:
    """Even over the years; what is added comes later, an hour apart."""
    span = timedelta(days=365 * YEARS)
    if number < count:
        minutes = int(span / timedelta(minutes=1) * (number + 0.5) / count)
        return BEGAN + timedelta(minutes=minutes)
    return BEGAN + span + timedelta(hours=number - count + 1)


def picture(number: int) -> bytes:
    """A PNG of about 15 kB that does not compress, so that to copy it costs something."""
    rng, width, height = random.Random(number), 80, 60  # noqa: S311
    rows = b"".join(b"\0" + rng.randbytes(width * 3) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _sentence(rng: random.Random) -> str:
    words = f"{rng.choice(WHO)} {rng.choice(DOES)} {rng.choice(WHAT)}"
    if rng.random() < 0.7:
        words += f", {rng.choice(WHEN)}"
    return words[0].upper() + words[1:] + rng.choice("....?!")


def _marked(rng: random.Random, number: int) -> str:
    """A sentence in which a few words may be a link, strong, emphasised or code."""
    words = _sentence(rng).split(" ")
    at = rng.randrange(1, len(words) - 3)
    inner = " ".join(words[at : at + 2]).strip(",")
    older = slug(rng.randrange(number)) if number else ""
    kinds = [f"**{inner}**", f"*{inner}*", f"`{inner}`", f"[{inner}](https://guide.example/{at})"]
    kinds += [f"[{inner}](/posts/{older}/)"] if older else []
    if rng.random() < 0.7:
        return " ".join(words)
    return " ".join([*words[:at], rng.choice(kinds), *words[at + 2 :]])


def _paragraph(rng: random.Random, number: int) -> str:
    return " ".join(_marked(rng, number) for _ in range(rng.randrange(3, 7)))


def _body(rng: random.Random, number: int) -> str:
    blocks = [_paragraph(rng, number), _paragraph(rng, number)]
    length, headings = rng.randrange(SHORTEST, LONGEST), rng.sample(HEADINGS, len(HEADINGS))
    extras = [block for chance, block in _extras(rng) if rng.random() < chance]
    notes = "[^1]: " + _sentence(rng) if rng.random() < 0.06 else ""
    if notes:
        blocks[1] += "[^1]"
    while sum(len(block.split()) for block in blocks) < length:
        blocks.append(f"{'###' if len(blocks) % 5 == 4 else '##'} {headings[len(blocks) % 12]}")
        blocks.append(_paragraph(rng, number))
        kind = rng.random()
        points = [_marked(rng, number) for _ in range(rng.randrange(3, 7))]
        if kind < 0.3:
            blocks.append("\n".join(f"{n}. {text}" for n, text in enumerate(points, 1)))
        elif kind < 0.55:
            blocks.append("\n".join(f"- {text}" for text in points))
        elif kind < 0.75:
            blocks.append(f"> {points[0]}\n>\n> {points[1]}")
        if extras:
            blocks.append(extras.pop())
        blocks.append(_paragraph(rng, number))
    return "\n\n".join([*blocks, notes] if notes else blocks) + "\n"


def _extras(rng: random.Random) -> list[tuple[float, str]]:
    """Blocks that few posts have, each with its chance."""
    rows = "\n".join(f"| {who} | {rng.randrange(4, 90)} |" for who in rng.sample(WHO, 4))
    name = f"picture-{rng.randrange(PICTURES):02d}.png"
    return [
        (0.08, f"| Who | Minutes |\n| --- | ---: |\n{rows}"),
        (0.10, f"![{rng.choice(WHAT)}](/images/{name})"),
        (0.04, "```python\ndef dose(weight, per_kilo):\n    return weight * per_kilo  # mg\n```"),
    ]
