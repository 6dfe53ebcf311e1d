"""`dedup passages` behind the interface of the peers."""

import json
import os
import sys

from adapter import Job, main, translate_passages


def run(job: Job) -> None:
    """Become `dedup passages`."""
    job.folder.mkdir(parents=True)
    command = [sys.executable, "-m", "dedup", "passages", job.source, "-o", job.folder / "found.jsonl", "--scope"]
    os.execv(sys.executable, [*map(str, command), "across"])


def collect(job: Job) -> None:
    """Read what it found."""
    with (job.folder / "found.jsonl").open("rb") as lines:
        rows = [json.loads(line) for line in lines]
    names = ("doc_id", "start", "end")
    translate_passages(job, [[*(row[n] for n in names), *(row["witness"][n] for n in names)] for row in rows])


if __name__ == "__main__":
    main(run, collect)
