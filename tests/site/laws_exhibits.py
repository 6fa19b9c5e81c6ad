"""Themes and plugins made to deceive whoever tracks what a page depends on, one trick each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.site.laws_site import CONF, Files, post, theme


@dataclass(frozen=True)
class Exhibit:
    """One trick: posts whose pages show something, and an edit elsewhere that changes it.

    ``pages`` are the templates of posts, from the newest on. ``plugin`` is a module's text in
    which ``DATA`` holds ``before`` the edit and ``after`` it; ``globals_`` puts names into every
    template environment. ``files`` and ``edits`` are further files and what becomes of them.
    """

    name: str
    pages: tuple[str, ...]
    plugin: str = ""
    conf: str = ""
    before: object = "old"
    after: object = "new"
    files: Files = field(default_factory=dict)
    edits: Files = field(default_factory=dict)


START = """\
import json
from pathlib import Path
from pelican import signals
DATA = json.loads((Path(__file__).parents[1] / "data/{name}.json").read_text())
HOOKS = []
def at(signal):
    def keep(function):
        HOOKS.append((getattr(signals, signal), function))
        return function
    return keep
def in_templates(**values):
    def put(generator):
        generator.env.globals.update(values)
    HOOKS.append((signals.generator_init, put))
def register():
    for signal, function in HOOKS:
        signal.connect(function)
"""

EACH = """
@at("article_generator_finalized")
def each(generator):
    for article in generator.articles:
"""

EXHIBITS = (
    # What changes behind a template's back.
    Exhibit(
        "a_dictionary_that_pages_change",
        ("{% if SEEN.update({article.slug: 1}) %}{% endif %}", "{{ SEEN|length }}"),
        plugin="in_templates(SEEN={})",
    ),
    Exhibit(
        "a_setting_that_a_plugin_adds_to",
        ("{% for title in MENU %}{{ title }} {% endfor %}",),
        conf="MENU = []",
        plugin="""
@at("article_generator_finalized")
def fill(generator):
    generator.context["MENU"].append(DATA)
""",
    ),
    Exhibit(
        "a_setting_that_pages_add_to",
        (
            "{% if MENU_OF_PAGES.append(article.slug) %}{% endif %}",
            "{{ MENU_OF_PAGES|length }} {{ article.word_of_menu }}",
        ),
        conf="MENU_OF_PAGES = []",
        plugin=EACH + "        article.word_of_menu = DATA\n",
    ),
    Exhibit(
        "a_list_that_some_pages_add_to",
        (
            "{{ LOG|join }}",
            "{% if article.word == 'new' %}{% if LOG.append('x') %}{% endif %}{% endif %}",
            "{{ LOG|join }}",
        ),
        plugin="LOG = []\nin_templates(LOG=LOG)" + EACH + "        article.word = DATA\n",
    ),
    Exhibit(
        "a_function_among_the_settings",
        ("{{ TODAY_IS() }}",),
        conf="import json as _json\nfrom pathlib import Path as _Path\n"
        "_file = __file__.replace('pelicanconf.py', 'data/{name}.json')\n"
        "_today = _json.loads(_Path(_file).read_text())\ndef TODAY_IS():\n    return _today",
    ),
    Exhibit(
        "an_object_whose_method_knows_more",
        ("{{ CLOCK.now() }}",),
        plugin="class Clock:\n    def now(self):\n        return DATA\nin_templates(CLOCK=Clock())",
    ),
    Exhibit(
        "an_object_whose_property_knows_more",
        ("{{ article.series.text }}",),
        plugin="class Series:\n    @property\n    def text(self):\n        return DATA\n"
        + EACH
        + "        article.series = Series()\n",
    ),
    Exhibit(
        "an_object_whose_class_knows_more",
        ("{{ article.series_of_class.text }}",),
        plugin="class Series:\n    text = DATA\n"
        + EACH
        + "        article.series_of_class = Series()\n",
    ),
    Exhibit(
        "a_method_given_to_every_post",
        ("{{ article.views() }}",),
        plugin="from pelican.contents import Article\nArticle.views = lambda self: DATA",
    ),
    Exhibit(
        "a_macro_that_calls_a_function",
        (
            "{% import 'called.html' as m %}{{ m.shown() }}",
            "{% import 'called.html' as m %}{{ m.shown() }}",
        ),
        plugin="in_templates(stamp=lambda: DATA)",
        files={
            "theme/templates/called.html": "{% set own = stamp() %}"
            "{% macro shown() %}{{ own }}{% endmacro %}"
        },
    ),
    Exhibit(
        "a_macro_that_reads_a_list",
        (
            "{% from 'counted.html' import shown %}{{ shown() }}",
            "{% from 'counted.html' import shown %}{{ shown() }}",
        ),
        plugin="in_templates(recently=list(DATA))",
        files={
            "theme/templates/counted.html": "{% set own = recently|join %}"
            "{% macro shown() %}{{ own }}{% endmacro %}"
        },
    ),
    # Values that say less of themselves than a template can see.
    Exhibit(
        "a_string_with_more_to_it",
        ("{{ article.rich }} {{ article.rich.extra }}",),
        plugin="class Rich(str):\n    pass\n"
        + EACH
        + "        article.rich = Rich('same')\n        article.rich.extra = DATA\n",
    ),
    Exhibit(
        "a_dictionary_with_more_to_it",
        ("{{ article.rich_dict.extra }}",),
        plugin="class Rich(dict):\n    pass\n"
        + EACH
        + "        article.rich_dict = Rich()\n        article.rich_dict.extra = DATA\n",
    ),
    Exhibit(
        "a_list_with_more_to_it",
        ("{{ article.rich_list.extra }}",),
        plugin="class Rich(list):\n    pass\n"
        + EACH
        + "        article.rich_list = Rich([1])\n        article.rich_list.extra = DATA\n",
    ),
    Exhibit(
        "an_object_with_slots_below",
        ("{{ article.slotted.x }}",),
        plugin="class Below:\n    __slots__ = ('x',)\nclass Slotted(Below):\n    pass\n"
        + EACH
        + "        article.slotted = Slotted()\n        article.slotted.x = DATA\n",
    ),
    Exhibit(
        "an_error_with_a_text",
        ("{{ article.error }}",),
        plugin=EACH + "        article.error = ValueError(DATA)\n",
    ),
    Exhibit(
        "a_path_that_may_exist",
        ("{{ article.place.exists() }}",),
        plugin=EACH + "        article.place = Path(__file__).parents[1] / 'data/flag'\n",
        edits={"data/flag": ""},
    ),
    Exhibit(
        "a_name_with_a_comma",
        ("{% for c in article.names %}x{% endfor %}",),
        plugin="from pelican.urlwrappers import Tag\n"
        + EACH
        + "        article.names = [Tag(n, generator.settings) for n in DATA]\n",
        before=["A,Tag B"],
        after=["A", "B"],
    ),
    Exhibit(
        "one_or_a_list_of_them",
        (
            "{% for a in article.one_or_more %}{{ a.title }}{% endfor %}"
            "{% if article.one_or_more is iterable %}{% else %}one{% endif %}",
        ),
        plugin=EACH + "        article.one_or_more = generator.articles[:1]\n"
        "        if DATA == 'new':\n            article.one_or_more = ()\n",
    ),
    # Which object it is, and not what it says.
    Exhibit(
        "posts_without_a_source",
        ("{% for v in VIRTUAL %}{{ 1 if v == CHOSEN else 0 }}{% endfor %}",),
        plugin="""
