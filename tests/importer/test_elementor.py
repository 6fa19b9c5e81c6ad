"""Elementor's JSON: the words, pictures and links of each widget."""

from __future__ import annotations

import json

import pytest

from publish.importer import body
from publish.importer.model import Item
from tests.importer.converting import this_blog
from tests.importer.export import alone


def page(*widgets: dict) -> tuple[str, list[tuple[str, str, str]]]:
    """The Markdown of a page of these widgets, and what is lost."""
    from publish.importer.markdown import verify

    data = json.dumps(
        [{"elType": "section", "elements": [{"elType": "column", "elements": list(widgets)}]}]
    )
    context, site = alone(), this_blog()
    item = Item(1, body="<p>Stale.</p>", meta={"_elementor_data": data})
    made, differences = verify.written(body.blocks_of(item, context), [], site.dialect(), site)
    assert differences == []
    return made, [(loss.code, loss.detail, loss.excerpt) for loss in context.losses]


def widget(kind: str, **settings: object) -> dict:
    return {"elType": "widget", "widgetType": kind, "settings": settings}


LINK = {"url": "https://e.example/x"}
PICTURE = {"url": "https://e.example/a.jpg", "id": 9, "alt": "A"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (widget("heading", title="H", header_size="h3", link=LINK), "### [H](https://e.example/x)"),
        (widget("heading", title="H", header_size="script"), "## H"),
        (widget("text-editor", editor="<p>a</p><ul><li>b</li></ul>"), "a\n\n- b"),
        (widget("image", image=PICTURE), "![A](https://e.example/a.jpg)"),
        (
            widget("image", image=PICTURE, caption="C", link=LINK, link_to="custom"),
            '<figure markdown="1">\n[![A](https://e.example/a.jpg)](https://e.example/x)\n'
            "<figcaption>C</figcaption>\n</figure>",
        ),
        (widget("button", text="Go", link=LINK), "[Go](https://e.example/x)"),
        (
            widget("icon-list", icon_list=[{"text": "a", "link": LINK}, {"text": "b"}]),
            "- [a](https://e.example/x)\n- b",
        ),
        (
            widget("icon-box", title_text="T", description_text="D", link=LINK),
            "### [T](https://e.example/x)\n\nD",
        ),
        (
            widget("image-box", title_text="T", description_text="D", image=PICTURE),
            "![A](https://e.example/a.jpg)\n\n### T\n\nD",
        ),
        (widget("accordion", tabs=[{"tab_title": "T", "tab_content": "<p>C</p>"}]), "#### T\n\nC"),
        (
            widget(
                "testimonial", testimonial_content="C", testimonial_name="N", testimonial_job="J"
            ),
            "C\n\nN\n\nJ",
        ),
        (widget("counter", ending_number=55, prefix="$", suffix="k", title="T"), "$55k\n\n### T"),
        (widget("progress", title="T", percent={"size": 60, "unit": "%"}), "### T\n\n60%"),
        (widget("alert", alert_title="T", alert_description="D"), "### T\n\nD"),
        (
            widget(
                "price-table",
                heading="H",
                price="9",
                period="a month",
                features_list=[{"item_text": "F"}],
                button_text="Buy",
                link=LINK,
            ),
            "### H\n\n9\n\na month\n\n- F\n\n[Buy](https://e.example/x)",
        ),
        (
            widget(
                "price-list", price_list=[{"title": "T", "item_description": "D", "price": "$1"}]
            ),
            "#### T\n\nD\n\n$1",
        ),
        (
            widget("call-to-action", title="T", description="D", button="Go", link=LINK),
            "### T\n\nD\n\n[Go](https://e.example/x)",
        ),
        (
            widget("flip-box", title_text_a="A", description_text_a="a", title_text_b="B"),
            "### A\n\na\n\n### B",
        ),
        (
            widget("animated-headline", before_text="a", highlighted_text="b", after_text="c"),
            "a\n\nb\n\nc",
        ),
        (widget("blockquote", blockquote_content="Q", author_name="N"), "Q\n\nN"),
        (
            widget("image-carousel", carousel=[PICTURE, PICTURE]),
            "![A](https://e.example/a.jpg)\n\n![A](https://e.example/a.jpg)",
        ),
        (widget("html", html="<div>a</div>"), "a"),
        (widget("divider"), "---"),
        (widget("spacer", space={"size": 9}), ""),
        (widget("icon", selected_icon={"value": "fas fa-x"}), ""),
    ],
)
def test_a_widget_becomes(given: dict, expected: str):
    assert page(given) == (expected, [])


