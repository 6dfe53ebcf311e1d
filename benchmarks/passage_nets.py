"""What a net of windows adds to the net of winnowed shingles, for its cost; and what denser shingles add."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from passage_truth import CASES, by_document
from plant import Planted, plant
from window_net import Net, Tokens, cast_anchors, cast_truth, cast_windows, read_tokens

from dedup import PassageConfig
from dedup.bench.pan import Case, covered, score
from dedup.text.token_spans import TokenOffsets

CONFIG = PassageConfig(scope="across")
NETS: dict[str, Callable[[Tokens], Net]] = {
    "anchors": lambda tokens: cast_anchors(tokens, CONFIG),
    "windows": lambda tokens: cast_windows(tokens, CONFIG),
    "anchors, 1 of 2": lambda tokens: cast_anchors(tokens, replace(CONFIG, window=2)),
    "every shingle": lambda tokens: cast_anchors(tokens, replace(CONFIG, window=1)),
    "every 4-shingle": lambda tokens: cast_anchors(tokens, replace(CONFIG, window=1, shingle_size=4)),
}


def show_nets(quiet: list[str], texts: list[str]) -> None:
    """Compare windows with anchors, beside what the alignment makes of every true pair."""
    warm = read_tokens(texts[:100])
    for cast in NETS.values():
        cast(warm)
    for words in ((20, 200), (20, 40)):
        for rate in (0.1, 0.2, 0.35):
            planted = plant(quiet, rate, CASES, seed=6, words=words)
            compare_nets(planted, f"{words[0]}-{words[1]} words, {rate:.0%}")
    tokens = read_tokens(texts)
    print(f"  on {len(texts):,} articles as they are:")
    for name, cast in NETS.items():
        show_net(name, cast(tokens))


def compare_nets(planted: Planted, what: str) -> None:
    """Print what each net finds of the planted passages."""
    names = list(planted.documents)
    tokens: Tokens = read_tokens(list(planted.documents.values()))
    offsets = [TokenOffsets(text) for text in planted.documents.values()]
    place = {name: index for index, name in enumerate(names)}
    truth = {(place[c.copy[0]], place[c.source[0]]) for c in planted.cases}
    nets = {name: cast(tokens) for name, cast in NETS.items()}
    nets["every true pair"] = cast_truth(tokens, np.array(sorted(truth), np.int32), CONFIG)
    hits, marks = {}, {}
    for name, net in nets.items():
        found = as_cases(net, names, offsets)
        marks[name] = score(planted.cases, found)
        groups = by_document(found)
        hits[name] = {i for i, c in enumerate(planted.cases) if covered(c, groups.get(c.copy[0], [])) >= 0.5}
    anchors, windows = hits["anchors"], hits["windows"]
    print(f"  {what}, {len(planted.cases)} cases: both {len(anchors & windows)}", end=", ")
    print(f"anchors only {len(anchors - windows)}, windows only {len(windows - anchors)}", end=", ")
    print(f"neither {len(planted.cases) - len(anchors | windows)}")
    for name, net in nets.items():
        show_net(f"{name:<15} {len(hits[name]):>5} cases, plagdet {marks[name].plagdet:.3f}", net)


def show_net(name: str, net: Net) -> None:
    """Print what a net costs."""
    print(f"    {name:<42} {len(net.pairs):>8,} pairs, {len(net.matches):>7,} passages", end=", ")
    print(f"{net.find_s:.2f} s finding, {net.align_s:.2f} s aligning", flush=True)


def as_cases(net: Net, names: list[str], offsets: list[TokenOffsets]) -> list[Case]:
    """Return what a net brought up, in characters."""
    m = net.matches
    cases = []
    for row in range(len(m)):
        copy, held = offsets[m.document[row]].span(*m.span[row]), offsets[m.holder[row]].span(*m.held[row])
        copy_name, name = names[m.document[row]], names[m.holder[row]]
        cases.append(Case((copy_name, copy.start, copy.end), (name, held.start, held.end)))
    return cases
