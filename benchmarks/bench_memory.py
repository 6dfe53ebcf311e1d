"""Speed of `dedup.deduplicate` on texts in memory beside semhash, rensa and datasketch, in one run.

    make bench-memory
    python benchmarks/bench_memory.py --documents 60000

Each tool is a process of its own. Its time is that of reading the texts into a list and of finding the near-duplicates;
imports and compiled kernels are loaded before. The rounds alternate, the median counts.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from measure import read_options
from peer_runs import Settings, run_tool
from peers.environments import DEFAULT_FOLDER, Installed, Peer, find_peers, install
from shelf import CACHE, Shelf

OURS = Peer("dedup", "dedup_memory.py", (), "exact check", "ids")
VERIFY = ["datasketch", "rensa", "semhash"]  # by signatures, by signatures, by cosine
GOAL = 4.0  # times the fastest of them


def main() -> None:
    """Run the tools, and print their times and the ratio."""
    options = read_options(__doc__, cache=CACHE, envs=DEFAULT_FOLDER, documents=60_000, rounds=3, threshold=0.7)
    options.envs.mkdir(parents=True, exist_ok=True)
    corpus = Shelf(options.data, options.cache).grown(options.documents)
    tools = [Installed(OURS, Path(sys.executable)), *(install(peer, options.envs) for peer in find_peers(VERIFY))]
    times: dict[str, list[float]] = {tool.peer.name: [] for tool in tools}
    print(f"{corpus.documents:,} texts, {corpus.megabytes:,.0f} MB, threshold {options.threshold:g}")
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(options.threshold, 5, 2, 3_600, 1 << 16, Path(scratch))
        for number in range(options.rounds):
            for tool in tools:
                run, answer = run_tool(tool, corpus, settings)
                if isinstance(run, str) or answer is None:
                    print(f"  {tool.peer.name:<12} {run}")
                    continue
                seconds = answer.seconds["work"]
                times[tool.peer.name].append(seconds)
                shown = f"{seconds:8.2f} s, {run.cpu_s:8.2f} CPU s in all, {len(answer.kept):,} kept"
                print(f"  round {number + 1} {tool.peer.name:<12} {shown}", flush=True)
    medians = {name: statistics.median(values) for name, values in times.items() if values}
    others = {name: seconds for name, seconds in medians.items() if name != OURS.name}
    if not others:
        sys.exit("no other tool could be run")
    fastest = min(others, key=others.__getitem__)
    ratio = others[fastest] / medians[OURS.name]
    print(f"dedup {medians[OURS.name]:.2f} s; the fastest that verifies is {fastest}: {others[fastest]:.2f} s")
    print(f"{ratio:.1f} times as fast (goal: {GOAL:g})")


if __name__ == "__main__":
    main()
