"""Documents decided while later ones are still being sketched are decided as they are in the end."""

import random
from dataclasses import fields
from typing import ClassVar

import numpy as np
import pytest
from commands import Silent
from corpora import make_records, make_text, read_tree, write_jsonl

from dedup.config import KeepPolicy, NearConfig, PassageConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards
from dedup.near import decide_documents as decide
from dedup.near.decide_documents import CoverAhead, cover_again, cover_batches, may_share_key
from dedup.near.segment_files import segment_folder
from dedup.near.segments import Segments
from dedup.output.run_folder import RunFolder
from dedup.pipeline import clean_files as pipeline
from dedup.pipeline.clean_files import CleanRun, can_cover_ahead
from dedup.pipeline.sketch_shards import sketch_shards
from dedup.workers import run_tasks


@pytest.fixture(scope="module")
def sketched(tmp_path_factory):
    """A file in some thirty shards, long documents first: the first shards tell little of how many there will be."""
    folder = tmp_path_factory.mktemp("ahead")
    records = make_records("ahead", 200, copies=3)
    long = [{"id": f"long {i}", "text": make_text(i, count=4000)} for i in range(6)]
    path = write_jsonl(folder / "news.jsonl", [*long, *long, *records])
    files = find_files([str(path)])
    shards = plan_shards(files, shard_size=30_000)
    assert len(shards) > 15
    run = CleanRun(files, folder / "out")
    work = RunFolder(run.out)
    work.segments.mkdir(parents=True)
    sketch_shards(run, work, shards, Silent())
    return work.segments, shards


def assert_equal(one, other):
    """Compare two results column by column."""
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


@pytest.mark.parametrize("seed", range(5))
def test_batches_offered_as_they_come_are_decided_as_all_at_once(sketched, seed):
    segments = Segments(*sketched)
    config = NearConfig()
    expected = cover_batches(segments.batches, config, lambda _: None)
    assert np.count_nonzero(expected.witness >= 0) > 300
    source = random.Random(seed)
    ahead, seen = CoverAhead(config), 0
    while seen < len(segments.batches) - 1:
        seen = source.randint(seen, len(segments.batches) - 1)
        if seen:
            # What the first batches tell may be far off: a tenth of the rooms that are needed, or ten times as much.
            share = seen / len(segments.batches) * source.choice([0.1, 1, 10])
            ahead.offer(segments.batches[:seen], min(share, 1.0))
    assert_equal(ahead.finish(segments.batches), expected)


def test_a_cover_that_was_offered_nothing_decides_everything_in_the_end(sketched):
    segments = Segments(*sketched)
    expected = cover_batches(segments.batches, NearConfig(), lambda _: None)
    assert_equal(CoverAhead(NearConfig()).finish(segments.batches), expected)


def choose_others(segments, seed):
    """Return what is kept, and some removed documents that are decided anew (doc_indices)."""
    witness = cover_batches(segments.batches, NearConfig(), lambda _: None).witness
    others = np.sort(np.random.default_rng(seed).choice(np.flatnonzero(witness >= 0), 40, replace=False))
    return np.flatnonzero(witness < 0), others


@pytest.mark.parametrize("seed", range(3))
def test_all_that_share_a_band_key_are_marked_and_few_others(sketched, seed):
    segments = Segments(*sketched)
    kept, others = choose_others(segments, seed)
    keys = np.concatenate([batch.column("keys", np.uint64) for batch in segments.batches])
    shares = np.isin(keys, keys[others]).any(axis=1)
    marked = may_share_key(segments.batches, others)
    assert marked[shares].all()
    assert np.count_nonzero(marked & ~shares) < 0.05 * np.count_nonzero(~shares)
    assert 0 < np.count_nonzero(shares[kept]) < len(kept) / 2, "some are left out, and some are not"


@pytest.mark.parametrize("seed", range(3))
def test_documents_decided_anew_do_not_miss_those_that_were_left_out(sketched, seed, monkeypatch):
    segments = Segments(*sketched)
    kept, others = choose_others(segments, seed)
    found = cover_again(segments.batches, NearConfig(), kept, others)
    assert np.isin(found.witness[found.witness >= 0], np.concatenate([kept, others])).all()
    assert np.count_nonzero(found.witness >= 0) > 20
    monkeypatch.setattr(decide, "may_share_key", lambda batches, _: np.ones(sum(map(len, batches)), bool))
    everything = cover_again(segments.batches, NearConfig(), kept, others)
    for field in ("witness", "similarity", "relation"):
        assert np.array_equal(getattr(found, field), getattr(everything, field)), field


class Counted:
    """A batch of so many documents that are never looked at."""

    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count


class NoCover:
    """Notes for how many documents room was made."""

    rooms: ClassVar[list[int]] = []

    def __init__(self, room, _):
        self.rooms.append(room)

    def offer(self, documents):
        pass


