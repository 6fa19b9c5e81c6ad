"""The articles before and after each, in time, whatever the order of the lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_full_feeds_site import Site

SHOW = "[{{ article.previous.slug }}|{{ article.next.slug }}]"


@pytest.mark.parametrize("order", ["reversed-date", "date", "title"])
def test_neighbours_are_those_in_time(tmp_path: Path, order: str):
    site = Site(tmp_path / "site")
    site.settings |= {"AUTHOR": "Ann", "PLUGINS": ["neighbours"], "ARTICLE_ORDER_BY": order}
    site.settings["THEME_TEMPLATES_OVERRIDES"] = ["show"]
    (site.root / "show").mkdir(parents=True)
    (site.root / "show/article.html").write_text(SHOW, encoding="utf-8")
    for name, day, status in (
        ("b", "02", "published"),
        ("a", "03", "published"),
        ("c", "01", "published"),
        ("d", "02", "draft"),
    ):
        site.post(
            name, "Words.", Title=name.upper(), Slug=name, Date=f"2026-03-{day}", Status=status
        )
    built = site.build("--fatal", "warnings")
    assert (built.code, built.log) == (0, "")
    shown = {name: built.text(f"{name}/index.html") for name in "abc"}
    assert shown == {"c": "[|b]", "b": "[c|a]", "a": "[b|]"}
