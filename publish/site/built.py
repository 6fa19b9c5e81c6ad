"""The last good build as it lies in ``output/``: what may be put up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from publish.errors import Refused
from publish.post import stamps
from publish.post.files import locked
from publish.settings import Settings
from publish.site import manifest

AGAIN = "run `publish build`, then deploy"


@contextmanager
def built(settings: Settings) -> Iterator[tuple[str, ...]]:
    """The files of the last build, relative to the output folder, while no build goes on.

    Raises:
        Refused: there was none, or a file of it is not as it was built.
    """
    output = settings.output.absolute()
    with locked(settings.cache / "lock", Refused):
        known = manifest.read(manifest.place(settings, output))
        if not known.files:
            raise Refused(f"{output.name}/ was not built by `publish build`", AGAIN)
        now = stamps.of(str(output / name) for name in known.files)
        for name in known.files:
            place = str(output / name)
            if place not in now or now[place] != known.outputs.get(place):
                why = "is not as it was built" if place in now else "is not there any more"
                raise Refused(f"{output.name}/{name}: {why}", AGAIN)
        yield known.files
