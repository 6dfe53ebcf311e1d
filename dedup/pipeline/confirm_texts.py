"""What `clean` does after deciding, for texts in memory: removals are confirmed, and conflicts quoted."""

import os
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.model.documents import CopyRelation, Document, Related
from dedup.near.decisions import Decisions
from dedup.near.leaders import Offered
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Located
from dedup.near.text_proofs import Proofs, Prover
from dedup.output.confirmation import Doubted, Judge
from dedup.output.conflicts import find_conflicts, quote_signs_of
from dedup.output.records import MAX_QUOTED
from dedup.threads import count_cores, start_threads

PROVED_AT_ONCE = 500


def confirm_texts(
    documents: Sequence[Document], sketched: Offered, decisions: Decisions, settings: CleanSettings
) -> Decisions:
    """Return the decisions without removals that the texts do not confirm; `sketched` are all documents."""
    doubted = Doubted.of(decisions, int.from_bytes(os.urandom(8), "little"))
    prover, is_worded = Prover.of(doubted.seed), doubted.is_worded
    texts = [documents[index].text.encode() for index in doubted.documents.tolist()]
    with start_threads(count_cores()) as threads:
        parts = [slice(first, first + PROVED_AT_ONCE) for first in range(0, len(texts), PROVED_AT_ONCE)]
        rows = threads.map(lambda part: prover.prove(texts[part], is_worded[part]), parts)
    judge = Judge(
        settings.near,
        rule_of(settings),
        sketched.num_shingles,
        lambda index: (tokens_of(sketched, index), sketched.facts[index]),
    )
    return judge.judge(decisions, doubted.removed, Proofs(doubted.documents, rows))


def tokens_of(sketched: Offered, index: int) -> npt.NDArray[np.uint32]:
    """Return the tokens of a document."""
    return as_read_only(tokens_at(sketched.address[index], sketched.num_tokens[index]))


def locate(sketched: Offered, documents: npt.NDArray[np.int64]) -> Located:
    """Return where some documents are in memory."""
    return Located(sketched.address[documents], sketched.num_tokens[documents], sketched.facts[documents])


def relate_texts(documents: Sequence[Document], sketched: Offered, decisions: Decisions) -> tuple[Related, ...]:
    """Return the kept documents that are alike another one and no copies of it."""
    conflicts = find_conflicts(partial(locate, sketched), decisions)
    numbers = conflicts.list_quotes(range(len(documents)))
    sides, begins = np.unique(conflicts.documents.ravel()[numbers], return_index=True)
    groups = zip(sides.tolist(), np.split(numbers, begins[1:]), strict=True) if sides.size else ()
    quotes = conflicts.gather(quoted for doc, group in groups for quoted in conflicts.quote(documents[doc].text, group))
    signs = quote_signs_of(decisions, lambda some: {index: documents[index].text for index in some})
    return tuple(
        Related(
            documents[index],
            CopyRelation(relative["relation"]).label,
            documents[relative["document"]],
            float(relative["similarity"]),
            conflicts.differences[index].num_novel,
            found[:MAX_QUOTED],
            len(found),
        )
        for index in np.flatnonzero(decisions.relative["document"] >= 0).tolist()
        for relative, found in ((decisions.relative[index], signs.get(index) or quotes.get(index)),)
    )
