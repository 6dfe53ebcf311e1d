"""The whole sentences of a copy, with their marks, to the character."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dedup.passages.copied_span import CopiedSpan
from dedup.passages.glued_copies import is_glued
from dedup.text.boundaries import FARTHEST, end_before, first_mark, is_edge, last_mark, word_before
from dedup.text.characters import is_grapheme_boundary
from dedup.text.lexicon import SENTENCE_ENDS
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, is_mark


class CopyPlace(NamedTuple):
    """A place in a copy, in characters, and the same place in its source."""

    copy: int
    source: int

    def move(self, by: int) -> "CopyPlace":
        """Return the place so many characters behind."""
        return CopyPlace(self.copy + by, self.source + by)


class WholeCopy(NamedTuple):
    """The whole sentences of a passage that a text prints twice: those that may go, and those that stay."""

    span: Span
    twin: Span


@dataclass(frozen=True)
class Repeat:
    """An exact copy in the text that holds its source too.

    The copy may be glued to the text around it. So it is followed beyond its equal tokens, as long as characters are
    equal.
    """

    offsets: TokenOffsets
    run: CopiedSpan

    def find_whole(self) -> WholeCopy | None:
        """Return the whole sentences of the copy, None if there are none."""
        text, ends, run = self.offsets.text, self.offsets.ends, self.run
        start = next((place for place in reversed(self.places_before) if self.is_start(place)), None)
        if start is None:
            first = find_first(self.offsets, run.start, run.end)
            if first is None:
                return None
            start = CopyPlace(*(first_mark(text, at) for at in self.place_of(first)))
        end = next((place for place in reversed(self.places_behind) if self.is_end(place, start)), None)
        if end is None:
            last = find_last(self.offsets, run.start, run.end)
            if last is None:
                return None
            end = CopyPlace(*(last_mark(text, int(ends[at - 1])) for at in (last, last - run.distance)))
        if end.copy <= start.copy or end.source > start.copy:
            return None
        copy, source = Span(start.copy, end.copy), Span(start.source, end.source)
        if end_before(text, copy.start) == source.end and is_mark(text[copy.end : copy.end + 1]):
            if is_edge(self.offsets, source.start):
                return WholeCopy(source, copy)  # a pull-quote without the stop that its sentence has
        elif text[copy.end : copy.end + 1].isspace():
            source = Span(source.start, min(last_mark(text, source.end), copy.start))
        return WholeCopy(copy, source)

    def place_of(self, index: int) -> CopyPlace:
        """Return where a token of the copy begins."""
        starts = self.offsets.starts
        return CopyPlace(int(starts[index]), int(starts[index - self.run.distance]))

    @cached_property
    def places_before(self) -> list[CopyPlace]:
        """Return the places before the copy up to which the same characters stand before it and its source."""
        text = self.offsets.text
        place, source_end = self.place_of(self.run.start), self.places_behind[0].source
        places = [place]
        while len(places) < FARTHEST and place.source > 0 and place.copy > source_end:
            if text[place.copy - 1] != text[place.source - 1]:
                break
            place = place.move(-1)
            places.append(place)
        return places

    @cached_property
    def places_behind(self) -> list[CopyPlace]:
        """Return the same behind the copy."""
        text = self.offsets.text
        ends = self.offsets.ends
        place = CopyPlace(int(ends[self.run.end - 1]), int(ends[self.run.source_end - 1]))
        places = [place]
        while len(places) < FARTHEST and place.copy < len(text) and text[place.copy] == text[place.source]:
            if place.source == self.place_of(self.run.start).copy:
                break
            place = place.move(1)
            places.append(place)
        return places

    def is_start(self, place: CopyPlace) -> bool:
        """Return whether a sentence begins at a place of the copy, or is glued on there and begins in the source."""
        text = self.offsets.text
        before, before_source = (text[max(at - 1, 0) : at] for at in place)
        if text[place.copy].isspace() or (before == before_source and before.strip()):
            return False
        reached = self.places_behind[-1].source
        between = text[reached : place.copy]
        if (reached == place.copy or "\n" in between) and not between.strip():
            return is_grapheme_boundary(text, place.copy)  # directly behind its source: whatever the letters are
        if not before.strip():
            return first_mark(text, place.copy) == place.copy and is_edge(self.offsets, place.copy)
        source_end = end_before(text, place.source)
        stops = SENTENCE_ENDS.intersection(text[word_before(text, source_end) : source_end])  # "Rep. Lee" will do
        return is_glued(text, place.copy) and (bool(stops) or is_edge(self.offsets, place.source))

    def is_end(self, place: CopyPlace, start: CopyPlace) -> bool:
        """Return whether a sentence ends at a place of the copy, or what follows is glued on and it ends in the source.

        Marks that the source lacks may stay behind what comes before the copy: its source, or a word.
        """
        text, at = self.offsets.text, place.copy
        if place.source > start.copy:
            return False
        follows = place.source == start.copy
        goes_on = not follows and text[at : at + 1] == text[place.source : place.source + 1]
        if text[at - 1].isspace() or not is_grapheme_boundary(text, at) or (goes_on and text[at : at + 1].strip()):
            return False
        if at == len(text) or text[at].isspace():
            return last_mark(text, at) == at and is_edge(self.offsets, at)
        if is_glued(text, at):
            return follows or is_edge(self.offsets, place.source)
        left = end_before(text, start.copy)
        attaches = left <= place.source or text[left - 1].isalnum()
        return not text[at].isalnum() and attaches and is_edge(self.offsets, last_mark(text, at))


def find_whole_sentences(offsets: TokenOffsets, start: int, end: int, min_tokens: int) -> Span | None:
    """Return the characters of the whole sentences among the tokens [start, end), None if they are too few."""
    first, last = find_first(offsets, start, end), find_last(offsets, start, end)
    if first is None or last is None or last - first < min_tokens:
        return None
    text = offsets.text
    return Span(first_mark(text, int(offsets.starts[first])), last_mark(text, int(offsets.ends[last - 1])))


def find_first(offsets: TokenOffsets, start: int, end: int) -> int | None:
    """Return the first of the tokens [start, end) that begins a sentence."""
    breaks, text = offsets.breaks, offsets.text
    inner = breaks[np.searchsorted(breaks, start, "right") : np.searchsorted(breaks, end)].tolist()
    tokens = (start, *inner)
    return next((at for at in tokens if is_edge(offsets, first_mark(text, int(offsets.starts[at])))), None)


def find_last(offsets: TokenOffsets, start: int, end: int) -> int | None:
    """Return the token behind the last sentence that ends among the tokens [start, end)."""
    breaks, text = offsets.breaks, offsets.text
    inner = breaks[np.searchsorted(breaks, start, "right") : np.searchsorted(breaks, end)].tolist()
    tokens = (*inner, end)
    return next((at for at in reversed(tokens) if is_edge(offsets, last_mark(text, int(offsets.ends[at - 1])))), None)
