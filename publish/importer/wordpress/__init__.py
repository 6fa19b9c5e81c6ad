"""Reads WordPress: the export, and the markup of its editors and page builders, as HTML."""
