"""One Markdown file becomes a page, a feed item and a newsletter issue."""
