"""Code that can be told to be harmless by reading it, and what that spares a build."""

from __future__ import annotations

import marshal
from pathlib import Path

import pytest

from publish.site import sealed
from tests.site.laws_scenes import site
from tests.site.laws_site import Files, Lab, differences, post

HEAD = "from pelican import signals\n"
FOOT = "\ndef register():\n    signals.article_generator_finalized.connect(found)\n"
PLAIN = {
    "neighbours": "for n, a in enumerate(g.articles):\n        a.newer = g.articles[n - 1]",
    "counts": "by_tag = {}\n    for a in g.articles:\n        for t in a.tags:\n"
    "            by_tag.setdefault(t.slug, []).append(a)\n    g.context['by_tag'] = by_tag",
    "words on terms": "for c, posts in g.categories:\n        c.size = len(posts)",
    "sorted": "g.context['by_title'] = sorted(g.articles, key=lambda a: a.title)",
}
DEEDS = {
    "sets what Pelican knows": "for a in g.articles:\n        a.title = 'x'",
    "changes a list": "for a in g.articles:\n        a.tags.append(a.tags[0])",
    "changes a list by its other name": "t = g.articles[0].tags\n    t.append(t[0])",
    "adds to a list in its place": "t = g.articles[0].tags\n    t += [t[0]]",
    "changes a list through its class": "list.append(g.articles[0].tags, 1)",
    "puts into the metadata": "g.articles[0].metadata['x'] = 1",
    "changes a setting": "g.settings['X'] = 1",
    "sets by name": "setattr(g.articles[0], 'title', 'x')",
    "looks into a dictionary": "g.context['x'] = list(g.articles[0].__dict__)",
    "looks by a name in a string": "g.context['x'] = '{0.__dict__}'.format(g.articles[0])",
    "asks for the type": "type(g.articles[0]).word = 1",
    "runs code": "exec('1')",
    "deletes": "del g.articles[0].field",
    "sets on a module": "import os\n    os.linesep = 'x'",
    "takes what changes from elsewhere": "from operator import setitem\n    setitem([1], 0, 1)",
    "makes a class": "class Own:\n        pass",
    "changes an environment": "g.env.filters['x'] = len",
    "walks into another module": "from pelican.contents import Article\n    Article.word = 1",
    "changes what it has put away": "by = {}\n    by['x'] = g.articles[0].tags\n"
    "    by['x'].append(1)",
    "changes what it has kept": "by = {}\n    by.setdefault('x', g.articles[0].tags).append(1)",
    "changes what it holds": "by = [g.articles[0].tags]\n    by[0].append(1)",
    "hides a change in a name": "push = g.articles[0].tags.append\n    push(1)",
}


def kept(lab: Lab) -> list[bool]:
    """For each source that is remembered, whether its post may stand as a ghost."""
    data = sealed.opened((lab.root / ".publish/parsed/index").read_bytes())
    return [entry[7] is not None for entry in marshal.loads(data)[3].values()]


def lab_of(tmp_path: Path, body: str) -> Lab:
    code = f"{HEAD}\ndef found(g):\n    {body}\n{FOOT}"
    files: dict[str, str | bytes | None] = dict(site(own=code))
    for day, name in enumerate(("one", "two", "three", "four"), 1):
        files |= post(name, day, Tags="a, b", Field="f")
    return Lab(tmp_path / "site", files)


@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN)
def test_code_that_only_adds_words_is_plain(tmp_path: Path, body: str):
    lab = lab_of(tmp_path, body)
    lab.build()
    assert all(kept(lab))


@pytest.mark.parametrize("body", DEEDS.values(), ids=DEEDS)
def test_code_that_could_do_more_is_not(tmp_path: Path, body: str):
    lab = lab_of(tmp_path, body)
    lab.build()
    assert not any(kept(lab))


SITES = {
    "a function among the settings": ("ARTICLE_ORDER_BY = lambda a: a.title\n", ""),
    "a filter": ("JINJA_FILTERS = {'own': len}\n", ""),
    "a class among the settings": ("class Own:\n    pass\nOWN = Own\n", ""),
    "another moment": ("", "signals.content_object_init"),
    "a moment while pages are written": ("", "signals.article_generator_write_article"),
    "a writer of its own": ("", "signals.get_writer"),
    "a generator of its own": ("", "signals.get_generators"),
}


@pytest.mark.parametrize(("conf", "signal"), SITES.values(), ids=SITES)
def test_a_site_that_has_a_say_itself_is_not(tmp_path: Path, conf: str, signal: str):
    own = f"{HEAD}\ndef heard(*given, **named):\n    return None\n\ndef register():\n"
    own += f"    {signal or 'signals.article_generator_finalized'}.connect(heard)\n"
    lab = Lab(tmp_path / "site", site(conf, own=own))
    _, wanted = lab.both()
    assert not differences(lab.tree, wanted)
    assert not any(kept(lab))


