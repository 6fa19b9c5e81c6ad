"""Templates that were compiled before, so that Jinja need not read them again."""

from __future__ import annotations

import shutil
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from pelican import signals

from publish.post.files import write_whole
from publish.site import sealed
from publish.site.engine import trust


class Compiled(BytecodeCache):
    """Compiled templates in ``folder``, which stands for all that compiling depends on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Environment, bool] = {}

    def begin(self) -> None:
        """Serve every environment that Pelican makes and that has no such memory of its own."""
        signals.generator_init.connect(self._serve)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is stored, if it is what was written."""
        if not self._knows(bucket.environment):
            return
        try:
            bucket.bytecode_from_string(sealed.opened((self._folder / bucket.key).read_bytes()))
        except (OSError, ValueError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store it."""
        if not self._knows(bucket.environment):
            return
        if not self._folder.is_dir():
            # What was compiled under other circumstances is of no more use.
            shutil.rmtree(self._folder.parent, ignore_errors=True)
            self._folder.mkdir(parents=True)
        write_whole(self._folder / bucket.key, sealed.seal(bucket.bytecode_to_string()))

    def _knows(self, env: Environment) -> bool:
        """Whether compiling depends on nothing else: Jinja calls filters for what is constant."""
        known = self._known.get(env)
        if known is None:
            own = {name for _, name, _ in trust.own(env)} - trust.LOTS
            known = self._known[env] = not own and not trust.odd(env, ())
        return known

    def _serve(self, generator: object) -> None:
        env = getattr(generator, "env", None)
        if isinstance(env, Environment) and env.bytecode_cache is None:
            env.bytecode_cache = self