@pytest.mark.parametrize(
    ("counts", "shares", "rooms"),
    [
        ([5_000] * 4, [0.25, 0.5, 0.75, 1], [22_000]),  # as expected
        ([5_000] * 6, [0.01, 0.02, 0.1, 0.13, 0.5, 1], [550_000]),  # fewer come than were expected: that is enough
        ([16_000, 900_000], [1 / 64, 0.9], [1_000_000, 1_119_555]),  # not much is bet on a small share
        ([40_000, 200_000, 260_000], [0.01, 0.06, 0.125], [1_000_000, 4_400_000]),  # an eighth is believed, once
        ([40_000, 200_000, 210_000, 9_000_000], [0.01, 0.06, 0.125, 0.5], [1_000_000, 3_960_000, 20_790_000]),
        ([12_000_000], [0.002], [48_000_000]),  # tiny documents first: not six billion
        ([60_000_000], [0.2], [107_374_182]),  # no more than the table can name, 40 bands each
        ([0, 10, 30], [0.0, 0.0, 1], [1_000_000]),  # a share that rounds to nothing
        ([0], [1], []),
    ],
)
def test_room_is_made_for_what_is_expected_within_reason(monkeypatch, counts, shares, rooms):
    NoCover.rooms.clear()
    monkeypatch.setattr(decide, "Cover", NoCover)
    monkeypatch.setattr(decide, "view_batch", lambda batch: batch)
    ahead = CoverAhead(NearConfig())
    batches = []
    for count, share in zip(counts, shares, strict=True):
        batches.append(Counted(count))
        ahead.offer(batches, share)
    assert NoCover.rooms[1:] == rooms


def test_no_documents_are_no_decisions():
    assert len(CoverAhead(NearConfig()).finish([]).witness) == 0


def test_a_segment_is_mapped_when_all_before_it_are_finished(sketched, tmp_path):
    root, shards = sketched
    (tmp_path / "segments").mkdir()
    segments = Segments(tmp_path / "segments", shards)
    whole = Segments(root, shards)
    assert (segments.num_documents, segments.share_mapped) == (0, 0.0)
    for place, num_mapped in [(1, 0), (2, 0), (0, 3), (4, 3)]:
        segment_folder(tmp_path / "segments", shards[place]).symlink_to(segment_folder(root, shards[place]))
        segments.extend()
        assert segments.num_mapped == num_mapped
    assert segments.share_mapped == pytest.approx(3 / len(shards), rel=0.1)
    assert [b.first for b in segments.batches] == [b.first for b in whole.batches if b.shard.index < 3]
    last = segments.num_documents - 1
    assert segments.name(last) == whole.name(last)


@pytest.mark.parametrize("workers", [1, 3])
def test_every_document_is_decided_before_the_last_shard_is_waited_for(tmp_path, monkeypatch, workers):
    """The cover follows the workers: what it was offered when the sketch ended, and what it is left with."""
    path = write_jsonl(tmp_path / "news.jsonl", make_records("follow", 300, copies=3))
    offered = []
    offer = CoverAhead.offer
    monkeypatch.setattr(CoverAhead, "offer", lambda self, *told: (offered.append(len(told[0])), offer(self, *told)))
    monkeypatch.setattr(pipeline, "plan_shards", lambda files: plan_shards(files, shard_size=30_000))
    pipeline.clean(CleanRun(find_files([str(path)]), tmp_path / "out", passages=None, workers=workers), Silent())
    assert offered[-1] == offered[-2] > 10, "nothing was left when the last shard was sketched"
    if workers == 1:
        assert len(offered) == offered[-1] + 1


def test_output_is_the_same_as_that_of_a_cover_in_the_end(tmp_path, monkeypatch):
    path = write_jsonl(tmp_path / "news.jsonl", make_records("same", 300, copies=3))
    monkeypatch.setattr(pipeline, "plan_shards", lambda files: plan_shards(files, shard_size=30_000))
    files = find_files([str(path)])
    pipeline.clean(CleanRun(files, tmp_path / "ahead", passages=None, workers=2), Silent())
    monkeypatch.setattr(pipeline, "can_cover_ahead", lambda *_: False)
    pipeline.clean(CleanRun(files, tmp_path / "end", passages=None, workers=2), Silent())
    assert read_tree(tmp_path / "ahead") == read_tree(tmp_path / "end")


def test_orders_and_passages_that_need_the_whole_corpus_wait_for_it(tmp_path):
    longest = NearConfig(keep=KeepPolicy("longest"))
    assert can_cover_ahead(CleanRun([], tmp_path, passages=None), None)
    assert not can_cover_ahead(CleanRun([], tmp_path, longest, passages=None), None)
    assert not can_cover_ahead(CleanRun([], tmp_path, passages=PassageConfig()), None)


@pytest.mark.parametrize("workers", [1, 2])
def test_meanwhile_is_called_after_every_item_and_stops_the_rest_with_its_error(tmp_path, workers):
    calls = []
    run_tasks(touch, [tmp_path / str(i) for i in range(5)], workers, lambda _: None, lambda: calls.append(1))
    assert 1 <= len(calls) <= 5
    assert len(list(tmp_path.iterdir())) == 5

    def fail():
        raise ValueError("meanwhile")

    with pytest.raises(ValueError, match="meanwhile"):
        run_tasks(touch, [tmp_path / str(i) for i in range(5)], workers, lambda _: None, fail)


def touch(path, report):
    """Leave a file, and report it."""
    path.touch()
    report(1)
