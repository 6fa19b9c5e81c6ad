"""A peer's site with its posts on disk: what an author does to it, and what can be read from it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from benchmarks import corpus
from benchmarks.corpus import Post, post
from benchmarks.measure import Failed, Spent, run
from benchmarks.peers import Peer

EDITION = re.compile(r"Edition \w+")


class WorkingCopy:
    """``peer``'s site with ``count`` posts in ``folder``, which is made."""

    def __init__(self, peer: Peer, count: int, folder: Path) -> None:
        self.peer, self.count, self.folder = peer, count, folder
        self.output = folder / "output"
        self.posts = count
        peer.lay(folder)
        for number in range(count):
            self.write(post(number, count))
        pictures = folder / peer.pictures
        pictures.mkdir(parents=True, exist_ok=True)
        for number in range(corpus.PICTURES):
            name = f"picture-{number:02d}.png"
            (pictures / name).write_bytes(corpus.picture(number))
        for name, target in peer.links.items():
            (folder / name).symlink_to(target, target_is_directory=True)

    def post(self, number: int) -> Post:
        """Post ``number`` as it was first written."""
        return post(number, self.count)

    def write(self, written: Post) -> None:
        """Save a post: by year, as authors sort them."""
        file = self.folder / self.peer.posts / f"{written.date:%Y}" / f"{written.slug}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.peer.file(written), encoding="utf-8")

    def add(self) -> Post:
        """Write one post more, the newest."""
        added = self.post(self.posts)
        self.posts += 1
        self.write(added)
        return added

    def mark_template(self, mark: str) -> None:
        """Put ``mark`` into the template that every page uses."""
        file = self.folder / self.peer.template
        text, changed = EDITION.subn(f"Edition {mark}", file.read_text(encoding="utf-8"))
        if not changed:
            raise Failed(f"{file.name} has no place for a mark")
        file.write_text(text, encoding="utf-8")

    def build(self) -> Spent:
        """Build it."""
        return run(self.peer.build, self.folder)

    def forget(self) -> None:
        """Remove everything that a build left."""
        for name in ("output", *self.peer.caches):
            place = self.folder / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)

    def require(self, name: str, *words: str) -> None:
        """Hold the built file ``name`` to its words.

        Raises:
            Failed: it is not there, or one of the words is not in it.
        """
        file = self.output / name
        if not file.is_file():
            raise Failed(f"{self.peer.name}: {name} was not built")
        text = file.read_text(encoding="utf-8")
        for word in words:
            if word not in text:
                raise Failed(f"{self.peer.name}: {name} does not hold {word!r}")

    def page(self, number: int) -> str:
        """The built file of post ``number``."""
        return self.peer.page.format(slug=corpus.slug(number))
