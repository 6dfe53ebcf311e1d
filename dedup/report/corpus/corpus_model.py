"""What the pages of a corpus report are drawn from: frozen, complete, nothing that is a file."""

from dataclasses import dataclass

from dedup.config import FieldNames
from dedup.corpus.values import read_value
from dedup.model.run import Summary
from dedup.output.passage_records import PassageRecord
from dedup.output.records import RejectedRecord


@dataclass(frozen=True, slots=True)
class Card:
    """A document as a page names it; `outlet`, `date` and `title` are "" where the record has none.

    `opening` is how its text begins, for a document without a title.
    """

    id: str
    path: str
    line: int
    outlet: str
    date: str
    title: str
    opening: str


@dataclass(frozen=True, slots=True)
class ClusterCopy:
    """A removed document of a cluster: what kind of copy it is of the representative, and how near.

    `covered` is the share of its words that passages of the representative cover, of a contained one.
    """

    card: Card
    relation: str
    similarity: float
    covered: float | None


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """A cluster as the list shows it: `num_copies` removed documents, the least similar at `lowest`."""

    number: int
    representative: Card
    num_copies: int
    num_outlets: int
    lowest: float


@dataclass(frozen=True, slots=True)
class PassageNote:
    """A passage that a document of a cluster prints twice or shares, as `passages.jsonl` has it."""

    card: Card
    record: PassageRecord

    @property
    def first_id(self) -> str:
        """Return the id of the document in which it stands first."""
        return read_value(bytes(self.record.witness.doc_id))


@dataclass(frozen=True, slots=True)
class ClusterContent:
    """What the page of a cluster shows beside the comparisons: all or the first copies, all or the first passages.

    `before` and `after` are the numbers of its neighbours in the list, None at its ends.
    """

    entry: ClusterEntry
    text: str
    copies: tuple[ClusterCopy, ...]
    passages: tuple[PassageNote, ...]
    num_passages: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents near the threshold; `cluster` is the number of the page that compares them, None without one."""

    first: Card
    second: Card
    relation: str
    similarity: float
    cluster: int | None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A pair of kept documents near the threshold, with both texts."""

    pair: DocumentPair
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class OutletCount:
    """Documents of an outlet, the removed ones, and removed ones of any outlet whose witness it published."""

    name: str
    num_documents: int
    num_removed: int
    num_covered: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """Documents of a day (`datetime.date.toordinal`), and how many of them were removed."""

    day: int
    num_documents: int
    num_removed: int


@dataclass(frozen=True, slots=True)
class OutletPair:
    """How many documents of one outlet were removed for a kept document of another (or of the same)."""

    removed: str
    kept: str
    num_documents: int


@dataclass(frozen=True, slots=True)
class BoilerplateNote:
    """A passage of boilerplate: its text, how many documents hold it, and the first of them."""

    text: str
    num_documents: int
    first_id: str


@dataclass(frozen=True, slots=True)
class CorpusFindings:
    """The numbers of a run.

    outlets       most removed first; one of the name "" are the documents without an outlet
    days          in order; `num_undated` documents have no date that can be read
    sizes         (documents in a cluster, how many clusters), ascending
    similarities  {relation: how many removals in each of 50 steps of 0.02 from 0 to 1}, exact copies left out
    crossings     who was removed for whom, most first
    above         removals nearest the threshold, nearest first
    below         pairs of kept documents nearest below the threshold, nearest first
    yet_kept      pairs of kept documents at or above the threshold, most similar first; None, as `below`, where they
                  were not looked for
    boilerplate   most frequent first, the first of `num_boilerplate`
    rejections    the first of `summary.counts.rejected`
    num_elsewhere removed documents whose witness is in no file of the run
    """

    name: str
    summary: Summary
    fields: FieldNames
    outlets: tuple[OutletCount, ...]
    days: tuple[DayCount, ...]
    num_undated: int
    sizes: tuple[tuple[int, int], ...]
    similarities: dict[str, tuple[int, ...]]
    crossings: tuple[OutletPair, ...]
    above: tuple[DocumentPair, ...]
    below: tuple[NearMiss, ...] | None
    yet_kept: tuple[NearMiss, ...] | None
    boilerplate: tuple[BoilerplateNote, ...]
    rejections: tuple[RejectedRecord, ...]
    num_elsewhere: int

    @property
    def threshold(self) -> float:
        """Return the similarity from which two documents are copies."""
        return float(str(self.summary.config["near"]["threshold"]))
