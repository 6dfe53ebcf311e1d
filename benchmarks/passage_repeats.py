"""Articles that print a part of themselves twice, articles that others contain, and what is cut where nothing is."""

import json
import random
import sys
from typing import Any

from measure import run_command
from pan import Case, score
from passage_truth import CASES, detect, report, scratch, share_found
from plant import JOINS, REPEATS, Planted, correct, plant_repeat, truncate

from dedup.passages.spans import TokenOffsets


def show_repeats(quiet: list[str], untouched: list[str]) -> None:
    """Articles that print a part of themselves twice, and articles as they are."""
    rng = random.Random(3)
    total, missed = 0, 0
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
            found = detect(Planted(documents, cases, []), "within")
            result = score(cases, found)
            lost = round(len(cases) * (1 - share_found(cases, found, 0.9)))
            total, missed = total + len(cases), missed + lost
            what = f"within: {kind}, {join} ({len(cases)} articles, granularity {result.granularity:.2f}), recall"
            report(what, f"{result.recall:.4f}", ">= 0.99")
    report(f"within: cases of which 90% is covered, of {total:,}", f"{1 - missed / total:.4f}", ">= 0.99")
    list_cuts(untouched)


def list_cuts(texts: list[str]) -> None:
    """List the cuts that `clean` makes in untouched articles and a reader would doubt most: the shortest, least alike."""
    with scratch() as folder:
        rows = [json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)]
        (folder / "in.jsonl").write_text("".join(rows))
        options = ["--threshold", "1", "--contained", "off", "-q"]
        run_command([sys.executable, "-m", "dedup", "clean", folder / "in.jsonl", "-o", folder / "o", *options])
        with (folder / "o" / "passages.jsonl").open("rb") as lines:
            found = [row for row in map(json.loads, lines) if row["scope"] == "within" and row["action"] == "removed"]
    broken = [row for row in found if not is_whole(texts[row["doc_id"]], row["start"], row["end"])]
    articles = len({row["doc_id"] for row in found})
    report(f"cut in {len(texts):,} untouched articles ({articles} articles)", f"{len(found)} cuts", "(to be read)")
    report("  not exact", str(sum(row["similarity"] < 1 for row in found)), "(to be read)")
    report("  begin or end within a sentence or line", str(len(broken)), "0, or glued there")
    found.sort(key=lambda row: (len(TokenOffsets(row["text"])) * row["similarity"] ** 4, row["doc_id"]))
    for title, some in (
        ("the 20 most doubtful", found[:20]),
        ("20 within a sentence", broken[:: len(broken) // 20 + 1]),
    ):
        print(f"    {title}:")
        for row in some:
            show_cut(texts[row["doc_id"]], row)


def is_whole(text: str, start: int, end: int) -> bool:
    """Return whether a span begins where a sentence or a line does, and ends where one does."""
    before = text[:start].rstrip(" \t\xa0\"'“‘«([*•·-–—")
    after = text[end : end + 8].lstrip("\"'”’»)] \t\xa0")
    return (not before or before[-1] in ".!?…:;\n\r") and (not after or after[0] in ".!?…:;\n\r")


def show_cut(text: str, row: dict[str, Any]) -> None:
    """Print a cut with what stands around it, and the original of one that is not exact."""
    start, end, witness = row["start"], row["end"], row["witness"]
    before, after = " ".join(text[max(start - 40, 0) : start].split()), " ".join(text[end : end + 40].split())
    shown = " ".join(row["text"].split())
    shown = shown if len(shown) <= 240 else f"{shown[:140]} ... {shown[-90:]}"
    words = len(TokenOffsets(row["text"]))
    print(f"      {row['doc_id']} ({words} words, {row['similarity']:.2f}): {before} [[{shown}]] {after}")
    if row["similarity"] < 1:
        print(f"        first: {' '.join(text[witness['start'] : witness['end']].split())[:240]}")


def show_contained(quiet: list[str], texts: list[str]) -> None:
    """Clean articles together with truncated and corrected ones of them."""
    for name, source in (("quiet articles", quiet), ("any articles", texts)):
        rng = random.Random(4)
        originals = [t for t in source if len(t.split()) >= 80]
        originals = rng.sample(originals, min(2 * CASES, len(originals)))
        half = len(originals) // 2
        derived = [truncate(t, rng) for t in originals[:half]] + [correct(t, originals, rng) for t in originals[half:]]
        with scratch() as folder:
            rows = [{"id": f"o{i}", "text": t} for i, t in enumerate(originals)]
            rows += [{"id": f"d{i}", "text": t} for i, t in enumerate(derived)]
            rng.shuffle(rows)
            (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            run_command([sys.executable, "-m", "dedup", "clean", folder / "in.jsonl", "-o", folder / "o", "-q"])
            with (folder / "o" / "removed.jsonl").open("rb") as lines:
                removed = {row["id"] for row in map(json.loads, lines)}
        pairs = [f"o{i}" in removed or f"d{i}" in removed for i in range(len(derived))]
        cut, corrected = pairs[:half], pairs[half:]
        report(f"cut to 30-80% ({half}, {name}): one of the two removed", f"{sum(cut) / half:.4f}", ">= 0.97")
        report(
            f"(CORRECTED) and two paragraphs ({len(corrected)}, {name})",
            f"{sum(corrected) / len(corrected):.4f}",
            ">= 0.97",
        )
