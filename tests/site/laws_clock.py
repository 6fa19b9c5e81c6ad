"""A clock that can be set, for every Python that is started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

PATCH = """\
import datetime as _module
_real = _module.datetime
with open({file!r}) as _stream:
    _shift = _module.timedelta(days=int(_stream.read()))
class _Kind(type(_real)):
    def __instancecheck__(cls, thing):
        return isinstance(thing, _real) if cls is _module.datetime else \\
            type.__instancecheck__(cls, thing)
class datetime(_real, metaclass=_Kind):
    @classmethod
    def now(cls, tz=None):
        t = _real.now(tz) + _shift
        return cls(t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond, t.tzinfo)
datetime.__module__, datetime.__qualname__ = "datetime", "datetime"
_module.datetime = datetime
import time as _time
_true = _time.time
_time.time = lambda: _true() + _shift.total_seconds()
"""


class Clock:
    """Shows the true time until it is set ``forward``; lies in ``folder``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file = folder / "clock"
        self.forward(0)
        (folder / "set").mkdir()
        (folder / "set/sitecustomize.py").write_text(PATCH.format(file=str(self._file)))
        old = os.environ.get("PYTHONPATH")
        path = os.pathsep.join(filter(None, (str(folder / "set"), old, *sys.path)))
        monkeypatch.setenv("PYTHONPATH", path)

    def forward(self, days: int) -> None:
        """Set it to so many days after the true time."""
        self._file.write_text(str(days))
