"""Plugins and themes that use posts which no edit touches, and which the engine restores.

Each scene builds three times before the edit that would reveal a stale page, so that the posts come
from a cache which was itself written after restoring them.
"""

from __future__ import annotations

from tests.site.laws_scenes import Scene, site
from tests.site.laws_site import Files, post

START = (
    "import os\nfrom pathlib import Path\nfrom pelican import signals\n"
    "from pelican.contents import Article, Content\n"
    "ROOT = Path(__file__).parents[1]\n"
    "def word(posts):\n"
    "    return next((p.metadata.get('word', '') for p in posts if p.slug == 'boss'), '')\n"
)
"""``word`` is what the post `boss` says: it decides what a plugin does to all others."""


BARE = dict.fromkeys(("index", "archives", "period_archives", "category", "tag", "author"), "")
"""A theme whose lists use no attribute of a post."""


def boss(word: str) -> dict[str, str]:
    """The newest post, whose word a plugin uses."""
    return post("boss", 30, Word=word, Tags="big")


def others(number: int) -> dict[str, str]:
    """An edit on which no other page depends."""
    return post("three", 3, f"The {number}. body.", Tags="c, d")


REVEALING = (boss("b"), boss(""), boss("a"))
QUIET = "".join(
    f"{name} = None\n" for name in ("FEED_ALL_ATOM", "CATEGORY_FEED_ATOM", "TRANSLATION_FEED_ATOM")
)
"""Without feeds: a feed that is written anew reads every post before the pages are made."""


def scene(
    name: str,
    templates: Files | None = None,
    conf: str = "",
    edits: tuple[Files, ...] = REVEALING,
    files: Files | None = None,
    **plugins: str,
) -> Scene:
    """A site whose posts have been restored when the first of ``edits`` comes."""
    made = site(
        QUIET + conf,
        BARE | dict(templates or {}),
        **{n: START + text for n, text in plugins.items()},
    )
    made |= post("one", 1, Tags="a, b") | post("two", 2, Tags="b, c") | boss("a") | others(0)
    return Scene(name, made | dict(files or {}), (others(1), others(2), *edits))


