"""What plugins do to posts of which the engine would rather keep the pages, one trick a post."""

from __future__ import annotations

import json

from tests.site.laws_scenes import site
from tests.site.laws_site import Files, post

TRICKS = {
    "article_generator_finalized": {
        "a-word-of-its-own": "a.word = DATA",
        "a-word-now-and-then": "DATA % 2 and setattr(a, 'word', 'here')",
        "another-title": "a.title = f'{a.title} {DATA}'",
        "a-title-now-and-then": "DATA % 2 and setattr(a, 'title', 'another')",
        "another-slug": "DATA % 2 and setattr(a, 'slug', 'moved')",
        "another-place": "DATA % 2 and setattr(a, 'override_save_as', 'elsewhere/index.html')",
        "a-tag-more": "DATA % 2 and a.tags.append(type(a.tags[0])('more', a.settings))",
        "tags-the-other-way": "DATA % 2 and a.tags.reverse()",
        "a-tag-renamed": "DATA % 2 and setattr(a.tags[0], 'name', 'renamed')",
        "a-category-renamed": "DATA % 2 and setattr(a.category, 'slug', 'renamed')",
        "a-category-with-a-word": "a.category.word = DATA",
        "a-summary-of-its-own": "DATA % 2 and setattr(a, '_summary', 'Quite another.')",
        "a-body-of-its-own": "DATA % 2 and setattr(a, '_content', '<p>Quite another.</p>')",
        "a-field-of-its-own": "a.metadata['field'] = DATA",
        "a-field-less": "DATA % 2 and delattr(a, 'field')",
        "a-copy-of-it": "a.word = copy.copy(a).title + str(DATA)",
        "its-neighbour": "a.word_post = articles[DATA % 3]",
        "its-neighbours": "a.word_posts = articles[DATA : DATA + 2]",
        "a-later-day": "DATA % 2 and setattr(a, 'date', a.date.replace(year=2023))",
        "asked-and-left-alone": "a.title, a.metadata, hasattr(a, 'nothing')",
    },
    "content_object_init": {
        "changed-at-birth": "a.title = f'{a.title} {DATA}'",
        "a-word-at-birth": "a.word = DATA",
    },
    "all_generators_finalized": {
        "changed-at-last": "a.title = f'{a.title} {DATA}'",
        "a-list-at-last": "a.word = [DATA, 1]",
    },
}
PLUGIN = """\
INCREMENTAL = True
import copy, json
from pathlib import Path
from pelican import signals
from pelican.contents import Article
FILE = Path(__file__).parents[1] / "data.json"
TRICKS = {tricks}
def play(signal, articles):
    # What an edit of another post tells leaves the memory of all posts as it is; a file does not.
    told = [a.title for a in articles if a.slug == "control"]
    DATA = int(told[0]) if told else json.loads(FILE.read_text()) if FILE.exists() else 0
    for a in articles:
        trick = TRICKS[signal].get(Path(a.source_path).stem)
        if trick:
            exec(trick, {{**globals(), "a": a, "articles": articles, "DATA": DATA}})
def born(content):
    if isinstance(content, Article):
        play("content_object_init", [content])
def found(generator):
    play("article_generator_finalized", generator.articles)
def done(generators):
    play("all_generators_finalized", generators[0].articles)
def register():
    signals.content_object_init.connect(born)
    signals.article_generator_finalized.connect(found)
    signals.all_generators_finalized.connect(done)
"""
SHOWN = """\
{{ a.title }} {{ a.url }} {{ a.summary }}
{{ a.category }} {{ a.category.url }} {{ a.category.word }}
{{ a.locale_date }} {{ a.field }} {{ a.metadata.field }} {{ a.word }} {{ (a.word_post or a).title }}
{% for t in a.tags %}{{ t }} {{ t.url }} {% endfor %}
{% for p in a.word_posts %}{{ p.url }} {% endfor %}
"""
CONF = """\
FEED_ALL_ATOM = "all.xml"
CATEGORY_FEED_RSS = "{slug}.rss.xml"
FEED_MAX_ITEMS = 5
FEED_DOMAIN = SITEURL
"""


def house(init: bool) -> Files:
    """A site with all tricks of a declared plugin; those at a post's making only with ``init``."""
    tricks = {s: t if init or s != "content_object_init" else {} for s, t in TRICKS.items()}
    plugin = PLUGIN.format(tricks=json.dumps(tricks))
    if not init:
        plugin = plugin.replace("    signals.content_object_init.connect(born)\n", "")
    files: dict[str, str | bytes | None] = dict(
        site(
            CONF,
            templates={
                "article": "{% set a = article %}" + SHOWN + "{{ a.content }}",
                "index": "{% for a in articles_page.object_list %}" + SHOWN + "{% endfor %}",
            },
            tricks=plugin,
        )
    )
    names = [name for signal in TRICKS.values() for name in signal]
    for day, name in enumerate(names, 10):
        files |= post(name, day, Tags="b, a", Field="f", Summary=f"Of {name}.")
    return files | told(0, init)


def told(data: int, init: bool) -> Files:
    """The edit that tells the tricks what to do."""
    return {"data.json": str(data)} if init else post("control", 5, Title=str(data))


def visits(init: bool) -> tuple[Files, ...]:
    """Edits of other posts, so that the pages of all others are kept, and of what tricks show."""
    other = [post("one", 1, f"Edit {number}.") for number in range(7)]
    return (
        {},
        other[0],
        other[1],
        other[2],
        told(1, init),
        other[3],
        told(0, init),
        other[4],
        told(2, init),
        other[5],
        told(1, init),
        post("two", 2, Title="Other"),
    )
