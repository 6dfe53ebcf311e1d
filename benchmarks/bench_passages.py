"""What finding passages must show: planted truth, repeats, containment, scripts, cost.

make bench-passages
python benchmarks/bench_passages.py --data ../shared/data --only cost
"""

import statistics
from collections.abc import Callable
from pathlib import Path

from made_texts import write_texts
from measure import Run, alternate, cleaned, median_ratio, median_wall, read_options, report, run_dedup, scratch
from news import read_lines
from passage_repeats import show_contained, show_repeats
from passage_truth import CASES, choose_quiet, detect, measure_boundaries, share_found
from shelf import Shelf

from dedup import Document, find_passages
from dedup.bench.pan import score
from dedup.bench.planting import plant
from dedup.text.token_spans import TokenOffsets

SEED_003 = (225, 1938, 1939, 3652)
RATES = ((0.0, 0.95), (0.05, 0.95), (0.1, 0.95), (0.2, 0.94), (0.35, 0.82))
SECTIONS = ("seeds", "planted", "repeats", "contained", "scripts", "cost")


def show_seeds(folder: Path) -> None:
    """Article 003 prints its body twice; the four others print nothing twice."""
    texts = {path.name[:3]: path.read_text() for path in sorted(folder.glob("*.txt"))}
    found = find_passages([Document(name, text) for name, text in texts.items()])
    spans = [(p.document.id, p.witness_start, p.witness_end, p.start, p.end, p.similarity) for p in found]
    exact = spans == [("003", *SEED_003, 1.0)]
    report("003 has [225,1938) again at [1939,3652), exact; no other", str(exact or spans), "True")
    tokens = TokenOffsets(texts["003"][SEED_003[0] : SEED_003[1]])
    report("its words", str(len(tokens)), "248")
    with cleaned(folder) as out:
        after = {path.name[:3]: path.read_text() for path in (out / "kept").rglob("*.txt")}
    kept = after.pop("003")
    untouched = sum(text == texts[name] for name, text in after.items())
    body = texts["003"][SEED_003[0] : SEED_003[1]]
    once = kept.count(body) == 1 and len(kept.split()) == len(texts["003"].split()) - len(body.split()) + 1
    report("clean: 003 with its body once, headline and footer", str(once), "True")
    report("clean: other seeds untouched", str(untouched), "4")


def show_planted(quiet: list[str]) -> None:
    """Passages of 20 to 200 words in real articles, edited."""
    for rate, target in RATES:
        planted = plant(quiet, rate, CASES, seed=1)
        found = detect(planted)
        result = score(planted.cases, found)
        errors = measure_boundaries(planted.cases, found)
        detail = f"(precision {result.precision:.3f}, recall {result.recall:.3f})"
        report(f"plagdet at {rate:.0%} edits {detail}", f"{result.plagdet:.3f}", f">= {target}")
        report(f"  granularity at {rate:.0%}", f"{result.granularity:.3f}", "<= 1.05")
        must = "<= 2 characters" if rate <= 0.2 else "(no target)"
        report(f"  median boundary error at {rate:.0%}", f"{statistics.median(errors):.0f}", must)
    short = plant(quiet, 0.1, CASES, seed=2, words=range(20, 21))
    report("passages of 20 words found at 10% edits", f"{share_found(short.cases, detect(short)):.3f}", ">= 0.85")


def show_cost(data: Path, rounds: int) -> None:
    """Time `--passages all` beside `--passages off`."""
    plain = Shelf(data).congress().path

    def clean(*options: str) -> Callable[[], Run]:
        def run() -> Run:
            with scratch() as folder:
                return run_dedup("clean", plain, "-o", folder / "out", "-q", "--passages", *options)

        return run

    runs = alternate(
        {
            "all": clean("all"),
            "within": clean("within"),
            "uncontained": clean("within", "--contained", "off"),
            "off": clean("off"),
        },
        rounds,
    )
    report("clean --passages all / off", f"{median_ratio(runs['all'], runs['off']):.2f} x", "<= 2.5 x")
    report("clean (within, contained) / off", f"{median_ratio(runs['within'], runs['off']):.2f} x", "(no target)")
    report("clean --contained off / off", f"{median_ratio(runs['uncontained'], runs['off']):.2f} x", "(no target)")
    for name, some in runs.items():
        peak = max(run.peak_mb for run in some)
        report(f"  {name}: seconds, private MB", f"{median_wall(some):.2f} s, {peak:.0f} MB", "(this machine's)")


def show_scripts(folder: Path, english: list[str]) -> None:
    """Recall in other scripts at 10 % edits beside English, 20 to 100 words (characters where no spaces are)."""
    lankan = read_lines(folder / "lk_news_2024_01_02.jsonl.gz")
    japanese = [row["text"] for row in read_lines(folder / "ja_wikinews.jsonl.gz")]
    languages = {
        "English": (english, True),
        "Japanese": (choose_quiet(japanese, 20), False),
        "Sinhala": (choose_quiet([row["text"] for row in lankan if row["lang"] == "si"]), True),
        "Tamil": (choose_quiet([row["text"] for row in lankan if row["lang"] == "ta"]), True),
        "Chinese (made)": (write_texts("chinese", 2 * CASES), False),
        "Arabic (made)": (write_texts("arabic", 2 * CASES), True),
    }
    base = 0.0
    for name, (texts, spaced) in languages.items():
        planted = plant(texts, 0.1, CASES // 2, seed=5, words=range(20, 101), spaced=spaced)
        result = score(planted.cases, detect(planted))
        base = base or result.recall
        value = f"{result.recall:.3f}"
        what = f"recall in {name}, {len(planted.cases)} cases (precision {result.precision:.3f})"
        report(what, value, f">= {base - 0.03:.3f}")


def main() -> None:
    """Print all figures."""
    options = read_options(__doc__, rounds=3, only=SECTIONS)
    data = options.data
    texts = [row["text"] for row in read_lines(data / "congress_press_dev.jsonl.gz")]
    quiet = choose_quiet(texts)
    print(f"{len(texts):,} articles, {len(quiet):,} of them share no passage with others and repeat none")
    sections: dict[str, Callable[[], None]] = {
        "seeds": lambda: show_seeds(data.parent / "seeds"),
        "planted": lambda: show_planted(quiet),
        "repeats": lambda: show_repeats(quiet),
        "contained": lambda: show_contained(quiet, texts),
        "cost": lambda: show_cost(data, options.rounds),
        "scripts": lambda: show_scripts(data, quiet),
    }
    for name in options.only:
        sections[name]()


if __name__ == "__main__":
    main()
