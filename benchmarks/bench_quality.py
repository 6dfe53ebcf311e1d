"""What `dedup clean` keeps and removes of planted copies, judged by exact similarities; `make gate` holds the figures.

python benchmarks/bench_quality.py --threshold 0.7
"""

import math
import sys
import tempfile
from pathlib import Path

from measure import read_options
from peer_runs import Settings, run_tool
from peers.environments import OURS, Installed
from quality import describe, judge, read_truth
from shelf import CACHE, Shelf


def main() -> None:
    """Print the figures."""
    options = read_options(__doc__, cache=CACHE, threshold=0.7, originals=60)
    options.cache.mkdir(parents=True, exist_ok=True)
    corpus = Shelf(options.data, options.cache).planted(options.originals)
    with tempfile.TemporaryDirectory(dir=options.cache) as scratch:
        settings = Settings(options.threshold, 5, 2, 600, math.inf, Path(scratch))
        run, answer = run_tool(Installed(OURS, Path(sys.executable)), corpus, settings)
    if answer is None:
        sys.exit(f"dedup clean: {run}")
    truth = read_truth(corpus.path, options.cache)
    print("\n".join(describe(judge(truth, answer.kept, answer.clusters, options.threshold))))


if __name__ == "__main__":
    main()
