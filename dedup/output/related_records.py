"""The lines of `related.jsonl` and `clusters.jsonl`: what is alike and stays, and what is a copy of what."""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from dedup.model.documents import CopyRelation
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.output.conflicts import Conflicts
from dedup.output.records import MAX_QUOTED, ClusterRecord, Line, Offset, Share, Witness, describe_member, witness_of
from dedup.text.rank_quotes import Quotes

Raw = msgspec.Raw
LINES_AT_ONCE = 1 << 14


class RelatedRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of `related.jsonl`: a kept document and the most similar kept one that it is alike and no copy of.

    novel_words, novel_share, novel_run  how many of its words the other lacks, their share, the most in a row
    conflicts  places with another number, date or name: the words of this document, those of the other
    num_conflicts  how many of these there are, of which `conflicts` has eight
    """

    id: Raw
    path: str
    line: Line
    other: Witness
    relation: str
    similarity: Share
    novel_words: Offset
    novel_share: Share
    novel_run: Offset
    conflicts: tuple[tuple[str, str], ...] = ()
    num_conflicts: Offset = 0

    @property
    def sides(self) -> list[Witness]:
        """Return the other document, and this one."""
        return [self.other, Witness(self.id, self.path, self.line)]


def describe_related(
    segments: Segments, decisions: Decisions, conflicts: Conflicts, quote: Callable[[int], Quotes]
) -> Iterator[RelatedRecord]:
    """Yield one record for each kept document that is alike another one, in the order of the input.

    `quote` returns the conflicts of a document in words.
    """
    rows = np.flatnonzero(decisions.relative["document"] >= 0)
    for begin in range(0, len(rows), LINES_AT_ONCE):
        part = rows[begin : begin + LINES_AT_ONCE]
        relatives = decisions.relative[part]
        others = segments.names(relatives["document"].copy())
        columns = (relatives[name].tolist() for name in ("relation", "similarity"))
        values = zip(part.tolist(), segments.names(part), others, segments.count_tokens(part), *columns, strict=True)
        for doc, name, other, size, relation, similarity in values:
            found, quotes = conflicts.differences[doc], quote(doc)
            yield RelatedRecord(
                id=Raw(name.raw_id),
                path=name.path,
                line=name.line,
                other=witness_of(other),
                relation=CopyRelation(relation).label,
                similarity=similarity,
                novel_words=found.num_novel,
                novel_share=round(found.num_novel / max(size, 1), 4),
                novel_run=found.longest_run,
                conflicts=quotes[:MAX_QUOTED],
                num_conflicts=len(quotes),
            )


def describe_clusters(segments: Segments, decisions: Decisions) -> Iterator[ClusterRecord]:
    """Yield one record for each kept document that covers others, in their order."""
    removed = np.flatnonzero(decisions.witness >= 0)
    removed = removed[np.argsort(decisions.witness[removed], kind="stable")]
    kept = decisions.witness[removed].astype(np.int64)
    starts = np.flatnonzero(np.diff(kept, prepend=-1))
    for first in range(0, starts.size, LINES_AT_ONCE):
        bounds = np.append(starts, removed.size)[first : first + LINES_AT_ONCE + 1]
        covered = slice(bounds[0], bounds[-1])
        representatives = segments.names(kept[bounds[:-1]])
        names, similarities = segments.names(removed[covered]), decisions.similarity[removed[covered]].tolist()
        members = list(map(describe_member, names, similarities))
        edges = (bounds - bounds[0]).tolist()
        for i, (name, start, end) in enumerate(zip(representatives, edges, edges[1:], strict=False), first + 1):
            yield ClusterRecord(i, Raw(name.raw_id), [describe_member(name, 1.0), *members[start:end]])
