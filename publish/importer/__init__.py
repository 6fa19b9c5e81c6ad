"""A WordPress export (Divi, blocks, classic) becomes Markdown, with every loss named."""
