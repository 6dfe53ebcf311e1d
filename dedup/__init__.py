"""Find what was copied in a news corpus, and show what was changed."""

__version__ = "0.1.0"
