"""The judge: asked when every source is read, in a copy of the process, before a page is made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from publish.errors import Refused
from publish.site import read as reading
from publish.site.build import Guards, build

from .conftest import Site


def titles(
    forbidden: str, generators: list[Any], settings: Mapping[str, Any], errors: Sequence[str]
) -> tuple[Any, bool]:
    """The titles it met, and whether the ``forbidden`` word is in none; it spoils all of them."""
    found = sorted(str(post.title) for post in generators[0].articles)
    for post in generators[0].articles:
        post.title = post._content = "spoilt by the judge"
        assert post.content  # and Pelican remembers that
    return (found, os.getpid(), settings["SITENAME"]), not any(forbidden in t for t in found)


def readable(content: Path, file: Path) -> bytes | None:
    """The bytes of a source that may be read."""
    return None if "unfit" in file.name else file.read_bytes()


def guards(heard: list[Any], forbidden: str = "nothing") -> Guards:
    return Guards(partial(titles, forbidden), heard.append)


def test_its_answer_is_heard_and_what_it_did_is_not_seen(site: Site):
    heard: list[Any] = []
    build(site.settings, guards=guards(heard))
    [(found, process, name)] = heard
    assert found == ["About post-1", "About post-2", "About post-3"]
    assert process != os.getpid()
    assert name == "Small"
    assert site.bytes() == site.stock()
    # Where nothing changed it is not asked.
    build(site.settings, guards=guards(heard))
    assert len(heard) == 1


@pytest.mark.parametrize("undeclared", [False, True])
def test_a_site_that_is_not_fit_is_refused_before_anything_is_rendered(
    site: Site, undeclared: bool
):
    if undeclared:
        site.write("plugins/odd.py", "def register():\n    pass\n")
        site.set("PLUGINS = ['odd']")
    build(site.settings)
    good, heard, steps = site.bytes(), list[Any](), list[str]()
    site.post("post-4", "Body.", Title="A forbidden word")
    with pytest.raises(Refused, match="the site is not fit"):
        build(
            site.settings,
            guards=guards(heard, "forbidden"),
            progress=lambda phase, count: steps.append(phase),
        )
    assert any("forbidden" in title for title in heard[0][0])
    assert "pages" not in steps
    assert site.bytes() == good


def test_a_source_that_is_not_fit_is_never_opened_and_reported(site: Site):
    os.mkfifo(site.root / "content/posts/unfit.md")  # reading it would wait for ever
    library = reading.read(site.settings, fit=partial(readable, site.settings.content))
    assert [post.source for post in library.posts if post.kind == "article"] == [
        f"posts/post-{number}.md" for number in (1, 2, 3)
    ]
    assert library.sources["posts/unfit.md"] == "article"
    assert library.complaints == ()


def test_a_check_and_a_build_read_a_source_once(site: Site):
    steps: list[str] = []
    reading.read(site.settings)
    build(site.settings, progress=lambda phase, count: steps.append(phase))
    assert "read" not in steps
