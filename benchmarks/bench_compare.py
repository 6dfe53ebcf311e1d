"""What `dedup compare` must show: labelled sentence pairs, rows, and time, for both engines.

    python benchmarks/bench_compare.py [--shared FOLDER] [--only links|rows|claims|speed]

Links are judged strictly: grade 2 against grade 0, grade 1 left out. Every F1 is taken at the threshold that is best
on the *other* stories, moved by the odds that are fitted to them; the average precision needs none. Beside them stands
plain TF-IDF cosine over the same pairs.
"""

import argparse
import gzip
import json
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bench_claims import load_encoders, show_claims
from compare_stories import SHARED, Story, load_stories, read_grades
from judged_claims import show_judged
from measure import run_command

from dedup.compare.encoder import Encoder
from dedup.compare.engine import Scored, score_outlets
from dedup.compare.model import Place
from dedup.compare.read_units import split_document
from dedup.compare.scores import THRESHOLDS, Odds, Thresholds, fit_thresholds
from dedup.compare.terms import fold_words
from dedup.model.documents import Document

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TARGETS = {
    ("lexical", "seeds"): (0.58, 0.54),
    ("semantic", "seeds"): (0.78, 0.75),
    "lexical": (None, 0.54),
    "semantic": (None, 0.65),
}
NEARBY = 0.01  # scores on both sides of a threshold that are averaged when it is chosen
Scores = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """The scored pairs of a story: those of grade 2 are true, those of grade 1 are left out."""

    name: str
    pairs: list[tuple[Place, Place]]
    scores: Scores
    truth: Truth
    rows: list[set[int]]
    places: list[Place]
    score: npt.NDArray[np.float32]

    def move(self, thresholds: Thresholds) -> float:
        """Return the score of a strong link in this story, by thresholds of all stories."""
        return fit_thresholds(thresholds, self.score, np.array([place.outlet for place in self.places])).strong

    def measure_f1(self, thresholds: Thresholds) -> float:
        """Return F1 of the strong links."""
        return f1_at(self.scores, self.truth, self.move(thresholds))


def judge(story: Story, encoder: Encoder | None, engine: str) -> Judged:
    """Score all pairs of a story."""
    outlets = [split_document(source) for source in story.sources]
    scored = score_outlets(outlets, encoder, THRESHOLDS[engine])
    grades = read_grades(story, outlets)
    return collect(story.name, scored.places, scored.score, list_members(scored), grades)


def list_members(scored: Scored) -> list[set[int]]:
    """Return the sentences of each row, those of which it holds a part too."""
    rows = [set(cluster) for cluster in scored.clusters]
    for guest in scored.guests:
        rows[guest.cluster].add(guest.position)
    return rows


def collect(
    name: str,
    places: list[Place],
    score: npt.NDArray[np.float32],
    rows: list[set[int]],
    grades: dict[frozenset[Place], int],
) -> Judged:
    """Return the pairs of different outlets with their scores and whether they are true."""
    pairs, scores, truth = [], [], []
    for i, a in enumerate(places):
        for j in range(i + 1, len(places)):
            grade = grades.get(frozenset({a, places[j]}), 0)
            if a.outlet != places[j].outlet and grade != 1:
                pairs.append((a, places[j]))
                scores.append(float(score[i, j]))
                truth.append(grade == 2)
    return Judged(name, pairs, np.array(scores), np.array(truth), rows, places, score)


def average_precision(scores: Scores, truth: Truth) -> float:
    """Return the mean, over the true pairs, of the precision at the rank of each."""
    hits = truth[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, hits.size + 1))[hits].mean())


def f1_at(scores: Scores, truth: Truth, threshold: float) -> float:
    """Return F1 of the pairs from a threshold on."""
    chosen = scores >= threshold
    return float(2 * (chosen & truth).sum() / max(1, chosen.sum() + truth.sum()))


