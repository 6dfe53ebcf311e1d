"""Documents in memory with their sketches: what is decided on, as often as somebody asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import CleanSettings, InputConfig, NearConfig, PassageConfig
from dedup.corpus.blocks import choose_values, list_names, view_texts
from dedup.corpus.lines import BLOCK_SIZE
from dedup.model.documents import Document, Related
from dedup.near.bands import bands_of
from dedup.near.decide_documents import by_input
from dedup.near.decisions import Decisions
from dedup.near.keep_policy import rank_documents
from dedup.near.leaders import Cover, Offered, join_offered
from dedup.near.read_facts import Facts, know_nothing, read_facts
from dedup.near.relate_documents import settle_relatives
from dedup.near.relation_rule import rule_of
from dedup.near.sketcher import Sketch, Sketcher, sign_again
from dedup.near.sketches import sketches_of
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate, find_in_sketches, mask_tokens
from dedup.passages.containment import choose_pairs, find_across
from dedup.passages.remove_contained import Candidates, gather_kept, remove_contained
from dedup.pipeline.confirm_texts import confirm_texts, relate_texts, tokens_of
from dedup.threads import count_cores, start_threads

WHOLE_DOCUMENTS = PassageConfig("off")


@dataclass(frozen=True)
class SketchedTexts:
    """Documents with their sketches and facts, a block at a time; their tokens take four bytes a word."""

    documents: Sequence[Document]
    sketches: Sequence[Sketch]
    facts: Sequence[Facts]
    config: NearConfig
    passages: PassageConfig

    @classmethod
    def of(
        cls, documents: Sequence[Document], config: NearConfig, passages: PassageConfig = WHOLE_DOCUMENTS
    ) -> "SketchedTexts":
        """Sketch documents, on all cores."""
        parts, sketcher = list(cut(documents)), Sketcher(config)

        def sketch(part: Sequence[Document]) -> Sketch:
            found = sketcher.sketch(*view_texts(to_arrow(part)))
            return replace(found, tokens=found.tokens.copy())  # the sketcher reuses its buffer

        with start_threads(max(1, min(len(parts), count_cores()))) as threads:
            sketches = list(threads.ahead(sketch, parts))
        return cls(documents, sketches, [find_facts(part, config) for part in parts], config, passages)

    def at(self, threshold: float) -> "SketchedTexts":
        """Return the same at another threshold: signed anew from their tokens where that takes other bands."""
        config = replace(self.config, threshold=threshold)
        if bands_of(config) == bands_of(self.config):
            return replace(self, config=config)
        return replace(self, config=config, sketches=[sign_again(sketch, config) for sketch in self.sketches])

    @cached_property
    def offered(self) -> Offered:
        """Return the sketches as a cover takes them; there are some."""
        known = zip(self.sketches, self.facts, strict=True)
        return join_offered([sketch.offered(facts.rows) for sketch, facts in known])

    @cached_property
    def decisions(self) -> Decisions:
        """Return the decisions on the documents, in their order."""
        if not self.documents:
            return Decisions.keep_all(0)
        settings, threads = CleanSettings(self.config, self.passages), count_cores()
        boilerplate = NO_BOILERPLATE
        if self.passages.is_on:
            boilerplate = find_in_sketches(sketches_of(self.offered), self.passages, threads)
        offered, _tokens = mask_documents(self.offered, boilerplate)
        sketches, order = sketches_of(offered), rank(self.documents, offered.num_tokens, self.config)
        cover = Cover(len(self.documents), self.config, rule=rule_of(settings))
        cover.offer(offered.take(order))
        decisions = by_input(cover.result(), order)
        if self.passages.finds_contained:
            kept = gather_kept(sketches, decisions.kept, boilerplate)
            shared = find_across(kept.tokens, self.passages, lambda _: None, threads)
            candidates = Candidates(kept, choose_pairs(shared, kept.tokens.own_tokens))
            decisions = remove_contained(sketches, decisions, candidates, settings, threads, lambda: order)
            decisions = settle_relatives(sketches, decisions, settings, lambda: order)
        return confirm_texts(self.documents, offered, decisions, settings)

    @cached_property
    def related(self) -> tuple[Related, ...]:
        """Return the kept documents that are alike another one and no copies of it."""
        return relate_texts(self.documents, self.offered, self.decisions) if self.documents else ()


def mask_documents(offered: Offered, boilerplate: Boilerplate) -> tuple[Offered, Sequence[npt.NDArray[np.uint32]]]:
    """Return documents with boilerplate masked in the tokens that are compared, and the memory of these tokens."""
    rows, masked = list(boilerplate.rows_by_document()), offered.masked.copy()
    tokens = [mask_tokens(tokens_of(offered, doc), boilerplate.span[some]) for doc, some in rows]
    masked[[doc for doc, _ in rows]] = [each.ctypes.data for each in tokens]
    return offered._replace(masked=masked), tokens


def cut(documents: Sequence[Document]) -> Iterable[Sequence[Document]]:
    """Yield runs of documents of about a block's size."""
    first, size = 0, 0
    for index, document in enumerate(documents):
        size += len(document.text)
        if size >= BLOCK_SIZE:
            yield documents[first : index + 1]
            first, size = index + 1, 0
    if first < len(documents):
        yield documents[first:]


def to_arrow(documents: Sequence[Document]) -> pa.Array:
    """Return the texts as an Arrow array; a lone surrogate is a `ValueError` that names the document."""
    try:
        return pa.array([document.text for document in documents], pa.large_string())
    except UnicodeEncodeError:
        for document in documents:
            try:
                document.text.encode()
            except UnicodeEncodeError as error:
                raise ValueError(f"document {document.id} is not text: {error}") from None
        raise


def find_facts(documents: Sequence[Document], config: NearConfig) -> Facts:
    """Return what is known of documents beside their text."""
    if not any(document.fields for document in documents):
        return Facts(know_nothing(len(documents)), np.empty(0, np.uint32))
    return read_facts(encode_fields(documents), len(documents), config.keep.date_order)


def encode_fields(documents: Sequence[Document]) -> dict[str, list[bytes]]:
    """Return the fields that say what is known of documents as raw JSON, by role."""
    config = InputConfig()
    named = list_names(config, config.facts)
    return {
        role: choose_values([encode_field(document.fields.get(name)) for document in documents] for name in names)
        for role, names in named.items()
    }


def encode_field(value: object) -> bytes:
    """Return a field as raw JSON, as a file has it; nothing for what JSON has not."""
    if not isinstance(value, (str, int, float, date, list, dict)):
        return b""
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b""


def rank(documents: Sequence[Document], num_tokens: npt.NDArray[np.int32], config: NearConfig) -> npt.NDArray[np.int64]:
    """Return the documents' places in the order of the keep policy."""
    field = config.keep.field
    values = [d.id if field == "id" else d.fields.get(field) for d in documents] if field else []
    return rank_documents(values, num_tokens, config.keep)
