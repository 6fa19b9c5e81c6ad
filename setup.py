"""The wheel holds plugins and theme beside the command; all else is in pyproject.toml."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHARED = ("plugins", "theme")


class BuildPy(build_py):
    """Puts the folders into ``publish/share``, where ``publish where`` finds them.

    As data and not as packages: Pelican loads them from a folder, by names of their own.
    """

    def run(self) -> None:
        """Called by setuptools."""
        super().run()
        if not self.editable_mode:
            for name in SHARED:
                shutil.copytree(
                    name,
                    Path(self.build_lib, "publish", "share", name),
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("__pycache__", ".*"),
                )


setup(cmdclass={"build_py": BuildPy})