def choose_thresholds(stories: Sequence[Judged], base: Thresholds) -> Thresholds:
    """Return thresholds with the odds of some stories, and the score of a strong link around which F1 is best.

    The mean F1 of few stories is ragged, so it is averaged over NEARBY. A moved threshold is linear in the threshold of
    all stories.
    """
    base = replace(base, odds=base.odds and fit_odds(stories))
    at_0, at_1 = ([s.move(replace(base, strong=strong)) for s in stories] for strong in (0.0, 1.0))
    first, last = np.quantile(np.concatenate([s.scores for s in stories]), (0.85, 0.999))
    steps = np.linspace(float(first), float(last), 400)
    figures = np.mean(
        [
            [f1_at(s.scores, s.truth, low + step * (high - low)) for step in steps]
            for s, low, high in zip(stories, at_0, at_1, strict=True)
        ],
        0,
    )
    reach = int(NEARBY / (steps[1] - steps[0]))
    window = np.ones(2 * reach + 1) / (2 * reach + 1)
    return replace(base, strong=float(steps[np.convolve(figures, window, "same").argmax()]))


def fit_odds(stories: Sequence[Judged]) -> Odds:
    """Return the logistic regression of links on scores, every story of the same weight; Newton's method."""
    scores, truth = (np.concatenate([getattr(s, name) for s in stories]) for name in ("scores", "truth"))
    weight = np.concatenate([np.full(s.truth.size, 1 / s.truth.sum()) for s in stories])
    design = np.stack([scores, np.ones_like(scores)], 1)
    fitted = np.zeros(2)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ fitted))
        slope = design.T @ (weight * (chance - truth))
        fitted -= np.linalg.solve((design * (weight * chance * (1 - chance))[:, None]).T @ design, slope)
    return Odds(float(fitted[0]), float(-fitted[1] / fitted[0]))


