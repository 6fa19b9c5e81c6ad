"""The nearest posts of each: cosine of tf-idf vectors, over an index from term to posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from heapq import nlargest
from math import log, sqrt

from .words import Post

KEPT = 40
"""Terms of a post that are compared: the most telling ones. It bounds the work for each pair."""


def nearest(posts: Sequence[Post], candidates: Sequence[Post], most: int) -> dict[str, list[str]]:
    """For each of ``posts``, the keys of up to ``most`` ``candidates``, the nearest first.

    What shares nothing is not among them. Of two that are equally near, the one that comes first
    in ``candidates`` wins. The order of ``posts`` changes nothing.
    """
    idf = _rarity(candidates)
    index: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        for term, weight in _vector(candidate, idf).items():
            index[term].append((place, weight))
    return {post.key: _of(_vector(post, idf), post.key, candidates, index, most) for post in posts}


def _rarity(posts: Sequence[Post]) -> dict[str, float]:
    """What a term tells: nothing if all posts have it, and nothing if only one has."""
    holders = Counter(term for post in posts for term in post.terms)
    return {term: log(len(posts) / n) for term, n in holders.items() if 1 < n < len(posts)}


def _vector(post: Post, idf: dict[str, float]) -> dict[str, float]:
    weights = {term: n * idf[term] for term, n in post.terms.items() if term in idf}
    # By weight, then by name, for a set has no order of its own.
    kept = nlargest(KEPT, weights.items(), key=lambda item: (item[1], item[0]))
    length = sqrt(sum(weight * weight for _, weight in kept)) or 1.0
    return {term: weight / length for term, weight in kept}


def _of(
    vector: dict[str, float],
    key: str,
    candidates: Sequence[Post],
    index: dict[str, list[tuple[int, float]]],
    most: int,
) -> list[str]:
    scores: dict[int, float] = defaultdict(float)
    for term, weight in vector.items():
        for place, other in index.get(term, ()):
            scores[place] += weight * other
    found = ((score, -place) for place, score in scores.items() if candidates[place].key != key)
    # Rounded, or the last bit of a sum would decide between two that are equally near.
    best = nlargest(most, ((round(score, 9), place) for score, place in found))
    return [candidates[-place].key for _, place in best]
