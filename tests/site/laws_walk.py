"""A random site and random edits of it, each with a line that says what was done."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.site.laws_site import CONF, Lab
from tests.site.laws_theme import PLUGIN, THEME

CATEGORIES, TAGS = ("Career", "Life", "Notes"), ("alpha", "beta", "gamma delta", "Épsilon")
AUTHORS = ("", "Ann Onym", "Bob, the second")
STATUS = ("published", "published", "published", "draft", "hidden")
WORDS = ["care", "dose", "label", "night", "shift", "ward", "patient", "pill", "quiet", "round"]
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "SITENAME": ("'Laws'", "'Other'"),
    "DEFAULT_PAGINATION": ("3", "2", "False"),
    "SUMMARY_MAX_LENGTH": ("50", "3"),
    "RELATIVE_URLS": ("False", "True"),
    "NEAR_BY": ("'category'", "'author'"),
    "CATEGORY_NOTE": ("''", "'noted'"),
    "TIMEZONE": ("'America/New_York'", "'Asia/Tokyo'"),
    "DEFAULT_DATE_FORMAT": ("'%a %d %B %Y'", "'%Y-%m-%d'"),
    "MARKDOWN": (
        "{'extensions': ['markdown.extensions.extra'], 'output_format': 'html5'}",
        "{'extensions': ['markdown.extensions.extra', 'markdown.extensions.toc'],"
        " 'extension_configs': {'markdown.extensions.toc': {'permalink': '#'}}}",
    ),
    "ARTICLE_ORDER_BY": ("'reversed-date'", "'title'"),
}
HEAD = """\
JINJA_ENVIRONMENT = {"trim_blocks": True, "extensions": ["jinja2.ext.do"]}
YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"
MONTH_ARCHIVE_SAVE_AS = "{date:%Y}/{date:%m}/index.html"
TEMPLATE_PAGES = {"extra/robots.txt": "robots.txt"}
CATEGORY_FEED_ATOM = "feeds/{slug}.atom.xml"
FEED_ALL_RSS = "feeds/all.rss"
PLUGINS = ["enrich"]
"""
TEMPLATES = ("base", "article", "index", "plain", "knowing", "tags", "category", "period_archives")
MINUTE = 60


@dataclass
class Post:
    """A source's parts; ``links`` are names of other posts it leads to."""

    title: str
    moment: int
    slug: str
    category: str = "Notes"
    tags: list[str] = field(default_factory=list)
    author: str = ""
    status: str = "published"
    lang: str = ""
    template: str = ""
    body: str = ""
    summary: str = ""
    links: list[str] = field(default_factory=list)
    picture: str = ""

    def text(self, known: Mapping[str, Post]) -> str:
        """The source, with links only to posts that are there and public."""
        day, minute = divmod(self.moment, 24 * MINUTE)
        head = {
            "Title": self.title,
            "Slug": self.slug,
            "Category": self.category,
            "Date": f"{2020 + day // 300}-{1 + day % 300 // 25:02}-{1 + day % 25:02} "
            f"{minute // 60:02}:{minute % 60:02}",
            "Tags": ", ".join(self.tags),
            "Author": self.author,
            "Status": self.status,
            "Lang": self.lang,
            "Template": self.template,
            "Summary": self.summary,
        }
        lines = "".join(f"{name}: {value}\n" for name, value in head.items() if value)
        links = "".join(
            f"\n[{name}]({{filename}}{name}.md)"
            for name in self.links
            if name in known and known[name].status == "published"
        )
        picture = f"\n![a]({{{self.picture}}}/images/dot.svg)" if self.picture else ""
        return f"{lines}\n# Head\n\n{self.body}\n{links}\n{picture}\n"