def tfidf_scores(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the cosines of character 3-5-grams weighted by TF-IDF within the story: the usual plain baseline."""
    counters = []
    for text in texts:
        grams: Counter[str] = Counter()
        for word in fold_words(text):
            marked = f" {word} "
            grams.update(marked[i : i + n] for n in (3, 4, 5) for i in range(max(1, len(marked) - n + 1)))
        counters.append(grams)
    frequency = Counter(gram for grams in counters for gram in grams)
    column = {gram: number for number, gram in enumerate(frequency)}
    matrix = np.zeros((len(texts), len(column)), np.float32)
    for row, grams in enumerate(counters):
        for gram, count in grams.items():
            idf = math.log((1 + len(texts)) / (1 + frequency[gram])) + 1
            matrix[row, column[gram]] = (1 + math.log(count)) * idf
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(norms == 0, 1, norms)
    return matrix @ matrix.T


def judge_tfidf(story: Story) -> Judged:
    """Score all pairs of a story by plain TF-IDF."""
    outlets = [split_document(source) for source in story.sources]
    places = [
        Place(o, s) for o, outlet in enumerate(outlets) for s, x in enumerate(outlet.sentences) if x.omission is None
    ]
    score = tfidf_scores([outlets[p.outlet].cut(p.sentence) for p in places])
    return collect(story.name, places, score, [], read_grades(story, outlets))


def mark(value: float, target: float | None) -> str:
    """Return a figure with its target, and whether it is reached."""
    if target is None:
        return f"{value:.3f}         "
    return f"{value:.3f} {'>=' if value >= target else '< '} {target:.2f}"


def show_links(stories: Sequence[Story], encoders: dict[str, Encoder | None]) -> None:
    """Print average precision and F1 of the links of every story."""
    table = {"tf-idf": [judge_tfidf(story) for story in stories]}
    table |= {name: [judge(story, encoder, name) for story in stories] for name, encoder in encoders.items()}
    print("\nLinks: average precision, F1 of strong links at the threshold of the other stories")
    for name, judged in table.items():
        for number, (story, found) in enumerate(zip(stories, judged, strict=True)):
            others = [other for k, other in enumerate(judged) if k != number]
            base = THRESHOLDS.get(name, THRESHOLDS["lexical"])
            thresholds = choose_thresholds(others, base) if others else base
            precision, f1 = average_precision(found.scores, found.truth), found.measure_f1(thresholds)
            targets = TARGETS.get((name, story.name)) or TARGETS.get(name, (None, None))
            line = f"  {name:9s} {story.name:13s} AP {mark(precision, targets[0])}   F1 {mark(f1, targets[1])}"
            shipped = f"   F1 as shipped {found.measure_f1(base):.3f}" if name in encoders else ""
            print(line + shipped + f"   {int(found.truth.sum())} of {found.truth.size:,} pairs", flush=True)


def show_rows(stories: Sequence[Story], encoders: dict[str, Encoder | None]) -> None:
    """Print how well rows hold together what is labelled core: F1 of the pairs that share a row."""
    print(
        "\nRows: purity: pairs of grade 2 among those that share a row; together: among those of grade 2, how many do"
    )
    for name, encoder in encoders.items():
        for story in stories:
            found = judge(story, encoder, name)
            homes: dict[Place, set[int]] = {}
            for number, row in enumerate(found.rows):
                for i in row:
                    homes.setdefault(found.places[i], set()).add(number)
            chosen = np.array([bool(homes[a] & homes[b]) for a, b in found.pairs])
            hits = (chosen & found.truth).sum()
            precision, recall = hits / max(1, chosen.sum()), hits / found.truth.sum()
            f1 = 2 * hits / (chosen.sum() + found.truth.sum())
            biggest = max(map(len, found.rows))
            print(
                f"  {name:9s} {story.name:13s} purity {precision:.3f}  together {hits:3d} of {found.truth.sum():3d} = "
                f"{recall:.3f}  F1 {f1:.3f}   biggest row {biggest} sentences"
            )


def make_outlets(count: int, size: int) -> list[str]:
    """Return texts of `size` sentences about one thing: each has two thirds of them, shuffled a little and edited."""
    chance = random.Random(7)
    sentences: list[str] = []
    with gzip.open(EXAMPLES / "congress.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            outlet = split_document(Document("x", json.loads(line)["text"]))
            sentences += [outlet.cut(n) for n, s in enumerate(outlet.sentences) if 12 <= s.num_words <= 40]
            if len(sentences) > 60 * size:
                break
    pool = sentences[: size + size // 2]
    texts = []
    for number in range(count):
        chosen = [sentence for sentence in pool if chance.random() < 0.6][: size - 5]
        own = sentences[len(pool) + number * 5 :][: size - len(chosen)]
        edited = [edit(sentence, chance) for sentence in chosen + own]
        texts.append("\n\n".join(edited))
    return texts


def edit(sentence: str, chance: random.Random) -> str:
    """Return the sentence with some words dropped and some neighbours swapped."""
    words = [word for word in sentence.split() if chance.random() > 0.1]
    for i in range(len(words) - 1):
        if chance.random() < 0.1:
            words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def show_speed() -> None:
    """Print how long whole processes take."""
    print("\nWhole processes, seconds")
    seeds = [str(path) for path in sorted((EXAMPLES / "story").glob("*.txt"))]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(make_outlets(50, 30)):
            paths.append(str(Path(folder) / f"outlet{number:02d}.txt"))
            Path(paths[-1]).write_text(text, encoding="utf-8")
        for what, texts, engine, most in (
            ("five seeds", seeds, "lexical", 1.5),
            ("five seeds", seeds, "semantic", 2.5),
            ("50 outlets of 30 sentences", paths, "lexical", None),
            ("50 outlets of 30 sentences", paths, "semantic", 60),
        ):
            command = [sys.executable, "-m", "dedup", "compare", *texts, "--engine", engine]
            run = run_command([*command, "--format", "json", "-o", str(Path(folder) / "out.json")])
            limit = f"<= {most}" if most else ""
            print(f"  {what:28s} {engine:9s} {run.wall_s:6.2f} {limit:7s} {run.peak_mb:5.0f} MB", flush=True)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--only", choices=["links", "rows", "claims", "speed"])
    args = parser.parse_args()
    stories = load_stories(args.shared)
    if not stories:
        print(f"skipped: no texts of the labelled stories in {args.shared}")
    encoders = load_encoders()
    if stories and args.only in {None, "links"}:
        show_links(stories, encoders)
    if stories and args.only in {None, "rows"}:
        show_rows(stories, encoders)
    if stories and args.only in {None, "claims"}:
        show_claims(stories, encoders)
    if args.only in {None, "claims"} and "semantic" in encoders:
        show_judged(args.shared)
    if args.only in {None, "speed"}:
        show_speed()


if __name__ == "__main__":
    main()
