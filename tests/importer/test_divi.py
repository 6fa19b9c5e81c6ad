"""Every module of a stock Divi keeps its words, in Divi 4 and in Divi 5."""

from __future__ import annotations

import json

import pytest

from publish.importer.markdown.normal import normal
from publish.importer.tree import parse
from publish.importer.wordpress import divi
from publish.importer.wordpress.blocks import to_html
from publish.importer.wordpress.expand import expand
from tests.importer.export import alone

WORDED = sorted(set(divi.PARTS) - {"icon", "lottie", "divider", "image", "video",
                                   "video_slider_item", "gallery", "code"})  # fmt: skip
NO_WORDS = ("url", "link", "src", "image", "alt", "logo", "audio", "gallery_ids", "date_time")
INSIDE = {
    "contact_form", "number_counter", "circle_counter", "countdown_timer", "button", "heading",
    "map", "link", "social_media_follow", "audio", "icon_list_item",
}  # fmt: skip


def shown(html: str) -> str:
    root, _ = parse(html)
    return " ".join(normal(root, lambda *_: None, True).text().split())


def fields_of(name: str) -> dict[str, str]:
    keys = [key for part in divi.PARTS[name] for key in part.split()[1:]]
    return {k: f"{k} said" for k in keys if not any(word in k for word in NO_WORDS)}


@pytest.mark.parametrize("name", WORDED)
def test_a_module_keeps_its_words(name: str):
    fields = fields_of(name)
    attributes = "".join(f' {key}="{value}"' for key, value in fields.items())
    body = "" if name in INSIDE else "Words inside."
    context = alone()
    text = shown(expand(f"[et_pb_{name}{attributes}]{body}[/et_pb_{name}]", context))
    for value in fields.values():
        assert value in text
    assert body in text
    assert not any(loss.code == "unknown-shortcode" for loss in context.losses)


@pytest.mark.parametrize("name", ["slide", "image", "map", "code", "gallery", "divider", "menu"])
def test_a_module_over_the_whole_width_shows_what_the_other_of_its_name_does(name: str):
    inside = 'title="T" heading="H" src="/a.jpg" address="A"]Body[/et_pb_'
    one, wide = (expand(f"[et_pb_{n} {inside}{n}]", alone()) for n in (name, f"fullwidth_{name}"))
    assert one == wide
    block = '<!-- wp:divi/{0} {{"title":{{"innerContent":{{"desktop":{{"value":"T"}}}}}}}} /-->'
    one, wide = (to_html(block.format(n), alone()) for n in (name, f"fullwidth-{name}"))
    assert one == wide


@pytest.mark.parametrize("name", WORDED)
def test_no_words_of_a_divi_5_module_are_lost(name: str):
    if name in ("link", "icon_list_item", "social_media_follow"):
        return
    values = {}
    for key, value in fields_of(name).items():
        if key.startswith("button"):
            element = {
                "button_text": "button",
                "button_one_text": "buttonOne",
                "button_two_text": "buttonTwo",
            }[key]
            values[element] = {"innerContent": {"desktop": {"value": {"text": value}}}}
        else:
            parts = key.split("_")
            element = parts[0] + "".join(part.capitalize() for part in parts[1:])
            values[element] = {"innerContent": {"desktop": {"value": value}}}
    body = "" if name in INSIDE else "Words inside."
    if body:
        values["content"] = {"innerContent": {"desktop": {"value": f"<p>{body}</p>"}}}
    block = f"<!-- wp:divi/{name.replace('_', '-')} {json.dumps(values)} /-->"
    text = shown(to_html(block, alone()))
    for value in fields_of(name).values():
        assert value in text
    assert body in text


@pytest.mark.parametrize("name", sorted(divi.DYNAMIC - {"contact_field", "signup_custom_field"}))
def test_what_wordpress_filled_is_named(name: str):
    context = alone()
    assert "et_pb" not in expand(f'[et_pb_{name} title="T"][/et_pb_{name}]', context)
    assert [loss.code for loss in context.losses] == ["module-dropped"]


def test_a_form_goes_and_the_report_says_what_it_asked_for():
    context = alone()
    html = expand(
        '[et_pb_contact_form title="Write"][et_pb_contact_field field_title="Your name"]'
        "[/et_pb_contact_field][/et_pb_contact_form]",
        context,
    )
    root, _ = parse(html)
    text = normal(root, context.lose, True).text()
    assert text == "Write"
    assert [(loss.code, loss.excerpt) for loss in context.losses] == [("form-dropped", "Your name")]


def test_attributes_that_are_no_json_keep_their_words():
    context = alone()
    broken = (
        '<!-- wp:divi/text {"content":{"innerContent":{"desktop":{"value":"<p>Still here</p>"} -->'
    )
    assert "Still here" in shown(to_html(broken, context))
    assert [loss.code for loss in context.losses] == ["words-differ"]


def test_a_reference_to_itself_ends():
    context = alone(
        module8='[et_pb_text]once [et_pb_text global_module="8"][/et_pb_text][/et_pb_text]'
    )
    text = expand('[et_pb_text global_module="8"][/et_pb_text]', context)
    assert shown(text) == "once"
    assert [loss.code for loss in context.losses] == ["reference-missing"]
