"""What pages were made of: facts of the site under numbers, and the record that keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.site.engine.facts import Facts, met
from publish.site.engine.look import ATTRIBUTE, VARIABLE, Look
from publish.site.engine.record import Record, root
from publish.site.engine.replay import again, again_met, names
from publish.site.engine.values import MISSING, Describer
from publish.site.engine.views import COUNT, PICK, TEST, WALK


class Post:
    """A post as far as a template sees one."""

    def __init__(self, name: str, **words: Any) -> None:
        self.name = name
        self.__dict__.update(words)


def look() -> Look:
    return Look(Describer(lambda v: v.name if isinstance(v, Post) else ""), lambda owner, name: "")


class Site:
    """Posts and variables that facts can be asked of."""

    def __init__(self, *posts: Post, **variables: Any) -> None:
        self.posts = {post.name: post for post in posts}
        self.variables = variables
        self.place = "."

    def facts(self, old: Facts | None = None) -> Facts:
        found = Facts(old.list if old else (), old.tokens() if old else (), look())
        found.find = self.posts.get
        found.root = lambda name, scope: self.variables.get(name, MISSING)
        found.around = self.around
        return found

    def around(self, place: str) -> str:
        self.place, before = place, self.place
        return before


def noted(site: Site, *facts: tuple[Any, ...]) -> Facts:
    """Facts as a template's reading leaves them."""
    found = site.facts()
    for fact in facts:
        number = found.number(fact)
        found.note(fact, found._found(number))
    return found


TITLE = (ATTRIBUTE, "one", "title", ".")
POSTS = (VARIABLE, "posts", "")


def test_a_fact_has_one_number_whoever_asks():
    facts = Site().facts()
    assert [facts.number(fact) for fact in (TITLE, POSTS, TITLE)] == [0, 1, 0]
    assert facts.list == [TITLE, POSTS]


def test_a_fact_is_the_same_as_long_as_it_has_the_same_token():
    old = noted(Site(Post("one", title="A")), TITLE)
    assert Site(Post("one", title="A")).facts(old).same(0)
    assert not Site(Post("one", title="B")).facts(old).same(0)
    assert not Site(Post("two", title="A")).facts(old).same(0)
    assert not Site(Post("one")).facts(old).same(0)


def test_what_was_missing_is_the_same_only_while_it_is_missing():
    old = noted(Site(Post("one")), TITLE, POSTS)
    assert all(map(Site(Post("one")).facts(old).same, (0, 1)))
    now = Site(Post("one", title=None), posts=None).facts(old)
    assert not any(map(now.same, (0, 1)))


def test_a_list_can_be_looked_at_in_several_ways_and_each_is_a_fact():
    one, two = Post("one"), Post("two")
    ways = [(WALK, 0, 0, None), (COUNT, 0, 0, None), (TEST, 0, 0, None), (PICK, 0, 0, 0),
            (PICK, 0, 0, (0, 1, None)), (PICK, 0, 0, 5)]  # fmt: skip
    old = noted(Site(posts=[one, two]), POSTS, *ways)

    def same(*posts: Post) -> list[bool]:
        facts = Site(posts=list(posts)).facts(old)
        return [facts.same(number) for number in range(len(ways) + 1)]

    assert same(Post("one"), Post("two")) == [True] * 7
    assert same(Post("two"), Post("one")) == [True, False, True, True, False, False, True]
    assert same(Post("one")) == [True, False, False, True, True, True, True]
    assert same() == [True, False, False, False, False, False, True]


def test_a_fact_below_another_leads_nowhere_if_that_one_does():
    old = noted(Site(posts=[Post("one")]), POSTS, (WALK, 0, 0, None))
    assert not Site(posts="none").facts(old).same(1)
    assert not Site().facts(old).same(1)


def test_a_post_is_asked_as_from_the_page_that_saw_it():
    site = Site(Post("one", title="A"))
    asked: list[str] = []

    def find(name: str) -> Post:
        asked.append(site.place)
        return site.posts[name]

    facts = Facts([(ATTRIBUTE, "one", "title", "../..")], ["x"], look())
    facts.find, facts.around = find, site.around
    assert not facts.same(0)
    assert (asked, site.place) == (["../.."], ".")


