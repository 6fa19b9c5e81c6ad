"""The posts before and after each post."""

from pelican import signals

INCREMENTAL = True


def relate(generator):
    """Newest first, so the newer one comes before."""
    posts = generator.articles
    for place, post in enumerate(posts):
        post.newer = posts[place - 1] if place else None
        post.older = posts[place + 1] if place + 1 < len(posts) else None


def register():
    """Called by Pelican."""
    signals.article_generator_finalized.connect(relate)
