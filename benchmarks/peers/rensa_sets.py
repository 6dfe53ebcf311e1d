"""Near-duplicates with rensa's full-set path: shingles in Python, signatures and the index in Rust, a check by them."""

from adapter import Job, answer_parents, main, make_shingles, read_documents

BATCH = 1_000
BANDS, NUM_PERM, SEED = 16, 128, 42


def run(job: Job) -> None:
    """Keep a document unless a kept one is estimated at the threshold."""
    with job.clock.part("import"):
        from rensa import RMinHash, RMinHashDeduplicator
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        dedup = RMinHashDeduplicator(job.threshold, NUM_PERM, use_lsh=True, num_bands=BANDS, seed=SEED)
        parents = list(range(len(ids)))
        for start in range(0, len(ids), BATCH):
            sets = [make_shingles(text, job.shingle_size) for text in texts[start : start + BATCH]]
            signatures = RMinHash.from_token_sets(sets, NUM_PERM, SEED)
            entries = [(str(start + row), signature) for row, signature in enumerate(signatures)]
            for row, is_kept in enumerate(dedup.add_pairs(entries)):
                if not is_kept:
                    found = map(int, dedup.get_duplicates(signatures[row]))
                    parents[start + row] = min(found, default=start + row)
    answer_parents(job, ids, parents)


if __name__ == "__main__":
    main(run)