@pytest.mark.parametrize(
    ("given", "expected", "loss"),
    [
        (
            widget("video", youtube_url="https://youtu.be/abcdefghijk"),
            "[Video on YouTube](https://youtu.be/abcdefghijk)",
            ("embed-as-link", "https://youtu.be/abcdefghijk", "video"),
        ),
        (
            widget("form", form_fields=[{"field_label": "Mail"}], button_text="Send"),
            "",
            ("form-dropped", "form", "Mail, Send"),
        ),
        (widget("posts"), "", ("module-dropped", "elementor:posts", "")),
        (
            widget("wp-widget-search", title="Find"),
            "",
            ("module-dropped", "elementor:wp-widget-search", "Find"),
        ),
        (
            widget("vendor-box", vendor_title="T", vendor_content="<p>c</p>", text_color="#fff"),
            "### T\n\nc",
            ("unknown-shortcode", "elementor:vendor-box", "T c"),
        ),
        (widget("vendor-map", zoom=9), "", ("module-dropped", "elementor:vendor-map", "")),
        (
            widget("shortcode", shortcode="[odd_one]a[/odd_one]"),
            "a",
            ("unknown-shortcode", "odd_one", "a"),
        ),
        (
            widget("heading", title="T", hide_desktop="1", hide_tablet="1", hide_mobile="1"),
            "",
            ("hidden-left", "elementor:heading", "T"),
        ),
        (
            widget("image", image=PICTURE, background_image=PICTURE),
            "![A](https://e.example/a.jpg)",
            ("background-dropped", "https://e.example/a.jpg", ""),
        ),
    ],
)
def test_what_a_widget_loses_is_named(given: dict, expected: str, loss: tuple[str, str, str]):
    assert page(given) == (expected, [loss])


def test_titles_of_nested_parts_stand_before_what_they_open():
    inner = [
        {"elType": "container", "elements": [widget("text-editor", editor=word)]}
        for word in ("one", "two")
    ]
    nested = widget("nested-accordion", items=[{"item_title": "A"}, {"item_title": "B"}])
    assert page({**nested, "elements": inner})[0] == "#### A\n\none\n\n#### B\n\ntwo"


@pytest.mark.parametrize("data", ["", "no json", "{}", "[", "[1, null, [], {}]", '"x"'])
def test_what_is_no_page_of_elementors_leaves_the_body(data: str):
    context = alone()
    root = body.blocks_of(Item(1, body="Words.", meta={"_elementor_data": data}), context)
    assert root.text().strip() in ("Words.", "")
    assert root.text().strip() or data.startswith("[1")


def test_slashes_that_an_export_doubled_are_no_obstacle():
    data = json.dumps([widget("text-editor", editor="a")]).replace('"', '\\"')
    item = Item(1, body="Stale.", meta={"_elementor_data": data})
    assert body.blocks_of(item, alone()).text().strip() == "a"


def test_a_page_that_is_not_built_by_it_any_more_keeps_its_body():
    data = json.dumps([widget("text-editor", editor="old")])
    item = Item(1, body="New.", meta={"_elementor_data": data, "_elementor_edit_mode": "off"})
    assert body.blocks_of(item, alone()).text().strip() == "New."


def test_what_is_nested_without_end_ends():
    part: dict = widget("text-editor", editor="deep")
    for _ in range(300):
        part = {"elType": "section", "elements": [part]}
    made, _ = page(part)
    assert made == ""
