"""Near-duplicates with gaoya: it tokenises, signs and looks up in Rust, on all cores, and checks by signatures."""

from adapter import Job, answer_parents, main, read_documents

BANDS, ROWS = 16, 8


def run(job: Job) -> None:
    """Keep a document unless a kept one before it is estimated at the threshold."""
    with job.clock.part("import"):
        from gaoya.minhash import MinHashStringIndex
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        size = job.shingle_size
        index = MinHashStringIndex(
            hash_size=32,
            jaccard_threshold=job.threshold,
            num_bands=BANDS,
            band_size=ROWS,
            analyzer="word",
            lowercase=True,
            ngram_range=(size, size),
            id_container="smallvec",
        )
        index.par_bulk_insert_docs(list(range(len(ids))), texts)
        parents = list(range(len(ids)))
        for number, found in enumerate(index.par_bulk_query(texts)):
            keepers = [other for other in found if other < number and parents[other] == other]
            parents[number] = min(keepers, default=number)
    answer_parents(job, ids, parents)


if __name__ == "__main__":
    main(run)
