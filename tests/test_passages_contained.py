"""Documents that another one contains: who is removed, who stays, and on what grounds."""

import random
from itertools import permutations

import naive
import numpy as np
import pytest
from corpora import make_excerpts, make_text, read_lines, read_summary, spell, write_jsonl

from dedup import PassageConfig, deduplicate
from dedup.near.decisions import Decisions
from dedup.passages import remove_contained
from dedup.passages.containment import Shares
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.remove_contained import KeptDocuments, find_shortened, follow_containers


def clean_texts(dedup, folder, texts, *options):
    """Return the removed records by id; near-copies share half, which a text that was cut off does not."""
    write_jsonl(folder / "in.jsonl", [{"id": name, "text": text} for name, text in texts.items()])
    done = dedup("clean", "in.jsonl", "-o", "out", "--threshold", "0.5", *options, cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr
    return {row["id"]: row for row in read_lines(folder / "out" / "removed.jsonl")}


def cover_share(inner, outer, least=20):
    """Return the share of the words of a text that runs of `least` words and more of another one cover."""
    a, b = naive.words(inner), naive.words(outer)
    held = {tuple(b[i : i + least]) for i in range(len(b) - least + 1)}
    marked = set()
    for i in range(len(a) - least + 1):
        if tuple(a[i : i + least]) in held:
            marked.update(range(i, i + least))
    return len(marked) / len(a)


def paragraphs(name, count=6, size=40):
    return [make_text(f"{name} {i}", size) for i in range(count)]


@pytest.mark.parametrize("share", [2, 3, 4])
@pytest.mark.parametrize("inner_first", [True, False])
def test_a_text_that_was_cut_off_is_contained_wherever_it_stands(dedup, tmp_path, share, inner_first):
    whole = paragraphs("whole", 8)
    texts = {"cut": "\n\n".join(whole[:share]), "whole": "\n\n".join(whole)}
    removed = clean_texts(dedup, tmp_path, texts if inner_first else dict(reversed(texts.items())))
    (row,) = removed.values()
    assert (row["id"], row["witness"]["id"], row["reason"], row["relation"]) == (
        "cut",
        "whole",
        "contained",
        "contained",
    )
    assert row["covered"] == 1.0
    assert row["similarity"] == pytest.approx(naive.similarity(texts["cut"], texts["whole"]))
    assert row["record"] == {"id": "cut", "text": texts["cut"]}


def test_a_corrected_text_with_new_paragraphs_contains_the_first_version(dedup, tmp_path):
    first = paragraphs("first", 4)
    corrected = ["(CORRECTED)", *first[:2], *paragraphs("new", 6), *first[2:]]
    removed = clean_texts(dedup, tmp_path, {"first": "\n\n".join(first), "corrected": "\n\n".join(corrected)})
    assert {name: row["reason"] for name, row in removed.items()} == {"first": "contained"}


@pytest.mark.parametrize(("own", "expected"), [(4, {"inner"}), (40, set())])
def test_nine_tenths_decide(dedup, tmp_path, own, expected):
    whole = paragraphs("whole", 8)
    inner = " ".join([*whole[:3], make_text("own", own)])
    removed = clean_texts(dedup, tmp_path, {"whole": "\n\n".join(whole), "inner": inner})
    assert set(removed) == expected
    if expected:
        assert removed["inner"]["covered"] == pytest.approx(cover_share(inner, "\n\n".join(whole)))


@pytest.mark.parametrize(("option", "expected"), [("off", set()), ("1.0", set()), ("0.7", {"inner"}), ("0.9", set())])
def test_the_share_is_an_option(dedup, tmp_path, option, expected):
    whole = paragraphs("whole", 8)
    inner = " ".join([*whole[:3], make_text("own", 30)])
    texts = {"whole": "\n\n".join(whole), "inner": inner}
    assert set(clean_texts(dedup, tmp_path, texts, "--contained", option)) == expected


def test_passages_of_several_documents_together_contain_nothing(dedup, tmp_path):
    """Covered by two, each by half: no one document justifies the removal."""
    a, b = paragraphs("a"), paragraphs("b")
    texts = {"a": "\n\n".join(a), "b": "\n\n".join(b), "both": "\n\n".join(a[:2] + b[:2])}
    assert clean_texts(dedup, tmp_path, texts) == {}


def test_of_a_chain_of_contained_texts_all_name_the_one_that_stays(dedup, tmp_path):
    whole = paragraphs("whole", 20)
    texts = {str(size): "\n\n".join(whole[:size]) for size in (2, 4, 9, 20)}
    removed = clean_texts(dedup, tmp_path, texts)
    assert {name: row["witness"]["id"] for name, row in removed.items()} == {"2": "20", "4": "20", "9": "20"}


def test_two_texts_that_contain_each_other_do_not_remove_each_other(dedup, tmp_path):
    """The same paragraphs in another order: one of the two stays."""
    parts = paragraphs("parts", 6)
    texts = {"a": "\n\n".join(parts), "b": "\n\n".join(reversed(parts)), "c": "\n\n".join(parts[::2] + parts[1::2])}
    removed = clean_texts(dedup, tmp_path, texts)
    assert len(removed) == 2
    assert {row["witness"]["id"] for row in removed.values()} == texts.keys() - removed.keys()


def make_tangle(seed):
    """Return texts that contain, nearly equal and partly hold one another, in random order."""
    source = random.Random(seed)
    texts = {}
    for story in range(8):
        whole = [make_text(f"{seed} {story} {i}", source.randint(22, 50)) for i in range(source.randint(5, 9))]
        texts[f"{story} whole"] = "\n\n".join(whole)
        for copy in range(source.randint(1, 5)):
            part = whole[: source.randint(2, len(whole))] if source.random() < 0.5 else list(whole)
            words = "\n\n".join(part).split(" ")
            for _ in range(source.choice((0, 0, 2, 12))):
                words[source.randrange(len(words))] = spell(f"x{source.randrange(10**6)}")
            extra = [make_text(f"{seed} {story} {copy} own", 30)] * source.choice((0, 0, 1))
            texts[f"{story} copy {copy}"] = "\n\n".join([" ".join(words), *extra])
    names = list(texts)
    source.shuffle(names)
    return {name: texts[name] for name in names}


@pytest.mark.parametrize("mode", ["within", "all"])
@pytest.mark.parametrize("seed", range(6))
def test_every_removal_has_a_kept_witness_that_justifies_it(dedup, tmp_path, seed, mode):
    """Near-duplicates that stood behind a contained document are decided anew: no witness is ever removed."""
    texts = make_tangle(seed)
    removed = clean_texts(dedup, tmp_path, texts, "--passages", mode)
    assert {row["reason"] for row in removed.values()} >= {"contained", "near-duplicate"}
    for name, row in removed.items():
        witness = row["witness"]["id"]
        assert witness not in removed
        similarity = naive.similarity(texts[name], texts[witness])
        assert row["similarity"] == pytest.approx(similarity)
        if row["reason"] == "contained":
            assert row["covered"] >= PassageConfig().contained
        else:
            assert similarity >= 0.5


@pytest.mark.parametrize("seed", range(6))
def test_no_exactly_contained_document_stays(dedup, tmp_path, seed):
    texts = make_tangle(seed)
    removed = clean_texts(dedup, tmp_path, texts)
    kept = [name for name in texts if name not in removed]
    for inner in kept:
        for outer in kept:
            if inner != outer:
                assert cover_share(texts[inner], texts[outer]) < 0.95


def test_a_near_copy_of_a_contained_document_is_decided_anew(dedup, tmp_path):
    """`copy` fell to `inner`; when `outer` takes `inner` away, `copy` has enough of its own to stay."""
    whole = paragraphs("whole", 10)
    inner = "\n\n".join(whole[:3])
    copy = "\n\n".join([*whole[:3], make_text("own", 40)])
    texts = {"inner": inner, "copy": copy, "outer": "\n\n".join(whole)}
    removed = clean_texts(dedup, tmp_path, texts)
    assert removed["inner"]["witness"]["id"] in {"copy", "outer"} - removed.keys()
    assert "copy" not in removed


def test_exact_copies_of_a_contained_document_go_with_it(dedup, tmp_path):
    whole = paragraphs("whole", 8)
    inner = "\n\n".join(whole[:3])
    texts = {"a": inner, "b": inner.upper(), "whole": "\n\n".join(whole), "c": inner}
    removed = clean_texts(dedup, tmp_path, texts)
    assert {name: row["witness"]["id"] for name, row in removed.items()} == dict.fromkeys("abc", "whole")
    assert {row["reason"] for row in removed.values()} == {"contained"}


def test_the_summary_counts_what_is_contained(dedup, tmp_path):
    whole = paragraphs("whole", 8)
    clean_texts(dedup, tmp_path, {"whole": "\n\n".join(whole), "inner": "\n\n".join(whole[:3])})
    counts = read_summary(tmp_path / "out")["counts"]
    assert counts["removed_by_reason"]["contained"] == counts["removed_by_relation"]["contained"] == 1


def test_in_the_news_every_contained_document_is_nearly_covered_by_a_kept_one(dedup, congress, tmp_path):
    records = congress[:5000]
    texts = {r["id"]: r["text"] for r in [*records, *make_excerpts(records)]}
    removed = clean_texts(dedup, tmp_path, texts)
    contained = [row for row in removed.values() if row["reason"] == "contained"]
    assert len(contained) >= 5
    for row in contained:
        assert row["covered"] >= 0.9
        assert row["witness"]["id"] not in removed
        # Edited passages count too, so the share of exact runs alone may be lower.
        assert cover_share(row["record"]["text"], texts[row["witness"]["id"]], least=5) >= 0.6


@pytest.mark.parametrize(
    ("outlets", "options", "expected"),
    [
        ("pq", (), {"short": "contained"}),
        ("pp", (), {}),  # what one outlet shortens on one day, in other words, may be a later stage
        ("pq", ("--threshold", "0.5"), {}),
        ("pq", ("--contained", "off"), {}),
        ("pq", ("--remove", "exact,edited"), {}),
    ],
)
def test_a_shortened_text_with_a_lead_of_its_own_goes_below_the_threshold(dedup, tmp_path, outlets, options, expected):
    shared, lead, rest = make_text("shared", 110), make_text("lead", 45), make_text("rest", 400)
    texts = {"long": f"{shared} {rest}", "short": f"{lead} {shared}"}
    rows = [{"id": n, "text": t, "outlet": o} for (n, t), o in zip(texts.items(), outlets, strict=True)]
    write_jsonl(tmp_path / "in.jsonl", rows)
    assert dedup("clean", "in.jsonl", "-o", "out", *options, cwd=tmp_path).code == 0
    removed = read_lines(tmp_path / "out" / "removed.jsonl")
    assert naive.similarity(texts["long"], texts["short"]) < 0.35
    assert {row["id"]: row["relation"] for row in removed} == expected
    assert all(0.6 <= row["covered"] < 0.9 for row in removed)


def shorten(words, start=30):
    """Return words, every fourth of them replaced from `start` on."""
    return [spell(f"x{n}") if n >= start and n % 4 == 0 else word for n, word in enumerate(words)]


def test_a_footer_does_not_hide_how_many_words_a_shortened_text_has_of_its_own():
    long, footer, own = make_text("long", 400).split(), make_text("footer", 200), make_text("own", 30).split()
    short = " ".join([*own[:15], *long[100:160], *own[15:]])
    texts = [" ".join(long), short, *(make_text(f"other {n}", 300) for n in range(30))]
    records = [{"text": f"{text} {footer}", "outlet": "AP", "date": "2024-01-01"} for text in texts]
    assert deduplicate(records).removed == ()
    assert deduplicate([texts[0], short]).removed == ()
    shorter = " ".join([*own[:12], *long[100:160], *own[18:]])  # 24 words of 84 are its own, and not 30 of 90
    records[1]["text"] = f"{shorter} {footer}"
    assert [r.document.id for r in deduplicate(records).removed] == ["1"]


def test_a_footer_does_not_keep_a_copy_of_a_contained_document():
    """The container has no footer, so that it is alike neither of the two."""
    body, footer = make_text("body", 100).split(), make_text("footer", 35)
    texts = [" ".join(body), " ".join(body[:-1]), *(make_text(f"other {n}", 300) for n in range(30))]
    records = [{"text": f"{text} {footer}", "outlet": "AP", "date": "2024-01-01"} for text in texts]
    records.append({"text": f"{' '.join(body)} {make_text('long', 600)}"})
    removed = deduplicate(records, threshold=0.5).removed
    assert {r.document.id: (r.witness.id, r.relation) for r in removed} == dict.fromkeys("01", ("32", "contained"))


@pytest.mark.parametrize("lead", [0, 60])
def test_a_shortened_text_goes_whatever_the_order_though_its_first_container_goes_too(lead):
    """The container is a part of the long text, or with a lead of its own a shortened copy itself."""
    core, part = make_text("core", 200).split(), make_text("part", 100)
    long = " ".join([*core, part, make_text("long", 700)])
    texts = {"long": long, "middle": " ".join([make_text("lead", lead), *core, part]), "short": " ".join(shorten(core))}
    for names in permutations(texts):
        removed = deduplicate([{"id": name, "text": texts[name]} for name in names]).removed
        assert {r.document.id: r.witness.id for r in removed} == {"middle": "long", "short": "long"}, names


@pytest.mark.parametrize("copies", [2, 3])
def test_copies_of_a_shortened_text_go_with_it(copies):
    core, rest = make_text("core", 200).split(), make_text("long", 600)
    texts = {"long": f"{' '.join(core)} {rest}"} | {f"short {n}": " ".join(shorten(core)) for n in range(copies)}
    for names in permutations(texts):
        removed = deduplicate([{"id": name, "text": texts[name]} for name in names]).removed
        assert {r.document.id: r.witness.id for r in removed} == dict.fromkeys(set(texts) - {"long"}, "long"), names


def test_a_container_beside_which_a_document_stays_keeps_no_other_from_removing_it():
    """The same outlet has it in full on another day with another date: an update. Another outlet has eight tenths."""
    words, extra = make_text("story", 200).split(), make_text("extra", 45).split()
    words[100:102] = "7", "May"
    full = [*extra[:15], *words[:50], *extra[15:30], *words[50:150], *extra[30:], *words[150:]]
    full[full.index("7")] = "8"
    retold = [spell(f"y{n}") if n % 10 > 7 else word for n, word in enumerate(words)]
    texts = [" ".join(words), " ".join(full), f"{' '.join(retold)} {make_text('other', 600)}"]
    facts = [("p", "2024-05-08"), ("p", "2024-05-09"), ("q", "2024-05-08")]
    records = [{"text": t, "outlet": o, "date": d} for t, (o, d) in zip(texts, facts, strict=True)]
    assert deduplicate(records[:2]).removed == ()
    (removed,) = deduplicate(records).removed
    assert (removed.document.id, removed.witness.id, removed.relation) == ("0", "2", "contained")


def test_a_pair_whose_container_went_is_followed_once():
    """Document 2 is in 1, and 1 went for 0. Document 4 is in 3, which stays."""
    decisions = Decisions.keep_all(5)
    decisions.witness[1] = 0
    tokens = DocumentTokens.unmasked(np.zeros(5, np.uint64), np.array([90, 60, 30, 60, 30], np.int32))
    kept, compared = KeptDocuments(np.arange(5), tokens), Shares(np.array([2, 4]), np.array([1, 3]), np.ones(2))
    tried = np.stack([compared.contained, compared.container], axis=1)
    pairs = follow_containers(decisions, kept, compared, tried)
    assert pairs.tolist() == [[2, 0]]
    assert follow_containers(decisions, kept, compared, np.concatenate([tried, pairs])).tolist() == []


def test_a_pair_stays_where_its_container_went(monkeypatch):
    rounds = []

    def note(related, decisions, kept, compared):
        rounds.append({(contained, container) for contained, container, _ in compared.pairs()})
        return find_shortened(related, decisions, kept, compared)

    monkeypatch.setattr(remove_contained, "find_shortened", note)
    core, part = make_text("core", 200).split(), make_text("part", 100)
    middle, long = " ".join([make_text("lead", 60), *core, part]), " ".join([*core, part, make_text("long", 700)])
    deduplicate([middle, long, " ".join(shorten(core))])
    assert rounds == [{(0, 1), (2, 0)}, *[{(0, 1), (2, 0), (2, 1)}] * 2]
