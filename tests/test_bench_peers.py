"""Adapters: every tool finds the exact and slightly edited copies of a toy corpus.

Peers are marked `peers` and run by `make bench-peers` alone, where their environments are.
"""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kills import group_is_gone, wait_for
from news_data import ROOT

pytestmark = pytest.mark.nightly
COPIES = 10
sys.path.insert(0, str(ROOT / "benchmarks"))

from peers.environments import DEFAULT_FOLDER, OUR_PASSAGES, OURS, PASSAGE_PEERS, PEERS, Installed, install  # noqa: E402 (the path is set above)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Forty articles of 300 words; ten have an exact copy, ten one with a word changed."""
    from shelf import Corpus

    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnoprstu", k=6)) for _ in range(4000)]
    texts = {f"a{n}": " ".join(rng.choices(words, k=300)) for n in range(40)}
    for n in range(COPIES):
        texts[f"a{n}.exact"] = texts[f"a{n}"]
        edited = texts[f"a{n + COPIES}"].split()
        edited[150] = "changed"
        texts[f"a{n + COPIES}.edited"] = " ".join(edited)
    path = tmp_path_factory.mktemp("toy") / "toy.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items()))
    return Corpus("toy", path, len(texts))


def answer_toy(tool, toy, folder):
    """Run a tool on the toy corpus."""
    from peer_runs import Settings, run_tool

    run, answer = run_tool(tool, toy, Settings(0.7, 5, 2, 300, 4000, folder))
    assert answer is not None, run
    return answer


def find_groups(answer):
    """Return the clusters as sets."""
    return {frozenset(cluster) for cluster in answer.clusters}


def list_pairs():
    """Return the planted groups."""
    exact = {frozenset({f"a{n}", f"a{n}.exact"}) for n in range(COPIES)}
    return exact | {frozenset({f"a{n}", f"a{n}.edited"}) for n in range(COPIES, 2 * COPIES)}


def test_our_adapter_tells_what_is_kept_and_grouped(toy, tmp_path):
    answer = answer_toy(Installed(OURS, Path(sys.executable)), toy, tmp_path)
    assert [f"a{n}" for n in range(40)] == answer.kept
    assert list_pairs() == find_groups(answer)
    assert {"work", "output"} <= set(answer.seconds)


@pytest.mark.peers
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_finds_the_copies(peer, toy, tmp_path):
    tool = install(peer, DEFAULT_FOLDER, only_existing=True)
    if tool.python is None:
        pytest.skip(f"{peer.name} is not installed: make peers")
    answer = answer_toy(tool, toy, tmp_path)
    assert 40 == len(answer.kept)
    assert list_pairs() == find_groups(answer)


@pytest.fixture(scope="module")
def passage(tmp_path_factory):
    """Two articles; the second has 40 words of the first in it, with line breaks between; and where they stand."""
    from shelf import Corpus

    rng = random.Random(2)
    words = ["".join(rng.choices("abcdefghijklmnoprstué", k=6)) for _ in range(360)]
    texts = {"a": " ".join(words[:200]), "b": " ".join(words[200:280] + words[50:90] + words[280:])}
    shared = "\n".join(words[50:90])
    texts["b"] = texts["b"].replace(" ".join(words[50:90]), shared)
    path = tmp_path_factory.mktemp("passage") / "passage.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items()))
    starts = texts["b"].index(shared), texts["a"].index(" ".join(words[50:90]))
    expected = ["b", starts[0], starts[0] + len(shared), "a", starts[1], starts[1] + len(shared)]
    return Corpus("passage", path, 2), expected


def test_our_adapter_tells_passages(passage, tmp_path):
    corpus, expected = passage
    assert [expected] == answer_toy(Installed(OUR_PASSAGES, Path(sys.executable)), corpus, tmp_path).passages


@pytest.mark.peers
@pytest.mark.parametrize("peer", PASSAGE_PEERS, ids=lambda peer: peer.name)
def test_a_peer_finds_a_passage(peer, passage, tmp_path):
    tool = install(peer, DEFAULT_FOLDER, only_existing=True)
    if tool.python is None:
        pytest.skip(f"{peer.name} is not installed: make peers")
    corpus, expected = passage
    assert [expected] == answer_toy(tool, corpus, tmp_path).passages


def test_a_peer_that_cannot_be_installed_is_told_with_its_reason(tmp_path):
    from peers.environments import Peer

    peer = Peer("none", "none.py", ("--no-index", "no-such-package-1234"), "", "")
    installed = install(peer, tmp_path)
    assert installed.python is None
    assert "no-such-package-1234" in installed.problem


def test_a_tool_over_its_time_is_stopped():
    from measure import try_command

    assert "over 1 s" == try_command([sys.executable, "-c", "import time; time.sleep(60)"], limit_s=1)


def test_a_tool_over_its_memory_is_stopped():
    from measure import try_command

    assert "over 100 MB" == try_command(
        [sys.executable, "-c", "import time; a = b'x' * 300_000_000; time.sleep(60)"], limit_s=60, limit_mb=100
    )


STOPPED = """
import sys
from measure import try_command
tool = (
    "import os, subprocess, sys; worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1] + '.part', 'w').write(str(os.getpid())); os.rename(sys.argv[1] + '.part', sys.argv[1]);"
    "worker.wait()"
)
try_command([sys.executable, "-c", tool, sys.argv[1]])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_benchmark_that_is_stopped_ends_the_tool_and_its_workers(tmp_path, number):
    ready = tmp_path / "ready"
    command = [sys.executable, "-c", STOPPED, ready]
    with subprocess.Popen(command, cwd=ROOT / "benchmarks", stderr=subprocess.DEVNULL) as bench:
        wait_for(ready)
        group = int(ready.read_text())
        assert not group_is_gone(group, patience_s=0.2)
        bench.send_signal(number)
        assert bench.wait(30) in (128 + number, -number)
    assert group_is_gone(group)
