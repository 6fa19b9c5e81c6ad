"""From HTML to this blog's Markdown: blocks that Markdown has a word for, and the check of both."""
