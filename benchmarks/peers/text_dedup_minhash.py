"""Near-duplicates with text-dedup as its documentation runs it: a TOML file and `python -m text_dedup.minhash`."""

import os
import pickle
import re
import subprocess
import sys
from collections import defaultdict

from adapter import Job, main, read_documents, translate

SETTINGS = """
[input]
input_type = "local_files"
file_type = "json"
[input.read_arguments]
path = "json"
data_files = "{source}"
split = "train"
cache_dir = "cache"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = 128
ngram_size = {shingle_size}
threshold = {threshold}
check_false_positive = true
num_proc = {workers}
[output]
output_dir = "result"
save_clusters = true
keep_index_column = true
clean_cache = false
[debug]
enable_profiling = false
"""


def run(job: Job) -> None:
    """Write the settings and run the tool."""
    job.folder.mkdir(parents=True)
    (job.folder / "config.toml").write_text(
        SETTINGS.format(source=job.source, shingle_size=job.shingle_size, threshold=job.threshold, workers=job.workers)
    )
    environment = {**os.environ, "HF_HOME": str(job.folder / "home"), "HF_HUB_OFFLINE": "1"}
    with job.clock.part("work"):
        done = subprocess.run(
            [sys.executable, "-m", "text_dedup.minhash"],
            cwd=job.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit("\n".join((done.stdout + done.stderr).splitlines()[-5:]))
    saving = re.search(r"Saving\D+([\d.]+)", done.stdout + done.stderr)
    if saving:
        job.clock.seconds["output"] = float(saving[1])
        job.clock.seconds["work"] -= float(saving[1])


def collect(job: Job) -> None:
    """Read the data set and the clusters that it saved."""
    from datasets import load_from_disk

    ids = read_documents(job.source)[0]
    kept = load_from_disk(str(job.folder / "result"))["id"]
    groups = defaultdict(list)
    with (job.folder / "result" / "clusters.pickle").open("rb") as file:
        for index, cluster in pickle.load(file).items():
            groups[cluster].append(ids[index])
    translate(job, list(kept), [group for group in groups.values() if len(group) > 1])


if __name__ == "__main__":
    main(run, collect)
