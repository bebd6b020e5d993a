"""Newsletters as files: write in Markdown, see every reader's mail, send it once."""

__version__ = "0.1.0"
