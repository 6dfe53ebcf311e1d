"""Removals confirmed on the texts: what no hash that everybody knows can vouch for.

Tokens are 30 bits of a public hash, so texts without one common word can be made to have equal tokens. The texts of
removed documents and their witnesses are tokenised once more, under a secret seed. Equal words stay equal under any
seed: an honest removal is confirmed whatever the seed is, and the output has the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig, NearConfig
from dedup.corpus.shards import Shard
from dedup.kernels.leader_table import KEPT
from dedup.kernels.relation import Likeness, RelationRule, relate
from dedup.model.documents import CopyRelation
from dedup.near.arrow_files import BYTES_AT_ONCE, ROWS_AT_ONCE, create_arrow
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.near.text_proofs import PROOF_SCHEMA, Proofs, Prover
from dedup.output.locate_shard import documents_of
from dedup.output.run_folder import READ_AGAIN, RunFolder

MIN_KNOWN = 0.5  # share of words of a contained document that are in its witness
SLACK = 0.01  # words of a text of 100,000 that have equal hashes by chance under a seed move a share by far less


@dataclass(frozen=True)
class Judge:
    """Confirms removals, or takes them back.

    rule          what goes
    num_shingles  how many distinct shingles each document has (int32[n]), by doc_index
    describe      returns the tokens and the facts (FACTS) of a document, by doc_index
    stored        documents that an index holds (int64[k], doc_indices), of which proofs are known: they stay
    """

    config: NearConfig
    rule: RelationRule
    num_shingles: npt.NDArray[np.int32]
    describe: Callable[[int], tuple[npt.NDArray[np.uint32], np.void]]
    stored: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def judge(self, decisions: Decisions, documents: npt.NDArray[np.int64], proofs: Proofs) -> Decisions:
        """Return the decisions without those removals of `documents` that the texts do not confirm.

        A document with the words of its witness and other signs is a template. Of refused documents with the same
        words and signs the first one that stays stands for the others, or a stored one with these.
        """
        refused = list_refused(decisions, documents, proofs, self.num_shingles, self.config)
        made = Decisions.keep_all(len(refused))
        first = {proofs.get(doc).content: doc for doc in self.stored[::-1].tolist()} if refused else {}
        for row, doc in enumerate(refused):
            witness, proof = int(decisions.witness[doc]), proofs.get(doc)
            has_words = proof.words == proofs.get(witness).words
            other, relation = witness, int(CopyRelation.TEMPLATE)
            if proof.content in first:
                other = first[proof.content]
                (tokens, facts), (theirs, their_facts) = self.describe(doc), self.describe(other)
                relation, _ = relate(tokens, theirs, facts, their_facts, Likeness(1.0, True, False), self.rule)
            if (has_words or proof.content in first) and self.rule.removed >> relation & 1:
                made.witness[row], made.similarity[row], made.relation[row] = other, 1.0, relation
                continue
            first.setdefault(proof.content, doc)
            if has_words:
                made.relative[row] = witness, 1.0, CopyRelation.TEMPLATE
        num_forged = np.count_nonzero((made.witness == KEPT) & (made.relative["document"] == KEPT))
        counts = replace(decisions.counts, num_unconfirmed=int(num_forged))
        return replace(decisions.revise(np.array(refused, np.int64), made), counts=counts)


def list_refused(
    decisions: Decisions,
    documents: npt.NDArray[np.int64],
    proofs: Proofs,
    num_shingles: npt.NDArray[np.int32],
    config: NearConfig,
) -> list[int]:
    """Return the removed `documents` whose words are not as alike those of their witnesses as their hashes."""
    doubtful = documents[~proofs.are_same_texts(documents, decisions.witness[documents])]
    witness, relation = decisions.witness[doubtful], decisions.relation[doubtful]
    known, similarity = proofs.measure(doubtful, witness, config.shingle_size, num_shingles[witness]).T
    is_contained = relation == CopyRelation.CONTAINED
    is_confirmed = np.where(is_contained, known >= MIN_KNOWN - SLACK, similarity >= config.threshold - SLACK)
    for row in np.flatnonzero(relation == CopyRelation.EXACT).tolist():
        is_confirmed[row] = proofs.get(doubtful[row]).content == proofs.get(witness[row]).content
    refused: list[int] = doubtful[~is_confirmed].tolist()
    return refused


@dataclass(frozen=True)
class Doubted:
    """Removed documents, and what is read again for them.

    ```
    removed    int64[m]  doc_indices, ascending
    documents  int64[k]  these and their witnesses in this run, ascending
    stored     int64[j]  their witnesses that an index holds, and others with the words of these, ascending
    is_worded  bool[k]   removed as another copy than an exact one: all words are compared, not one hash of them
    ```
    """

    seed: int = field(repr=False)
    removed: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    stored: npt.NDArray[np.int64]
    is_worded: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, decisions: Decisions, seed: int, stored: npt.NDArray[np.uint64] | None = None) -> "Doubted":
        """Return what has to be confirmed, under a seed of 64 bits that nobody knows.

        `stored` (uint64[k, 2]) are the contents of stored documents.
        """
        removed = np.flatnonzero(~decisions.kept)
        every, first_stored = np.unique(np.concatenate([removed, decisions.witness[removed]])), len(decisions)
        documents = every[every < first_stored]
        worded, witnesses = removed[decisions.relation[removed] != CopyRelation.EXACT], every[every >= first_stored]
        if stored is not None and witnesses.size:
            same = np.isin(stored[:, 0], stored[witnesses - first_stored, 0])
            witnesses = np.flatnonzero(same) + first_stored
        return cls(seed, removed, documents, witnesses, np.isin(documents, worded))


def read_again(shard: Shard, doubted: Doubted, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Write what is known of the texts of a shard under the secret seed, a row for each that is doubted there."""
    inside = documents_of(segments, shard)
    rows = slice(*np.searchsorted(doubted.documents, [inside.start, inside.stop]).tolist())
    documents, prover = doubted.documents[rows].tolist(), Prover.of(doubted.seed)
    if not documents:
        return
    texts = (text.encode() for text in read_texts(segments, shard, documents, config))
    is_worded, proved = doubted.is_worded[rows], 0
    with create_arrow(folder.part(shard.index, READ_AGAIN), PROOF_SCHEMA) as out:
        for some in gather(texts):
            out.write_batch(prover.prove(some, is_worded[proved : proved + len(some)]))
            proved += len(some)


def gather(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield texts, some at once: not many, and not many bytes."""
    some, size = list[bytes](), 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= BYTES_AT_ONCE or len(some) >= ROWS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some
