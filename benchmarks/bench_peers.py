"""`dedup clean` beside the tools people use: seconds, memory and quality on the same files at the same threshold.

make bench
python benchmarks/bench_peers.py --data ../shared/data --only speed quality --documents 60000

Everything is written to benchmarks/runs/DATE/: results.json (machine, versions, every figure) and tables.
--tools names peers, or "none"; --small takes so many real articles and hot copies only; --largest bounds the section
scale; a run is stopped after --limit seconds or --limit-mb. The section "memory" is of `dedup.deduplicate`.
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measure import Words, read_options
from peer_passages import measure_passages
from peer_runs import FLOOR, Answer, Settings, Timing, find_tools, run_tool, time_tools
from peer_tables import write_tables
from peers.environments import DEFAULT_FOLDER, OUR_MEMORY, Installed
from quality import judge, read_truth
from shelf import CACHE, Corpus, Shelf

HERE = Path(__file__).parent
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 4_000_000)
SECTIONS = ("speed", "quality", "passages", "hot", "scale")  # and "memory", if it is asked for
Result = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """What is compared: tools, corpora, settings, and the options of the command line."""

    tools: list[Installed]
    shelf: Shelf
    settings: Settings
    options: argparse.Namespace

    def judge_answers(self, corpus: Corpus, answers: dict[str, Answer]) -> Result:
        """Return the quality of every answer."""
        truth = read_truth(corpus.path, self.shelf.folder)
        threshold = self.settings.threshold
        return {name: asdict(judge(truth, answer.kept, answer.clusters, threshold)) for name, answer in answers.items()}


def with_floor(bench: Bench) -> list[Installed]:
    """Return the tools and the floor program."""
    return [*bench.tools, Installed(FLOOR, Path(sys.executable))]


def measure_speed(bench: Bench) -> Result:
    """Time all tools on real articles and on grown ones, and judge what they did to the real ones."""
    tables = {}
    for corpus in (bench.shelf.real(bench.options.small), bench.shelf.grown(bench.options.documents)):
        timings, answers = time_tools(with_floor(bench), corpus, bench.settings, bench.options.rounds)
        tables[corpus.name] = corpus.describe() | {"tools": describe_all(timings.values())}
        if corpus.name == "real":
            tables[corpus.name]["quality"] = bench.judge_answers(corpus, answers)
    return tables


def measure_quality(bench: Bench) -> Result:
    """Judge all tools on planted copies."""
    corpus = bench.shelf.planted(bench.options.originals)
    timings, answers = time_tools(bench.tools, corpus, bench.settings, 1)
    problems = {name: timing.problem for name, timing in timings.items() if timing.problem}
    return corpus.describe() | {"problems": problems, "quality": bench.judge_answers(corpus, answers)}


def measure_hot(bench: Bench) -> Result:
    """Time all tools on near-copies of one story."""
    corpus = bench.shelf.hot(bench.options.small or 10_000)
    timings, _ = time_tools(bench.tools, corpus, bench.settings, 1)
    return corpus.describe() | {"tools": describe_all(timings.values())}


def measure_scale(bench: Bench) -> Result:
    """Time our tool, the floor and what else comes in time on more and more documents.

    A peer that fails or takes a quarter of the limit is not run on a larger corpus, and that is written down.
    """
    sizes = [size for size in SIZES if size <= bench.options.largest]
    bench.shelf.grown(sizes[-1])  # smaller ones are its head
    tools, rows = with_floor(bench), []
    for size in sizes:
        corpus = bench.shelf.grown(size)
        rounds = bench.options.rounds if size <= 100_000 else 1
        timings, _ = time_tools(tools, corpus, bench.settings, rounds)
        rows.append({"documents": size, "megabytes": corpus.megabytes, "tools": describe_all(timings.values())})
        slow = bench.settings.limit_s / 4
        ours = {bench.tools[0].peer.name, FLOOR.name}
        tools = [
            tool
            for tool in tools
            if tool.peer.name in ours
            or (not timings[tool.peer.name].problem and timings[tool.peer.name].runs[0].wall_s < slow)
        ]
        if size not in {sizes[-1], bench.options.documents}:
            corpus.path.unlink()
    if sizes[-1] > bench.options.documents:
        bench.shelf.grown(sizes[-1]).path.unlink()
    return {"rows": rows}


def measure_memory(bench: Bench) -> Result:
    """Time all tools on texts in memory: reading them into a list, and finding the near-duplicates; print our lead."""
    corpus = bench.shelf.grown(bench.options.documents)
    tools = [Installed(OUR_MEMORY, Path(sys.executable)), *bench.tools[1:]]
    timings, _ = time_tools(tools, corpus, bench.settings, bench.options.rounds)
    seconds = {name: timing.parts["work"] for name, timing in timings.items() if "work" in timing.parts}
    ours = seconds.pop(OUR_MEMORY.name)
    for name, theirs in sorted(seconds.items(), key=lambda item: item[1]):
        print(f"dedup {ours:.2f} s, {name} {theirs:.2f} s: {theirs / ours:.1f} times as fast (goal: 4)")
    return corpus.describe() | {"tools": describe_all(timings.values())}


def describe_all(timings: Iterable[Timing]) -> list[Result]:
    """Return the figures of all tools."""
    return [timing.describe() for timing in timings]


def describe_machine() -> Result:
    """Return what the figures depend on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = {line.split(":")[1].strip() for line in file if line.startswith("model name")}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return {
        "processor": ", ".join(sorted(models)) or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(total_memory_mb() / 1024, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
        "load": os.getloadavg()[0],
    }


def total_memory_mb() -> float:
    """Return the memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**2


def run_sections(bench: Bench, names: Sequence[str], out: Path) -> None:
    """Run the sections that are named; after each, write what there is: a run of hours may be cut off."""
    sections: dict[str, Callable[[Bench], Result]] = {
        "speed": measure_speed,
        "quality": measure_quality,
        "passages": lambda b: measure_passages(b.shelf, b.settings, b.options.envs, b.options.originals),
        "hot": measure_hot,
        "scale": measure_scale,
        "memory": measure_memory,
    }
    tools = [
        asdict(tool.peer) | {"problem": tool.problem, "python": str(tool.python or ""), "versions": list_versions(tool)}
        for tool in bench.tools
    ]
    for tool in bench.tools:
        warm_up(tool, bench)
    result: Result = {
        "machine": describe_machine(),
        "threshold": bench.settings.threshold,
        "shingle_size": bench.settings.shingle_size,
        "limit_s": bench.settings.limit_s,
        "limit_mb": round(bench.settings.limit_mb),
        "tools": tools,
    }
    for name in names:
        print(name, flush=True)
        result[name] = sections[name](bench)
        write_results(result, out)


def write_results(result: Result, out: Path) -> None:
    """Write the figures with those of sections that were run before, and the tables."""
    target = out / "results.json"
    if target.exists():  # sections may be run one at a time, each with some of the tools
        before = json.loads(target.read_text())
        tools = {tool["name"]: tool for tool in (*before["tools"], *result["tools"])}
        result = before | result | {"tools": list(tools.values())}
    target.write_text(json.dumps(result, indent=1) + "\n")
    write_tables(result, out)


def list_versions(tool: Installed) -> list[str]:
    """Return what stands in the environment of a tool."""
    if tool.python is None:
        return []
    done = subprocess.run(
        [tool.python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def warm_up(tool: Installed, bench: Bench) -> None:
    """Run a tool on a few documents: byte code, compiled kernels and pages of libraries are there afterwards."""
    corpus = bench.shelf.real(200)
    run, _ = run_tool(tool, corpus, bench.settings)
    if isinstance(run, str):
        print(f"  {tool.peer.name}: {run}", flush=True)


def main() -> None:
    """Run the benchmark and write its results."""
    cores = len(os.sched_getaffinity(0))
    options = read_options(
        __doc__,
        envs=DEFAULT_FOLDER,
        cache=CACHE,
        out=HERE / "runs" / f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        only=Words((*SECTIONS, "memory"), SECTIONS),
        tools=Words(),
        threshold=0.7,
        documents=60_000,
        largest=SIZES[-1],
        originals=60,
        small=int,
        rounds=3,
        limit=1800.0,
        limit_mb=0.7 * total_memory_mb(),
        workers=cores,
    )
    os.environ["DEDUP_SHARED_DATA"] = str(options.data)
    options.cache.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.cache) as scratch:
        settings = Settings(options.threshold, 5, options.workers, options.limit, options.limit_mb, Path(scratch))
        shelf = Shelf(options.data, options.cache)
        tools = find_tools(options.tools, options.envs)
        run_sections(Bench(tools, shelf, settings, options), options.only, options.out)
    print(f"written: {options.out}")


if __name__ == "__main__":
    main()
