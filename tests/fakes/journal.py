"""A journal of any size in a language like English, and the site of one in our theme."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tests.forked import run

ROOT = Path(__file__).resolve().parents[2]
POSTS = ROOT / "content" / "posts"
LEXICON = 40_000
"""Words. A thousand real posts of a thousand words hold some 30,000; this draws 36,000."""


SETTINGS: dict[str, Any] = {
    "SITENAME": "Salt & Pepper",
    "SITEURL": "https://journal.example",
    "TIMEZONE": "America/New_York",
    "DEFAULT_DATE_FORMAT": "%b %-d, %Y",
    "AUTHOR": "Ann Lee",
    "ARTICLE_URL": "{slug}/",
    "ARTICLE_SAVE_AS": "{slug}/index.html",
    "CATEGORY_URL": "category/{slug}/",
    "CATEGORY_SAVE_AS": "category/{slug}/index.html",
    "AUTHOR_SAVE_AS": "",
    "TAG_SAVE_AS": "",
    "ARCHIVES_SAVE_AS": "archives/index.html",
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "DIRECT_TEMPLATES": ["archives"],
    "FEED_ALL_ATOM": None,
    "CATEGORY_FEED_ATOM": None,
    "PLUGINS": ["multi_category", "static_search"],
}


@dataclass(frozen=True)
class Draft:
    """One made-up article: plain text, ``body`` in paragraphs."""

    title: str
    summary: str
    body: str


def drafts(number: int, length: int = 1_000, seed: int = 7) -> Iterator[Draft]:
    """Articles of about ``length`` words, each with a few subjects of its own, the rest by Zipf."""
    rng = random.Random(seed)
    lexicon = _lexicon(rng)
    odds = list(itertools.accumulate(1 / (rank + 2.7) ** 1.12 for rank in range(len(lexicon))))
    for _ in range(number):
        words = rng.choices(lexicon, cum_weights=odds, k=rng.randint(length // 2, length * 3 // 2))
        subjects = rng.sample(lexicon[300 : LEXICON // 2], 12)
        for subject in subjects:
            for _ in range(rng.randint(1, 8)):
                words[rng.randrange(len(words))] = subject
        paragraphs = (" ".join(words[n : n + 80]) + "." for n in range(0, len(words), 80))
        yield Draft(
            " ".join([*subjects[:2], *words[:4]]).capitalize(),
            " ".join(words[10:30]).capitalize() + ".",
            "\n\n".join(paragraphs),
        )


def build(folder: Path, posts: list[dict[str, str]], **changes: Any) -> Path:
    """The folder of a site with these posts: front matter by key, HTML text as ``body``; what has
    no date gets one that is later than that of the post before it."""
    content = folder / "content"
    content.mkdir(parents=True)
    for number, post in enumerate(posts):
        day = f"{2010 + number // 330}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        head = {"Date": day, "Slug": f"post-{number}", **post}
        body = head.pop("body", "")
        # HTML, for a thousand texts in Markdown would take Pelican a minute.
        title = f"<title>{escape(head.pop('Title'))}</title>"
        metas = "".join(f'<meta name="{k}" content="{escape(v)}">' for k, v in head.items())
        page = f"<html><head>{title}{metas}</head><body>{body}</body></html>"
        (content / f"{number}.html").write_text(page, encoding="utf-8")
    used = {"THEME": str(ROOT / "theme"), "PLUGIN_PATHS": [str(ROOT / "plugins")]}
    conf = folder / "conf.py"
    conf.write_text("".join(f"{k} = {v!r}\n" for k, v in {**SETTINGS, **used, **changes}.items()))
    done = run("pelican", ["content", "-s", "conf.py", "-o", "out"], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def _lexicon(rng: random.Random) -> list[str]:
    """The blog's own words by frequency, then beginnings of one with the ends of another: so the
    words crowd under the same first letters as true ones."""
    texts = [post.read_text(encoding="utf-8").lower() for post in sorted(POSTS.glob("*.md"))]
    counted = Counter(word for text in texts for word in re.findall("[a-z]+", text))
    found = dict.fromkeys(sorted(counted, key=lambda word: (-counted[word], word)))
    true = [word for word in found if len(word) > 3]
    while len(found) < LEXICON:
        head, tail = rng.choice(true), rng.choice(true)
        found[head[: rng.randint(3, max(3, len(head) - 2))] + tail[-rng.randint(2, 4) :]] = None
    return list(found)