class Walk:
    """A site in ``lab`` that grows by ``step``; ``said`` tells what was done so far."""

    def __init__(self, root: Path, seed: int) -> None:
        """Every third plugin is undeclared: its site is built by stock Pelican."""
        self.chance = random.Random(seed)
        self._plugin = PLUGIN if seed % 3 == 2 else f"INCREMENTAL = True\n{PLUGIN}"
        self.posts: dict[str, Post] = {}
        self.options = {name: values[0] for name, values in OPTIONS.items()}
        self.said: list[str] = [f"seed {seed}"]
        self.count = 0
        self.lab = Lab(
            root,
            {
                "theme/static/a.css": "",
                "plugins/enrich.py": self._plugin,
                "data/motto.txt": "Be well",
                "content/images/dot.svg": "<svg/>",
                "content/extra/robots.txt": "{{ SITENAME }}",
                # A feed without any post shows the moment at which it was made.
                "content/posts/first.md": "Title: First\nDate: 2019-01-01\n\nThe first.\n",
                "content/pages/about.md": "Title: About\n\nAbout us.\n",
                "content/pages/more.md": "Title: More\nStatus: hidden\n\n[a]({filename}about.md)\n",
                **{f"theme/templates/{name}.html": text for name, text in THEME.items()},
            },
        )
        self._configure()
        for _ in range(self.chance.randint(3, 9)):
            self.add()

    def step(self) -> None:
        """One edit, or two at once."""
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            edit: Callable[[], str | None] = self.chance.choice(EDITS).__get__(self)
            self.said.append(f"{edit.__name__}: {edit() or 'nothing to do'}")

    def _configure(self) -> None:
        lines = "".join(f"{name} = {value}\n" for name, value in self.options.items())
        conf = CONF.replace("PLUGINS = []\n", "").replace('STATIC_PATHS = ["images"]', "")
        conf += 'STATIC_PATHS = ["images"]\nARTICLE_EXCLUDES = ["extra"]\n'
        self.lab.apply({"pelicanconf.py": conf + HEAD + lines})

    def _save(self) -> None:
        for name, post in self.posts.items():
            path = self.lab.root / f"content/posts/{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = post.text(self.posts)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)

    def _words(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 12)))

    def _any(self) -> tuple[str, Post]:
        return self.chance.choice(list(self.posts.items()))

    def add(self) -> str:
        """A new post."""
        self.count += 1
        name = f"post-{self.count}"
        # Of two posts of one moment stock Pelican shows either first.
        moment = self.chance.randint(0, 1500) * 24 * MINUTE + self.count
        self.posts[name] = Post(
            f"On {self._words()} {self.count}",
            moment,
            name,
            self.chance.choice(CATEGORIES),
            self.chance.sample(TAGS, self.chance.randint(0, 3)),
            self.chance.choice(AUTHORS),
            self.chance.choice(STATUS),
            body=self._words(),
            summary=self.chance.choice(("", "", "In short.")),
            links=self.chance.sample(sorted(self.posts), min(len(self.posts), 2)),
            picture=self.chance.choice(("", "", "static")),
        )
        self._save()
        return name

    def edit(self) -> str | None:
        """Another value of one of a post's parts."""
        if not self.posts:
            return None
        name, post = self._any()
        part, value = self.chance.choice(
            (
                ("body", self._words()),
                ("title", f"On {self._words()} {name}"),
                ("category", self.chance.choice(CATEGORIES)),
                ("author", self.chance.choice(AUTHORS)),
                ("tags", self.chance.sample(TAGS, self.chance.randint(0, 4))),
                ("status", self.chance.choice(STATUS)),
                ("template", self.chance.choice(("", "special"))),
                (
                    "moment",
                    self.chance.randint(0, 1500) * 24 * MINUTE + post.moment % (24 * MINUTE),
                ),
                ("summary", self.chance.choice(("", "Shorter."))),
                ("slug", f"{name}-{self.chance.randint(1, 3)}"),
                ("links", self.chance.sample(sorted(self.posts), 1)),
            )
        )
        setattr(post, part, value)
        self._save()
        return f"{name} {part} {value!r}"

    def translate(self) -> str | None:
        """One post becomes the translation of another."""
        if len(self.posts) < 2:
            return None
        (_, one), (name, two) = self._any(), self._any()
        if one is two or any(p.lang for p in self.posts.values() if p.slug == one.slug):
            return None
        two.slug, two.lang = one.slug, "de"
        self._save()
        return f"{name} of {one.slug}"

    def rename(self) -> str | None:
        """A source under another name."""
        if not self.posts:
            return None
        name, post = self._any()
        self.count += 1
        del self.posts[name]
        self.posts[f"renamed-{self.count}"] = post
        (self.lab.root / f"content/posts/{name}.md").unlink()
        self._save()
        return f"{name} to renamed-{self.count}"

    def delete(self) -> str | None:
        """A source less."""
        if not self.posts:
            return None
        name, _ = self._any()
        del self.posts[name]
        (self.lab.root / f"content/posts/{name}.md").unlink()
        self._save()
        return name

    def touch(self) -> str | None:
        """Another time and the same bytes."""
        if not self.posts:
            return None
        name, _ = self._any()
        (self.lab.root / f"content/posts/{name}.md").touch()
        return name

    def swap(self) -> str | None:
        """Other bytes of the same size, and the old time put back."""
        if not self.posts:
            return None
        name, post = self._any()
        path = self.lab.root / f"content/posts/{name}.md"
        old = path.stat()
        post.body = post.body[1:] + post.body[:1]
        self._save()
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
        return name

    def template(self) -> str:
        """A template with something more at its end, or as it was."""
        name = self.chance.choice(TEMPLATES)
        more = self.chance.choice(("", "{{ articles|length }}", "<!-- more -->"))
        self.lab.apply({f"theme/templates/{name}.html": THEME[name] + more})
        return f"{name} {more!r}"

    def include(self) -> str:
        """An optional include comes or goes."""
        name = self.chance.choice(("extra.html", "more.html"))
        path = self.lab.root / "theme/templates" / name
        if path.exists():
            path.unlink()
            return f"no {name}"
        path.write_text("{{ articles[0].title if articles }}" + name)
        return name

    def setting(self) -> str:
        """Another value of a setting."""
        name = self.chance.choice(sorted(OPTIONS))
        self.options[name] = self.chance.choice(OPTIONS[name])
        self._configure()
        return f"{name} = {self.options[name]}"

    def data(self) -> str:
        """Another text that a plugin reads; another picture."""
        word = self.chance.choice(WORDS)
        self.lab.apply({"data/motto.txt": word, "content/images/dot.svg": f"<svg id='{word}'/>"})
        return word

    def code(self) -> str:
        """Another filter in the plugin."""
        mark = self.chance.choice(("[", "<", "{"))
        self.lab.apply({"plugins/enrich.py": self._plugin.replace('f"[', f'"{mark}" f"')})
        return mark

    def page(self) -> str:
        """A page more or less, or at another's place."""
        head = self.chance.choice(("", "Save_as: index.html\n", "Status: draft\n", "Slug: else\n"))
        self.lab.apply({"content/pages/about.md": f"Title: About\n{head}\n{self._words()}\n"})
        return repr(head)


EDITS = (
    Walk.add, Walk.add, Walk.edit, Walk.edit, Walk.edit, Walk.edit, Walk.edit, Walk.edit,
    Walk.translate, Walk.rename, Walk.delete, Walk.touch, Walk.swap, Walk.template, Walk.include,
    Walk.setting, Walk.data, Walk.code, Walk.page,
)  # fmt: skip
