"""Shows a mail's pictures in the inbox from this machine: those of a post that is not public yet
exist nowhere else. The mail itself is not changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from publish.post.media import media_type
from publish.settings import Settings

SHOWN = re.compile(r"<(?:img|source)\b[^>]*>|url\([^)]*\)", re.I)


@dataclass(frozen=True)
class Site:
    """The mailing site: its ``url`` without a slash at its end, and the folders in which its
    pictures are searched, in this order."""

    url: str = ""
    folders: Sequence[Path] = ()

    @classmethod
    def of(cls, settings: Settings) -> Site:
        """The folders of the preview (which has drafts), of the last build, and of the content."""
        own = str(settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl)
        built = settings.cache / "preview" / "site"
        return cls(own.rstrip("/"), (built, settings.output, settings.content))

    def file(self, address: str) -> Path | None:
        """The picture at ``address``, a path below the site; None where no folder has it."""
        inside = Path(unquote(urlsplit(address).path).lstrip("/"))
        for folder in self.folders:
            # The name may be invalid on this disk.
            with suppress(OSError, ValueError):
                found = (folder / inside).resolve()
                inner = found.is_relative_to(folder.resolve())
                if inner and media_type(found.name).startswith("image/") and found.is_file():
                    return found
        return None

    def local(self, markup: str) -> str:
        """``markup`` with the addresses of pictures on this machine replaced by ones below
        ``/picture/``."""
        if not self.url:
            return markup
        own = re.compile(re.escape(self.url) + r"/([^\s\"'<>)?#,]+)")

        def placed(found: re.Match[str]) -> str:
            path = found[1]
            return f"/picture/{quote(unquote(path), safe='')}" if self.file(path) else found[0]

        return SHOWN.sub(lambda tag: own.sub(placed, tag[0]), markup)


NOWHERE = Site()
