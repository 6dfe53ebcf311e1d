"""What `dedup diff` must show: time, readability, moves, and the tools one would use instead, in one run.

Run with `make bench-diff`. Figures of two tools are comparable because they come from the same run on the same
machine; ratios travel, seconds do not. diff-match-patch without a time-out and difflib are left out above the sizes at
which they take minutes.
"""

import difflib
import random
import re
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from statistics import mean, median

from measure import read_options
from news import read_revisions, read_texts
from planted_moves import PlantedText, plant_moves

from dedup.diff.engine import diff_texts
from dedup.diff.model import Diff, UnitChange
from dedup.text.words import is_word, split_words

ROOT = Path(__file__).resolve().parent.parent
SEEDS = sorted((ROOT / "examples" / "story").glob("*.txt"))
NUM_REVISIONS = 500
NUM_PLANTED = 300
SECTIONS = ("sizes", "growth", "revisions", "moves")


def main() -> None:
    """Print every figure."""
    options = read_options(__doc__, only=SECTIONS)
    news, minutes = read_texts("congress_press_dev"), read_texts("fomc_minutes_dev")
    sections: dict[str, Callable[[], None]] = {
        "sizes": lambda: measure_sizes(news, minutes),
        "growth": lambda: measure_growth(news, minutes),
        "revisions": measure_revisions,
        "moves": lambda: measure_moves(news),
    }
    for name in options.only:
        sections[name]()


def measure_sizes(news: list[str], minutes: list[str]) -> None:
    """Print time and number of operations of every tool on pairs of three kinds."""
    rng = random.Random(4)
    small, large = _take(news, 2_000), _take(news, 200_000)
    cases = [
        ("2 KB, 5 % of words edited", small, edit_words(small, 0.05, rng)),
        ("2 KB, two seeds (same story, other words)", SEEDS[0].read_text(), SEEDS[2].read_text()),
        ("200 KB, 5 % of words edited", large, edit_words(large, 0.05, rng)),
        ("200 KB, unrelated", large, _take(minutes, 200_000)),
    ]
    for name, old, new in cases:
        print(f"{name} ({len(old):,} and {len(new):,} characters)")
        for tool, run in _list_tools(len(old)):
            seconds, num_operations = time_best(lambda run=run, old=old, new=new: run(old, new))
            print(f"  {tool:<46} {1000 * seconds:>10.1f} ms {num_operations:>8,} operations")
        print()


def measure_growth(news: list[str], minutes: list[str]) -> None:
    """Print how time grows with size where nothing is alike, and on one line of 5 MB."""
    print("growth on unrelated texts (stated bound: n log n in units and words)")
    for size in (100_000, 200_000, 400_000, 800_000, 1_600_000, 3_200_000):
        old, new = _take(news, size), _take(minutes, size)
        start = time.perf_counter()
        diff_texts(old, new)
        seconds = time.perf_counter() - start
        print(f"  {size / 1000:>6,.0f} KB {seconds:>7.2f} s  {1e6 * seconds / size:>6.2f} s per MB")
    line = re.sub(r"[^\w\s]", "", " ".join(_take(news, 5_500_000).split()))[:5_000_000]
    other = re.sub(r"[^\w\s]", "", " ".join(_take(news[8000:], 5_500_000).split()))[:5_000_000]
    rng = random.Random(4)
    for name, new in (("5 % edited", edit_words(line, 0.05, rng)), ("unrelated", other)):
        start = time.perf_counter()
        diff = diff_texts(line, new)
        seconds = time.perf_counter() - start
        print(f"  5 MB in one line without marks, {name}: {seconds:.1f} s, {len(diff.limits)} limit named")
    print()


def measure_revisions() -> None:
    """Print round trips and readability on real revisions."""
    rng = random.Random(4)
    current = read_revisions("wp_current_events_revs_dev")
    for name, pairs in (
        ("wp_current_events, 500 pairs", rng.sample(current, NUM_REVISIONS)),
        ("wiki_versions, all consecutive pairs", read_revisions("wiki_versions_dev")),
    ):
        diffs = [diff_texts(old, new) for old, new in pairs]
        failed = sum(diff.apply(diff.old) != diff.new or diff.invert().invert() != diff for diff in diffs)
        counts = [(diff.stats.num_added + diff.stats.num_dropped, count_minimal(diff), diff) for diff in diffs]
        changed = [(shown, minimal) for shown, minimal, _ in counts if minimal]
        unmoved = [(shown, minimal) for shown, minimal, diff in counts if minimal and not diff.moves]
        num_moves = sum(len(diff.moves) for diff in diffs)
        print(f"{name}: {len(pairs)} pairs, {failed} failed round trips, {num_moves} moves")
        for title, counted in (("all", changed), ("without moves", unmoved)):
            ratios = [shown / minimal for shown, minimal in counted]
            figures = f"{_ratio(counted):.3f} in sum, mean {mean(ratios):.3f}, median {median(ratios):.3f}"
            print(f"  changed words / minimal (token LCS), {title}: {figures}")
        print(f"  changes that start or end inside a word: {sum(count_torn(diff) for diff in diffs)}\n")


