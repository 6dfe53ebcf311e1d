"""Labelled events: which articles of a corpus tell of the same one.

Three kinds, each where its texts are. ECB+ has pairs of like events. The events of Wikinews are its pages, their
articles the sources that a page cites. Events of `lk_news_2024_01_02` were labelled by reading, before any grouping was
looked at (`judged/story_events.jsonl`, `judged/story_events_guideline.md`): an article there stands among 9,720 others,
and pairs on which two editors could differ are not counted.

Every set has two halves, by event. A pair of both halves belongs to one of them by the numbers of its events.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from news import find_folder, read_lines, read_rows

from dedup.kernels.neighbours import UNDATED
from dedup.stories.catalogue import join_title, number_outlets
from dedup.stories.group_documents import group_documents
from dedup.stories.read_terms import TermCounter, Terms
from dedup.story_config import StoryConfig
from dedup.text.dates import parse_day

LABELS = Path(__file__).with_name("judged") / "story_events.jsonl"
SECOND_LABELS = LABELS.with_stem("story_events_second")
FILES = ("ecbplus_dev", "ecbplus_rest", "wikinews_2012", "wikinews_2014", "argos_2014")
LANKAN = "lk_news_2024_01_02"
SEED = 26
Figures = tuple[float, float, float]


@dataclass(frozen=True)
class EventSet:
    """A corpus and its labelled events.

    ```
    terms    of all documents
    days     int32[n]   ordinals, `UNDATED` for none
    outlets  int32[n]   -1 for none
    rows     int64[m]   the labelled documents
    events   int64[m]   the event of each
    near     bool[m, m] pairs that are not counted
    first    bool[m]    whether it is of the first half
    ```
    """

    name: str
    terms: Terms
    days: npt.NDArray[np.int32]
    outlets: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]
    events: npt.NDArray[np.int64]
    near: npt.NDArray[np.bool_]
    first: npt.NDArray[np.bool_]

    @property
    def is_dated(self) -> bool:
        """Return whether any document has a day."""
        return bool((self.days != UNDATED).any())

    def group(self, config: StoryConfig, *, dated: bool) -> npt.NDArray[np.int64]:
        """Return the story of each labelled document."""
        days = self.days if dated else np.full_like(self.days, UNDATED)
        return group_documents(self.terms, days, self.outlets, config, lambda _: None).group[self.rows]

    def judge(self, found: np.ndarray, part: str = "all") -> Figures:
        """Return precision, recall and F1 over the pairs of a part: all, first or second."""
        a, b = np.triu_indices(len(self.rows), 1)
        mixed = (self.events[a] + self.events[b]) % 2 == 0
        of_first = np.where(self.first[a] == self.first[b], self.first[a], mixed)
        counted = ~self.near[a, b] & ((part == "all") | (of_first == (part == "first")))
        same, said = (self.events[a] == self.events[b]) & counted, (found[a] == found[b]) & counted
        both = int((same & said).sum())
        return both / max(int(said.sum()), 1), both / int(same.sum()), 2 * both / int(same.sum() + said.sum())


def read_event_sets() -> Iterator[EventSet]:
    """Yield the sets whose texts are there."""
    folder = find_folder()
    for name in FILES:
        if folder is not None and (folder / f"{name}.jsonl.gz").exists():
            yield read_grouped(name)
    if folder is not None and (folder / f"{LANKAN}.jsonl.gz").exists():
        yield read_lankan()


def read_grouped(name: str) -> EventSet:
    """Return a corpus in which every document names its event; the first half of ECB+ are the topics 1 to 11."""
    documents = read_rows(name)
    events = np.unique([row["group"] for row in documents], return_inverse=True)[1]
    order = np.random.default_rng(SEED).permutation(int(events.max()) + 1)
    first = order[events] < (events.max() + 1) / 2
    if name.startswith("ecbplus"):
        topics = np.array([int(row["group"].split("ecb")[0]) for row in documents])
        first = topics <= (11 if name == "ecbplus_dev" else 33)
    rows = np.arange(len(documents))
    return make_set(name, documents, rows, events, np.zeros((len(rows), len(rows)), bool), first)


def read_lankan() -> EventSet:
    """Return the labelled events of two months of Sri Lankan news."""
    documents = read_rows(LANKAN)
    lines = read_lines(LABELS)
    groups = [line for line in lines if "same" in line]
    ids = [id_ for line in groups for id_ in line["same"]]
    place = {row["id"]: position for position, row in enumerate(documents)}
    labelled = {id_: position for position, id_ in enumerate(ids)}
    sizes = [len(line["same"]) for line in groups]
    near = np.zeros((len(ids), len(ids)), bool)
    for line in lines:
        positions = [labelled[id_] for id_ in line.get("near", ())]
        near[np.ix_(positions, positions)] = True
    events = np.repeat(np.arange(len(groups)), sizes)
    near &= events[:, None] != events
    first = np.repeat([line["half"] == 1 for line in groups], sizes)
    return make_set(LANKAN, documents, np.array([place[id_] for id_ in ids]), events, near, first)


def pair_readings() -> Iterator[tuple[str, str]]:
    """Yield what the two readers of Lankan events say of each pair of articles: same, near or different."""
    readings = [read_reading(path) for path in (LABELS, SECOND_LABELS)]
    for pair in combinations(sorted(set(readings[0].event) & set(readings[1].event)), 2):
        first, second = (reading.judge(*pair) for reading in readings)
        yield first, second


@dataclass(frozen=True)
class Reading:
    """What one reader said: the event of each article, and the sets whose pairs are not counted."""

    event: dict[str, int]
    near: list[set[str]]

    def judge(self, first: str, second: str) -> str:
        """Return what two articles are to each other."""
        if self.event[first] == self.event[second]:
            return "same"
        return "near" if any(first in near and second in near for near in self.near) else "different"


def read_reading(path: Path) -> Reading:
    """Return what a reader wrote."""
    lines = read_lines(path)
    groups = [line["same"] for line in lines if "same" in line]
    event = {id_: number for number, group in enumerate(groups) for id_ in group}
    return Reading(event, [set(line["near"]) for line in lines if "near" in line])


def make_set(
    name: str,
    documents: list[dict[str, str]],
    rows: np.ndarray,
    events: np.ndarray,
    near: np.ndarray,
    first: np.ndarray,
) -> EventSet:
    """Return a set with its texts, days and outlets read."""
    texts = [join_title(row.get("title"), row["text"]) for row in documents]
    parsed = [parse_day(json.dumps(row["date"]).encode()) if row.get("date") else None for row in documents]
    days = np.array([UNDATED if day is None else day.toordinal() for day in parsed], np.int32)
    outlets = number_outlets([row.get("outlet") for row in documents])
    return EventSet(name, TermCounter().count(texts), days, outlets, rows, events, near, first)