def test_what_is_settled_is_not_asked():
    old = noted(Site(Post("one", title="A")), TITLE, POSTS)
    facts = Site().facts(old)
    facts.settled = lambda name, attribute: (name, attribute) == ("one", "title")
    assert facts.same(0)
    facts.keep = False
    assert not facts.same(0)


def test_what_changes_from_page_to_page_is_nothing_to_go_by():
    site = Site(Post("one", title="A"))
    facts = noted(site, TITLE)
    assert facts.ambiguous == set()
    facts.note(TITLE, ("another", []))
    assert facts.ambiguous == {0}


def test_what_was_taken_on_trust_and_turned_out_otherwise_is_nothing_to_go_by():
    old = noted(Site(Post("one", title="A")), TITLE, POSTS)
    facts = Site(Post("one", title="B")).facts(old)
    facts.note(TITLE, ("another", []))
    facts.belied([(1,)])
    assert facts.ambiguous == set()
    facts.belied([(0, 1)])
    assert facts.ambiguous == {0}


def test_tokens_of_what_nobody_asked_for_stay():
    old = noted(Site(Post("one", title="A")), TITLE, POSTS)
    now = Site(Post("one", title="B")).facts(old)
    now.note(TITLE, ("new", []))
    assert now.tokens() == ["new", old.tokens()[1]]


def test_a_copy_of_the_process_tells_what_it_learnt_under_numbers_of_its_own():
    base = noted(Site(posts=[Post("one")]), POSTS)
    ours, theirs = Site().facts(base), Site().facts(base)
    ours.note((VARIABLE, "mine", ""), ("a", []))
    theirs.note((VARIABLE, "theirs", ""), ("b", []))
    theirs.note((WALK, 1, 0, None), ("c", []))
    number = ours.told(theirs.news())
    assert [number(n) for n in range(3)] == [0, 2, 3]
    assert ours.list[2:] == [(VARIABLE, "theirs", ""), (WALK, 2, 0, None)]
    assert ours.tokens() == [base.tokens()[0], "a", "b", "c"]


def test_two_processes_that_saw_a_fact_differently_cannot_go_by_it():
    base = noted(Site(), POSTS)
    ours, theirs = Site().facts(base), Site().facts(base)
    ours.note(POSTS, ("a", []))
    theirs.note(POSTS, ("b", []))
    ours.told(theirs.news())
    assert ours.ambiguous == {0}


def test_where_the_parts_of_a_fact_were_met():
    parts = [Post("one"), Post("two")]
    assert [*met(7, parts).values()] == [(7, 0, True), (7, 1, True)]


def test_the_root_of_a_fact_is_the_post_it_is_about():
    facts = [TITLE, (WALK, 0, 0, None), (ATTRIBUTE, 1, 2, "x"), POSTS, (COUNT, 3, 0, None)]
    assert [root(n, facts) for n in range(5)] == [("one", "title")] * 3 + [("", "")] * 2


# ---- steps


def test_steps_are_taken_again_in_what_is_the_pages_own():
    one, two = Post("one"), Post("two")
    steps = [(-1, 0, VARIABLE, "page"), (0, 0, ATTRIBUTE, "posts"), (1, 0, WALK, None)]

    def taken(*posts: Post, **more: Any) -> str:
        return again(steps, {"page": Post("page", posts=list(posts))} | more, look())

    assert taken(one, two) == taken(Post("one"), Post("two"))
    assert len({taken(one, two), taken(two, one), taken(one), taken(one, two, url="x")}) == 4
    assert again(steps, {}, look()) == ""


def test_two_that_look_the_same_are_told_apart_from_one_that_comes_twice():
    places: dict[int, tuple[int, int]] = {}
    one, other = Post("same"), Post("same")
    assert [again_met(places, p, 0, n) for n, p in enumerate((one, other, one))] == [
        "", "", " as 0.0",
    ]  # fmt: skip
    assert names({"b": 1, "a": 2}) == "a,b"


# ---- the record

WAY = ("base.html 1", "article.html 2"), ((-1, 0, VARIABLE, "article"),)


