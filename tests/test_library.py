"""The library: the same result as the command, on texts in memory."""

import gzip
import subprocess
import sys
from pathlib import Path

import msgspec
import naive
import pytest
from corpora import make_records, make_text, read_lines, write_jsonl
from datasketch import LeanMinHash, MinHash, MinHashLSH
from mosaics import make_mosaics

import dedup
from dedup import Document, KeepPolicy, NearConfig, PassageConfig, Signature, deduplicate, sign_text
from dedup.near.sketcher import shingle_text

EXAMPLES = Path(__file__).parents[1] / "examples" / "congress.jsonl.gz"
RECORDS = make_records("library", 100, copies=3)


@pytest.mark.parametrize(
    ("options", "config"),
    [
        ([], NearConfig()),
        (["--threshold", "0.9"], NearConfig(threshold=0.9)),
        (["--shingle-size", "2", "--num-perm", "256"], NearConfig(shingle_size=2, num_perm=256)),
        (["--keep", "longest"], NearConfig(keep=KeepPolicy("longest"))),
        (["--keep", "newest:date"], NearConfig(keep=KeepPolicy("newest", "date"))),
        (["--remove", "exact,contained"], NearConfig(remove="exact,contained")),
        (["--max-novel", "0,0"], NearConfig(max_novel=0, max_novel_run=0)),
        (["--passages", "off"], NearConfig()),
    ],
    ids=str,
)
def test_the_library_gives_the_result_of_the_command(request, tmp_path, options, config):
    run = request.getfixturevalue("dedup")
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    assert run("clean", "a.jsonl", "-o", "out", *options, cwd=tmp_path).code == 0
    result = deduplicate(RECORDS, config, passages=PassageConfig("off") if "--passages" in options else None)
    expected = [
        (r["id"], r["reason"], r["relation"], r["witness"]["id"], r["similarity"])
        for r in read_lines(tmp_path / "out" / "removed.jsonl")
    ]
    assert len(expected) > 50
    assert [(r.document.id, r.reason, r.relation, r.witness.id, r.similarity) for r in result.removed] == expected
    clusters = [
        [(m["id"], m["similarity"]) for m in c["members"]] for c in read_lines(tmp_path / "out" / "clusters.jsonl")
    ]
    assert [[(m.document.id, m.similarity) for m in c.members] for c in result.clusters] == clusters
    kept = [r["id"] for r in read_lines(tmp_path / "out" / "kept" / "a.jsonl")]
    assert [d.id for d in result.kept] == kept


def describe_run(out):
    """Return what a run of `clean` decided: for each removed record its relation, witness, similarity; for related."""
    removed = [(r["id"], r["relation"], r["witness"]["id"], r["similarity"]) for r in read_lines(out / "removed.jsonl")]
    related = [(r["id"], r["relation"], r["other"]["id"], r["similarity"]) for r in read_lines(out / "related.jsonl")]
    return removed, related


def describe_result(result):
    """Return the same of `deduplicate`, ids as texts."""
    removed = [(r.document.id, r.relation, r.witness.id, r.similarity) for r in result.removed]
    return removed, [(r.document.id, r.relation, r.other.id, r.similarity) for r in result.related]


def mosaics():
    return [{**record, "id": f"m{record['id']}"} for record in make_mosaics(5, 12)]


def frames():
    """Return articles of one outlet that share a legal notice, which is boilerplate."""
    notice = make_text("notice", 40)
    return [{"id": f"f{n}", "text": f"{make_text(n, 60)} {notice}", "outlet": "A", "title": f"T{n}"} for n in range(30)]


CORPORA = {
    "mosaics": mosaics,
    "examples": lambda: msgspec.json.decode(
        b"[" + b",".join(gzip.decompress(EXAMPLES.read_bytes()).splitlines()[:600]) + b"]"
    ),
    "boilerplate": lambda: [*frames(), {"id": "c", "text": " ".join(frames()[3]["text"].split()[:30])}],
}


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_library_finds_contained_documents_as_files_are_cleaned(tmp_path, corpus):
    records = CORPORA[corpus]()
    dedup.clean_files(write_jsonl(tmp_path / "a.jsonl", records), tmp_path / "out", workers=1)
    expected = describe_run(tmp_path / "out")
    assert "contained" in {removed[1] for removed in expected[0]}
    assert describe_result(deduplicate(records)) == expected


def test_contained_documents_stay_where_they_are_not_to_go():
    text = make_text("whole", 200)
    part = " ".join(text.split()[40:100])
    assert [r.relation for r in deduplicate([text, part]).removed] == ["contained"]
    assert deduplicate([text, part], remove="exact,edited").removed == ()
    assert deduplicate([text, part], passages=PassageConfig("off")).removed == ()


def test_texts_are_called_by_their_places():
    result = deduplicate(["a b", "c d", "A B"])
    assert [d.id for d in result.kept] == ["0", "1"]
    assert [(r.document.id, r.document.text, r.witness.id) for r in result.removed] == [("2", "A B", "0")]


