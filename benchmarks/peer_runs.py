"""Run a tool behind its adapter: whole process, parts, memory, and its answer."""

import json
import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measure import Run, try_command
from peers.environments import OURS, Installed, Peer, find_peers, install
from shelf import Corpus

HERE = Path(__file__).parent
FLOOR = Peer("floor", "../floor.py", (), "reads, decodes, writes", "documents")


@dataclass(frozen=True)
class Settings:
    """What all tools are given, and where they work."""

    threshold: float
    shingle_size: int
    workers: int
    limit_s: float
    limit_mb: float
    scratch: Path


@dataclass(frozen=True)
class Answer:
    """What a tool kept and grouped, or the passages that it found."""

    seconds: dict[str, float]
    kept: list[str] = field(default_factory=list)
    clusters: list[list[str]] = field(default_factory=list)
    passages: list[list[Any]] = field(default_factory=list)


@dataclass
class Timing:
    """The runs of one tool on one corpus, the least seconds of its parts; or why there is none."""

    tool: str
    runs: list[Run] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    kept: int | None = None
    problem: str = ""

    def describe(self) -> dict[str, object]:
        """Return the figures: median and spread of the seconds, greatest memory."""
        if not self.runs:
            return {"tool": self.tool, "problem": self.problem}
        walls = sorted(run.wall_s for run in self.runs)
        return {
            "tool": self.tool,
            "wall_s": statistics.median(walls),
            "wall_least_s": walls[0],
            "wall_most_s": walls[-1],
            "cpu_s": statistics.median(run.cpu_s for run in self.runs),
            "peak_mb": max(run.peak_mb for run in self.runs),
            "runs": len(self.runs),
            "parts_s": self.parts,
            "kept": self.kept,
            "problem": self.problem,
        }


def find_tools(names: list[str], envs: Path) -> list[Installed]:
    """Return our tool and the peers, installed or with the reason why not."""
    envs.mkdir(parents=True, exist_ok=True)
    return [Installed(OURS, Path(sys.executable)), *(install(peer, envs) for peer in find_peers(names))]


def run_tool(tool: Installed, corpus: Corpus, settings: Settings) -> tuple[Run | str, Answer | None]:
    """Run a tool once; collecting the answer is not in its time."""
    target = settings.scratch / "answer.json"
    folder = settings.scratch / "answer.json.d"
    target.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    if tool.peer is FLOOR:
        return try_command([sys.executable, HERE / "floor.py", corpus.path, target], limit_s=settings.limit_s), None
    if tool.python is None:
        return tool.problem, None
    options = ("--threshold", str(settings.threshold), "--shingle-size", str(settings.shingle_size))
    command = [tool.python, tool.peer.adapter, corpus.path, target, *options, "--workers", str(settings.workers)]
    run = try_command(command, limit_s=settings.limit_s, limit_mb=settings.limit_mb)
    if isinstance(run, str):
        return run, None
    if not target.exists():
        collected = try_command([*command, "--collect"], limit_s=10 * settings.limit_s)
        if isinstance(collected, str):
            return f"collecting: {collected}", None
    answer = Answer(**json.loads(target.read_text(encoding="utf-8")))
    shutil.rmtree(folder, ignore_errors=True)
    return run, answer


def time_tools(
    tools: Sequence[Installed], corpus: Corpus, settings: Settings, rounds: int
) -> tuple[dict[str, Timing], dict[str, Answer]]:
    """Run all tools in turn, round after round; one that takes a tenth of the limit runs once, one that fails too."""
    timings = {tool.peer.name: Timing(tool.peer.name) for tool in tools}
    answers: dict[str, Answer] = {}
    for number in range(rounds):
        for tool in tools:
            timing = timings[tool.peer.name]
            if number and (timing.problem or timing.runs[0].wall_s > settings.limit_s / 10):
                continue
            run, answer = run_tool(tool, corpus, settings)
            if isinstance(run, str):
                timing.problem = run
            else:
                timing.runs.append(run)
            if answer:
                answers[tool.peer.name] = answer
                least = {name: min(s, timing.parts.get(name, s)) for name, s in answer.seconds.items()}
                timing.parts, timing.kept = least, len(answer.kept)
            print(f"  {corpus.name} {corpus.documents:>9,} {tool.peer.name:<12} {show(run)}", flush=True)
    return timings, answers


def show(run: Run | str) -> str:
    """Return a run as a line of progress."""
    return run if isinstance(run, str) else f"{run.wall_s:8.2f} s {run.cpu_s:8.2f} CPU s {run.peak_mb:8.0f} MB"