def record(pages: dict[str, tuple[int, ...]], facts: list[Any]) -> Record:
    made = Record("key")
    for page, numbers in pages.items():
        made.put(page, *WAY, f"found {page}", numbers, facts)
    made.facts, made.tokens = facts, [f"token {n}" for n in range(len(facts))]
    return made


FACTS = [TITLE, (ATTRIBUTE, "two", "title", "."), POSTS, (WALK, 2, 0, None)]


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path):
    made = record({"a": (0, 2, 3), "b": (1, 2, 3)}, FACTS)
    made.calls, made.posts = {"a": ("x", ("a",))}, {"one": "v"}
    made.feeds, made.copies, made.world = {"f": "d"}, {"c": ("s", "t")}, "w"
    made.save(tmp_path / "pages")
    found = Record.load(tmp_path / "pages", "key")
    for name in ("ways", "bundles", "pages", "facts", "tokens", "calls", "posts", "feeds",
                 "copies", "world"):  # fmt: skip
        assert getattr(found, name) == getattr(made, name), name


@pytest.mark.parametrize("how", ["another key", "damaged", "cut", "empty", "missing", "no file"])
def test_a_record_that_cannot_be_believed_is_an_empty_one(tmp_path: Path, how: str):
    file = tmp_path / "pages"
    record({"a": (0,)}, FACTS).save(file)
    data = file.read_bytes()
    if how == "damaged":
        file.write_bytes(data[:20] + bytes([data[20] ^ 1]) + data[21:])
    elif how in ("cut", "empty"):
        file.write_bytes(data[: 40 if how == "cut" else 0])
    elif how == "missing":
        file.unlink()
    found = Record.load(None if how == "no file" else file, how if how == "another key" else "key")
    assert (found.pages, found.facts, found.ways) == ({}, [], [])


def test_pages_that_look_at_the_same_share_what_they_look_at():
    made = record({"a": (0, 2, 3), "b": (1, 2, 3), "c": (0, 2, 3)}, FACTS)
    assert made.bundles == [(0,), (2, 3), (1,)]
    assert made.pages["a"].bundles == made.pages["c"].bundles == (0, 1)
    assert len(made.ways) == 1


def test_pages_that_saw_what_nobody_can_go_by_are_forgotten():
    made = record({"a": (0, 2), "b": (1, 2), "c": (1,)}, FACTS)
    made.drop_with({0})
    assert [*made.pages] == ["b", "c"]
    made.drop_with(set())
    made.drop("c")
    made.drop("nowhere")
    assert [*made.pages] == ["b"]


def test_what_no_page_needs_any_more_is_left_out_when_it_is_most_of_it(tmp_path: Path):
    facts = [(ATTRIBUTE, f"post {n}", "title", ".") for n in range(20)] + [POSTS, (WALK, 20, 0, 1)]
    made = record({f"p{n}": (n, 20, 21) for n in range(20)}, facts)
    for number in range(1, 20):
        made.drop(f"p{number}")
    made.save(tmp_path / "pages")
    found = Record.load(tmp_path / "pages", "key")
    assert len(found.facts) == 3
    bundles = [found.bundles[b] for b in found.pages["p0"].bundles]
    seen = {found.facts[n]: found.tokens[n] for bundle in bundles for n in bundle}
    place = found.facts.index(POSTS)
    assert seen == {
        (ATTRIBUTE, "post 0", "title", "."): "token 0", POSTS: "token 20",
        (WALK, place, 0, 1): "token 21",
    }  # fmt: skip


PAGES = st.dictionaries(st.text(min_size=1, max_size=3), st.sets(st.integers(0, 3), min_size=1))


@given(PAGES, PAGES)
def test_taking_over_another_processs_pages_loses_none(
    ours: dict[str, set[int]], theirs: dict[str, set[int]]
):
    """Whatever is in both is the other's: of two that wrote a page, one was told to."""
    first = record({p: tuple(n) for p, n in ours.items()}, FACTS)
    second = record({p: tuple(n) for p, n in theirs.items()}, FACTS)
    first.take(second, lambda number: number)
    for page, numbers in (ours | theirs).items():
        bundles = [first.bundles[b] for b in first.pages[page].bundles]
        assert {n for bundle in bundles for n in bundle} == numbers
