"""`dedup clean` behind the interface of the peers. It writes documents where they write ids; that is in its time."""

import json
import sys

from adapter import Job, main, translate


def run(job: Job) -> None:
    """Be `dedup clean` from here on, in the process that was started, as the peers are."""
    from dedup.cli.main import main as clean

    options = ["--threshold", str(job.threshold), "--shingle-size", str(job.shingle_size), "--passages", "off", "-q"]
    options += ["--remove", "all"]  # the peers know similarity only
    sys.argv = ["dedup", "clean", str(job.source), "-o", str(job.folder), "--overwrite", *options]
    clean()


def collect(job: Job) -> None:
    """Read OUT/."""
    with (job.folder / "removed.jsonl").open("rb") as lines:
        removed = {json.loads(line)["id"] for line in lines}
    with job.source.open("rb") as lines:
        kept = [name for line in lines if (name := json.loads(line)["id"]) not in removed]
    with (job.folder / "clusters.jsonl").open("rb") as lines:
        clusters = [[member["id"] for member in json.loads(line)["members"]] for line in lines]
    stages = {row["stage"]: row["seconds"] for row in json.loads((job.folder / "summary.json").read_text())["stages"]}
    job.clock.seconds |= {"work": stages["sketch"] + stages["cover"], "output": stages["write"]}
    translate(job, kept, clusters)


if __name__ == "__main__":
    main(run, collect)
