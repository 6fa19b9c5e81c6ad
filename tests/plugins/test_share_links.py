from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import share_links as plugin
from hypothesis import given
from hypothesis import strategies as st
from share_links.links import SERVICES, share_links

from publish.post.text import plain_title

URL = "https://a.example/näher/?p=1&q=2#x"
titles = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&"), min_size=1
).filter(plain_title)


def test_the_order_is_the_settings():
    assert [link.id for link in share_links("T", URL, ["x", "copy"])] == ["x", "copy"]


def test_a_site_may_have_none():
    for none in ([], None):
        site = SimpleNamespace(settings={"SHARE_LINKS": none})
        plugin.defaults(site)
        assert site.settings["SHARE_LINKS"] == []


def test_copy_is_the_permalink_itself():
    (link,) = share_links("T", URL, ["copy"])
    assert link.url == URL


@given(titles)
def test_title_and_address_come_back_whole_whatever_they_hold(title: str):
    links = {link.id: link.url for link in share_links(title, URL, SERVICES)}
    for service in ("linkedin", "facebook", "bluesky", "mastodon", "x", "whatsapp"):
        parts = urlsplit(links[service])
        given_back = parse_qs(parts.query or parts.fragment, keep_blank_values=True)
        values = [value for found in given_back.values() for value in found]
        assert any(URL in value for value in values), service
        if service not in ("linkedin", "facebook"):
            assert any(plain_title(title) in value for value in values), service
    mail = parse_qs(urlsplit(links["email"]).query)
    assert mail == {"subject": [plain_title(title)], "body": [URL]}


@given(titles)
def test_title_and_address_together_are_the_two_with_a_space_between(title: str):
    (link,) = share_links(title, URL, ["bluesky"])
    assert link.url.endswith("?text=" + quote(f"{plain_title(title)} {URL}", safe=""))


def test_links_are_plain_values_that_compare_and_print():
    first, second = (share_links("T", URL, SERVICES) for _ in range(2))
    assert type(first) is list
    assert first == second
    assert repr(first) == repr(second)
    assert {type(value) for link in first for value in link} == {str}


def test_markup_in_a_title_becomes_words():
    (link,) = share_links("<em>Pay</em> &amp; <b>pensions</b>", URL, ["email"])
    assert "subject=Pay%20%26%20pensions&" in link.url


def test_every_link_has_a_name_for_a_screen_reader():
    labels = [link.label for link in share_links("T", URL, SERVICES)]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_an_unknown_service_is_refused_with_the_choices():
    pelican = SimpleNamespace(settings={"SHARE_LINKS": ["linkedin", "gopher"]})
    with pytest.raises(ValueError, match="no service 'gopher' — choose from: linkedin, email"):
        plugin.defaults(pelican)


def test_the_default_list_is_put_in_place():
    pelican = SimpleNamespace(settings={})
    plugin.defaults(pelican)
    default = ["linkedin", "email", "copy", "facebook", "bluesky", "mastodon", "x", "whatsapp"]
    assert pelican.settings["SHARE_LINKS"] == default
