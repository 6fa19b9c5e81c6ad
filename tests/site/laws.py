"""The long run of the laws: ``python -m tests.site.laws --seeds 1000 [--first N] [--steps N]``.

First every scene of ``laws_scenes`` and ``laws_unchanged_posts`` is played. Then each seed is a
random site under a random sequence of edits. Stops at the first build that differs from stock
Pelican's, and prints the edits that led there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from publish.errors import PublishError
from tests.site.laws_scenes import SCENES, Scene
from tests.site.laws_site import Lab, differences
from tests.site.laws_unchanged_posts import SCENES as UNCHANGED
from tests.site.laws_walk import Walk


def walked(root: Path, seed: int, steps: int) -> int:
    """Edit and build a random site in ``root``; how many builds were compared.

    Raises:
        AssertionError: a build differs from stock Pelican's, or at the end from a clean one.
    """
    walk = Walk(root, seed)
    compared = 0
    for number in range(steps + 1):
        if number:
            walk.step()
        try:
            _, wanted = walk.lab.both()
        except PublishError as error:
            raise AssertionError("\n".join((*walk.said, f"refused: {error}"))) from None
        compared += 1
        wrong = differences(walk.lab.tree, wanted)
        assert not wrong, "\n".join((*walk.said, wrong))
    again = walk.lab.build()
    assert not again.written, "\n".join((*walk.said, f"written though equal: {again.written}"))
    wrong = differences(walk.lab.tree, walk.lab.clean())
    assert not wrong, "\n".join((*walk.said, "a clean build differs", wrong))
    return compared + 1


def played(root: Path, scene: Scene) -> int:
    """Play a scene; how many builds were compared.

    Raises:
        AssertionError: a build differs from stock Pelican's.
    """
    lab = Lab(root, scene.files)
    for number, edit in enumerate(({}, *scene.edits)):
        lab.apply(edit)
        _, wanted = lab.both()
        wrong = differences(lab.tree, wanted)
        assert not wrong, f"{scene.name}, after edit {number}:\n{wrong}"
    return len(scene.edits) + 1


def main() -> int:
    """Play all scenes, then run seeds one after the other; 1 at the first that breaks the law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--steps", type=int, default=15)
    options = parser.parse_args()
    compared = 0
    for scene in (*SCENES, *UNCHANGED):
        with tempfile.TemporaryDirectory() as folder:
            try:
                compared += played(Path(folder) / "site", scene)
            except AssertionError as error:
                print(error)
                return 1
    for number, seed in enumerate(range(options.first, options.first + options.seeds), 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                compared += walked(Path(folder) / "site", seed, options.steps)
            except AssertionError as error:
                print(error)
                return 1
        if sys.stdout.isatty() or number % 10 == 0:
            print(f"{number} sequences, {compared} builds compared", flush=True)
    print(f"{number} sequences, {compared} builds compared, all equal")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
