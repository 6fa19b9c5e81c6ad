from pathlib import Path

import pytest
from multi_category import split
from test_full_feeds_site import Site


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Career, Network", ["Career", "Network"]),
        (" Career ,, Medical Writing ,", ["Career", "Medical Writing"]),
        ("Career, career, CAREER", ["Career"]),
        ("", []),
    ],
)
def test_a_category_line_is_a_list_of_names(line: str, names: list[str]):
    assert split(line) == names


def test_a_post_is_once_in_each_category_and_every_kind_of_post_has_them(tmp_path: Path):
    site = Site(tmp_path / "site")
    site.settings |= {"AUTHOR": "Ann", "PLUGINS": ["multi_category", "full_feeds"]}
    site.settings |= {"THEME_TEMPLATES_OVERRIDES": ["show"], "DRAFT_SAVE_AS": "{slug}-{lang}.html"}
    site.settings["DRAFT_LANG_SAVE_AS"] = "{slug}-{lang}.html"
    (site.root / "show").mkdir(parents=True)
    show = "{% for c in article.categories %}[{{ c.slug }}]{% endfor %}"
    (site.root / "show/article.html").write_text(show, encoding="utf-8")
    # Two names that make one address are one category.
    names = "Q&A, QA, Network"
    site.post("one", Title="One", Slug="one", Category=names)
    for status in ("hidden", "draft"):
        for lang in ("en", "de"):
            site.post(
                f"{status}-{lang}",
                Title=status,
                Slug=status,
                Status=status,
                Lang=lang,
                Category=names,
            )
    built = site.build()
    assert built.code == 0, built.log
    assert len(built.json("qa.json")["items"]) == 1
    pages = (
        "one/index.html",
        "hidden/index.html",
        "hidden-de.html",
        "draft-en.html",
        "draft-de.html",
    )
    shown = {name: built.text(name).count("[network]") for name in pages}
    assert shown == dict.fromkeys(pages, 1)
