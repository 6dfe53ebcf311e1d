"""What `dedup compare` says about outlets: what each leaves out, held against the labelled stories.

    python benchmarks/bench_compare.py --only claims [--shared FOLDER]

An entry of grade `left_out` is right in the strict sense if no sentence of its statement has a labelled counterpart in
that text, and not wrong if none has one of grade 2. A true omission is a labelled pair of grade 2 to which neither side
has a counterpart in a third text; it is found if an entry of that text holds either side. The share of the
agreement is chosen on the *other* stories. Beside it are the figures of the one that is shipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from compare_stories import Story, read_grades

from dedup.compare.choose_engine import choose_engine
from dedup.compare.encoder import Encoder, ModelMissingError
from dedup.compare.engine import score_outlets
from dedup.compare.left_out import FAR, NEAR, Bounds, Nearness, find_left_out
from dedup.compare.links import Wordings, find_links
from dedup.compare.model import Grade, LeftOut, Link, Place, Row
from dedup.compare.read_units import split_document
from dedup.compare.rows import build_rows
from dedup.compare.scores import THRESHOLDS
from dedup.model.documents import Document
from dedup.story_config import CompareConfig

STEPS = np.linspace(0.1, 0.7, 31)
# What is listed of the other stories must be so free of counterparts; promised is .85 ...
MIN_FREE = 0.87
MIN_UNTOLD = 0.965  # ... and, of counterparts of grade 2, .95


class Omission(NamedTuple):
    """A true omission: two sentences that say the same, and a text that has nothing of either."""

    a: Place
    b: Place
    outlet: int


class Tally(NamedTuple):
    """Entries listed, those without any counterpart, those without one of grade 2; omissions found, and all."""

    listed: int
    free: int
    untold: int
    found: int
    omissions: int

    def __str__(self) -> str:
        listed = max(1, self.listed)
        return (
            f"{self.untold / listed:.3f} {self.free / listed:.3f} of {self.listed:3d}, "
            f"recall {self.found / max(1, self.omissions):.3f} of {self.omissions:3d}"
        )


@dataclass(frozen=True)
class Linked:
    """A story with its links and rows, and its labels by sentence."""

    name: str
    num_outlets: int
    rows: list[Row]
    links: list[Link]
    nearness: Nearness
    far: float
    counterparts: dict[Place, dict[Place, int]]

    def judge(self, near: float) -> "Tally":
        """Return how the entries with one share of the agreement stand to the labels."""
        bounds = Bounds(near, self.far)
        entries = find_left_out(self.rows, self.links, self.nearness, self.num_outlets, bounds).left_out
        listed = [entry for entry in entries if entry.grade is Grade.LEFT_OUT]
        grades = np.array([self.grade(entry) for entry in listed])
        said = {(place, entry.outlet) for entry in listed for place in entry.says}
        omissions = self.list_omissions()
        found = sum((a, outlet) in said or (b, outlet) in said for a, b, outlet in omissions)
        return Tally(len(listed), int((grades == 0).sum()), int((grades < 2).sum()), found, len(omissions))

    def grade(self, entry: LeftOut) -> int:
        """Return the highest grade of a counterpart that an entry has in the text that is said to leave it out."""
        grades = (self.counterparts.get(place, {}) for place in entry.says)
        return max((g for of in grades for place, g in of.items() if place.outlet == entry.outlet), default=0)

    def list_omissions(self) -> list[Omission]:
        """Return the true omissions: pairs of grade 2, with a text in which neither side has a counterpart."""
        pairs = [(a, b) for a, of in self.counterparts.items() for b, grade in of.items() if a < b and grade == 2]
        return [
            Omission(a, b, outlet)
            for a, b in pairs
            for outlet in range(self.num_outlets)
            if outlet not in {a.outlet, b.outlet, *(p.outlet for p in (*self.counterparts[a], *self.counterparts[b]))}
        ]


def link(story: Story, encoder: Encoder | None, engine: str) -> Linked:
    """Return the links and rows of a story."""
    outlets = tuple(split_document(source) for source in story.sources)
    scored = score_outlets(outlets, encoder, THRESHOLDS[engine])
    links = find_links(
        scored.places, scored.score, scored.thresholds, Wordings(outlets, scored.places, scored.coverage)
    )
    counterparts: dict[Place, dict[Place, int]] = {}
    for pair, grade in read_grades(story, outlets).items():
        for place in pair:
            counterparts.setdefault(place, {}).update((other, grade) for other in pair - {place})
    nearness = Nearness(scored.places, scored.score, [outlets[p.outlet].cut(p.sentence) for p in scored.places])
    return Linked(
        story.name,
        len(outlets),
        build_rows(scored.clusters, scored.places, 0, scored.guests),
        links,
        nearness,
        FAR[engine],
        counterparts,
    )


def choose_near(stories: Sequence[Linked]) -> float:
    """Return the greatest share at which what is listed of all stories together is free enough of counterparts."""
    best = float(STEPS[0])
    for near in STEPS:
        tally = sum_up([story.judge(float(near)) for story in stories])
        if tally.listed and tally.free >= MIN_FREE * tally.listed and tally.untold >= MIN_UNTOLD * tally.listed:
            best = float(near)
    return best


def sum_up(tallies: Sequence[Tally]) -> Tally:
    """Return the sums of several stories."""
    return Tally(*(sum(column) for column in zip(*tallies, strict=True)))


def show_claims(stories: Sequence[Story], encoders: dict[str, Encoder | None]) -> None:
    """Print how right the entries of the lists "left out" are."""
    print("\nLeft out: share of entries without a counterpart of grade 2, without any, and recall of true omissions")
    for name, encoder in encoders.items():
        linked = [link(story, encoder, name) for story in stories]
        held = [
            story.judge(choose_near([other for other in linked if other is not story])) if len(linked) > 1 else None
            for story in linked
        ]
        shipped = [story.judge(NEAR[name]) for story in linked]
        for story, apart, tally in zip(linked, held, shipped, strict=True):
            print(f"  {name:9s} {story.name:11s} {apart or tally}   as shipped {tally}", flush=True)
        print(f"  {name:9s} {'all':11s} {sum_up([t for t in held if t] or shipped)}   as shipped {sum_up(shipped)}")


def load_encoders() -> dict[str, Encoder | None]:
    """Return the engines that can run, with their encoders."""
    sources = [Document("a", "One."), Document("b", "Two.")]
    try:
        return {"lexical": None, "semantic": choose_engine(sources, CompareConfig(engine="semantic"))[1]}
    except ModelMissingError as error:
        print(f"skipped: {error}")
        return {"lexical": None}
