"""The search index: every public word is in it, no other word is, and its pieces stay small."""

from __future__ import annotations

import gzip
import json
import marshal
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from static_search import index as rule
from static_search.files import BLOCK, LARGEST, Line, as_json, block, name, shards
from static_search.files import files as of_index
from static_search.index import Index, Post, encode
from static_search.words import LONGEST, words

from tests.fakes.journal import drafts

BUDGET = 100_000
Hits = dict[int, int]


def decode(postings: str) -> Hits:
    """Post to level; the format read by its description, not by the code that wrote it."""
    found, post = {}, -1
    for step, level in re.findall(r"([a-z]+)([1-9])", postings):
        value = 0
        for letter in step:
            value = value * 26 + "abcdefghijklmnopqrstuvwxyz".index(letter)
        post += value + 1
        found[post] = int(level)
    return found


def index(posts: Sequence[Post]) -> dict[str, str]:
    """Every word with its posts, by number, with nothing remembered."""
    return Index().update([(number, lambda post=post: post) for number, post in enumerate(posts)])


def look_up(made: Mapping[str, bytes], word: str) -> Hits:
    """Who holds a word, by the one piece that may tell: that of the longest prefix."""
    about = json.loads(made["index.json"])
    home = max((p for p in about["pieces"] if word.startswith(p)), key=len)
    return decode(json.loads(made[f"{name(home)}.json"]).get(word, ""))


def files(posts: Sequence[Post], shown: Sequence[Line]) -> dict[str, bytes]:
    """All files of an index, as the generator writes them."""
    firsts = range(0, len(shown), BLOCK)
    told = {block(first // BLOCK): as_json(shown[first : first + BLOCK]) for first in firsts}
    return {**of_index(index(posts), len(posts)), **told}


def line(number: int, title: str = "", summary: str = "") -> Line:
    return f"post-{number}/", title, "2026-03-11", "Mar 11, 2026", ["Career"], summary, ""


def lines(number: int) -> list[Line]:
    return [line(n) for n in range(number)]


# ---- words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pharmacists, THE raise: word-for-word.", "pharmacists the raise word for word"),
        ("It’s Nora's; don't, we'll, 'tis", "it nora don we tis"),
        ("Café Ångström Łódź œuvre Straße ΣΟΦΌΣ", "cafe angstrom lodz oeuvre strasse σοφοσ"),
        ("l’hôpital d'Évian", "l hopital d evian"),
        ("3:40 in 2026, ½ of $168,400", "3 40 in 2026 1 2 of 168 400"),
        ("夜勤の本 and ねこ", "夜勤 勤の の本 and ねこ"),
        ("हिन्दी में", "हिन्दी में"),
        ("snake_case <b>", "snake case b"),
        ("", ""),
        ("… — !", ""),
    ],
)
def test_words_are_folded_and_language_neutral(text: str, found: str):
    assert words(text) == found.split()


def test_a_word_has_an_end():
    assert words("x" * 999) == ["x" * LONGEST]


western = st.text(st.characters(max_codepoint=0x7F) | st.sampled_from("’‘“”–—…'stdmlrve "))


@given(western)
def test_the_short_way_through_plain_text_gives_what_the_long_one_gives(text: str):
    assert [*words(text), "ж"] == words(f"{text} ж")


@given(st.text())
def test_words_hold_no_blank_no_capital_and_fold_no_further(text: str):
    for word in words(text):
        assert word == word.lower()
        assert not re.search(r"[\s'’]", word)
        assert words(word) == [word] or len(words(word)) == 0


# ---- postings


@given(st.dictionaries(st.integers(0, 20_000), st.integers(1, 9)))
def test_what_is_encoded_is_read_again(hits: Hits):
    assert decode(encode(10 * post + level for post, level in sorted(hits.items()))) == hits


VOCABULARY = [
    "sleep", "sleeps", "sleeping", "shift", "shifts", "night", "nightly", "ward", "wards", "x",
]  # fmt: skip
some_words = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
some_posts = st.lists(st.builds(Post, some_words, some_words, some_words), max_size=12)


@given(some_posts, st.integers(20, 200))
def test_a_word_leads_to_exactly_the_posts_that_hold_it(posts: list[Post], largest: int):
    made = files(posts, lines(len(posts)))
    pieces = shards(index(posts), largest)
    for word in [*VOCABULARY, "nobody"]:
        plainly = {
            n for n, p in enumerate(posts) if word in f"{p.title} {p.labels} {p.text}".split()
        }
        assert set(look_up(made, word)) == plainly
        home = max((p for p in pieces if word.startswith(p)), key=len)
        assert set(decode(pieces[home].get(word, ""))) == plainly


@given(some_posts, st.randoms(use_true_random=False), st.sampled_from([0, 2, 64]))
def test_what_is_kept_of_an_index_changes_nothing(posts: list[Post], rng: random.Random, many: int):
    kept, before = None, rule.MANY
    rule.MANY = many
    try:
        for _ in range(4):
            found = Index(kept and marshal.loads(marshal.dumps(kept)))
            made = found.update([(repr(post), lambda post=post: post) for post in posts])
            assert list(made.items()) == list(index(posts).items())
            kept = found.snapshot()
            for n in rng.sample(range(len(posts)), k=min(len(posts), 2)):
                other = posts[rng.randrange(len(posts))]
                posts[n] = Post(other.title, posts[n].labels, posts[n].text + " " + other.text)
            if rng.random() < 0.5:
                posts.insert(rng.randrange(len(posts) + 1), Post("new words", "", "some text"))
            elif posts:
                posts.pop(rng.randrange(len(posts)))
    finally:
        rule.MANY = before


