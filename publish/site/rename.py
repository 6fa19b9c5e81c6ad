"""A post gets another slug and keeps its identity; its old address leads to the new one."""

from __future__ import annotations

import re
from pathlib import Path

from publish.errors import ConfigError
from publish.post.files import write_whole
from publish.post.slug import slugify
from publish.settings import Settings
from publish.site.sources import headers, named, refuse_taken, slug_of, sources


def rename(settings: Settings, old: str, new: str) -> Path:
    """Change the post's ``Slug``, add its old address to ``Aliases``, and return its path.

    ``old`` is a slug or a path. ``Uid`` and every other line stay as they are. A draft never had
    an address, so it gets no alias.

    Raises:
        ConfigError: there is no such post, or the new slug makes no address or is taken.
    """
    if not new or slugify(new, settings.values) != new:
        raise ConfigError(f"{new!r} makes no address", "use small letters, digits and dashes")
    file = _post(settings, old)
    before = slug_of(file, settings)
    refuse_taken(settings, new, but=file)
    if before == new:
        return file
    try:
        text = file.read_bytes().decode("utf-8")
        write_whole(file, _renamed(text, headers(file), new, _address(settings, before)).encode())
    except UnicodeDecodeError:
        raise ConfigError(f"{named(file, settings)}: is not UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(
            f"{named(file, settings)}: cannot be written: {error.strerror}", "mend its rights"
        ) from None
    return file


def _post(settings: Settings, old: str) -> Path:
    wanted = old.strip("/")
    for file in sources(settings.posts):
        places = (named(file, settings), str(file), str(file.relative_to(settings.content)))
        if slug_of(file, settings) == wanted or old in places:
            return file
    raise ConfigError(f"{old}: there is no such post", "name it by its slug or its path")


def _address(settings: Settings, slug: str) -> str:
    pattern = str(settings.values.get("ARTICLE_URL") or "{slug}.html")
    return "/" + pattern.replace("{slug}", slug).lstrip("/")


def _renamed(text: str, head: dict[str, str], slug: str, address: str) -> str:
    text = _set(text, "Slug", slug)
    if head.get("status", "").lower() == "draft" or "{" in address:
        return text
    known = [alias.strip() for alias in head.get("aliases", "").split(",") if alias.strip()]
    # Renamed back: an address cannot lead to itself.
    own = address.replace(address.strip("/"), slug)
    kept = [alias for alias in dict.fromkeys([*known, address]) if alias != own]
    return _set(text, "Aliases", ", ".join(kept))


def _set(text: str, name: str, value: str) -> str:
    """``text`` with one header line replaced, or added as the header's last."""
    end = re.search(r"\r?\n[ \t]*\r?\n|\Z", text)
    cut = end.start() if end else len(text)
    head, rest = text[:cut].rstrip("\r\n"), text[cut:] or "\n"
    line, ending = f"{name}: {value}", "\r\n" if "\r\n" in text else "\n"
    changed, count = re.subn(rf"(?im)^{name}:[^\r\n]*", lambda _: line, head, count=1)
    return (changed if count else f"{head}{ending}{line}") + rest
