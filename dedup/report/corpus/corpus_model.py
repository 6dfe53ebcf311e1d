"""What the pages of a corpus report are drawn from: frozen, complete, nothing that is a file."""

from dataclasses import dataclass

from dedup.config import InputConfig
from dedup.model.run import Summary
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import RejectedRecord
from dedup.report.diff.diff_html import TaggedText


@dataclass(frozen=True, slots=True)
class Card:
    """A document as a page names it; `outlet`, `date` and `title` are "" where the record has none.

    `opening` is how its text begins, for a document without a title. `url` is "" or an address that is safe to link.
    """

    id: str
    path: str
    line: int
    outlet: str
    date: str
    title: str
    opening: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents: a removed one after the kept one that justifies it, or two kept ones near the threshold.

    cluster  number of the page that compares them, None without one
    covered  share of the words of `second` that passages of `first` cover, where that one contains it
    """

    first: Card
    second: Card
    relation: str
    similarity: float
    cluster: int | None = None
    covered: float | None = None


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """A cluster as the list shows it: `num_copies` removed documents, the least similar at `lowest`.

    The search of the list finds those of `copies`.
    """

    number: int
    representative: Card
    num_copies: int
    num_outlets: int
    lowest: float
    copies: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class LosingPair:
    """A removal with its text: `pieces` in which novel words are marked, `num_novel` of `num_words`."""

    pair: DocumentPair
    num_novel: int
    num_words: int
    pieces: tuple[TaggedText, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two kept documents that are alike: words of the second that the first lacks, and their conflicting slots.

    conflicts  the words of the second, those of the first
    """

    pair: DocumentPair
    num_novel: int
    conflicts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """A suspicious series as its page shows it: how many documents it has, the first of them, and why it is told."""

    kind: str
    num_documents: int
    reason: str
    members: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class TextPair:
    """A pair of documents with both texts."""

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
    losing        removals with most novel words, of `num_losing`
    alike         {relation: pairs that are alike and stay, most similar first}
    series        suspicious series
    """

    name: str
    summary: Summary
    fields: InputConfig
    outlets: tuple[OutletCount, ...]
    days: tuple[DayCount, ...]
    num_undated: int
    sizes: tuple[tuple[int, int], ...]
    similarities: dict[str, tuple[int, ...]]
    crossings: tuple[OutletPair, ...]
    above: tuple[TextPair, ...]
    below: tuple[TextPair, ...] | None
    yet_kept: tuple[TextPair, ...] | None
    boilerplate: tuple[BoilerplateRecord, ...]
    rejections: tuple[RejectedRecord, ...]
    num_elsewhere: int
    losing: tuple[LosingPair, ...]
    num_losing: int
    alike: dict[str, tuple[AlikePair, ...]]
    series: tuple[SeriesEntry, ...]

    @property
    def threshold(self) -> float:
        """Return the similarity from which two documents are copies."""
        return float(str(self.summary.config["near"]["threshold"]))