def test_a_module_that_a_plugin_brings_is_judged_too(tmp_path: Path):
    own = f"{HEAD}import helper\n\ndef found(g):\n    helper.work(g)\n{FOOT}"
    lab = Lab(tmp_path / "site", site("import sys\nsys.path.insert(0, 'plugins')\n", own=own)
              | {"plugins/helper.py": "def work(g):\n    g.articles[0].title = 'x'\n"})  # fmt: skip
    lab.build()
    assert not any(kept(lab))


def test_a_site_without_code_of_its_own_is_plain(tmp_path: Path):
    conf = (
        "from pelican.paginator import PaginationRule\n"
        "PAGINATION_PATTERNS = [PaginationRule(1, '{base_name}/', '{base_name}/index.html'),\n"
        "    PaginationRule(2, '{base_name}/{number}/', '{base_name}/{number}/index.html')]\n"
    )
    lab = Lab(tmp_path / "site", site(conf))
    _, wanted = lab.both()
    assert not differences(lab.tree, wanted)
    assert all(kept(lab))


WORDS = """
import json
from pathlib import Path
from pelican import signals

FILE = Path(__file__).parents[1] / "data.json"

def found(generator):
    posts = generator.articles
    told = [int(p.title) for p in posts if p.slug == "control"][0]
    filed = json.loads(FILE.read_text())
    counted = {}
    for place, post in enumerate(posts):
        post.newer = posts[place - 1] if place else None
        post.older = posts[place + 1] if place + 1 < len(posts) else None
        if post.slug == "now-and-then" and told % 2:
            post.word = told
        if post.slug == "always":
            post.word = [told, filed]
        if post.slug == "a-list":
            post.word_posts = posts[told % 3 : told % 3 + 2]
        for tag in post.tags if post.slug == "tagged" else ():
            tag.colour = told
        counted.setdefault(post.category.slug, []).append(post)
    for category, members in generator.categories:
        category.size = len(members) + told
    for tag, members in generator.tags.items():
        if told % 2:
            tag.size = len(members)
    generator.context["counted"] = {slug: len(found) for slug, found in counted.items()}
    generator.context["told"] = told

def register():
    signals.article_generator_finalized.connect(found)
"""
SHOWN = """\
{{ a.title }} {{ a.url }} {{ a.summary }} {{ a.category }} {{ a.category.size }} {{ a.word }}
{{ a.metadata.tags }} {{ a.metadata.category }} {{ a.metadata.tags == a.tags }} {{ a.authors }}
{{ a.newer.title if a.newer }} {{ a.older.url if a.older }}
{% for t in a.tags %}{{ t }} {{ t.url }} {{ t.colour }} {{ t.size }} {% endfor %}
{% for p in a.word_posts %}{{ p.title }} {% endfor %}
"""


def control(told: int) -> Files:
    return post("control", 5, Title=str(told), Tags="b")


def test_words_that_come_and_go_on_posts_nobody_looks_into(tmp_path: Path):
    files: dict[str, str | bytes | None] = dict(site(
        'FEED_ALL_ATOM = "all.xml"\nCATEGORY_FEED_RSS = "{slug}.rss.xml"\nFEED_DOMAIN = SITEURL\n',
        templates={
            "article": "{% set a = article %}" + SHOWN + "{{ a.content }}",
            "index": "{% for a in articles_page.object_list %}" + SHOWN + "{% endfor %}",
            "category": "{{ category }} {{ category.size }} {{ counted }}",
            "tag": "{{ tag }} {{ tag.size }} {% for a in articles %}{{ a.title }}{% endfor %}",
            "archives": "{% for a in dates %}{{ a.title }} {{ a.word }}{% endfor %}",
            "categories": "{% for c, found in categories %}{{ c.size }} {{ told }}{% endfor %}",
        },
        words=WORDS,
    ))  # fmt: skip
    for day, name in enumerate(("now-and-then", "always", "a-list", "tagged", "left-alone"), 10):
        files |= post(name, day, Tags="a, b", Summary=f"Of {name}.", Category="Other")
    lab = Lab(tmp_path / "site", files | control(0) | {"data.json": "0"})
    edits: tuple[Files, ...] = (
        {}, post("one", 1, "Edit."), post("one", 1, "Again."), control(1), post("two", 2, "Edit."),
        control(2), post("two", 2, "Again."), {"data.json": "1"}, control(3), control(4),
        post("new", 30, Tags="b"), {"content/posts/new.md": None},
        post("left-alone", 14, Title="Renamed", Tags="a", Category="Other"),
        post("left-alone", 14, Title="Moved", Tags="a, c", Category="Notes", Slug="moved"),
    )  # fmt: skip
    for number, edit in enumerate(edits):
        lab.apply(edit)
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), f"after edit {number}:\n{wrong}"
    assert all(kept(lab))
