"""Near-duplicates with datatrove: its four MinHash stages on the local executor, 16 x 8, no check of candidates."""

import json
import struct
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

from adapter import Job, main, read_documents, translate

BANDS, ROWS = 16, 8


def run(job: Job) -> None:
    """Run the four stages, each with one task for every worker."""
    with job.clock.part("import"):
        from datatrove.executor import LocalPipelineExecutor
        from datatrove.pipeline.dedup import (
            MinhashDedupBuckets,
            MinhashDedupCluster,
            MinhashDedupFilter,
            MinhashDedupSignature,
        )
        from datatrove.pipeline.dedup.minhash import MinhashConfig
        from datatrove.pipeline.readers import JsonlReader
        from datatrove.pipeline.writers.jsonl import JsonlWriter
    folder, workers = job.folder, job.workers
    folder.mkdir(parents=True)
    config = MinhashConfig(n_grams=job.shingle_size, num_buckets=BANDS, hashes_per_bucket=ROWS)

    def execute(name: str, tasks: int, pipeline: list[Any]) -> None:
        LocalPipelineExecutor(
            pipeline, tasks=tasks, workers=workers, logging_dir=str(folder / "logs" / name), skip_completed=False
        ).run()

    with job.clock.part("work"):
        split_file(job.source, folder / "input", workers)
        reader = JsonlReader(str(folder / "input"))
        signatures, buckets, remove = (str(folder / name) for name in ("signatures", "buckets", "remove"))
        execute("1", workers, [reader, MinhashDedupSignature(signatures, config=config)])
        execute("2", BANDS, [MinhashDedupBuckets(signatures, buckets, config=config)])
        execute("3", 1, [MinhashDedupCluster(buckets, remove, config=config, save_cluster_id=True)])
    with job.clock.part("output"):
        writer = JsonlWriter(str(folder / "kept"), compression=None)
        execute("4", workers, [reader, MinhashDedupFilter(remove), writer])


def split_file(source: Path, folder: Path, parts: int) -> None:
    """Cut a JSONL file into one part for every task: a task reads whole files."""
    folder.mkdir()
    with source.open("rb") as lines:
        count = sum(1 for _ in lines)
        lines.seek(0)
        for part in range(parts):
            with (folder / f"{part:05}.jsonl").open("wb") as file:
                file.writelines(islice(lines, -(-count // parts)))


def collect(job: Job) -> None:
    """Read the kept documents and the cluster numbers."""
    kept = []
    for path in sorted((job.folder / "kept").iterdir()):
        with path.open("rb") as lines:
            kept += [json.loads(line)["id"] for line in lines]
    groups: dict[int, list[str]] = defaultdict(list)
    for number, path in enumerate(sorted((job.folder / "input").iterdir())):
        found = job.folder / "remove" / f"{number:06}.clusters"
        ids = read_documents(path)[0]
        for index, cluster in struct.iter_unpack("<II", found.read_bytes() if found.exists() else b""):
            groups[cluster].append(ids[index])
    translate(job, kept, [group for group in groups.values() if len(group) > 1])


if __name__ == "__main__":
    main(run, collect)
