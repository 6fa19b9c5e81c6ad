"""Turns frames and embedded addresses of other sites into links. Pure."""

from __future__ import annotations

import re

from publish.importer.address import host_of
from publish.importer.tree import El

PROVIDERS = {
    "youtube.com": "Video on YouTube", "youtu.be": "Video on YouTube",
    "youtube-nocookie.com": "Video on YouTube", "vimeo.com": "Video on Vimeo",
    "dailymotion.com": "Video on Dailymotion", "ted.com": "Talk on TED", "twitter.com": "Post on X",
    "x.com": "Post on X", "instagram.com": "Post on Instagram", "facebook.com": "Post on Facebook",
    "spotify.com": "Listen on Spotify", "soundcloud.com": "Listen on SoundCloud",
    "tiktok.com": "Video on TikTok", "slideshare.net": "Slides on SlideShare",
    "videopress.com": "Video", "wordpress.tv": "Video on WordPress.tv",
    "flickr.com": "Pictures on Flickr",
    "flic.kr": "Pictures on Flickr", "issuu.com": "Document on Issuu",
    "scribd.com": "Document on Scribd",
    "mixcloud.com": "Listen on Mixcloud", "kickstarter.com": "Project on Kickstarter",
    "reddit.com": "Post on Reddit", "pinterest.com": "Pictures on Pinterest",
    "bsky.app": "Post on Bluesky", "amazon.com": "Book on Amazon",
    "speakerdeck.com": "Slides on Speaker Deck",
    "polldaddy.com": "Poll", "imgur.com": "Picture on Imgur", "tumblr.com": "Post on Tumblr",
}  # fmt: skip


def provider(url: str) -> str:
    """The kind of content at an address of a well-known site; ``""`` for any other."""
    host = f".{host_of(url)}"
    return next((said for name, said in PROVIDERS.items() if host.endswith(f".{name}")), "")


def label(src: str, el: El) -> str:
    """The words of a link to the content of a frame, video or audio element."""
    title = " ".join(el.get("title").split())
    if title and title not in ("video", "audio", "frame") and title != title.lower():
        return title
    if known := provider(src):
        return known
    host, name = host_of(src), src.split("?")[0].rpartition("/")[2]
    kind = {"video": "Video", "audio": "Audio"}.get(title or el.tag, "")
    if re.search(r"\.(?:mp4|m4v|webm|ogv|mov)$", name, re.I):
        kind = "Video"
    elif re.search(r"\.(?:mp3|m4a|ogg|wav|aac)$", name, re.I):
        kind = "Audio"
    return f"{kind or 'Page'} on {host}" if host else f"{kind or 'File'}: {name}"


def watch(src: str) -> str:
    """The public page of the content in a frame."""
    if found := re.match(
        r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]{6,20})", src
    ):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := re.match(r"https?://player\.vimeo\.com/video/(\d+)", src):
        return f"https://vimeo.com/{found[1]}"
    return src


def framed(block: El) -> El | None:
    """The link for a paragraph that consists of an address, which WordPress embeds."""
    kid = block.kids[0]
    words = kid if isinstance(kid, str) else kid.text() if kid.tag == "a" else ""
    if len(block.kids) > 1 or not re.fullmatch(r"\s*https?://\S{4,2000}\s*", words):
        return None
    label = provider(words.strip())
    target = kid.get("href") if isinstance(kid, El) else words.strip()
    return El("a", {"href": watch(target)}, [label]) if label else None
