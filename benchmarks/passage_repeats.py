"""Articles that print a part of themselves twice, articles that others contain, and what is cut where nothing is."""

import json
import random
import sys

from measure import run_command
from pan import Case, score
from passage_truth import CASES, detect, report, scratch, share_found
from plant import JOINS, REPEATS, Planted, correct, plant_repeat, truncate

from dedup import PassageConfig, find_passages
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
    """List the cuts in untouched articles that a reader would doubt most: the shortest and the least alike."""
    config = PassageConfig(scope="within")
    found = [p for p in find_passages(texts, config) if p.similarity >= config.cut_similarity]
    edited = len({p.document.id for p in found})
    edited_copies = sum(p.similarity < 1 for p in found)
    report(f"cut in {len(texts):,} untouched articles ({edited} articles)", f"{len(found)} cuts", "(to be read)")
    report("  of them not exact", str(edited_copies), "(to be read)")
    doubtful = sorted(found, key=lambda p: len(TokenOffsets(p.text)) * p.similarity**4)[:20]
    for p in doubtful:
        first = p.document.text[p.witness_start : p.witness_end]
        words = len(TokenOffsets(p.text))
        print(f"    article {p.document.id}, {words} words, {p.similarity:.2f}, {p.start - p.witness_end} apart")
        print(f"      cut:   {' '.join(p.text.split())[:300]}")
        if p.similarity < 1:
            print(f"      first: {' '.join(first.split())[:300]}")


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
