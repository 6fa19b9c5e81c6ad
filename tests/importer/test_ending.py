"""The ending that posts share: a call to action is removed, anything else stays."""

from __future__ import annotations

from publish.settings import Settings
from tests.importer.export import export, imported, item
from tests.importer.test_run import report

CALL = """[et_pb_section][et_pb_row][et_pb_column][et_pb_text]\
<h3>Did you like this?</h3><p>One letter a month, no spam.</p>[/et_pb_text]\
[et_pb_signup title="Join the list" description="Tips for the counter"][/et_pb_signup]\
[/et_pb_column][/et_pb_row][/et_pb_section]"""
STRIP = """<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="https://www.facebook.com/sharer/sharer.php?u=%s">\
Facebook</a></li><li><a href="https://twitter.com/intent/tweet?url=%s">X</a></li></ul></div>"""
SOBER = "<p>Disclaimer: this is no medical advice. Consult your own doctor.</p>"


def bodies(blog: Settings, ends: list[str], *options: str) -> list[str]:
    posts = [
        item(n, f"<p>Own words of {n}.</p>\n\n{end}", slug=f"p{n}") for n, end in enumerate(ends, 1)
    ]
    assert imported(blog, export(*posts), *options) == 0
    return [(blog.content / f"posts/p{n}.md").read_text() for n in range(1, len(ends) + 1)]


def test_a_sign_up_that_a_third_of_the_posts_share_goes_with_its_words(blog: Settings):
    texts = bodies(blog, [CALL, CALL, CALL, "", "", "", "", "", ""])
    for text in texts:
        assert "Own words" in text
        for words in ("Did you like", "no spam", "Join the list", "Tips for"):
            assert words not in text
    assert [
        (each["code"], each["id"], each["detail"])
        for each in report(blog)["losses"]
        if each["code"] == "end-dropped"
    ] == [("end-dropped", 0, "3 posts")]
    (ending,) = report(blog)["endings"]
    assert ending["posts"] == 3
    assert "One letter a month" in ending["words"]


def test_a_share_strip_goes_though_its_links_differ_and_the_disclaimer_stays(blog: Settings):
    texts = bodies(blog, [SOBER + STRIP % (n, n) for n in range(4)])
    for text in texts:
        assert "no medical advice" in text
        assert "Facebook" not in text
        assert "Share this" not in text


def test_a_shared_ending_that_calls_for_nothing_stays(blog: Settings):
    assert all("no medical advice" in text for text in bodies(blog, [SOBER] * 5))
    assert report(blog)["endings"] == []


def test_too_few_posts_share_nothing(blog: Settings):
    assert "Join the list" in bodies(blog, [CALL, CALL])[0]
    other = bodies(blog, [CALL, CALL, CALL, *[""] * 7])
    assert "Join the list" in other[0]


def test_it_can_be_kept(blog: Settings):
    assert "Join the list" in bodies(blog, [CALL] * 4, "--keep-end")[0]
