"""What `dedup clean` keeps and removes of planted copies, judged by exact similarities; `make gate` holds the figures.

python benchmarks/bench_quality.py --threshold 0.7
"""

import argparse
import math
import sys
import tempfile
from pathlib import Path

from news import require_folder
from peer_runs import Settings, run_tool
from peers.environments import OURS, Installed
from quality import describe, judge, read_truth
from shelf import Shelf

HERE = Path(__file__).parent


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache")
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--originals", type=int, default=60)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    corpus = Shelf(require_folder(options.data), options.cache).planted(options.originals)
    with tempfile.TemporaryDirectory(dir=options.cache) as scratch:
        settings = Settings(options.threshold, 5, 2, 600, math.inf, Path(scratch))
        run, answer = run_tool(Installed(OURS, Path(sys.executable)), corpus, settings)
    if answer is None:
        sys.exit(f"dedup clean: {run}")
    truth = read_truth(corpus.path, options.cache)
    print("\n".join(describe(judge(truth, answer.kept, answer.clusters, options.threshold))))


if __name__ == "__main__":
    main()
