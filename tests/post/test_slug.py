"""Slugs, against Pelican's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican.settings import DEFAULT_CONFIG
from pelican.utils import slugify as pelicans

from publish.post.slug import SUBSTITUTIONS, slug_of_title, slugify


def test_the_substitutions_are_pelicans():
    assert list(SUBSTITUTIONS) == DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]


TITLES = st.text(st.sampled_from("abÄßé東京 -–_.,<>&;!?'\"’/#é10¼ﬁ"), max_size=30)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "SLUGIFY_USE_UNICODE": st.booleans(),
        "SLUGIFY_PRESERVE_CASE": st.booleans(),
        "SLUG_REGEX_SUBSTITUTIONS": st.just([("é", "e"), ("[^\\w]+", "_")]),
    },
)


@given(TITLES, VALUES)
def test_a_slug_is_pelicans(title: str, values: dict[str, Any]):
    assert slugify(title, values) == pelicans(
        title,
        regex_subs=values.get("SLUG_REGEX_SUBSTITUTIONS", SUBSTITUTIONS),
        preserve_case=values.get("SLUGIFY_PRESERVE_CASE", False),
        use_unicode=values.get("SLUGIFY_USE_UNICODE", False),
    )


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What's <2 or >4?", "whats-2-or-4"),
        ("What the <details> element taught me", "what-the-details-element-taught-me"),
        ("An <em>open</em> door", "an-open-door"),
        ("Q&amp;A", "qa"),
        ("東京", "dong-jing"),
    ],
)
def test_a_new_post_keeps_every_word_of_its_title(title: str, slug: str):
    assert slug_of_title(title) == slug


@given(st.text("abc ÄÖé-,.!?"))
def test_where_a_title_is_plain_the_two_agree(title: str):
    assert slug_of_title(title) == slugify(title)
