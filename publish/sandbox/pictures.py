"""The pictures of a mail as the inbox shows them: from this machine, for those of a post that is
not public yet lie nowhere else. The mail itself stays as it is."""

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
    """The site that mails: its ``url`` without a slash at its end, and the folders in which a
    picture with an address below it is looked for, the first that has it."""

    url: str = ""
    folders: Sequence[Path] = ()

    @classmethod
    def of(cls, settings: Settings) -> Site:
        """Of the preview, which knows drafts; as it was built; and as the author saved it."""
        own = str(settings.values.get("NEWSLETTER_SITEURL") or settings.siteurl)
        built = settings.cache / "preview" / "site"
        return cls(own.rstrip("/"), (built, settings.output, settings.content))

    def file(self, address: str) -> Path | None:
        """The picture at ``address``, a path below the site; None where no folder has it."""
        inside = Path(unquote(urlsplit(address).path).lstrip("/"))
        for folder in self.folders:
            # A name that no disk can have is found nowhere.
            with suppress(OSError, ValueError):
                found = (folder / inside).resolve()
                inner = found.is_relative_to(folder.resolve())
                if inner and media_type(found.name).startswith("image/") and found.is_file():
                    return found
        return None

    def local(self, markup: str) -> str:
        """``markup`` with the addresses of pictures that lie here leading to ``/picture/``."""
        if not self.url:
            return markup
        own = re.compile(re.escape(self.url) + r"/([^\s\"'<>)?#,]+)")

        def placed(found: re.Match[str]) -> str:
            path = found[1]
            return f"/picture/{quote(unquote(path), safe='')}" if self.file(path) else found[0]

        return SHOWN.sub(lambda tag: own.sub(placed, tag[0]), markup)


NOWHERE = Site()
