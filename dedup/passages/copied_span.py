"""One passage in tokens, as the rules for cutting look at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class CopiedSpan:
    """Tokens [start, end) of a document, a copy of [source_start, source_end) of its source; `equal` are the same."""

    start: int
    end: int
    source: int
    source_start: int
    source_end: int
    equal: int

    @classmethod
    def exact(cls, start: int, end: int, source: int, source_start: int) -> "CopiedSpan":
        """Return a copy all of whose tokens are equal."""
        return cls(start, end, source, source_start, source_start + end - start, end - start)

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def is_exact(self) -> bool:
        """Return whether all tokens are equal, on both sides."""
        return self.equal == self.end - self.start == self.source_end - self.source_start

    @property
    def distance(self) -> int:
        """Return how far the copy begins behind its source, where both are in one document."""
        return self.start - self.source_start

    def part(self, start: int, end: int) -> "CopiedSpan":
        """Return the tokens [start, end) of an exact copy."""
        return CopiedSpan.exact(start, end, self.source, start - self.distance)

    def part_of_source(self, source_start: int, source_end: int) -> "CopiedSpan":
        """Return the part of an exact copy that copies these tokens of its source."""
        return self.part(source_start + self.distance, source_end + self.distance)
