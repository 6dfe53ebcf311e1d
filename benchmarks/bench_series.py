"""Time `clean` on a series: daily reports of one frame, all kept, beside as many unrelated articles of their length.

CPU seconds of the whole command, the least of three runs; the start is a run over ten articles.
"""

import argparse
import json
import random
from collections.abc import Iterator

import msgspec
from measure import run_dedup, scratch

VOCABULARY = [f"{first}{middle}{last}" for first in "bcdfgklmn" for middle in ("ara", "eno", "ilo") for last in "sxtrn"]
WORDS_OF_FRAME, FACTS = 150, 8


def write_words(rng: random.Random, count: int) -> list[str]:
    """Return random words, of some 20,000."""
    return [f"{rng.choice(VOCABULARY)}{rng.choice(VOCABULARY)}" for _ in range(count)]


def make_series(count: int, rng: random.Random) -> Iterator[str]:
    """Yield reports of one frame, each with facts of its own."""
    frame = write_words(rng, WORDS_OF_FRAME)
    step = WORDS_OF_FRAME // FACTS
    for _ in range(count):
        words = list(frame)
        for place in range(0, FACTS * step, step):
            words[place] = str(rng.randrange(10_000))
        yield " ".join(words)


def make_unrelated(count: int, rng: random.Random) -> Iterator[str]:
    """Yield articles of as many words that share none."""
    for _ in range(count):
        yield " ".join(write_words(rng, WORDS_OF_FRAME))


def time_clean(texts: Iterator[str], passages: str) -> tuple[float, int, dict[str, int]]:
    """Return the CPU seconds of `clean`, how many documents it kept, and the bounds that it reached."""
    with scratch() as folder:
        with (folder / "a.jsonl").open("wb") as file:
            for number, text in enumerate(texts):
                record = {"id": number, "outlet": "Wire", "date": f"{2000 + number % 20}-01-{1 + number % 28:02}"}
                file.write(msgspec.json.encode({**record, "text": text}) + b"\n")
        options = ("-o", folder / "out", "--overwrite", "-q", "--passages", passages)
        runs = [run_dedup("clean", folder / "a.jsonl", *options) for _ in range(3)]
        summary = json.loads((folder / "out/summary.json").read_bytes())
    limits = {limit["limit"]: limit["hits"] for limit in summary["limits"]}
    return min(run.cpu_s for run in runs), summary["counts"]["kept"], limits


def main() -> None:
    """Print a line for each setting of passages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    count = parser.parse_args().documents
    for passages in ("off", "within", "all"):
        start, _, _ = time_clean(make_unrelated(10, random.Random(2)), passages)
        series, kept, limits = time_clean(make_series(count, random.Random(1)), passages)
        unrelated, _, _ = time_clean(make_unrelated(count, random.Random(2)), passages)
        whole, alone = series / unrelated, (series - start) / (unrelated - start)
        print(
            f"passages {passages:6}  series {series:.2f} CPU s ({kept:,} of {count:,} kept)"
            f"  unrelated {unrelated:.2f} s  {whole:.1f} times, {alone:.1f} without the start ({start:.2f} s)"
            f"  bounds reached: {limits or 'none'}"
        )


if __name__ == "__main__":
    main()
