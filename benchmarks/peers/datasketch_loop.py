"""Near-duplicates with datasketch in a loop, as its examples do: an LSH index, the signature's estimate, union-find."""

from adapter import Job, answer_parents, find_root, main, make_shingles, read_documents


def run(job: Job) -> None:
    """Group the documents of a JSONL file."""
    with job.clock.part("import"):
        from datasketch import MinHash, MinHashLSH
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        lsh = MinHashLSH(threshold=job.threshold, num_perm=128)
        base = MinHash(num_perm=128)
        parents = list(range(len(ids)))
        signatures = []
        for index, text in enumerate(texts):
            signature = base.copy()
            signature.update_batch([shingle.encode() for shingle in make_shingles(text, job.shingle_size)])
            signatures.append(signature)
            for other in lsh.query(signature):
                if signature.jaccard(signatures[other]) >= job.threshold:
                    first, second = sorted((find_root(parents, index), find_root(parents, other)))
                    parents[second] = first
            lsh.insert(index, signature, check_duplication=False)
        roots = [find_root(parents, index) for index in range(len(ids))]
    answer_parents(job, ids, roots)


if __name__ == "__main__":
    main(run)
