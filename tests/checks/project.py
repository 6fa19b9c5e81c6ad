"""A small site on disk, for tests that write its files themselves."""

import shutil
from pathlib import Path

from publish.checks import check, run
from publish.office.checking import records
from publish.post.diagnostic import Diagnostic
from publish.post.record import Library
from publish.settings import Settings, load

HEAD = (
    b"Title: A calm handover\nDate: 2026-11-01 07:30\nCategory: Career\nSlug: calm\n"
    b"Summary: What a handover needs.\nUid: 0123456789abcdef\nStatus: published\n\n"
)


class Project:
    """Its folder, with the settings that the cases of ``sites/`` share."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "content/posts").mkdir(parents=True)
        shutil.copy(Path(__file__).parent / "sites/pelicanconf.py", root)

    def write(self, name: str, data: bytes | str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def post(self, body: bytes | str = b"Words.\n", name: str = "a.md") -> Path:
        return self.write(
            f"content/posts/{name}", HEAD + (body if isinstance(body, bytes) else body.encode())
        )

    def set(self, lines: str) -> int:
        """Add ``lines`` to the settings file; the number of the last one."""
        file = self.root / "pelicanconf.py"
        file.write_text(f"{file.read_text()}\n{lines}\n", encoding="utf-8")
        return file.read_text().count("\n")

    @property
    def settings(self) -> Settings:
        return load(self.root / "pelicanconf.py")

    @property
    def library(self) -> Library:
        return records(self.settings)

    def findings(self, *paths: str | Path) -> list[Diagnostic]:
        settings = self.settings
        # In this process, where a test can watch it; `publish check` judges where Pelican runs.
        return check(
            settings,
            lambda: run.judge(settings, records(settings), built=True),
            [Path(p) for p in paths],
        )

    def reported(self, *paths: str | Path) -> list[str]:
        return [f"{f.file}:{f.line} {f.rule} {f.severity}" for f in self.findings(*paths)]
