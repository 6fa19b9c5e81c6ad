"""A template at its desk: what it is handed is what it would have, and every look is noted."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from publish.site.engine.facts import Facts
from publish.site.engine.look import ATTRIBUTE, VARIABLE, Look
from publish.site.engine.reads import Reads
from publish.site.engine.values import MISSING, Describer
from publish.site.engine.views import COUNT, PICK, TEST, WALK, Desk, ListView, alike, raw


class Post:
    """A post as far as a template sees one."""

    def __init__(self, name: str) -> None:
        self.name, self.tags = name, [f"of {name}"]


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Post) else ""


ONE, TWO, THREE = Post("one"), Post("two"), Post("three")


class Table:
    """A desk with one page's reads at it; ``local`` is the page's own, ``shared`` everybody's."""

    def __init__(self, *, plain: bool = True, **shared: Any) -> None:
        look = Look(Describer(name_of), lambda owner, name: "")
        self.shared, self.desk, self.look = shared, Desk(), look
        self.facts = Facts((), (), look)
        self.facts.plain = plain
        self.reads = self.page()

    def page(self, **local: Any) -> Reads:
        def root(name: str) -> tuple[Any, str] | None:
            return (self.shared.get(name, MISSING), "")

        self.reads = Reads(self.facts, self.look, self.desk, local, root)
        self.desk.reads = self.reads
        return self.reads

    def take(self, name: str) -> Any:
        return self.reads.variable(name, self.shared[name])

    @property
    def noted(self) -> list[tuple[Any, ...]]:
        return [self.facts.list[number] for number in sorted(self.reads.touched)]


def view(*items: Any) -> tuple[Table, Any]:
    table = Table(posts=list(items))
    return table, table.take("posts")


WAYS = {
    "walk": (lambda v: [*v], WALK),
    "backwards": (lambda v: [*reversed(v)], WALK),
    "count": (len, COUNT),
    "test": (bool, TEST),
    "pick": (operator.itemgetter(1), PICK),
    "last": (operator.itemgetter(-1), PICK),
    "cut": (operator.itemgetter(slice(1, None)), PICK),
    "is in": (lambda v: TWO in v, WALK),
    "add": (lambda v: operator.add(v, [ONE]), WALK),
    "add before": (lambda v: operator.add([ONE], v), WALK),
    "twice": (lambda v: v * 2, WALK),
    "equal": (lambda v: v == [ONE, TWO, THREE], WALK),
    "unequal": (lambda v: v != [ONE], WALK),
    "place": (lambda v: v.index(TWO), WALK),
    "number": (lambda v: v.count(TWO), WALK),
    "copy": (lambda v: v.copy(), WALK),
    "sorted": (lambda v: sorted(v, key=lambda p: p.name), WALK),
    "joined": (lambda v: ",".join(p.name for p in v), WALK),
    "printed": (lambda v: [p.name for p in v], WALK),
}


@pytest.mark.parametrize(("way", "what"), WAYS.values(), ids=WAYS)
def test_a_list_gives_what_it_gives_and_the_look_is_noted(way: Any, what: str):
    table, shown = view(ONE, TWO, THREE)
    assert way(shown) == way([ONE, TWO, THREE])
    # Python asks how long a thing is before it makes a list of it.
    assert {fact[0] for fact in table.noted} - {COUNT} == {VARIABLE, what} - {COUNT}
    assert what in {fact[0] for fact in table.noted}
    assert table.reads.volatile == ""


