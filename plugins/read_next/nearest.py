"""The nearest posts of each: cosine of tf-idf vectors, over an index from term to posts.

Results are kept from run to run, per post: a post is computed again only where its own words
changed, or their weights, or those of a post near it.
"""

from __future__ import annotations

import marshal
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import nlargest
from math import log, sqrt
from typing import Any, NamedTuple

KEPT = 40
"""Terms of a post that are compared, those with the highest weights; it limits the work per
pair."""
FEW = 100
"""Posts up to which terms' weights are exact. Beyond, they change at powers of two: else every new
post would change all weights, and with them every list of a large archive."""
SLACK = 1e-8
"""An upper bound of differences by summation order and rounding."""

Vector = dict[str, float]
"""Term to weight, the weightiest first; its length is 1."""
Asked = tuple[str, bytes, Callable[[], Mapping[str, float]]]
"""A post: its key, a digest of its text, and a function that returns its terms."""


class Row(NamedTuple):
    """The state kept of a post. ``terms`` are packed, as few are read again; ``near`` are keys, the
    nearest first; a post nearer than ``least`` belongs among them."""

    mark: bytes
    terms: bytes
    vector: Vector
    near: tuple[str, ...] = ()
    least: float = 0.0


class Neighbourhood:
    """The posts of one language. Results do not depend on the kept state."""

    def __init__(self, state: Any = None) -> None:
        """``state`` is what :meth:`snapshot` gave."""
        rows, candidates, holders, self._most = state or ({}, [], {}, 0)
        self._rows: dict[str, Row] = {key: Row(*row) for key, row in rows.items()}
        self._candidates: list[str] = candidates
        self._holders: Counter[str] = Counter(holders)

    def snapshot(self) -> Any:
        """All of it as plain data."""
        rows = {key: tuple(row) for key, row in self._rows.items()}
        return rows, self._candidates, dict(self._holders), self._most

    def update(
        self, posts: Iterable[Asked], candidates: Sequence[str], most: int
    ) -> dict[str, list[str]]:
        """For each of ``posts``, the keys of up to ``most`` ``candidates``, the nearest first.

        ``candidates`` are keys of posts. Posts that share no term are left out. Of two equally near
        ones the first in ``candidates`` wins. The order of ``posts`` does not matter.
        """
        before, self._rows = self._rows, {}
        for key, mark, make in posts:
            row = before.get(key)
            if row is None or row.mark != mark:
                row = Row(mark, marshal.dumps(dict(make())), {})
            self._rows[key] = row
        fresh = {key for key, row in self._rows.items() if before.get(key) is not row}
        # Of two that are equally near the order decides.
        same = self._most == most and _order(self._candidates, candidates)
        moved = fresh | self._weighed(before, list(candidates), fresh)
        gone = before.keys() - self._rows.keys()
        for key in self._outdated(gone, moved) if same else self._rows:
            self._rows[key] = self._rows[key]._replace(near=(), least=-1.0)
        self._most = most
        self._listed(most)
        return {key: list(row.near) for key, row in self._rows.items()}

    def _weighed(
        self, before: Mapping[str, Row], candidates: list[str], fresh: set[str]
    ) -> set[str]:
        """Bring weights and vectors up to date; return the posts whose vectors changed."""
        was, now = set(self._candidates), set(candidates)
        old = self._weights(len(was))
        for key in was:
            if key not in now or key in fresh:
                self._holders.subtract(marshal.loads(before[key].terms).keys())
        for key in now:
            if key not in was or key in fresh:
                self._holders.update(marshal.loads(self._rows[key].terms).keys())
        self._holders = +self._holders
        self._candidates = candidates
        weights = self._weights(len(now))
        changed = {t for t in old.keys() | weights.keys() if old.get(t) != weights.get(t)}
        moved = was ^ now
        for key, row in self._rows.items():
            if key not in fresh and not changed:
                continue
            terms = marshal.loads(row.terms)
            if key in fresh or not changed.isdisjoint(terms):
                vector = _vector(terms, weights)
                if vector != row.vector or key in fresh:
                    self._rows[key] = row._replace(vector=vector)
                    moved.add(key)
        return moved

    def _weights(self, many: int) -> dict[str, float]:
        """The weight of each term: 0 if all posts have it, or only one."""
        held = ((term, n) for term, n in self._holders.items() if 1 < n < many)
        if many <= FEW:
            return {term: log(many / n) for term, n in held}
        top = many.bit_length()
        return {term: float(step) for term, n in held if (step := top - n.bit_length())}

    def _outdated(self, gone: Collection[str], moved: set[str]) -> set[str]:
        """The posts whose lists may have changed."""
        if 4 * len(moved) > len(self._rows):
            return set(self._rows)
        among = set(self._candidates)
        index = _Index([key for key in moved if key in among], self._rows)
        found = moved & self._rows.keys()
        for key, row in self._rows.items():
            listed = not (moved.isdisjoint(row.near) and gone.isdisjoint(row.near))
            if key not in found and (listed or index.best(row.vector) >= row.least - SLACK):
                found.add(key)
        return found

    def _listed(self, most: int) -> None:
        """Find the nearest of each post without a list."""
        missing = [key for key, row in self._rows.items() if row.least < 0]
        if not missing:
            return
        index = _Index(self._candidates, self._rows)
        for key in missing:
            row = self._rows[key]
            best = index.near(row.vector, key, most)
            near = tuple(self._candidates[place] for _, place in best)
            full = most and len(best) == most
            # A list that is not full takes every post that shares a word; one of length 0 takes
            # none.
            least = best[-1][0] if full else 0.0 if most else 9.0
            self._rows[key] = row._replace(near=near, least=least)


