"""The kernels that commands call, each with arguments of the types that it gets.

numba compiles a kernel once for every combination of argument types, so a call with other types would compile it
again; a test holds the commands against this table. Kernels that call each other are in one group, which one process
compiles.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.index.samples import Samples
from dedup.kernels.align import PassageLimits
from dedup.kernels.article_facts import FACTS, hash_urls, tokenise_titles
from dedup.kernels.fingerprints import (
    FIRST_SOURCE,
    Fingerprints,
    Part,
    Winnowing,
    count_marks,
    link_block,
    list_repeated,
    mark_fingerprints,
    merge_seen,
)
from dedup.kernels.first_sources import (
    count_held,
    enter_names,
    forget_noted,
    list_samples,
    make_shingle_set,
    measure_shared,
    note_sources,
)
from dedup.kernels.frequencies import (
    FREQUENCY,
    copy_frequent,
    count_block,
    drop_rare,
    find_frequency,
    list_fingerprints,
    mark_block,
    support_block,
    tally_block,
)
from dedup.kernels.group_links import group_links
from dedup.kernels.json_values import find_values
from dedup.kernels.key_set import add_keys, find_hits, make_hits, make_key_set, match_hits
from dedup.kernels.leader_clustering import alike_unmasked, cover_block
from dedup.kernels.leader_table import Limits, enter_known
from dedup.kernels.locate import RepeatRule, locate_tokens, place_repeats
from dedup.kernels.minhash import SketchArrays, sketch_block
from dedup.kernels.neighbours import NeighbourBounds, NeighbourState, SparseRows, find_neighbours
from dedup.kernels.novelty import compare_pairs_of_words, find_novel, make_word_table
from dedup.kernels.proofs import ProofArrays, measure_pairs, prove_texts
from dedup.kernels.relation import Likeness, PairArrays, RelationRule, relate, relate_pairs
from dedup.kernels.repeats_within import (
    MinShare,
    align_block,
    drop_small_pairs,
    mark_covered,
    match_pairs,
    repeat_block,
)
from dedup.kernels.routes import find_routes
from dedup.kernels.shared_buckets import find_marked, mark_shared, sort_buckets
from dedup.kernels.shingles import drop_masked, measure_jaccard, roll_shingles
from dedup.kernels.story_terms import TermArrays, TermBuffers, count_terms, make_terms, mark_singles
from dedup.kernels.table_records import read_table
from dedup.kernels.token_codes import decode_pieces, encode_pieces, enter_codes
from dedup.kernels.tokens import key_words, tokenise
from dedup.kernels.unescape import unescape
from dedup.near.leaders import Cover
from dedup.text.folding import load_folding_table
from dedup.text.signs import load_sign_table


class Call(NamedTuple):
    """A kernel, and arguments of the types that it is compiled for."""

    kernel: Any
    arguments: tuple[Any, ...]

    def compile(self) -> None:
        """Compile the kernel, or find it in the cache of this machine."""
        self.kernel.compile(tuple(nb.typeof(argument) for argument in self.arguments))


def given(kind: npt.DTypeLike, dimensions: int = 1) -> npt.NDArray[Any]:
    """Return an array that a kernel only reads: kernels get all of these read-only."""
    array = new(kind, dimensions)
    array.flags.writeable = False
    return array


def new(kind: npt.DTypeLike, dimensions: int = 1) -> npt.NDArray[Any]:
    """Return an array that a kernel may write to."""
    return np.empty((1,) * dimensions, kind)


def list_sketch_kernels() -> Iterator[Call]:
    """Yield what reads and sketches documents, and what finds the places of tokens in a text."""
    table = load_folding_table()
    out = SketchArrays(new("i4"), new("i4"), new("u8", 2), new("u8", 2), new("u8", 2))
    yield Call(sketch_block, (given("u1"), given("i8"), table, 1, new("u4", 2), 1, new("u4"), out))
    yield Call(hash_urls, (given("u1"), given("i8"), new("u8")))
    yield Call(tokenise_titles, (given("u1"), given("i8"), table, new("u4"), new("i4")))
    yield Call(unescape, (given("u1"), new("u1"), new("i8")))
    yield Call(read_table, (given("u1"), 1, 1, 1, new("i8"), 1, True, new("u1", 2), new("i8", 2), new("i8", 2)))
    yield Call(find_values, (given("u1"), 1, True, 1, new("i8"), new("i8")))
    yield Call(key_words, (new("u8"), table.seed))
    yield Call(locate_tokens, (given("u1"), table, new("i8"), new("i8"), new("i8")))
    tokens, rule = (given("u8"), given("i4")), RepeatRule(1, 0.5, 1, given("?"))
    places = (new("i8", 2), new("i8", 2), new("?"))
    yield Call(place_repeats, (given("u1"), given("i8"), table, *tokens, given("i4", 2), rule, *places))
    proofs = ProofArrays(new("u8", 2), new("u8"), new("u1"), new("i4"), new("i4"))
    yield Call(prove_texts, (given("u1"), given("i8"), table, load_sign_table(), given("?"), new("u4"), proofs))
    yield Call(measure_pairs, (given("u8", 2), 1, given("i4"), new("f8", 2)))


def list_cover_kernels() -> Iterator[Call]:
    """Yield what decides who is kept, alone and with an index, and what compares two documents."""
    state = Cover(1, NearConfig())._state  # noqa: SLF001 (as every cover makes it)
    keys, signatures, tokens = given("u8", 2), given("u8", 2), given("u4")
    rule = RelationRule(0.3, 200, False, 1, given("u4", 2), new("i4", 2))
    yield Call(cover_block, (state, 0, keys, signatures, Limits(0.8, 1), 1, rule, 1))
    yield Call(enter_known, (state, 0, keys, signatures, 0, 1))
    yield Call(sort_buckets, (new("u8"), new("u8")))
    shared = (new("u8"), new("u8"), new("i4"), Limits(0.8, 1), 1, np.uint8(1), new("u1"))
    yield Call(mark_shared, shared)
    yield Call(find_marked, (keys, given("?"), new("?")))
    yield Call(measure_jaccard, (tokens, tokens, 1))
    yield Call(alike_unmasked, (tokens, tokens, 0.8, 1))
    facts = new(FACTS)[0]
    yield Call(relate, (tokens, tokens, facts, facts, Likeness(0.8, False, False), rule))
    addresses, counts, pair_facts = new("u8", 2), new("i4", 2), np.zeros((0, 2), FACTS)
    pairs = PairArrays(addresses, counts, pair_facts, new("?"), new("u1"), new("f8"), new("i4", 2))
    yield Call(relate_pairs, (pairs, 1, rule))
    yield Call(compare_pairs_of_words, (addresses, counts, rule.slot_words, new("i4", 3), new("i4", 2)))
    yield Call(make_word_table, (given("u4"), given("u4")))
    yield Call(find_novel, (tokens, tokens, rule.slot_words))
    yield Call(drop_masked, (tokens,))


def list_passage_kernels() -> Iterator[Call]:
    """Yield what aligns documents with themselves and with each other."""
    limits, passages, owners = PassageLimits(1, 0.8), new("i4", 2), new("i4", 2)
    address, num_tokens = given("u8"), given("i4")
    yield Call(repeat_block, (address, num_tokens, 1, limits, passages, new("i4")))
    links, min_share = new("i4", 2), MinShare(0.5, num_tokens)
    yield Call(drop_small_pairs, (links, Winnowing(1, 1), min_share))
    yield Call(align_block, (links, address, num_tokens, limits, min_share, passages, owners))
    yield Call(match_pairs, (new("i4", 2), address, num_tokens, 1, limits, passages, owners))
    yield Call(mark_covered, (new("i4"), new("i4"), new("i4", 2), new("i4"), new("?")))
    yield Call(roll_shingles, (given("u4"), 1, new("u8")))


def list_fingerprint_kernels() -> Iterator[Call]:
    """Yield what links documents by their fingerprints."""
    address, num_tokens, seen = given("u8"), given("i4"), new("u1")
    mixed, positions, ends = new("u8"), new("i4"), new("i8")
    yield Call(mark_fingerprints, (address, num_tokens, Winnowing(1, 1), seen))
    yield Call(merge_seen, (seen, seen))
    yield Call(count_marks, (seen,))
    yield Call(list_repeated, (address, num_tokens, Winnowing(1, 1), seen, Part(0, 1), mixed, positions, ends))
    yield Call(link_block, (new(FIRST_SOURCE), 1, 0, mixed, positions, ends, new("i4", 2)))
    yield Call(group_links, (new("i4", 2), new("i4", 2)))


def list_boilerplate_kernels() -> Iterator[Call]:
    """Yield what finds the passages that very many documents of one outlet hold."""
    table, address, num_tokens = new(FREQUENCY), given("u8"), given("i4")
    hashes, positions, ends, series = new("u8"), new("i4"), new("i8"), new("u8")
    fingerprints = Fingerprints(hashes, positions, ends)
    yield Call(list_fingerprints, (address, num_tokens, new("?"), Winnowing(1, 1), hashes, positions, ends))
    yield Call(tally_block, (new("u1"), hashes, ends, series))
    yield Call(drop_rare, (new("u1"), 1, fingerprints, new("i8")))
    yield Call(count_block, (table, new("u1"), 1, 0, hashes, ends, series))
    yield Call(copy_frequent, (table, 1, table))
    yield Call(support_block, (table, 0, fingerprints, series, num_tokens, new("i4"), 1))
    yield Call(mark_block, (table, 0, fingerprints, series, new("i4"), 1, new("i4", 2)))


def list_index_kernels() -> Iterator[Call]:
    """Yield what looks new documents up in an index: near-copies, and documents that contain them."""
    keys, signatures, num_tokens = given("u8", 2), given("u8", 2), given("i4")
    key_set, hits, shingle_set = make_key_set(1, 1), make_hits(1, 1), make_shingle_set(1)
    samples = Samples(given("u4"), given("i8"))
    yield Call(add_keys, (key_set, keys, signatures, num_tokens, num_tokens))
    yield Call(find_hits, (key_set.bits, key_set.slots, keys, num_tokens, hits))
    yield Call(match_hits, (key_set, given("i4"), given("i8"), signatures, num_tokens, Limits(0.8, 1), 1, new("?")))
    yield Call(list_samples, (given("u8"), num_tokens, given("u4"), 1, new("u4"), new("i8")))
    yield Call(measure_shared, (given("i4", 2), samples, samples, new("f8")))
    yield Call(enter_names, (shingle_set, given("u4"), new("i8")))
    yield Call(note_sources, (shingle_set, given("u4"), given("i8"), given("i8")))
    yield Call(count_held, (shingle_set, given("u4"), given("i8"), new("i4")))
    yield Call(forget_noted, (shingle_set,))
    yield Call(enter_codes, (given("u4"), new("u8")))
    yield Call(encode_pieces, (given("u4"), given("i8"), new("u8"), 1, new("u1"), new("i8")))
    yield Call(decode_pieces, (given("u1"), given("i8"), given("i8"), given("u4"), given("i8"), new("u4")))


def list_term_kernels() -> Iterator[Call]:
    """Yield what counts the terms of documents."""
    table, data = load_folding_table(), given("u1")
    buffers = TermBuffers(new("u4"), new("u1"), new("u4"))
    out = TermArrays(new("u4"), new("u2"), new("u1"), new("i8"), new("u8"))
    yield Call(count_terms, (data, given("i8"), table, buffers, out))
    yield Call(tokenise, (data, 0, 1, table, new("u4"), 0))
    yield Call(mark_singles, (data, 0, 1, table, new("u1")))
    yield Call(make_terms, (new("u4"), new("u1"), 1, new("u4")))


def list_neighbour_kernels() -> Iterator[Call]:
    """Yield what compares the documents of days that are near each other."""
    bounds = NeighbourBounds(1, 0.5, 0.5, 1, 1, 1)
    state = NeighbourState(
        bucket_starts=new("i8"),
        filled=new("i4"),
        undated=new("i4"),
        members=new("i4"),
        shares=new("f4"),
        row=new("f4"),
        sums=new("f4"),
        touched=new("i4"),
        leader=new("i4"),
        counters=new("i8"),
    )
    rows = SparseRows(given("i8"), given("i4"), given("f4"))
    yield Call(find_neighbours, (rows, given("i4"), given("i4"), bounds, state, new("i4", 2), new("f4")))


def list_route_kernels() -> Iterator[Call]:
    """Yield what only Spark calls: which range of documents has to see which document, and a look-up."""
    yield Call(find_routes, (new("u8"), new("i8"), new("i4"), 1, 0.8, 1))
    yield Call(find_frequency, (new(FREQUENCY), np.uint64(0)))


GROUPS: dict[str, Callable[[], Iterator[Call]]] = {
    "passages": list_passage_kernels,
    "cover": list_cover_kernels,
    "sketch": list_sketch_kernels,
    "index": list_index_kernels,
    "fingerprints": list_fingerprint_kernels,
    "boilerplate": list_boilerplate_kernels,
    "terms": list_term_kernels,
    "neighbours": list_neighbour_kernels,
    "routes": list_route_kernels,
}