def measure_moves(news: list[str]) -> None:
    """Print how many planted moves are reported as moves."""
    texts = [text for text in news if 2_000 < len(text) < 8_000]
    for is_far, name in (
        (True, "over more words than twice their own"),
        (False, "anywhere, ambiguous ones among them"),
    ):
        rng = random.Random(4)
        planted: list[PlantedText] = []
        while len(planted) < NUM_PLANTED:
            found = plant_moves(rng.choice(texts), rng, by_paragraph=rng.random() < 0.5, is_far=is_far)
            if found and found.moved:
                planted.append(found)
        scores = [score_moves(text, diff_texts(text.old, text.new)) for text in planted]
        moved, hit, reported, right, deleted = (sum(column) for column in zip(*scores, strict=True))
        print(f"{NUM_PLANTED} texts, {moved} pieces moved {name}, 0-20 % of their words replaced:")
        print(f"  recall {hit / moved:.3f}, precision {right / reported:.3f}, moved pieces shown as deleted: {deleted}")


def score_moves(text: PlantedText, diff: Diff) -> tuple[int, int, int, int, int]:
    """Return (planted, found with both ends, reported, reported rightly, shown as deleted)."""
    places = [(text.locate(old, is_old=True), text.locate(new, is_old=False)) for old, new in text.moved]
    hit = sum(
        any(
            move.old.start <= old[0] and old[1] <= move.old.end and move.new.start <= new[0] and new[1] <= move.new.end
            for move in diff.moves
        )
        for old, new in places
    )
    right = sum(any(move.old.start < old[1] and old[0] < move.old.end for old, _ in places) for move in diff.moves)
    dropped = [block.old for block in diff.blocks if block.relation is UnitChange.DROPPED and block.move is None]
    deleted = sum(any(span.start < old[1] and old[0] < span.end for span in dropped) for old, _ in places)
    return len(places), hit, len(diff.moves), right, deleted


def count_minimal(diff: Diff) -> int:
    """Return the smallest number of words that a diff without moves can show as changed."""
    from rapidfuzz.distance import Indel

    old, new = ([token for token in split_words(text) if is_word(token)] for text in (diff.old, diff.new))
    return Indel.distance(old, new)


def count_torn(diff: Diff) -> int:
    """Return how many ends of changes lie between two letters or digits of a script that puts spaces between words."""
    ends = [
        (text, end)
        for change in diff.edits
        for text, span in ((diff.old, change.old), (diff.new, change.new))
        for end in span
        if 0 < end < len(text)
    ]
    return sum(re.fullmatch(r"[A-Za-z0-9À-ɏЀ-ӿ]{2}", text[end - 1 : end + 1]) is not None for text, end in ends)


def edit_words(text: str, share: float, rng: random.Random) -> str:
    """Replace, drop or add `share` of the words."""
    words = re.split(r"(\s+)", text)
    vocabulary = [word for word in words if word.isalpha()]
    for index in range(0, len(words), 2):
        if rng.random() < share:
            words[index] = rng.choice(["", rng.choice(vocabulary), f"{words[index]} {rng.choice(vocabulary)}"])
    return "".join(words)


def _list_tools(size: int) -> Iterable[tuple[str, Callable[[str, str], int]]]:
    yield "dedup.diff_texts (verified both ways)", lambda old, new: len(diff_texts(old, new).edits)
    yield "rapidfuzz Indel.opcodes, words", _run_rapidfuzz
    yield "diff-match-patch, characters, default time-out", lambda old, new: _run_dmp(old, new, 1.0)
    if size < 10_000:
        yield "diff-match-patch, characters, no time-out", lambda old, new: _run_dmp(old, new, 0.0)
        yield "difflib.SequenceMatcher, words", _run_difflib


def _run_rapidfuzz(old: str, new: str) -> int:
    from rapidfuzz.distance import Indel

    return sum(found.tag != "equal" for found in Indel.opcodes(old.split(), new.split()))


def _run_dmp(old: str, new: str, timeout: float) -> int:
    from diff_match_patch import diff_match_patch

    engine = diff_match_patch()
    engine.Diff_Timeout = timeout
    found = engine.diff_main(old, new)
    engine.diff_cleanupSemantic(found)
    return sum(operation != 0 for operation, _ in found)


def _run_difflib(old: str, new: str) -> int:
    matcher = difflib.SequenceMatcher(None, old.split(), new.split(), autojunk=False)
    return sum(tag != "equal" for tag, *_ in matcher.get_opcodes())


def _ratio(counts: list[tuple[int, int]]) -> float:
    return sum(shown for shown, _ in counts) / sum(minimal for _, minimal in counts)


def _take(texts: list[str], size: int) -> str:
    """Return the first `size` characters of the texts joined."""
    return "\n\n".join(islice(texts, size))[:size]


def time_best(run: Callable[[], int]) -> tuple[float, int]:
    """Return the best time of five runs, or of as many as fit into two seconds, and the result."""
    best, begun = float("inf"), time.perf_counter()
    for _ in range(5):
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() - begun > 2:
            break
    return best, result


if __name__ == "__main__":
    main()
