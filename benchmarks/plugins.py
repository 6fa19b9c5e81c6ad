"""What each plugin costs a build: ``python benchmarks/plugins.py [POSTS] [CHECKOUT]``.

A site of the blog's own settings, theme and pictures with generated posts is built by stock
Pelican, each time in a process of its own: without plugins, with all of them and no cache, and once
more. What is timed is processor time, in every signal a plugin receives and in what Pelican calls
of it. An older CHECKOUT beside this one shows what a change has brought.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CALLED = {
    "full_feeds": ("writer", "FeedWriter", "write_feed"),
    "only_blocks": ("marks", "Marks", "run"),
    "static_search": ("generator", "SearchGenerator", "generate_output"),
}
"""What Pelican calls of a plugin other than by a signal: module, class and method."""
CATEGORIES = ["Career", "Wellbeing", "Network", "Practice", "Money", "Writing", "Students"]
Words = Callable[[int], str]


def fill(root: Path, checkout: Path, count: int) -> None:
    """The pictures of the blog, and ``count`` posts of some 700 words, always the same."""
    content = root / "content"
    shutil.copytree(checkout / "content/images", content / "images")
    (content / "posts").mkdir()
    chance = random.Random(7)  # noqa: S311 - a corpus, no secret
    letters = "abcdefghiklmnoprstuvw"
    vocabulary = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(6000)]
    # As in a language, few words are said often.
    weights = [1 / (n + 3) for n in range(len(vocabulary))]

    def words(number: int) -> str:
        return " ".join(chance.choices(vocabulary, weights, k=number)).capitalize()

    images = sorted(file.name for file in (content / "images").iterdir())
    for number in range(count):
        text = post(number, count, chance, words, images)
        (content / f"posts/post-{number:05}.md").write_text(text, encoding="utf-8")


def post(number: int, count: int, chance: random.Random, words: Words, images: list[str]) -> str:
    """One Markdown file with headings, lists, links, pictures and front matter."""
    day = datetime(2026, 8, 1, 8) - timedelta(hours=9 * number)  # noqa: DTZ001 - as typed
    lines = [
        f"Title: {words(5)} {number}",
        f"Date: {day:%Y-%m-%d %H:%M}",
        f"Category: {', '.join(chance.sample(CATEGORIES, 2))}",
        f"Tags: {', '.join(f'topic {n}' for n in chance.sample(range(60), 3))}",
        f"Slug: post-{number:05}",
        "Author: Ann Example",
        f"Uid: {number:016x}",
        f"Summary: {words(18)}.",
    ]
    if number % 2:
        lines += [f"Image: images/{chance.choice(images)}", "Image_alt: A picture"]
    if number % 20 == 0:
        lines.append(f"Aliases: /old/{number}/")
    if number % 10 == 0:
        lines.append(f"\n::: email-only\n{words(12)}.\n:::")
    for section in range(7):
        other = f"{{filename}}post-{chance.randrange(count):05}.md"
        marks = ("1.", "2.", "3.") if section % 2 else ("-", "-", "-")
        lines += [
            f"\n## {words(4)}\n\n{words(40)}.",
            f"\n{words(12)} [{words(3)}]({other}) *{words(2)}* {words(12)}.\n",
            *(f"{mark} {words(7)}." for mark in marks),
        ]
        if section == 3:
            lines.append(f"\n![{words(4)}]({{static}}/images/{chance.choice(images)})")
    return "\n".join(lines) + "\n"


def measured(root: Path, checkout: Path, plugins: list[str]) -> dict[str, float]:
    """Build in this process; seconds of processor time by plugin, and ``build`` for all of it."""
    begun = time.process_time()
    from blinker import Signal
    from pelican import Pelican
    from pelican.settings import read_settings

    spent: dict[str, float] = defaultdict(float)
    running: list[float] = []

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            running.append(0.0)
            try:
                return call(*args, **kwargs)
            finally:
                whole = time.process_time() - start
                spent[name] += whole - running.pop()
                if running:
                    running[-1] += whole

        return run

    def send(self: Any, sender: Any = None, **kwargs: Any) -> list[tuple[Any, Any]]:
        return [
            (receiver, timed(receiver.__module__.split(".")[0], receiver)(sender, **kwargs))
            for receiver in self.receivers_for(sender)
        ]

    Signal.send = send
    settings = read_settings(
        str(checkout / "pelicanconf.py"),
        override={
            "PATH": str(root / "content"),
            "OUTPUT_PATH": str(root / "output"),
            "CACHE_PATH": str(root / "cache"),
            "THEME": str(checkout / "theme"),
            "PLUGIN_PATHS": [str(checkout / "plugins")],
            "PLUGINS": plugins,
        },
    )
    pelican = Pelican(settings)
    for name in CALLED.keys() & set(plugins):
        module, kind, method = CALLED[name]
        owner = getattr(importlib.import_module(f"{name}.{module}"), kind)
        setattr(owner, method, timed(name, getattr(owner, method)))
    pelican.run()
    return {**spent, "build": time.process_time() - begun}


def run(root: Path, checkout: Path, plugins: list[str]) -> dict[str, float]:
    """The same in a process of its own."""
    done = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "--one", str(root), str(checkout), json.dumps(plugins)],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(count: int, checkout: Path) -> None:
    """Print a table: processor time ÷ that of the stock build, and milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        fill(root, checkout, count)
        stock = run(root, checkout, [])["build"]
        plugins = sorted(file.parent.name for file in checkout.glob("plugins/*/__init__.py"))
        first, second = run(root, checkout, plugins), run(root, checkout, plugins)
        print(f"\n{count} posts; stock build without plugins: {stock:.1f} s of processor time\n")
        print("| plugin | first build ÷ stock | ms | next build ÷ stock | ms |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for plugin in [*plugins, "build"]:
            cells = [
                f"{b.get(plugin, 0) / stock:.3f} | {b.get(plugin, 0) * 1000:.0f}"
                for b in (first, second)
            ]
            print(f"| {plugin} | {' | '.join(cells)} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        given = Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
        print("\n" + json.dumps(measured(*given)))
    else:
        where = Path((sys.argv[2:3] or [str(ROOT)])[0]).absolute()
        main(int((sys.argv[1:2] or ["1000"])[0]), where)