def test_documents_mappings_and_texts_can_be_mixed():
    result = deduplicate([Document("d", "a b"), {"id": 7, "text": "A B", "date": 1}, "a, b"])
    assert [r.document for r in result.removed] == [Document("7", "A B", {"date": 1}), Document("2", "a, b")]


@pytest.mark.parametrize("value", [{"text": "a"}, {"id": None, "text": "a"}], ids=["absent", "null"])
def test_a_mapping_without_an_id_is_called_by_its_place(value):
    assert deduplicate(["x", value]).kept[1].id == "1"


def test_the_documents_may_come_from_a_generator():
    assert len(deduplicate(text for text in ["a b", "a b"]).removed) == 1


@pytest.mark.parametrize("keep", ["first", "longest", "newest:date"])
def test_no_documents_have_no_duplicates(keep):
    result = deduplicate([], NearConfig(keep=KeepPolicy.parse(keep)))
    assert (result.kept, result.removed, result.clusters) == ((), (), ())


def test_more_text_than_a_block_holds_is_one_corpus():
    texts = [make_text(i, 100) for i in range(20_000)]
    result = deduplicate([*texts, texts[0].upper(), texts[-1].upper()])
    assert [(r.document.id, r.witness.id) for r in result.removed] == [("20000", "0"), ("20001", "19999")]


@pytest.mark.parametrize(
    "value", [5, b"bytes", {"id": "a"}, {"text": 5}, ["a"]], ids=lambda value: type(value).__name__
)
def test_what_is_no_document_is_a_value_error_that_names_its_place(value):
    with pytest.raises(ValueError, match="document 1 is neither a text nor a document"):
        deduplicate(["a", value])


def test_a_lone_surrogate_is_a_value_error_that_names_the_document():
    with pytest.raises(ValueError, match="document 1 is not text"):
        deduplicate(["a", "b \ud800 c"])


def test_similarity_is_the_exact_jaccard():
    a, b = make_text("a", 60), make_text("a", 60) + " and some more words here"
    (removal,) = deduplicate([a, b]).removed
    assert removal.similarity == naive.similarity(a, b)


def test_results_cannot_be_changed():
    result = deduplicate(["a b", "a b"])
    with pytest.raises(AttributeError):
        result.kept = ()
    with pytest.raises(AttributeError):
        result.removed[0].similarity = 0.0


def test_a_notebook_shows_a_table_in_which_hostile_text_is_escaped():
    documents = [Document("<script>alert(1)</script>", "a b"), Document("\"'><img src=x>", "a b")]
    shown = deduplicate(documents)._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "1 kept, 1 removed" in shown


# ----------------------------------------------------------------------------------------------------- signatures


def identity_minhash(text, num_perm=128, seed=1, shingle_size=5):
    """Return datasketch's own MinHash of the 32-bit shingle hashes of a text."""
    minhash = MinHash(num_perm, seed, hashfunc=int, scheme="affine32")
    minhash.update_batch([int(h) >> 32 for h in shingle_text(text, shingle_size)])
    return minhash


@pytest.mark.parametrize("text", ["", "one", "a b c d e", make_text("signature", 1000), "漢字かな交じり文を書く人"])
@pytest.mark.parametrize(("num_perm", "seed"), [(128, 1), (1, 1), (256, 42)])
def test_a_signature_is_datasketchs_own(text, num_perm, seed):
    signature = sign_text(text, NearConfig(threshold=1, num_perm=num_perm, seed=seed))
    assert signature.to_datasketch() == LeanMinHash(identity_minhash(text, num_perm, seed))


def test_a_signature_goes_into_datasketchs_index():
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    text = make_text("lsh", 200)
    lsh.insert("a", sign_text(text).to_datasketch())
    assert lsh.query(sign_text(text + " more").to_datasketch()) == ["a"]
    assert lsh.query(sign_text(make_text("other", 200)).to_datasketch()) == []


def test_a_signature_and_what_datasketch_got_of_it_do_not_share_memory():
    signature = sign_text("a b c d e f")
    before = signature.hashvalues.copy()
    signature.to_datasketch().hashvalues[:] = 0
    assert signature.hashvalues.tolist() == before.tolist()


def test_a_signature_is_made_of_its_values():
    signature = sign_text("a b c d e f")
    assert Signature(signature.hashvalues, signature.seed).estimate_jaccard(signature) == 1.0


# -------------------------------------------------------------------------------------------------- public names


@pytest.mark.parametrize("name", dedup.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(dedup, name).__doc__


def test_the_public_names_of_this_version_are_there():
    names = {"Deduplication", "DedupError", "Document", "KeepPolicy", "NearConfig", "Signature"}
    assert names | {"choose_bands", "candidate_probability", "deduplicate", "sign_text"} <= set(dedup.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        dedup.nonsense  # noqa: B018 (the access is the test)


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, dedup; print(sorted({'numpy', 'numba', 'pyarrow', 'datasketch', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