CHANGES = {
    "append": (lambda v: v.append(ONE)),
    "extend": (lambda v: v.extend([ONE, TWO])),
    "insert": (lambda v: v.insert(0, THREE)),
    "pop": (lambda v: v.pop()),
    "remove": (lambda v: v.remove(TWO)),
    "clear": (lambda v: v.clear()),
    "reverse": (lambda v: v.reverse()),
    "sort": (lambda v: v.sort(key=lambda p: p.name)),
    "set": (lambda v: operator.setitem(v, 0, THREE)),
    "delete": (lambda v: operator.delitem(v, 0)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_reaches_the_true_list_and_makes_the_page_one_nobody_can_know(change: Any):
    table, shown = view(ONE, TWO)
    wanted = [ONE, TWO]
    assert change(shown) == change(wanted)
    assert table.shared["posts"] == wanted
    assert list(shown) == wanted
    assert table.reads.volatile == "the template changes a list"


def test_a_place_beyond_the_end_is_noted_too():
    table, shown = view(ONE)
    with pytest.raises(IndexError):
        shown[3]
    assert table.noted[-1] == (PICK, 0, 0, 3)
    assert table.facts.tokens()[-1] == "missing"


def test_away_from_the_desk_a_view_is_a_list():
    table, shown = view(ONE, TWO)
    table.desk.reads = None
    assert (len(shown), bool(shown), [*shown], shown[0]) == (2, True, [ONE, TWO], ONE)
    assert table.noted == [(VARIABLE, "posts", "")]


def test_what_is_inside_a_list_is_met_where_the_list_was_walked():
    table, shown = view((ONE, [TWO]), (TWO, [ONE]))
    pairs = [*shown]
    assert [type(posts) for _, posts in pairs] == [ListView, ListView]
    assert len(pairs[1][1]) == 1
    assert table.noted[-1] == (COUNT, 1, 3, None)


def test_an_attribute_is_a_fact_of_the_post_that_has_it():
    table, shown = view(ONE)
    (post,) = shown
    tags = table.reads.attribute(post, "tags", post.tags, named="one", firm=False)
    assert list(iter(tags)) == ["of one"]
    number = table.facts.number((ATTRIBUTE, "one", "tags", ""))
    assert {number, table.facts.number((WALK, number, 0, None))} <= table.reads.touched


def test_an_object_from_nowhere_makes_a_page_one_nobody_can_know():
    table, _ = view(ONE)
    assert table.reads.attribute(TWO, "name", "two", named="two", firm=False) == "two"
    assert table.reads.volatile == "an object of type Post came from nowhere"


def test_a_value_without_words_is_handed_on_and_the_page_is_made_every_time():
    table = Table(thing=object())
    assert table.take("thing") is table.shared["thing"]
    assert "object" in table.reads.volatile


def test_a_variable_of_the_templates_own_is_none_of_the_sites():
    table = Table(posts=[ONE])
    mine = [TWO]
    assert table.reads.variable("posts", mine) is mine
    assert table.noted == []


def test_what_is_the_pages_own_is_a_step_and_no_fact():
    table = Table()
    posts = [ONE, TWO]
    reads = table.page(page_posts=posts)
    shown = reads.variable("page_posts", posts)
    assert list(iter(shown)) == posts
    assert len(shown) == 2
    assert [step[2] for step in reads.steps] == [VARIABLE, WALK, COUNT]
    assert reads.touched == set()


def test_pages_that_take_the_same_steps_to_other_ends_differ():
    table = Table()

    def taken(*posts: Post) -> tuple[Any, str]:
        reads = table.page(posts=list(posts))
        list(iter(reads.variable("posts", reads._local["posts"])))
        return tuple(reads.steps), reads.digest

    assert taken(ONE, TWO)[0] == taken(TWO)[0]
    assert taken(ONE, TWO) == taken(ONE, TWO)
    assert taken(ONE, TWO) != taken(TWO, ONE)
    assert taken(ONE, ONE) != taken(ONE, Post("one"))


def test_a_list_of_one_page_is_no_other_pages():
    table = Table()
    posts = [ONE]
    shown = table.page(posts=posts).variable("posts", posts)
    other = table.page()
    assert [*shown] == [ONE]
    assert other.volatile == "a list of another page"


def test_a_second_page_is_handed_what_the_first_was_and_still_notes_it():
    table, shown = view(ONE, TWO)
    first = list(iter(shown))
    noted = table.noted
    table.page()
    assert list(iter(table.take("posts"))) == first
    assert table.noted == noted
    table.shared["posts"].append(THREE)
    table.page()
    assert list(iter(table.take("posts"))) == [ONE, TWO, THREE]
    assert table.facts.ambiguous == {1}  # it has changed between two pages


def test_where_code_is_not_plain_nothing_is_handed_on_from_page_to_page():
    table = Table(plain=False, posts=[ONE])
    list(iter(table.take("posts")))
    assert (table.facts.variables, table.facts.walks) == ({}, {})


def test_a_page_that_nobody_can_know_leaves_nothing_for_the_next():
    table, shown = view(ONE)
    assert list(iter(shown)) == [ONE]
    table.reads.distrust("it does as it likes")
    assert (table.facts.variables, table.facts.walks, table.reads.fixed) == ({}, {}, {})
    table.take("posts")
    assert table.facts.variables == {}


def test_whoever_is_no_template_is_handed_the_true_list():
    _, shown = view(ONE)
    true = shown.raw
    held = {"a": (shown, 1), "b": [1]}
    assert raw(shown) is true
    assert raw(held)["a"][0] is true
    assert raw(held)["b"] is held["b"]


def test_what_holds_no_view_is_handed_on_itself():
    for value in ([1, 2], (1, [2]), {"a": [1]}, "x", None):
        assert raw(value) is value


def test_lists_are_alike_if_they_hold_the_very_same():
    assert alike([ONE, TWO], (ONE, TWO))
    assert not alike([ONE], [Post("one")])
    assert not alike([ONE], [ONE, TWO])
