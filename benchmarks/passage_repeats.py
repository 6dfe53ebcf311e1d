"""Articles that print a part of themselves twice, and articles that others contain."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from measure import cleaned, report, scratch
from news import read_lines
from passage_truth import CASES, detect
from plant import JOINS, REPEATS, correct, plant_repeat, truncate

from dedup.bench.pan import Case, overlap, score
from dedup.bench.planting import Planted


def show_repeats(quiet: list[str]) -> None:
    """Articles that print a part of themselves twice. A paragraph that is printed again elsewhere is only reported."""
    rng = random.Random(3)
    missed: list[str] = []
    totals, lost_of = Counter[str](), Counter[str]()
    for kind in REPEATS:
        for join in JOINS:
            documents: dict[str, str] = {}
            cases = []
            for number, text in enumerate(rng.sample(quiet, min(CASES, len(quiet)))):
                planted = plant_repeat(text, kind, join, rng)
                if planted is not None:
                    name = str(number)
                    documents[name], case = planted
                    cases.append(Case((name, *case.copy[1:]), (name, *case.source[1:])))
            result = score(cases, detect(Planted(documents, cases, []), "within"))
            what = f"within: {kind}, {join} ({len(cases)} articles, granularity {result.granularity:.2f}), recall"
            report(what, f"{result.recall:.4f}", ">= 0.99")
            cuts: dict[str, list[dict[str, Any]]] = {}
            for row in clean_texts(documents):
                cuts.setdefault(row["doc_id"], []).append(row)
            lost = [case for case in cases if not is_cut(case, cuts.get(case.copy[0], []))]
            must = "(no target)" if kind == "paragraph" else ">= 0.98"
            report("  of which clean cuts 90% and more", f"{1 - len(lost) / len(cases):.4f}", must)
            totals[kind] += len(cases)
            lost_of[kind] += len(lost)
            missed += [f"{kind}, {join}: {show_ends(documents[case.copy[0]], case)}" for case in lost]
    total = totals["body"] + totals["half"]
    share = 1 - (lost_of["body"] + lost_of["half"]) / total
    report(f"within: bodies and halves that clean cuts, of {total:,}", f"{share:.4f}", ">= 0.99")
    for line in missed[:: len(missed) // 10 + 1]:
        print(f"    not cut: {line}")


def clean_texts(documents: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the passages inside documents that `clean` cuts out of them."""
    rows = clean_rows(documents.items(), "passages.jsonl", "--threshold", "1", "--contained", "off")
    return [row for row in rows if row["scope"] == "within" and row["action"] == "removed"]


def clean_rows(texts: Iterable[tuple[str, str]], name: str, *options: str) -> list[dict[str, Any]]:
    """Return what `clean` writes into one of its files for some documents."""
    with scratch() as folder:
        rows = [json.dumps({"id": doc_id, "text": text}) + "\n" for doc_id, text in texts]
        (folder / "in.jsonl").write_text("".join(rows))
        with cleaned(folder / "in.jsonl", *options) as out:
            return read_lines(out / name)


def is_cut(case: Case, rows: list[dict[str, Any]]) -> bool:
    """Return whether nine tenths of a planted copy, or as much of its original, are cut."""
    cuts = [("", *cut) for row in rows for cut in row["cuts"]]
    sides = [("", *side[1:]) for side in (case.copy, case.source)]
    return any(sum(overlap(side, cut) for cut in cuts) >= 0.9 * (side[2] - side[1]) for side in sides)


def show_ends(text: str, case: Case) -> str:
    """Return the ends of a planted copy with what stands around it."""
    _, start, end = case.copy
    parts = (text[max(start - 40, 0) : start], text[start : start + 40], text[end - 40 : end], text[end : end + 40])
    return "{} [[{} ... {}]] {}".format(*(" ".join(part.split()) for part in parts))


def show_contained(quiet: list[str], texts: list[str]) -> None:
    """Clean articles together with truncated and corrected ones of them."""
    for name, source in (("quiet articles", quiet), ("any articles", texts)):
        rng = random.Random(4)
        originals = [t for t in source if len(t.split()) >= 80]
        originals = rng.sample(originals, min(2 * CASES, len(originals)))
        half = len(originals) // 2
        derived = [truncate(t, rng) for t in originals[:half]] + [correct(t, originals, rng) for t in originals[half:]]
        rows = [(f"o{i}", t) for i, t in enumerate(originals)] + [(f"d{i}", t) for i, t in enumerate(derived)]
        rng.shuffle(rows)
        removed = {row["id"] for row in clean_rows(rows, "removed.jsonl")}
        pairs = [f"o{i}" in removed or f"d{i}" in removed for i in range(len(derived))]
        cut, corrected = pairs[:half], pairs[half:]
        report(f"cut to 30-80% ({half}, {name}): one of the two removed", f"{sum(cut) / half:.4f}", ">= 0.97")
        report(
            f"(CORRECTED) and two paragraphs ({len(corrected)}, {name})",
            f"{sum(corrected) / len(corrected):.4f}",
            ">= 0.97",
        )