@given(some_posts)
def test_a_title_says_more_than_a_label_and_a_label_more_than_nothing(posts: list[Post]):
    levels = {word: decode(found) for word, found in index(posts).items()}
    for number, post in enumerate(posts):
        for word in set(f"{post.title} {post.labels} {post.text}".split()):
            level = levels[word][number]
            assert 1 <= level <= 9
            in_text = word in post.text.split()
            more = 5 * (word in post.title.split()) + 3 * (word in post.labels.split())
            assert min(9, more + in_text) <= level <= min(9, more + 4 * in_text)


def test_what_is_said_often_in_a_short_text_says_most():
    often, once = Post("", "", "pay " * 9 + "x " * 20), Post("", "", "pay " + "x " * 28)
    long = Post("", "", "pay " + "x " * 400)
    levels = decode(index([often, once, long])["pay"])
    assert levels[0] > levels[1] > levels[2]


# ---- pieces


terms = st.dictionaries(
    st.text("abcñж夜", min_size=1, max_size=6),
    st.text("ab19", min_size=2, max_size=30),
    max_size=60,
)


def size(piece: Mapping[str, str]) -> int:
    return sum(len(word.encode()) + len(found) + 6 for word, found in piece.items())


@given(terms, st.integers(10, 400))
def test_pieces_hold_every_word_once_where_it_is_looked_for_and_are_small(
    held: dict[str, str], largest: int
):
    pieces = shards(held, largest)
    assert "" in pieces
    assert sum(map(len, pieces.values())) == len(held)
    for prefix, piece in pieces.items():
        assert size(piece) <= largest or len(piece) == 1
        for word, found in piece.items():
            assert held[word] == found
            assert prefix == max((p for p in pieces if word.startswith(p)), key=len)


@given(terms, st.text("abcñж夜", min_size=1, max_size=6), st.integers(40, 400))
def test_a_new_word_moves_only_what_begins_as_it_does(held: dict[str, str], new: str, largest: int):
    before, after = shards(held, largest), shards({**held, new: "a1"}, largest)
    # Where the root itself overflows, it gives its largest letter a piece: two that may change.
    changed = {p[:1] for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    if all(p in after for p in before) and len(before) == len(after):
        assert changed <= {"", new[:1]}


@given(st.sets(st.text(max_size=4), max_size=30))
def test_file_names_are_plain_and_never_the_same(prefixes: set[str]):
    made = [name(prefix) for prefix in prefixes]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[wu]-[a-z0-9-]*", one) for one in made)


def test_an_empty_journal_has_an_index_too():
    made = files([], [])
    assert json.loads(made["index.json"]) == {"posts": 0, "block": BLOCK, "pieces": [""]}
    assert set(made) == {"index.json", "w-.json"}


# ---- a thousand posts


@pytest.fixture(scope="module")
def thousand() -> list[tuple[Post, Line]]:
    return [
        (Post(d.title, "career", f"{d.summary} {d.body}"), line(n, d.title, d.summary))
        for n, d in enumerate(drafts(1_000))
    ]


@pytest.fixture(scope="module")
def made(thousand: list[tuple[Post, Line]]) -> dict[str, bytes]:
    return files([post for post, _ in thousand], [shown for _, shown in thousand])


def squeezed(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


def test_each_of_a_thousand_posts_is_found_by_each_word_of_its_title(
    made: dict[str, bytes], thousand: list[tuple[Post, Line]]
):
    for number, (post, _) in enumerate(thousand[::7]):
        for word in words(post.title):
            assert look_up(made, word)[number * 7] >= 5


def test_any_query_of_four_words_over_a_thousand_posts_keeps_the_budget(
    root: Path, made: dict[str, bytes], thousand: list[tuple[Post, Line]]
):
    weight = {file: squeezed(data) for file, data in made.items()}
    prefixes = json.loads(made["index.json"])["pieces"]

    def fetched(beginning: str) -> set[str]:
        """The pieces of all words with a beginning, which is the most a word can cost."""
        home = max((p for p in prefixes if beginning.startswith(p)), key=len)
        return {home, *(p for p in prefixes if p.startswith(beginning))}

    def cost(beginning: str) -> int:
        return sum(weight[f"{name(p)}.json"] for p in fetched(beginning))

    spoken = {word[:3] for post, _ in thousand for word in words(post.text) if len(word) > 2}
    dearest = sorted(map(cost, spoken))[-4:]
    lists = sorted(w for file, w in weight.items() if file.startswith("d-"))[-10:]
    script = squeezed((root / "theme/static/js/search.js").read_bytes())
    total = script + weight["index.json"] + sum(dearest) + sum(lists)
    assert total < BUDGET / 2, (script, weight["index.json"], dearest, sum(lists))
    assert max(map(len, made.values())) < 2 * LARGEST


def test_one_more_post_leaves_the_lists_of_the_others_as_they_are(
    made: dict[str, bytes], thousand: list[tuple[Post, Line]]
):
    fewer = files([post for post, _ in thousand[:-1]], [shown for _, shown in thousand[:-1]])
    kept = {file for file, data in fewer.items() if made.get(file) == data}
    assert {file for file in fewer if file.startswith("d-")} - kept == {f"d-{999 // BLOCK}.json"}
    pieces = {file for file in fewer if file.startswith("w-")}
    assert len(pieces & kept) > len(pieces) / 5
