"""The nearest posts of each: cosine of tf-idf vectors, over an index from term to posts."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nlargest
from math import log, sqrt

from .words import Post

KEPT = 40
"""Terms of a post that are compared: the most telling ones. It bounds the work for each pair."""
SLACK = 1e-8
"""More than sums in another order and rounding can differ by."""

Vector = dict[int, float]
"""Term to weight, the weightiest first; its length is 1."""


def nearest(posts: Iterable[Post], candidates: Sequence[str], most: int) -> dict[str, list[str]]:
    """For each of ``posts``, the keys of up to ``most`` ``candidates``, the nearest first.

    ``candidates`` are keys of posts. What shares nothing is not among them. Of two that are
    equally near, the one that comes first in ``candidates`` wins. The order of ``posts`` changes
    nothing; each is looked at once, so they may be made one by one.
    """
    rows = _Rows(posts)
    idf = rows.rarity(candidates)
    index = _Index([rows.vector(key, idf) for key in candidates], most)
    place = {key: n for n, key in enumerate(candidates)}
    found: dict[str, list[str]] = {}
    for key in rows.keys:
        own = place.get(key)
        vector = rows.vector(key, idf) if own is None else index.vectors[own]
        found[key] = [candidates[n] for n in index.near(vector, own)]
    return found


class _Rows:
    """The terms of all posts as numbers: a tenth of the room that dictionaries take."""

    def __init__(self, posts: Iterable[Post]) -> None:
        numbers: dict[str, int] = {}
        self._rows: dict[str, tuple[array[int], array[float]]] = {}
        for post in posts:
            terms = array("I", [numbers.setdefault(term, len(numbers)) for term in post.terms])
            self._rows[post.key] = terms, array("d", post.terms.values())
        self._names = list(numbers)

    @property
    def keys(self) -> Iterable[str]:
        return self._rows

    def rarity(self, keys: Sequence[str]) -> list[float]:
        """What each term tells: nothing if all posts have it, and nothing if only one has."""
        holders: Counter[int] = Counter()
        for key in keys:
            holders.update(self._rows[key][0])
        many = len(keys)
        held = (holders[term] for term in range(len(self._names)))
        return [log(many / n) if 1 < n < many else 0.0 for n in held]

    def vector(self, key: str, idf: Sequence[float]) -> Vector:
        terms, counts = self._rows[key]
        weights = [n * idf[term] for term, n in zip(terms, counts, strict=True)]
        least = sorted(weights)[-KEPT] if len(weights) > KEPT else 0.0
        # By weight, then by name, for neither a set nor these numbers have an order of their own.
        heavy = [
            (weight, self._names[term], term)
            for weight, term in zip(weights, terms, strict=True)
            if weight >= least and weight
        ]
        kept = sorted(heavy, reverse=True)[:KEPT]
        length = sqrt(sum(weight * weight for weight, _, _ in kept)) or 1.0
        return {term: weight / length for weight, _, term in kept}


class _Index:
    """From term to the places of those that have it, and its weight there."""

    def __init__(self, vectors: Sequence[Vector], most: int) -> None:
        self.vectors, self._most = vectors, most
        self._places: dict[int, array[int]] = defaultdict(lambda: array("I"))
        self._weights: dict[int, array[float]] = defaultdict(lambda: array("d"))
        for place, vector in enumerate(vectors):
            for term, weight in vector.items():
                self._places[term].append(place)
                self._weights[term].append(weight)
        self._top = {term: max(weights) for term, weights in self._weights.items()}

    def near(self, vector: Vector, own: int | None) -> list[int]:
        """The places of the nearest, without ``own``.

        The terms that few have come first. Once those to come cannot lift anybody new among the
        best, they are left out: common terms would cost most and decide least.
        """
        if not self._most:
            return []
        terms = sorted((t for t in vector if t in self._top), key=lambda t: len(self._places[t]))
        to_come = sum(vector[term] * self._top[term] for term in terms)
        scores: dict[int, float] = defaultdict(float)
        for term in terms:
            places, weight = self._places[term], vector[term]
            # To look is to go over all scores, so it must be able to save as much.
            if 2 * len(places) > len(scores) and to_come + SLACK < self._bar(scores):
                break
            for place, other in zip(places, self._weights[term], strict=True):
                scores[place] += weight * other
            to_come -= weight * self._top[term]
        else:
            to_come = 0.0
        bar = self._bar(scores) - to_come - SLACK
        able = (place for place, score in scores.items() if score >= bar and place != own)
        best = nlargest(self._most, ((self._score(vector, place), -place) for place in able))
        return [-place for _, place in best]

    def _bar(self, scores: dict[int, float]) -> float:
        """What it takes so far to be among the best; 0 while there are too few."""
        # One more than that, for the post itself may be among them.
        best = nlargest(self._most + 1, scores.values())
        return best[-1] if len(best) > self._most else 0.0

    def _score(self, vector: Vector, place: int) -> float:
        other = self.vectors[place]
        # Rounded, or the last bit of a sum would decide between two that are equally near.
        return round(sum(vector[term] * other[term] for term in vector if term in other), 9)
