"""The feed item beside the mail, in the preview."""

from dataclasses import replace
from pathlib import Path

from publish.site import mailview

FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>A &amp; B</title>
<link href="http://127.0.0.1:1/calm/"/><content type="html">&lt;p&gt;Words&lt;/p&gt;</content>
</entry></feed>
"""


def preview(root: Path, feed: str = FEED, address: str = "calm/") -> Path:
    from tests.fakes.world import an_issue
    from tests.newsletter.stand import put_issue

    put_issue(root, replace(an_issue(), url=f"https://a.example/{address}"))
    (root / ".publish/site/feeds").mkdir(parents=True)
    (root / ".publish/site/feeds/all.atom.xml").write_text(feed)
    return root / ".publish"


def test_the_item_is_found_by_its_path_whatever_the_host(tmp_path: Path):
    item = mailview.feed_item(preview(tmp_path) / "site", "/calm/")
    assert item == ("A & B", "<p>Words</p>")
    assert mailview.feed_item(tmp_path / ".publish/site", "/other/") is None


def test_a_feed_that_is_being_written_is_no_error(tmp_path: Path):
    assert mailview.feed_item(preview(tmp_path, "<feed") / "site", "/calm/") is None


def test_page_mail_text_and_feed_item_stand_side_by_side(tmp_path: Path):
    folder = preview(tmp_path)
    shown = mailview.answer(folder, "/_issues/calm/", "").body.decode()
    assert 'src="/calm/"' in shown
    assert 'src="/_issues/calm/feed.html"' in shown
    assert "Hello *|UNSUB|*" in shown
    item = mailview.answer(folder, "/_issues/calm/feed.html", "")
    assert (item.status, b"<h1>A &amp; B</h1><p>Words</p>" in item.body) == (200, True)


def test_a_draft_is_in_no_feed_and_its_page_is_the_drafts(tmp_path: Path):
    folder = preview(tmp_path, FEED.replace("/calm/", "/else/"), "drafts/calm/")
    shown = mailview.answer(folder, "/_issues/calm/", "").body.decode()
    assert 'src="/drafts/calm/"' in shown
    assert "in no feed" in shown
    assert mailview.answer(folder, "/_issues/calm/feed.html", "").status == 404
