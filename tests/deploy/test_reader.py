"""From a commit to a reader: the page is there in a real browser, then the letter comes."""

from __future__ import annotations

import os
import subprocess
import sys
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publish import sandbox
from tests.deploy import runs
from tests.deploy import stand as stands
from tests.deploy.conftest import Rigs
from tests.deploy.runs import git

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARTICLE = """{% extends "!simple/article.html" %}
{% block head %}{{ super() }}
<meta name="page-digest" content="{{ article.page_digest }}">{% endblock %}
"""


@pytest.mark.browser
def test_a_reader_finds_the_new_page_and_then_gets_the_letter(
    servers: Rigs, tmp_path: Path, browser: Browser
):
    pages = stands.make("git", servers, tmp_path / "pages", "reader")
    values = {
        "DEPLOY": {"pages": pages.options},
        "THEME_TEMPLATES_OVERRIDES": ["templates"],
        "NEWSLETTER_UNDO_MINUTES": 0,
    }
    with runs.a_blog(tmp_path / "blog", servers, "reader-unused", **values) as blog:
        home = blog.begin()
        conf = (home / "pelicanconf.py").read_text(encoding="utf-8")
        (home / "pelicanconf.py").write_text(
            conf.replace(f"{servers.web}/reader-unused", pages.siteurl), encoding="utf-8"
        )
        (home / "templates").mkdir()
        (home / "templates/article.html").write_text(ARTICLE, encoding="utf-8")
        blog.write(home, "first")

        def run() -> subprocess.CompletedProcess[str]:
            env = {
                **os.environ,
                "MAILCHIMP_API_KEY": sandbox.SANDBOX_KEY,
                "MAILCHIMP_BASE_URL": blog.base,
            }
            return subprocess.run(
                [sys.executable, "-m", "publish", "run", "--live"],
                cwd=home,
                env=env,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )

        done = run()
        assert done.returncode == 0, done.stderr
        page = browser.new_page()
        page.goto(f"{pages.siteurl}/index.html")
        assert page.get_by_text("A calm handover").count() == 0

        blog.write(home, "calm", "Say the patient's name first.", Title="A calm handover")
        done = run()
        assert done.returncode == 0, done.stderr
        assert "A calm handover" in done.stdout
        page.reload()
        page.get_by_text("A calm handover").first.click()
        assert page.get_by_text("Say the patient's name first.").is_visible()
        address = page.url
        page.close()

        found = sorted((tmp_path / "blog/mailchimp/.publish/sandbox/mail").glob("*.eml"))
        letters = [BytesParser(policy=policy.default).parsebytes(f.read_bytes()) for f in found]
        mine = [x for x in letters if x["subject"] == "About calm"]
        assert len(mine) == 1
        body = mine[0].get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "Say the patient's name first." in text.replace("’", "'")
        assert address.rstrip("/").removesuffix("/index.html") in text
        assert git(home, "status", "--porcelain") == ""
