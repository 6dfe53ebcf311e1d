"""Passages planted in real articles, found by `dedup passages` and by the tools that look for the same."""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from exact_pairs import find_pairs
from peer_runs import Answer, Settings, run_tool
from peers.environments import OUR_PASSAGES, PASSAGE_PEERS, Installed, install
from shelf import Corpus, Shelf

from dedup.bench.pan import Case, score
from dedup.bench.planting import Planted, plant

RATES = (0.0, 0.02, 0.05, 0.1, 0.2)
CASES_AN_ORIGINAL = 8
ARTICLES = 8_000


def measure_passages(shelf: Shelf, settings: Settings, envs: Path, originals: int) -> dict[str, Any]:
    """Score every tool on passages with more and more of their words edited."""
    texts = choose_texts(shelf)
    planted = {f"{rate:.0%}": plant(texts, rate, CASES_AN_ORIGINAL * originals, seed=1) for rate in RATES}
    tools = [Installed(OUR_PASSAGES, Path(sys.executable)), *(install(peer, envs) for peer in PASSAGE_PEERS)]
    found = {tool.peer.name: measure_tool(tool, planted, settings) for tool in tools}
    return {"rates": list(planted), "documents": len(next(iter(planted.values())).documents), "tools": found}


def choose_texts(shelf: Shelf) -> list[str]:
    """Return press releases that share no twelve words in a row with another: what is planted is all there is."""
    with shelf.real(2 * ARTICLES).path.open("rb") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, ARTICLES)]
    pairs = find_pairs(texts, least=1e-9, size=12)
    alike = {*pairs.first.tolist(), *pairs.second.tolist()}
    return [text for index, text in enumerate(texts) if index not in alike]


def measure_tool(tool: Installed, planted: dict[str, Planted], settings: Settings) -> dict[str, Any]:
    """Return the scores of one tool, its greatest time and memory."""
    scores: dict[str, Any] = {}
    wall = peak = 0.0
    for rate, corpus in planted.items():
        path = settings.scratch / "planted_passages.jsonl"
        rows = (json.dumps({"id": name, "text": text}) + "\n" for name, text in corpus.documents.items())
        path.write_text("".join(rows), encoding="utf-8")
        run, answer = run_tool(tool, Corpus("passages", path, len(corpus.documents)), settings)
        if isinstance(run, str) or answer is None:
            return {"problem": str(run)}
        result = score(corpus.cases, read_cases(answer))
        scores[rate] = {name: getattr(result, name) for name in ("plagdet", "precision", "recall", "granularity")}
        wall, peak = max(wall, run.wall_s), max(peak, run.peak_mb)
        print(f"  passages {rate:>4} {tool.peer.name:<15} plagdet {result.plagdet:.3f} {run.wall_s:8.2f} s", flush=True)
    return {"settings": tool.peer.settings, "scores": scores, "wall_s": wall, "peak_mb": peak}


def read_cases(answer: Answer) -> list[Case]:
    """Return the passages that a tool found."""
    return [Case((row[0], row[1], row[2]), (row[3], row[4], row[5])) for row in answer.passages]
