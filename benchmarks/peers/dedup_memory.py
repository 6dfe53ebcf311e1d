"""Near-duplicates with `dedup.deduplicate`: texts in memory, an exact check, the plain threshold as its peers."""

from adapter import Job, answer_parents, main, read_documents


def run(job: Job) -> None:
    """Deduplicate the documents of a JSONL file."""
    with job.clock.part("import"):
        from dedup import NearConfig, PassageConfig, deduplicate

        config = NearConfig(threshold=job.threshold, shingle_size=job.shingle_size)
        whole = PassageConfig("off")  # its peers look for no contained documents
        deduplicate(["load the kernels"], config, remove="all", passages=whole)
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        result = deduplicate(texts, config, remove="all", passages=whole)
    witness = result.decisions.witness.tolist()
    answer_parents(job, ids, [index if other < 0 else other for index, other in enumerate(witness)])


if __name__ == "__main__":
    main(run)
