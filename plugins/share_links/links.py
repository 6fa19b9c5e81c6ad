"""The address of each service's share page, filled in with a title and a permalink."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from publish.post.text import plain_title


class ShareLink(NamedTuple):
    """One link of the share strip; ``label`` is its accessible name."""

    id: str
    name: str
    url: str
    label: str


# id -> (name, label, address), in the order of the default. {url} {title} and {both} (title, a
# space, url) are percent-encoded.
SERVICES = {
    "linkedin": (
        "LinkedIn",
        "Share on LinkedIn",
        "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    ),
    "email": ("E-mail", "Share by e-mail", "mailto:?subject={title}&body={url}"),
    "copy": ("Copy link", "Copy the address of this article", "{plain}"),
    "facebook": (
        "Facebook",
        "Share on Facebook",
        "https://www.facebook.com/sharer/sharer.php?u={url}",
    ),
    "bluesky": ("Bluesky", "Share on Bluesky", "https://bsky.app/intent/compose?text={both}"),
    # Each Mastodon reader has another server; this page asks for it and stores nothing.
    "mastodon": (
        "Mastodon",
        "Share on Mastodon",
        "https://share.joinmastodon.org/#text={both}",
    ),
    "x": ("X", "Share on X", "https://x.com/intent/post?text={title}&url={url}"),
    "whatsapp": ("WhatsApp", "Share on WhatsApp", "https://wa.me/?text={both}"),
}


def share_links(title: str, url: str, services: Iterable[str]) -> list[ShareLink]:
    """The links for one article.

    ``title`` may hold HTML, as Pelican's titles do after typographic smartening; the link holds its
    words. Everything is percent-encoded with nothing left as safe, so that neither ``&`` nor ``#``
    in a title ends a parameter.

    Raises:
        KeyError: an id is not in :data:`SERVICES`.
    """
    address, subject = quote(url, safe=""), quote(plain_title(title), safe="")
    both = f"{subject}%20{address}"
    chosen = [(service, *SERVICES[service]) for service in services]
    # In one pass, as every build computes the links of every post.
    filled = "\0".join(pattern for *_, pattern in chosen).format(
        plain=url, url=address, title=subject, both=both
    )
    return [
        ShareLink(service, name, link, label)
        for (service, name, label, _), link in zip(chosen, filled.split("\0"), strict=False)
    ]
