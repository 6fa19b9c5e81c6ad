"""A theme that reads in as many ways as a theme can, and the plugin it goes with."""

from __future__ import annotations

BASE = """\
{% import "plain.html" as plain %}{% from "knowing.html" import knowing with context %}
<title>{% block title %}{{ SITENAME }}{% endblock %}</title>
<nav>{% for p in pages %}{% if p == page %}*{% endif %}<a href="{{ SITEURL }}/{{ p.url }}">{{
  p.title }}</a>{% endfor %}
{% for c, found in categories %}{{ c }}{% if not article %} ({{ found|length }}){% endif %}
{% endfor %}</nav>
{% for a in articles[:3] %}{{ plain.line(a.title) }}{% endfor %}
{% block body %}{{ articles|length }} of {{ (articles + hidden_articles|default([]))|length }}
{% endblock %}{% include ["extra.html", "more.html"] ignore missing %}
{{ knowing() }}{% block foot %}{{ tags|sort|map("first")|join(" ") }}{% endblock %}
"""
OTHER = "{% for c, null in categories %}{{ c.url }}{% if not loop.last %}, {% endif %}{% endfor %}\
{% for t, _ in tags %}{{ t }}{% if t == tag %}{{ articles|length }}{% endif %}{% endfor %}\
<b>{{ CATEGORY_NOTE|default('') }}</b>{% block title %}{% endblock %}{% block body %}\
{% endblock %}{% block foot %}{{ dates|length }}{% endblock %}"
ARTICLE = """\
{% extends "other.html" if article.category == "Life" else "base.html" %}
{% block title %}{{ super() }} {{ article.title|striptags }}{% endblock %}
{% block body %}{{ article.locale_date }} {{ article.date.isoformat() }} {{ article.metadata.slug }}
{% set ns = namespace(seen=0) %}{% for t in article.tags|default([]) %}{% set ns.seen = ns.seen + 1
%}{{ loop.index }}{% if loop.previtem is defined and loop.previtem < t %}<{% endif %}
<a href="{{ SITEURL }}/{{ t.url }}">{{ t }}</a>{% endfor %}{{ ns.seen }}
{{ article.content }}
{% for t in article.translations|sort(attribute="lang") %}{{ t.lang }} {{ t.url }}{% endfor %}
{% if article.before %}{{ article.before.title }}{% if article.date > article.before.date %}later
{% endif %}{% endif %}{% if article.after %}{{ article.after.url }}{% endif %}
{% for a in articles if a in article.near %}{{ a.summary|striptags|truncate(30) }}{% endfor %}
{% if article.near and article.near[-1] is sameas articles[-1] %}oldest{% endif %}
{% for name, count in article.counts|dictsort %}{{ name }}={{ count }} {% endfor %}
{{ article.card.words }} {{ article.card.first }} {{ article.author|default("nobody") }}
{{ article.author.url if article.author }}{% endblock %}
{% block foot %}{{ super() }}{% if article.lang != DEFAULT_LANG %}{{ hidden_articles|length }}{%
endif %}{% endblock %}
"""
INDEX = """\
{% extends "base.html" %}{% block body %}{{ super() }}
{% for year, found in articles|groupby("date.year") %}{{ year }}: {{ found|map(attribute="title")
|join("; ") }}{% endfor %}
{% for a in articles_page.object_list %}{{ a.summary }}{{ a.title|told }}{% endfor %}
{{ articles_page.number }}/{{ articles_paginator.num_pages }} of {{ articles_paginator.count }}
{% if articles_page.has_next() %}{{ articles_next_page.url }} {{ articles_page.next_page_number() }}
{% endif %}{% if articles_page.has_previous() %}{{ articles_previous_page.url }}{% endif %}
{% for n in articles_paginator.page_range %}{{ n }}{% endfor %}
{{ articles_page.start_index() }}-{{ articles_page.end_index() }} {{ articles_page.save_as }}
{% endblock %}"""
LISTS = """\
{% extends "base.html" %}{% block body %}{{ NAME }} {{ NAME.slug }} {{ NAME.url }}
{% for a in articles_page.object_list %}{{ a.title }} {{ a.url }}{% if not loop.last %}, {% endif %}
{% endfor %}{{ articles|length }} {{ dates[0].title if dates }} {{ dates|last|attr("slug") }}
{% endblock %}"""
THEME = {
    "base": BASE, "other": OTHER, "article": ARTICLE, "index": INDEX,
    "plain": "{% macro line(text) %}<li>{{ text|upper }} {{ SITENAME }} {{ motto }}</li>"
    "{% endmacro %}",
    "knowing": "{% macro knowing() %}{{ output_file }} {{ articles[0].title if articles }}"
    "{% endmacro %}",
    "page": "{% extends 'base.html' %}{% block body %}{{ page.title }}{{ page.content }}"
    "{{ page.status }}{% if pages|list|last == page %}last{% endif %}{% endblock %}",
    "category": LISTS.replace("NAME", "category"),
    "tag": LISTS.replace("NAME", "tag"),
    "author": LISTS.replace("NAME", "author"),
    "archives": "{% extends 'base.html' %}{% block body %}{% for a in dates %}{{ a.title }}"
    "{{ loop.revindex }}{% endfor %}{% do lines.append(1) %}{% endblock %}"
    .replace("{% do lines.append(1) %}", "{% set own = [] %}{% for a in articles %}{% do "
             "own.append(a.slug) %}{% endfor %}{{ own|sort|join }}"),
    "period_archives": "{% extends 'base.html' %}{% block body %}{{ period|join('-') }}"
    "{{ period_num|join }}{% for a in dates %}{{ a.title }}{% endfor %}"
    "{% for p in period_archives.month|default([]) %}{{ p.url }}{{ p.articles|length }}{% endfor %}"
    "{% endblock %}",
    "categories": "{% for c, found in categories %}{{ c }}{{ found|sum(attribute='date.day') }}"
    "{% endfor %}",
    "tags": "{% for t, found in tags|sort(attribute='0.name') %}{{ t }}{{ found[0].title }}"
    "{{ found|map(attribute='slug')|list|sort|first }}{% endfor %}",
    "authors": "{% for a, found in authors %}{{ a }}{{ found|length }}{% endfor %}",
    "special": "{{ article.title }}{{ article.content }}",
}  # fmt: skip
"""Templates by their names without the ending."""

PLUGIN = '''\
"""Neighbours, relations, figures and a text from a file."""
from dataclasses import dataclass
from pathlib import Path
from pelican import signals

@dataclass
class Card:
    words: int
    first: str

def told(text):
    return f"[{text}]"

def prepare(generator):
    motto = Path(__file__).parents[1] / "data/motto.txt"
    generator.env.filters["told"] = told
    generator.env.globals["motto"] = motto.read_text()

def enrich(generator):
    field = generator.settings.get("NEAR_BY", "category")
    posts = generator.articles
    every = [*posts, *generator.translations, *generator.hidden_articles,
             *generator.hidden_translations]
    for number, post in enumerate(every):
        post.before = posts[number - 1] if 0 < number < len(posts) else None
        post.after = posts[number + 1] if number + 1 < len(posts) else None
        mine = str(getattr(post, field, ""))
        post.near = [p for p in posts if p is not post and str(getattr(p, field, "")) == mine]
        words = (post._content or "").split()
        post.counts = {w: words.count(w) for w in words if w.isalpha()}
        post.card = Card(len(words), words[0] if words else "")

def register():
    signals.generator_init.connect(prepare)
    signals.article_generator_finalized.connect(enrich)
'''