def _order(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether what is in both is in the same order in both."""
    both = set(before) & set(after)
    return [key for key in before if key in both] == [key for key in after if key in both]


def _vector(terms: Mapping[str, float], weights: Mapping[str, float]) -> Vector:
    heavy = [(n * weights[term], term) for term, n in terms.items() if term in weights]
    # By weight, then by name: the dictionary's order may stem from an earlier run.
    kept = nlargest(KEPT, (pair for pair in heavy if pair[0]))
    length = sqrt(sum(weight * weight for weight, _ in kept)) or 1.0
    return {term: weight / length for weight, term in kept}


class _Index:
    """An inverted index: from term to the positions of the posts that have it, with its weight
    there."""

    def __init__(self, keys: Sequence[str], rows: Mapping[str, Row]) -> None:
        self._vectors = [rows[key].vector for key in keys]
        self._own = {key: place for place, key in enumerate(keys)}
        self._held: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, vector in enumerate(self._vectors):
            for term, weight in vector.items():
                self._held[term].append((place, weight))
        self._top = {term: max(w for _, w in held) for term, held in self._held.items()}

    def best(self, vector: Vector) -> float:
        """The nearness of the nearest; -1 where none shares a word."""
        scores: dict[int, float] = defaultdict(float)
        for term in vector.keys() & self._held.keys():
            for place, other in self._held[term]:
                scores[place] += vector[term] * other
        return max(scores.values(), default=-1.0)

    def near(self, vector: Vector, key: str, most: int) -> list[tuple[float, int]]:
        """The nearest, without ``key`` itself: their nearness and positions.

        Rare terms come first. Once the remaining ones cannot lift another post among the best, they
        are skipped: common terms cost most and decide least.
        """
        if not most:
            return []
        terms = sorted((t for t in vector if t in self._top), key=lambda t: len(self._held[t]))
        to_come = sum(vector[term] * self._top[term] for term in terms)
        scores: dict[int, float] = defaultdict(float)
        for term in terms:
            held, weight = self._held[term], vector[term]
            # The test goes over all scores, so it must be able to save as much.
            if 2 * len(held) > len(scores) and to_come + SLACK < _bar(scores, most):
                break
            for place, other in held:
                scores[place] += weight * other
            to_come -= weight * self._top[term]
        else:
            to_come = 0.0
        bar, own = _bar(scores, most) - to_come - SLACK, self._own.get(key)
        able = (place for place, score in scores.items() if score >= bar and place != own)
        best = nlargest(most, ((self._score(vector, place), -place) for place in able))
        return [(score, -place) for score, place in best]

    def _score(self, vector: Vector, place: int) -> float:
        other = self._vectors[place]
        # Rounded, or the last bit of a sum would decide between two equally near posts.
        return round(sum(vector[term] * other[term] for term in vector if term in other), 9)


def _bar(scores: Mapping[int, float], most: int) -> float:
    """The score needed so far to be among the best; 0 while there are too few."""
    # One more, as the post itself may be among them.
    best = nlargest(most + 1, scores.values())
    return best[-1] if len(best) > most else 0.0