from pelican.contents import Page
@at("article_generator_finalized")
def make(generator):
    made = [Page("x", {"title": t}, generator.settings, None, generator.context) for t in "abc"]
    generator.context["VIRTUAL"] = made
    generator.context["CHOSEN"] = made[0 if DATA == "old" else 1]
""",
    ),
    Exhibit(
        "tags_that_are_the_same_object",
        ("{{ PAIR[0] is sameas PAIR[1] }}",),
        plugin="""
from pelican.urlwrappers import Tag
@at("article_generator_finalized")
def make(generator):
    one, two = Tag("a", generator.settings), Tag("a", generator.settings)
    generator.context["PAIR"] = [one, one if DATA == "old" else two]
""",
    ),
    Exhibit(
        "a_category_described_once",
        ("{% for c in PAIR_OF %}{{ c.text }}{% endfor %}",),
        plugin="""
from pelican.urlwrappers import Tag
@at("article_generator_finalized")
def make(generator):
    one, two = Tag("a", generator.settings), Tag("a", generator.settings)
    one.text = "described"
    generator.context["PAIR_OF"] = [one, one if DATA == "old" else two]
""",
    ),
    # What a template gets must be what it gets from stock Pelican.
    Exhibit(
        "a_list_printed_prettily",
        ("{{ article.long|pprint }}",),
        plugin=EACH + "        article.long = [DATA * 20, DATA * 20]\n",
    ),
    Exhibit(
        "a_filter_that_asks_for_the_type",
        ("{{ article.typed|told }}",),
        plugin="""
@at("generator_init")
def add(generator):
    generator.env.filters["told"] = lambda v: type(v).__name__ + DATA
"""
        + EACH
        + "        article.typed = [1]\n",
    ),
    Exhibit(
        "a_filter_that_copies",
        ("{{ article.copied|shuffled|length }} {{ article.copied|length }}",),
        plugin="""
import copy
@at("generator_init")
def add(generator):
    generator.env.filters["shuffled"] = copy.copy
"""
        + EACH
        + "        article.copied = [1, 2]\n",
    ),
    Exhibit(
        "a_function_that_counts_up",
        ("{{ article.counted }}{{ bump(article) }}{{ article.counted }}",),
        plugin="def bump(article):\n    article.counted += 1\n    return ''\n"
        "in_templates(bump=bump)" + EACH + "        article.counted = 0\n",
    ),
)


def museum(exhibits: Iterable[Exhibit]) -> tuple[Files, Files]:
    """A site with all ``exhibits``, each on pages of its own, and the edit that changes them."""
    files: dict[str, str | bytes | None] = {}
    edits: dict[str, str | bytes | None] = {}
    conf, plugins, moment = "", [], 1400
    for exhibit in exhibits:
        name = exhibit.name
        plugins.append(f"show_{name}")
        conf += exhibit.conf.replace("{name}", name) + "\n"
        files[f"plugins/show_{name}.py"] = START.replace("{name}", name) + exhibit.plugin
        files[f"data/{name}.json"] = json.dumps(exhibit.before)
        edits[f"data/{name}.json"] = json.dumps(exhibit.after)
        for number, template in enumerate(exhibit.pages):
            files[f"theme/templates/{name}_{number}.html"] = template
            slug, moment = f"{name.replace('_', '-')}-{number}", moment - 1
            files |= post(slug, moment, Template=f"{name}_{number}")
        files |= exhibit.files
        edits |= exhibit.edits
    files |= theme({}) | {"pelicanconf.py": f"{CONF}PLUGINS = {plugins}\n{conf}"}
    return files, edits