def at(signal: str, body: str, given: str = "generator", before: str = "") -> str:
    """A plugin that does ``body`` at a signal."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        f"{before}\ndef handle({given}, *args, **named):\n{lines}"
        f"def register():\n    signals.{signal}.connect(handle)\n"
    )


def finalized(body: str, before: str = "") -> str:
    """A plugin that does ``body`` when all posts have been read."""
    return at("article_generator_finalized", body, before=before)


def said(before: str) -> str:
    """A plugin that keeps the word in SAID for what stands ``before``."""
    return finalized("SAID[0] = word(generator.articles)", f"SAID = ['']\n{before}")


FLAG = "('flag' in os.listdir(ROOT / 'flags'))"
FLAGS: tuple[Files, ...] = (
    others(3) | {"flags/flag": ""},
    others(4),
    others(5) | {"flags/flag": None},
)
FEED = "FEED_ALL_ATOM = 'feed.xml'\nFEED_DOMAIN = SITEURL\nFEED_MAX_ITEMS = 1"
LIST = "{% for a in articles %}{{ a.title }} {% endfor %}"
MOOD = {"article": "{{ article.title }} {{ article.mood }}"}
HOME = "Title: Home\nSave_as: home.html\n\nHome.\n"

SCENES = (
    # What a plugin put on a post at the last build, and no more.
    scene("an_attribute_that_disappears", MOOD, mood=finalized(
        "if word(generator.articles):\n    for p in generator.articles:\n"
        "        p.mood = word(generator.articles)")),
    scene("an_attribute_of_two_words_that_disappears", {"article": "{{ article['my mood'] }}"},
        mood=finalized(
        "if word(generator.articles):\n    for p in generator.articles:\n"
        "        setattr(p, 'my mood', word(generator.articles))")),
    scene("a_tag_in_place_that_disappears",
        {"article": "{% for t in article.tags %}{{ t }} {% endfor %}"},
        tagger=finalized(
            "from pelican.contents import Tag\n"
            "if word(generator.articles):\n    for p in generator.articles:\n"
            "        p.tags.append(Tag(word(generator.articles), generator.settings))")),
    scene("a_tags_colour_that_disappears",
        {"article": "{% for t in article.tags %}{{ t }}{{ t.colour }} {% endfor %}"},
        tagger=finalized(
            "if word(generator.articles):\n    for p in generator.articles:\n"
            "        for t in p.tags:\n            t.colour = word(generator.articles)")),
    scene("a_mood_that_a_template_gives",
        {"article": "{{ article.mood }} {% if article.word %}{{ spread(article) }}{% endif %}"},
        spread="def spread(generator):\n"
        "    def give(post):\n"
        "        for p in generator.articles:\n"
        "            if p is not post and post.word != '-': p.mood = post.word\n"
        "        return ''\n"
        "    generator.env.globals['spread'] = give\n"
        "def register():\n    signals.article_generator_init.connect(spread)\n",
        edits=(boss("b"), boss("-"), boss("a"), boss(""), boss("c"))),
    # Names changed in place.
    scene("a_category_renamed_in_place", {"article": "{{ article.category }}"},
        renames=finalized(
            "for p in generator.articles:\n    p.category.name = 'N' + word(generator.articles)")),
    scene("a_tag_renamed_in_place", {"article": "{{ article.tags|join }}"},
        renames=finalized("for p in generator.articles:\n    for t in p.tags:\n"
            "        t.name += word(generator.articles)")),
    scene("a_slug_renamed_in_place", {"article": "{{ article.category.slug }}"},
        renames=finalized(
            "for p in generator.articles:\n    p.category._slug = 'n' + word(generator.articles)")),
    # What a class knows.
    scene("a_property_given_to_every_post", MOOD,
        mood=said("Article.mood = property(lambda self: SAID[0])")),
    scene("a_property_given_to_every_category", {"article": "{{ article.category.mood }}"},
        mood=said("from pelican.urlwrappers import Category\n"
            "Category.mood = property(lambda self: SAID[0])")),
    scene("a_title_that_the_class_gives", {"article": "{{ article.title }}"},
        mood=said(
            "def put(self, v):\n    self._titled = v\n"
            "Article.title = property(lambda self: self._titled + SAID[0], put)")),
    scene("a_summary_that_the_class_gives", {"article": "{{ article.summary }}"},
        mood=said(
            "stock = Content.summary.fget\n"
            "Content.summary = property(lambda s: stock(s) + SAID[0], lambda s, v: None)")),
    scene("an_address_that_the_subclass_gives", {"article": "{{ article.url }}",
            "index": "{% for a in articles %}{{ a.url }} {% endfor %}"},
        mood=said(
            "Article.url = property(lambda self: f'{self.slug}/?{SAID[0]}')")),
    scene("posts_of_another_class", {"article": "{{ article.url }}"},
        mood=finalized("SAID[0] = word(generator.articles)\n"
            "for p in generator.articles:\n    p.__class__ = Special",
            "SAID = ['']\nclass Special(Article):\n"
            "    @property\n    def url(self):\n        return super().url + SAID[0]\n"
            "Special.__name__ = 'Article'\n")),
    # Settings changed on the way.
    scene("summaries_of_another_length", {"article": "{{ article.summary }}"},
        shorter=finalized("generator.settings['SUMMARY_MAX_LENGTH'] = "
            "{'a': 2, 'b': 3}.get(word(generator.articles), 4)")),
    scene("addresses_of_another_kind", {"article": "{{ article.url }}"},
        elsewhere=finalized("generator.settings['ARTICLE_URL'] = "
            "'{slug}/?' + word(generator.articles)")),
    scene("lists_of_another_length",
        {"index": "{{ articles_page.object_list|length }}"},
        shorter=finalized("generator.settings['DEFAULT_PAGINATION'] = "
            "{'a': 2, 'b': 3}.get(word(generator.articles), 4)")),
    scene("feeds_with_another_end", conf=FEED,
        shorter=finalized(f"generator.settings['FEED_APPEND_REF'] = {FLAG}"),
        files={"flags/x": ""}, edits=FLAGS),
    scene("feeds_of_another_kind", conf=FEED,
        kind="from pelican import writers\n"
            "class Own(writers.Atom1Feed):\n"
            "    def add_root_elements(self, handler):\n"
            "        super().add_root_elements(handler)\n"
            f"        handler.addQuickElement('flag', str({FLAG}))\n"
            "def register():\n    writers.Atom1Feed = Own\n",
        files={"flags/x": ""}, edits=FLAGS),
    # The writer's calls.
    scene("a_category_with_a_colour", {"category": "{{ category.colour }}"},
        colours=finalized("for c, _ in generator.categories:\n"
            "    c.colour = word(generator.articles)")),
    scene("a_writer_that_adds_a_variable", {"article": "{{ added }}", "tags": "{{ added }}"},
        adds=said("from pelican.writers import Writer\nstock = Writer.write_file\n"
            "def write(self, *args, **named):\n"
            "    return stock(self, *args, added=SAID[0], **named)\n"
            "Writer.write_file = write")),
    scene("a_list_with_a_paginator_of_its_own",
        {"index": LIST.replace("articles", "articles_page.object_list")},
        adds=said("from pelican import writers\n"
            "class Own(writers.Paginator):\n"
            "    def __init__(self, name, url, found, settings, per_page):\n"
            "        found = sorted(found, key=lambda a: a.slug, reverse=SAID[0] == 'b')\n"
            "        super().__init__(name, url, found, settings, per_page)\n"
            "writers.Paginator = Own")),
    scene("articles_written_with_more", {"article": "{{ article.title }} {{ added }}"},
        adds=said("import functools\nfrom pelican.generators import ArticlesGenerator\n"
            "stock = ArticlesGenerator.generate_articles\n"
            "@functools.wraps(stock)\n"
            "def generate_articles(self, write):\n"
            "    stock(self, functools.partial(write, added=SAID[0] + str(len(self.articles))))\n"
            "ArticlesGenerator.generate_articles = generate_articles")),
    scene("pages_made_with_more", {"article": "{{ article.title }} {{ added }}"},
        adds=said("import functools\nfrom pelican.generators import ArticlesGenerator\n"
            "def generate_pages(self, writer):\n"
            "    self.generate_articles(functools.partial(writer.write_file, added=SAID[0],"
            " relative_urls=False))\n"
            "ArticlesGenerator.generate_pages = generate_pages")),
    scene("tags_written_with_more", {"tag": "{{ tag }} {{ added }}"},
        adds=said("import functools\nfrom pelican.generators import ArticlesGenerator\n"
            "stock = ArticlesGenerator.generate_tags\n"
            "@functools.wraps(stock)\n"
            "def generate_tags(self, write):\n"
            "    stock(self, functools.partial(write, added=SAID[0]))\n"
            "ArticlesGenerator.generate_tags = generate_tags")),
    scene("another_template_of_the_same_post", {"special": "special {{ article.title }}"},
        chooses=said("from pelican.generators import ArticlesGenerator\n"
            "stock = ArticlesGenerator.get_template\n"
            "def get_template(self, name):\n"
            "    return stock(self, 'special' if (name, SAID[0]) == ('article', 'b') else name)\n"
            "ArticlesGenerator.get_template = get_template")),
    scene("a_template_with_a_better_ending", conf="TEMPLATE_EXTENSIONS = ['.htm', '.html']",
        edits=({"theme/templates/article.htm": "new {{ article.title }}"}, others(3),
               {"theme/templates/article.htm": None})),
    # After everything was ready.
    scene("a_title_changed_while_feeds_are_written", conf="FEED_ALL_ATOM = 'feed.xml'",
        late=at("feed_generated",
            "for p in context['articles']:\n"
            "    if p.slug != 'boss': p.title = p.slug.upper() + word(context['articles'])",
            given="context")),
    scene("a_generator_that_changes_bodies",
        {"ranks": "{% for a in articles if a.slug == 'one' %}{{ a.content }}{% endfor %}",
            "article": "{{ article.title }}"},
        late="from pelican.generators import Generator\nclass Ranks(Generator):\n"
        "    def generate_output(self, writer):\n"
        "        for p in self.context['articles']:\n"
        "            p._content += word(self.context['articles'])\n"
        "        writer.write_file('ranks.html', self.get_template('ranks'), self.context)\n"
        "def get(pelican):\n    return Ranks\n"
        "def register():\n    signals.get_generators.connect(get)\n"),
    scene("titles_changed_when_articles_are_written",
        {"page": "{% for a in articles %}{{ a.title }} {% endfor %}"},
        files={"content/pages/all.md": "Title: All\n\nAll.\n"},
        late=at("article_writer_finalized",
            "for p in generator.articles:\n    p.title = p.title + word(generator.articles)")),
    scene("a_list_that_the_newest_page_adds_to", {"article": "{{ LOG|join }}"
        "{% if article.word == 'b' %}{% if LOG.append('x') %}{% endif %}{% endif %}"},
        log="LOG = []\n" + at("generator_init", "generator.env.globals['LOG'] = LOG")),
    scene("a_tag_in_place_that_appears_after_a_look",
        {"article": "{% if article.word %}" + LIST + "{% endif %}"
         "{% for t in article.tags %}{{ t }} {% endfor %}"},
        conf="RELATIVE_URLS = True\nJINJA_FILTERS = {'loud': str.upper}",
        files=boss(""), edits=(boss("b"), others(3)),
        tagger=finalized("from pelican.contents import Tag\nif word(generator.articles):\n"
            "    for p in generator.articles:\n"
            "        p.tags.append(Tag('x' + word(generator.articles), generator.settings))")),
    # What a post leads to.
    scene("a_context_read_through_a_post", {"article": "{{ article._context.articles|length }}"},
        edits=(post("four", 4), {"content/posts/four.md": None})),
    scene("feeds_of_bodies_that_the_class_gives",
        conf=FEED,
        kind="stock = Content._update_content\n"
            "def register():\n"
            f"    Content._update_content = lambda self, c, s: stock(self, c, s) + str({FLAG})\n",
        files={"flags/x": ""}, edits=FLAGS),
    scene("a_default_for_whatever_a_post_lacks",
        {"article": "{{ article.title }}{{ article.mood }}"},
        mood="def register():\n    Article.__getattr__ = absent\n"
        "def absent(self, name):\n"
        "    if name == 'mood': return 'none'\n    raise AttributeError(name)\n"),
    scene("a_function_that_adds_to_a_list_in_a_dictionary",
        {"article": "{{ add(BOOK.lines) }}{{ BOOK.lines|length }}"},
        book="def add(lines):\n    lines.append(1)\n    return ''\n"
        + at("generator_init", "generator.env.globals.update(BOOK={'lines': []}, add=add)")),
    scene("posts_that_equal_others", {"category": "{% for a in dates %}{{ a.title }} {% endfor %}"},
        same="Article.__eq__ = lambda self, other: self.slug[0] == other.slug[0]\n"
        "Article.__hash__ = object.__hash__\n"
        + finalized("generator.categories = [(c, a[:2]) for c, a in generator.categories]\n"
        "word(generator.articles)")),
    scene("a_console_that_tells_more",
        tells="import pelican\n" + finalized("pelican.console.log('x')\nword(generator.articles)")),
    scene("a_post_in_another_markup",
        files={"content/posts/rst.rst": "Four\n####\n:date: 2024-01-02\n\n*Four* :abbr:`A (B)`.\n"},
        role="from pelican.readers import RstReader\n"
        + finalized("generator.context['R'] = RstReader.__mro__[1].__name__\n"
        "word(generator.articles)")),
    # How a restored post could differ from a read one.
    scene("a_tag_put_into_the_metadata", {"article": "{{ article.tags|join }}"},
        tagger=finalized("from pelican.contents import Tag\n"
            "for p in generator.articles:\n"
            "    p.metadata['tags'].append(Tag('x', p.settings))\nword(generator.articles)")),
    scene("the_metadata_printed",
        {"article": "{{ article.metadata.tags }}{{ article.tags is sameas article.metadata.tags }}"
        "{{ article.category is sameas article.metadata.category }}{{ article.mood }}"},
        mood=finalized("for p in generator.articles:\n    p.mood = word(generator.articles)")),
    scene("a_helper_that_looks_into_dictionaries", MOOD,
        conf="import sys\nfrom pathlib import Path\n"
        "sys.path.insert(0, str(Path(__file__).parent / 'lib'))\n",
        files={"lib/telling.py": "def told(p):\n    return ' '.join(sorted(vars(p)))\n"},
        mood=finalized("for p in generator.articles:\n"
            "    p.mood = word(generator.articles) + telling.told(p)", "import telling")),
    scene("a_filter_that_looks_into_dictionaries", {"article": "{{ article|told }}"},
        conf="import sys\nfrom pathlib import Path\n"
        "sys.path.insert(0, str(Path(__file__).parent / 'lib'))\nimport telling\n"
        "JINJA_FILTERS = {'told': telling.told}\n",
        files={"lib/telling.py": "def told(p):\n"
            "    return ' '.join(sorted(k for k in vars(p) if k[0] != '_'))\n"}),
    scene("a_plugin_without_signals_that_looks_into_dictionaries", MOOD,
        mood="from pelican.generators import ArticlesGenerator\n"
        "stock = ArticlesGenerator.generate_context\n"
        "def generate_context(self):\n    stock(self)\n"
        "    for p in self.articles:\n        p.mood = ' '.join(sorted(vars(p)))\n"
        "def register():\n    ArticlesGenerator.generate_context = generate_context\n"),
    scene("a_plugin_that_lists_attributes", MOOD, mood=finalized(
        "for p in generator.articles:\n"
        "    p.mood = ' '.join(n for n in dir(p) if n[0] != '_')")),
    scene("a_theme_that_takes_the_state", {
        "article": "{{ article.__getstate__()|sort|join(' ') }}",
        "index": "{{ articles[-1].__getstate__()|length }}"}),
    scene("a_theme_that_lists_attributes", {"article":
        "{{ article.__dir__()|reject('in', ['__getattr__', '__getattribute__'])"
        "|reject('in', ['__delattr__', '__reduce_ex__'])|sort|join(' ') }}"}),
    scene("a_post_made_while_another_is",
        {"article": "{{ article.title }} {{ article.content }} {{ article.teaser.title }}"},
        teaser="BUSY = []\ndef made(content):\n"
        "    if BUSY or not isinstance(content, Article): return\n"
        "    BUSY.append(1)\n"
        "    meta = {'title': 'Teaser', 'date': content.date, 'slug': 'about-' + content.slug}\n"
        "    content.teaser = Article('A teaser.', meta, content.settings,"
        " content.source_path, content._context)\n"
        "    BUSY.clear()\n"
        "def register():\n    signals.content_object_init.connect(made)\n"),
    scene("a_plugin_that_reads_a_post_itself", {"index": "{{ EXTRA.title }} {{ EXTRA.content }}"},
        files={"content/extra/extra.md": "Title: Extra\nDate: 2020-01-01\n\nExtra.\n"},
        reads=finalized("generator.context['EXTRA'] = generator.readers.read_file("
            "base_path=generator.path, path='extra/extra.md', content_class=Article)"),
        edits=(boss("b"), boss("c"),
            {"content/extra/extra.md": "Title: Extra\nDate: 2020-01-01\n\nMore.\n"})),
    scene("slugs_made_another_way",
        {"article": "{{ article.slug }} {{ article.tags|map(attribute='slug')|join }}"},
        slugs="from pelican import contents, urlwrappers\n"
        "def changed(stock, suffix):\n"
        "    return lambda *a, **k: stock(*a, **k) + suffix\n"
        "def register():\n"
        f"    suffix = '-z' if {FLAG} else ''\n"
        "    for module in (contents, urlwrappers):\n"
        "        module.slugify = changed(module.slugify, suffix)\n",
        files={"flags/x": ""} | post("one", 1, Slug="", Tags="a, b"), edits=FLAGS),
    scene("the_class_says_which_template", {"special": "special {{ article.title }}"},
        chooses=f"def register():\n"
        f"    Article.default_template = {FLAG} and 'special' or 'article'",
        files={"flags/x": ""}, edits=FLAGS),
    scene("tag_rules_changed_before_taxonomies",
        {"article": "{{ article.tags|map(attribute='slug')|join(' ') }}"},
        rules=at("article_generator_pretaxonomy", "generator.settings['TAG_REGEX_SUBSTITUTIONS'] ="
            " [(r'$', '-' + word(generator.articles))]")),
    scene("dates_with_a_post_twice",
        {"category": "{% for a in dates %}{{ a.title }} {% endfor %}"},
        pins=finalized("generator.dates.insert(0, generator.dates[-1])\nword(generator.articles)")),
    scene("a_language_with_a_locale_of_its_own", {"article": "{{ article.title }} {{ LOC }}"},
        conf="DATE_FORMATS = {'en': ('POSIX', '%d')}\n",
        edits=({"theme/templates/tags.html": "other"},),
        loc=finalized("import locale\n"
            "generator.context['LOC'] = locale.setlocale(locale.LC_ALL)\n"
            "word(generator.articles)")),
    scene("templates_trimmed_another_way",
        {"article": "x\n{% if 1 %}\ny\n{% endif %}\n{{ article.title }}{{ article.word }}"},
        trims=finalized("generator.env.trim_blocks = word(generator.articles) == 'b'")),
    scene("a_page_in_the_place_of_a_copy",
        conf="EXTRA_PATH_METADATA = {'images/home.html': {'path': 'home.html'}}",
        files={"content/pages/home.md": HOME},
        edits=({"content/images/home.html": "static"}, others(3),
            {"content/images/home.html": None}, others(4), {"content/images/home.html": "static"},
            {"content/pages/home.md": None}, others(5), {"content/pages/home.md": HOME},
            {"content/images/home.html": None})),
    scene("an_article_in_the_place_of_a_copy",
        conf="EXTRA_PATH_METADATA = {'images/home.html': {'path': 'one/index.html'}}",
        edits=({"content/images/home.html": "static"}, others(3),
            {"content/images/home.html": None}, others(4), {"content/images/home.html": "static"},
            others(5), {"content/images/home.html": None})),
    scene("two_copies_to_one_place", conf="THEME_STATIC_PATHS = ['static', 'more']",
        files={"theme/more/b.css": ""},
        edits=({"theme/more/a.css": "more"}, others(3), {"theme/more/a.css": None}, others(4),
            {"theme/static/a.css": "less"})),
)  # fmt: skip
