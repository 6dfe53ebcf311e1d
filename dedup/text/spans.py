"""A stretch of a text: the coordinate system of everything that is shown."""

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open character offsets `[start, end)` in the original text."""

    start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether the span holds no character: a place between two characters."""
        return self.start == self.end

    def cut(self, text: str) -> str:
        """Return the passage.

        >>> Span(4, 7).cut("the cat sat")
        'cat'
        """
        return text[self.start : self.end]

    def covers(self, other: "Span") -> bool:
        """Return whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end
