"""Bad input, bad settings and bad places: each with its message, and nothing lost."""

import gzip
import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from amounts import nightly_after
from commands import load_kernels
from corpora import encode_jsonl, make_records, make_text, read_lines, read_summary, read_tree, write_jsonl

from dedup.output.folder_marker import claim

GOOD = b'{"id": "g1", "text": "a good record"}\n'
LAST = b'{"id": "g2", "text": "another good one"}\n'


def error_of(done):
    """Return the message of a refused command: one line on stderr, exit code 2."""
    assert (done.code, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("error: ").removesuffix("\n")


def clean_bytes(dedup, folder, content, name="a.jsonl", *options):
    """Clean a file of these bytes into `out`; return the command."""
    (folder / name).write_bytes(content)
    return dedup("clean", name, "-o", "out", *options, cwd=folder)


# ---------------------------------------------------------------------------------------------------- bad records

BAD_LINES = {
    "malformed": (b'{"text": "a", "id" 1}', "malformed JSON (expected ':' (byte 19))"),
    "cut off": (b'{"id": "x", "text": "a', "malformed JSON (the line ends too early)"),
    "not an object": (b"[1, 2]", "the line is a list, not an object"),
    "wrong type": (b'{"text": 12}', 'field "text" is a number (12), not a text'),
    "missing field": (b'{"id": "x", "body": "a"}', 'no field "text"'),
    "invalid UTF-8": (b'{"text": "caf\xff"}', "invalid UTF-8 (byte 0xff at position 13)"),
    "another encoding": (
        b'{"text": "caf\xe9 \x93x\x94"}',
        "invalid UTF-8 (byte 0xe9 at position 13), likely cp1252: --encoding cp1252",
    ),
    "lone surrogate": (
        b'{"text": "a \\ud83d b"}',
        "a lone surrogate (\\ud800 to \\udfff without its other half) is not a character",
    ),
    "raw NUL": (b'{"text": "a\x00b"}', "malformed JSON (invalid character (byte 11))"),
    "NaN": (b'{"text": NaN}', "NaN is no value of JSON, though Python writes it: write null"),
    "only NUL": (b"\x00\x00\x00", "malformed JSON (invalid character (byte 0))"),
}


@pytest.mark.parametrize(("line", "error"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_set_aside_with_path_line_and_reason(dedup, tmp_path, line, error):
    done = clean_bytes(dedup, tmp_path, GOOD + line + b"\n" + LAST)
    assert done.code == 3, done.stderr
    (rejected,) = read_lines(tmp_path / "out" / "rejected.jsonl")
    assert (rejected["path"], rejected["line"], rejected["error"]) == ("a.jsonl", 2, error)
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == GOOD + LAST
    assert "rejected" in done.stdout


def test_a_rejected_line_is_stored_whole(dedup, tmp_path):
    import base64

    clean_bytes(dedup, tmp_path, b"broken \xc3\xa9\r\n" + GOOD + b"\xff\xfe\n")
    first, second = read_lines(tmp_path / "out" / "rejected.jsonl")
    assert (first["raw"], base64.b64decode(second["raw_base64"])) == ("broken é\r\n", b"\xff\xfe\n")


@pytest.mark.parametrize(("line", "error"), BAD_LINES.values(), ids=BAD_LINES)
def test_strict_stops_at_the_first_bad_line(dedup, tmp_path, line, error):
    message = error_of(clean_bytes(dedup, tmp_path, GOOD + line + b"\nbroken\n", "a.jsonl", "--strict"))
    assert message == f"a.jsonl, line 2: {error}. Without --strict it is set aside."


def test_strict_writes_nothing(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, GOOD + b"broken\n", "a.jsonl", "--strict")
    assert sorted(read_tree(tmp_path)) == ["a.jsonl"]


def test_a_corrected_file_is_cleaned_after_a_strict_run_refused_it(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, GOOD + b"broken\n", "a.jsonl", "--strict")
    assert clean_bytes(dedup, tmp_path, GOOD + LAST, "a.jsonl", "--strict").code == 0


def test_strict_lets_good_files_pass(dedup, tmp_path):
    assert clean_bytes(dedup, tmp_path, GOOD + b"\n" + LAST, "a.jsonl", "--strict").code == 0


ODD_VALUES = {
    "a lone surrogate in another field": b'"title": "\\ud83d"',
    "a number out of range in another field": b'"n": 1e999',
    "a repeated field": b'"x": 1, "x": 2',
    "deep nesting": b'"x": ' + b"[" * 900 + b"]" * 900,
    "a very long number": b'"x": ' + b"9" * 6000,
}


@pytest.mark.parametrize("odd", ODD_VALUES.values(), ids=ODD_VALUES)
def test_odd_values_of_other_fields_stop_neither_a_run_nor_restore(dedup, tmp_path, odd):
    content = b"".join(b'{"id": "%d", %s, "text": "the same few words of text here"}\n' % (i, odd) for i in range(3))
    done = clean_bytes(dedup, tmp_path, content)
    assert done.code == (3 if b"ud83d" in odd else 0), done.stderr
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == content


@pytest.mark.parametrize("odd", [b'"\\ud83d"', b"1e999", b"-0", b'"\\u0000"', b"9" * 6000], ids=lambda b: str(b[:9]))
def test_odd_ids_stop_neither_a_run_nor_restore(dedup, tmp_path, odd):
    content = b'{"id": %s, "text": "the same few words of text here"}\n' % odd * 3
    done = clean_bytes(dedup, tmp_path, content)
    assert done.code == (3 if b"ud83d" in odd else 0), done.stderr
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == content


def test_duplicate_ids_are_counted_and_told_apart_by_line(dedup, tmp_path):
    text = make_text("ids")
    content = encode_jsonl(
        [{"id": "same", "text": text}, {"id": "same", "text": "other"}, {"id": "same", "text": text}]
    )
    done = clean_bytes(dedup, tmp_path, content)
    assert read_summary(tmp_path / "out")["counts"]["repeated_ids"] == 2
    (removed,) = read_lines(tmp_path / "out" / "removed.jsonl")
    assert (removed["source"]["line"], removed["witness"]["line"]) == (3, 1)
    assert "repeated ids" in done.stdout


def test_documents_without_an_id_are_called_by_path_and_line(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, b'{"text": "a b"}\n\n{"text": "A B"}\n{"id": null, "text": "a, b"}\n')
    removed = read_lines(tmp_path / "out" / "removed.jsonl")
    assert [(r["id"], r["witness"]["id"]) for r in removed] == [("a.jsonl:3", "a.jsonl:1"), ("a.jsonl:4", "a.jsonl:1")]


def test_windows_files_with_a_byte_order_mark_are_read(dedup, tmp_path):
    text = "the same few words of text here"
    content = b"\xef\xbb\xbf" + encode_jsonl([{"text": text}, {"text": text}]).replace(b"\n", b"\r\n")
    clean_bytes(dedup, tmp_path, content)
    assert read_summary(tmp_path / "out")["counts"]["rejected"] == 0
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == content[: len(content) // 2 + 2]


# ------------------------------------------------------------------------------------------------------ bad files


@pytest.mark.parametrize("keep", ["first", "longest", "newest:date", "prefer:date=a"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.jsonl.gz", "a.jsonl.zst", "a.txt"])
def test_an_empty_file_is_an_empty_corpus(dedup, tmp_path, name, keep):
    done = clean_bytes(dedup, tmp_path, b"", name, "--keep", keep)
    assert done.code == 0, done.stderr
    counts = read_summary(tmp_path / "out")["counts"]
    assert (counts["documents"], counts["removed"]) == (int(name == "a.txt"), 0)
    assert (tmp_path / "out" / "kept" / name).exists()


def test_an_empty_parquet_file_is_an_error(dedup, tmp_path):
    message = error_of(clean_bytes(dedup, tmp_path, b"", "a.parquet"))
    assert message.startswith("a.parquet: not a readable Parquet file (")


@pytest.mark.parametrize("damaged", ["text", "other"])
@pytest.mark.parametrize("command", ["clean", "passages"])
def test_a_parquet_file_with_a_damaged_page_is_an_error_that_leaves_nothing(dedup, tmp_path, damaged, command):
    texts = [make_text("same")] * 3
    table = pa.table({"text": texts, "other": [f"mark {text}" for text in texts]})
    pq.write_table(table, tmp_path / "a.parquet", compression="snappy", use_dictionary=False)
    raw = bytearray((tmp_path / "a.parquet").read_bytes())
    column = pq.read_metadata(tmp_path / "a.parquet").row_group(0).column(table.column_names.index(damaged))
    raw[column.data_page_offset : column.data_page_offset + 40] = b"\xff" * 40
    (tmp_path / "a.parquet").write_bytes(raw)
    done = dedup(command, "a.parquet", "-o", "out", cwd=tmp_path)
    if command == "clean" or damaged == "text":
        assert error_of(done).startswith("a.parquet: not a readable Parquet file (")
        assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gz", "zst"])
def test_a_truncated_file_is_an_error(dedup, tmp_path, compress):
    content = compress(encode_jsonl(make_records("cut", 50)))
    name = "a.jsonl.gz" if compress is gzip.compress else "a.jsonl.zst"
    message = error_of(clean_bytes(dedup, tmp_path, content[: len(content) // 2], name))
    assert message == f"{name}: the compressed data ends too early (a truncated download?). Fetch it anew."


def test_a_corrupt_gzip_file_is_an_error(dedup, tmp_path):
    content = bytearray(gzip.compress(encode_jsonl(make_records("corrupt", 50))))
    content[-5] ^= 1
    message = error_of(clean_bytes(dedup, tmp_path, bytes(content), "a.jsonl.gz"))
    assert message.startswith("a.jsonl.gz: broken compressed data (")
    assert message.endswith("). Fetch it anew.")


def test_a_file_that_is_not_what_its_name_says_is_an_error(dedup, tmp_path):
    message = error_of(clean_bytes(dedup, tmp_path, GOOD, "a.jsonl.gz"))
    assert message.startswith("a.jsonl.gz: broken compressed data (")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_broken_file_among_good_ones_is_an_error_of_one_line(dedup, tmp_path, workers):
    (tmp_path / "b.jsonl").write_bytes(GOOD)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(GOOD)[:-4])
    done = dedup("clean", "b.jsonl", "a.jsonl.gz", "-o", "out", "--workers", workers, cwd=tmp_path)
    assert error_of(done).startswith("a.jsonl.gz: the compressed data ends too early")


def test_a_file_fetched_anew_is_cleaned_after_a_run_refused_it(dedup, tmp_path):
    content = gzip.compress(GOOD + LAST)
    clean_bytes(dedup, tmp_path, content[:-4], "a.jsonl.gz")
    done = clean_bytes(dedup, tmp_path, content, "a.jsonl.gz")
    assert done.code == 0, done.stderr


def test_a_file_that_is_not_there_is_an_error(dedup, tmp_path):
    done = dedup("clean", "nowhere.jsonl", "-o", "out", cwd=tmp_path)
    assert error_of(done) == "nowhere.jsonl: no such file or folder."


def test_a_folder_without_files_of_a_known_format_is_an_error(dedup, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.doc").write_bytes(b"")
    assert error_of(dedup("clean", "in", "-o", "out", cwd=tmp_path)) == (
        "in: no file of a known format in this folder "
        "(.jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt, .zip, .tar; also with .gz, .zst, .bz2 or .xz)."
    )


def test_a_pattern_without_matches_is_an_error(dedup, tmp_path):
    assert error_of(dedup("clean", "*.jsonl", "-o", "out", cwd=tmp_path)) == "*.jsonl: no file matches this pattern."


def test_standard_input_beside_files_is_an_error(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    assert error_of(dedup("clean", "-", "a.jsonl", "-o", "out", cwd=tmp_path)) == (
        "- (standard input) cannot be mixed with files. Name files only, or - alone."
    )


@pytest.mark.parametrize("content", [GOOD, b""])
def test_a_pipe_as_input_loses_nothing(dedup, tmp_path, content):
    """`<(zcat a.gz)` is such a pipe: it is read once. Either it is refused, or what it holds is kept."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    writer = os.fork()
    if writer == 0:
        try:
            (tmp_path / "pipe.jsonl").write_bytes(content)
        finally:
            os._exit(0)
    done = dedup("clean", "pipe.jsonl", "-o", "out", cwd=tmp_path)
    os.kill(writer, 9)  # where the pipe was refused, nobody reads it
    os.waitpid(writer, 0)
    if done.code == 0:
        assert (tmp_path / "out" / "kept" / "pipe.jsonl").read_bytes() == content
    else:
        assert "pipe.jsonl" in error_of(done)


def test_a_file_name_that_is_not_utf8_is_escaped_in_records_and_the_file_is_restored(dedup, tmp_path):
    (tmp_path / "in").mkdir()
    for name in (b"caf\xe9.txt", b"the\xe9.txt"):
        (tmp_path / "in" / os.fsdecode(name)).write_bytes(b"the same words in both of these files")
    done = dedup("clean", "in", "-o", "out", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert [r["id"] for r in read_lines(tmp_path / "out" / "removed.jsonl")] == ["the\\xe9.txt"]
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    content = b"the same words in both of these files"
    assert read_tree(tmp_path / "back") == {"caf\udce9.txt": content, "the\udce9.txt": content}


def test_a_parquet_file_whose_name_is_not_utf8_is_read_and_restored(dedup, tmp_path):
    table = pa.table({"text": ["the same few words of text here"] * 2})
    with open(os.fsencode(tmp_path) + b"/caf\xe9.parquet", "wb") as file:
        pq.write_table(table, file)
    done = dedup("clean", os.fsdecode(b"caf\xe9.parquet"), "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    (restored,) = (tmp_path / "back").iterdir()
    assert pq.read_table(pa.OSFile(os.fsencode(restored))) == table


def test_any_name_of_a_folder_will_do(dedup, tmp_path):
    odd = os.fsdecode(b"caf\xe9")
    (tmp_path / odd).mkdir()
    write_jsonl(tmp_path / odd / "a.jsonl", [{"id": n, "text": make_text("one", 60) + " end" * n} for n in range(3)])
    for args in (
        ("clean", "a.jsonl", "-o", f"out{odd}"),
        ("report", f"out{odd}", "-o", odd),
        ("export", f"out{odd}", "--table", "removed", "-o", f"{odd}.csv"),
        ("passages", "a.jsonl", "-o", f"{odd}.jsonl"),
        ("stories", "a.jsonl", "-o", f"{odd}.jsonl"),
        ("sources", "a.jsonl", "-o", f"sources{odd}"),
        ("restore", f"out{odd}", "-o", f"back{odd}"),
    ):
        done = dedup(*args, "--json", cwd=tmp_path / odd)
        assert (done.code, done.stderr) == (0, ""), args
    assert (tmp_path / odd / f"back{odd}" / "a.jsonl").read_bytes() == (tmp_path / odd / "a.jsonl").read_bytes()


def test_a_column_name_that_is_not_utf8_is_escaped(dedup, tmp_path):
    done = clean_bytes(dedup, tmp_path, b"text,caf\xe9\na b c,1\na b c,2\n", "a.csv")
    assert (done.code, done.stderr) == (0, "")
    assert [list(r["record"]) for r in read_lines(tmp_path / "out" / "removed.jsonl")] == [["text", "caf\\xe9"]]


def test_texts_of_files_whose_names_are_not_utf8_are_compared(dedup, tmp_path):
    for name in (b"caf\xe9.txt", b"the\xe9.txt"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"The same words are in both of these files.")
    names = [os.fsdecode(b"caf\xe9.txt"), os.fsdecode(b"the\xe9.txt")]
    done = dedup("compare", *names, "--engine", "lexical", "--format", "html", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert "caf\\xe9" in done.stdout


@pytest.mark.parametrize("option", ["--title-field", "--id-field", "--text-field"])
@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\x1bb"], ids=ascii)
def test_a_field_name_that_json_escapes_is_an_error(dedup, tmp_path, option, name):
    message = error_of(clean_bytes(dedup, tmp_path, GOOD, "a.jsonl", option, name))
    assert message.startswith("the name of a field, ")


def test_the_text_may_be_its_own_title(dedup, tmp_path):
    done = clean_bytes(dedup, tmp_path, GOOD + GOOD, "a.jsonl", "--title-field", "text")
    assert (done.code, done.stderr) == (0, "")


# --------------------------------------------------------------------------------------------------- bad settings

BAD_SETTINGS = {
    ("--threshold", "0"): "--threshold 0 is not between 0 (excluded) and 1.",
    ("--threshold", "1.5"): "--threshold 1.5 is not between 0 (excluded) and 1.",
    ("--threshold", "nan"): "--threshold nan is not between 0 (excluded) and 1.",
    ("--threshold", "0.01"): "--threshold 0.01 needs 528 permutations to find pairs with probability 0.995, and "
    "--num-perm allows 128. Raise one of the two.",
    ("--shingle-size", "0"): "--shingle-size 0 is not between 1 and 100.",
    ("--num-perm", "0"): "--num-perm 0 is not between 1 and 4096.",
    ("--threshold", "1e-320"): "--threshold 9.99989e-321 needs 1,000,000,000,000,000 permutations to find pairs with "
    "probability 0.995, and --num-perm allows 128. Raise one of the two.",
    ("--min-tokens", "1" + "0" * 30): f"--min-tokens 1{'0' * 30} is not between 5 and 2,147,483,647.",
    ("--index", "/"): "/: an index has a name in UTF-8. Name another with --index.",
    ("--index", "caf\udce9"): None,
    ("--keep", "best"): '--keep "best" is not a policy. Use first, longest, newest:FIELD, oldest:FIELD or '
    "prefer:FIELD=a,b.",
    ("--keep", "newest"): '--keep "newest" is not a policy. Use first, longest, newest:FIELD, oldest:FIELD or '
    "prefer:FIELD=a,b.",
    ("--text-field", ""): "--text-field is empty. Name the field that holds the text.",
    ("--id-field", "text"): '--text-field and --id-field are both "text". Name two different fields.',
}


@pytest.mark.parametrize(
    ("options", "message"), BAD_SETTINGS.items(), ids=lambda v: ascii(" ".join(v)) if isinstance(v, tuple) else ""
)
def test_a_setting_out_of_range_is_an_error_that_names_its_flag(dedup, tmp_path, options, message):
    found = error_of(clean_bytes(dedup, tmp_path, GOOD, "a.jsonl", *options))
    assert found == (message or f"{tmp_path}/caf\\xe9: an index has a name in UTF-8. Name another with --index.")
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--treshold", "0.5"], "No such option"),
        (["--threshold", "half"], "'half' is not a valid float"),
        (["--workers", "0"], "0 is not in the range"),
        (["--title-field", "caf\udce9"], "'caf\\udce9' is no text in UTF-8"),
        (["--keep", "newest:caf\udce9"], "'newest:caf\\udce9' is no text in UTF-8"),
        (["--input-format", "xml"], "'xml' is not one of"),
        (["--resume", "--overwrite"], "--resume goes on with a run, --overwrite starts anew. Give one of the two."),
    ],
    ids=lambda v: ascii(" ".join(v)) if isinstance(v, list) else "",
)
def test_a_flag_that_is_wrong_is_an_error_that_names_it(dedup, tmp_path, options, message):
    done = clean_bytes(dedup, tmp_path, GOOD, "a.jsonl", *options)
    assert (done.code, done.stdout) == (2, "")
    assert message in done.stderr
    assert options[0] in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_command_is_an_error(dedup):
    done = dedup("clena")
    assert done.code == 2
    assert "No such command 'clena'" in done.stderr


def test_no_output_folder_is_an_error_that_names_the_flag(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    done = dedup("clean", "a.jsonl", cwd=tmp_path)
    assert done.code == 2
    assert "Name a folder for the result with -o OUT/ (or look first with --dry-run)." in done.stderr


def test_resume_of_standard_input_is_an_error(dedup, tmp_path):
    done = dedup("clean", "-", "-o", "out", "--resume", cwd=tmp_path, stdin=GOOD)
    assert done.code == 2
    assert "--resume cannot go on with standard input. Save it to a file first." in done.stderr


# ----------------------------------------------------------------------------------------------------- bad places


def test_an_output_that_holds_another_run_is_refused(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, GOOD)
    before = read_tree(tmp_path)
    assert error_of(clean_bytes(dedup, tmp_path, GOOD)) == (
        "out: holds another run. Choose another folder, or replace it with --overwrite."
    )
    assert read_tree(tmp_path) == before


@pytest.mark.parametrize("options", [[], ["--overwrite"], ["--resume"]], ids=str)
def test_an_output_that_holds_other_files_is_refused_and_not_touched(dedup, tmp_path, options):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").write_bytes(b"five years of work")
    assert error_of(clean_bytes(dedup, tmp_path, GOOD, "a.jsonl", *options)) == (
        "out: holds files that are not a dedup run. Choose an empty or new folder with -o."
    )
    assert read_tree(tmp_path / "out") == {"thesis.doc": b"five years of work"}


def test_an_output_that_is_a_file_is_refused(dedup, tmp_path):
    (tmp_path / "out").write_bytes(b"")
    assert error_of(clean_bytes(dedup, tmp_path, GOOD)) == "out: is a file. Name a folder with -o."


def test_an_empty_output_folder_is_used(dedup, tmp_path):
    (tmp_path / "out").mkdir()
    assert clean_bytes(dedup, tmp_path, GOOD).code == 0
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == GOOD


def test_overwrite_replaces_a_run(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, GOOD)
    assert clean_bytes(dedup, tmp_path, LAST, "b.jsonl", "--overwrite").code == 0
    assert read_tree(tmp_path / "out" / "kept") == {"b.jsonl": LAST}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl", "out"]


@pytest.mark.parametrize("out", [".", "..", "./", "/"])
def test_an_output_that_cannot_be_made_beside_itself_is_an_error(dedup, tmp_path, out):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    done = dedup("clean", tmp_path / "a.jsonl", "-o", out, cwd=folder)
    if done.code:
        assert error_of(done)
    else:
        assert (folder / out / "kept" / "a.jsonl").read_bytes() == GOOD


def test_an_input_inside_the_output_is_not_destroyed(dedup, tmp_path):
    clean_bytes(dedup, tmp_path, GOOD + LAST)
    done = dedup("clean", "out/kept/a.jsonl", "-o", "out", "--overwrite", cwd=tmp_path)
    assert "out" in error_of(done)
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == GOOD + LAST


def test_a_run_does_not_read_its_own_output(dedup, tmp_path):
    """The output lies below the input folder, and the run is done again."""
    (tmp_path / "a.jsonl").write_bytes(GOOD + LAST)
    assert dedup("clean", ".", "-o", "out", cwd=tmp_path).code == 0
    done = dedup("clean", ".", "-o", "out", "--overwrite", cwd=tmp_path)
    if done.code:
        assert "out" in error_of(done)
    else:
        assert [f["path"] for f in read_summary(tmp_path / "out")["inputs"]] == ["a.jsonl"]


def test_an_output_below_a_file_is_an_error(dedup, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    message = error_of(dedup("clean", "a.jsonl", "-o", "file/out", cwd=tmp_path))
    assert message.endswith("file/out.partial: Not a directory")


def test_a_file_in_the_place_of_the_folder_of_a_run_is_not_touched(dedup, tmp_path):
    (tmp_path / "out.partial").write_bytes(b"mine")
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    message = error_of(dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path))
    assert "out.partial: was not made by this dedup" in message
    assert (tmp_path / "out.partial").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["segments", "out", "parts", "unpacked"])
def test_a_file_in_the_place_of_a_folder_of_a_run_is_named(dedup, tmp_path, name):
    claim(tmp_path / "out.partial", "run")
    (tmp_path / "out.partial" / name).write_bytes(b"mine")
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    message = error_of(dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path))
    assert message == f"{tmp_path}/out.partial/{name}: is a file, which no run makes. Remove it by hand."


def test_a_read_only_output_is_an_error_that_says_what_to_do(dedup, tmp_path, small_disk):
    """A file system mounted read-only refuses root as well."""
    import subprocess

    (tmp_path / "a.jsonl").write_bytes(GOOD)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert error_of(dedup("clean", "a.jsonl", "-o", small_disk / "out", cwd=tmp_path)) == (
        f"{small_disk}/out.partial: no permission (Read-only file system). Choose a place you can write to with -o."
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_full_disk_is_an_error_that_says_what_to_do(dedup, tmp_path, small_disk, workers):
    for name in ("a.jsonl", "b.jsonl"):
        write_jsonl(tmp_path / name, make_records(name, 2000, copies=1))
    done = dedup("clean", "a.jsonl", "b.jsonl", "-o", small_disk / "out", "--workers", workers, cwd=tmp_path)
    message = error_of(done)
    assert message.endswith(
        "the disk is full. Free some space or choose another place with -o; --resume goes on from here."
    )
    assert not (small_disk / "out").exists()


def test_a_full_disk_while_writing_is_an_error_and_resume_goes_on_once_there_is_room(dedup, tmp_path, small_disk):
    """Segments take less than records where texts have few words: the disk fills in the write stage."""
    import subprocess

    records = [{"id": str(i), "text": f"w{i}", "html": "x" * 10_000} for i in range(150)]
    write_jsonl(tmp_path / "a.jsonl", records)
    (small_disk / "ballast").write_bytes(bytes(1 << 20))
    done = dedup("clean", "a.jsonl", "-o", small_disk / "out", cwd=tmp_path)
    assert "the disk is full" in error_of(done)
    assert sorted(p.name for p in small_disk.iterdir()) == ["ballast", "out.partial"]
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    done = dedup("clean", "a.jsonl", "-o", small_disk / "out", "--resume", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert (small_disk / "out" / "kept" / "a.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_a_full_disk_while_restoring_is_an_error(dedup, tmp_path, small_disk):
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(i), "text": f"w{i}", "html": "x" * 10_000} for i in range(300)])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    assert "the disk is full" in error_of(dedup("restore", "out", "-o", small_disk / "back", cwd=tmp_path))
    assert not (small_disk / "back" / "a.jsonl").exists()


# ---------------------------------------------------------------------------------------------------------- sizes


@pytest.mark.parametrize("megabytes", nightly_after(1, [18, 190]))
def test_one_large_document_is_cleaned_and_restored(process, tmp_path, megabytes):
    """Two or 22 million words on one line, among small documents of which one is a copy."""
    words = b" ".join(b"w%07d" % (i * 7919 % 10_000_019) for i in range(1 << 20))
    big = b'{"id": "big", "text": "' + b" ".join([words] * (megabytes // 9)) + b'"}\n'
    assert len(big) > megabytes * 1_000_000
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + big + LAST + GOOD.replace(b"a good", b"A GOOD"))
    done = process("clean", "a.jsonl", "-o", "out", "--passages", "off", cwd=tmp_path)
    assert done.code == 0, done.stderr
    summary = read_summary(tmp_path / "out")
    assert (summary["counts"]["documents"], summary["counts"]["removed"]) == (4, 1)
    assert max(stage["peak_mb"] for stage in summary["stages"]) < 3000
    assert process("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == path.read_bytes()
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("half", nightly_after(1, [25_000, 500_000]))
def test_a_million_documents_of_one_word_are_cleaned(process, tmp_path, half):
    """Half of them are copies of the other half; memory grows by no more than 1,200 bytes a document."""
    content = b"".join(b'{"text":"w%d"}\n' % (i % half) for i in range(2 * half))
    (tmp_path / "a.jsonl").write_bytes(content)
    load_kernels()  # what has to be compiled takes more memory
    done = process("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert done.code == 0, done.stderr
    summary = read_summary(tmp_path / "out")
    assert (summary["counts"]["kept"], summary["counts"]["removed_by_reason"]["exact-duplicate"]) == (half, half)
    assert summary["candidates"] < 100_000
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == content[: len(content) // 2]
    assert max(stage["peak_mb"] for stage in summary["stages"]) < 500 + 1200 * 2 * half / 1_000_000
    shutil.rmtree(tmp_path)


# ------------------------------------------------------------------------------------------- a column named twice


@pytest.mark.parametrize(
    ("header", "name", "places"),
    [
        ("text,id,text", "text", "1 and 3"),
        ("id,text,id", "id", "1 and 3"),
        ("text,text,id,text", "text", "1, 2 and 4"),
        ("date,date,text,id", "date", "1 and 2"),
    ],
)
def test_a_csv_file_that_names_a_column_twice_is_refused(dedup, tmp_path, header, name, places):
    row = ",".join(f"value {n}" for n in range(header.count(",") + 1))
    content = f"{header}\n{row}\n".encode()
    keep = "date" if "date" in header else "id"
    message = error_of(clean_bytes(dedup, tmp_path, content, "a.csv", "--keep", f"newest:{keep}"))
    assert message == f'a.csv: columns {places} are all called "{name}". Give each a name of its own.'
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("names", [["text", "id", "text"], ["id", "text", "id"]])
def test_a_parquet_file_that_names_a_column_twice_is_refused(dedup, tmp_path, names):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_arrays([pa.array(["a"])] * 3, names), tmp_path / "a.parquet")
    message = error_of(dedup("clean", "a.parquet", "-o", "out", cwd=tmp_path))
    assert message == f'a.parquet: columns 1 and 3 are all called "{names[0]}". Give each a name of its own.'


def test_other_columns_may_be_named_twice(dedup, tmp_path):
    assert clean_bytes(dedup, tmp_path, b"x,text,x\n1,a text,2\n1,a text,2\n", "a.csv").code == 0


# ----------------------------------------------------------------------------------------------- depth and numbers


def nest(levels, opening=b"[", closing=b"]"):
    """Return a record that has this many levels in all."""
    nested = opening * (levels - 1) + closing * (levels - 1)
    return b'{"id": "%d", "x": %s, "text": "few [[[ words of %d"}\n' % (levels, nested, levels)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_depth_of_json_has_a_limit_that_is_the_same_in_any_process(dedup, tmp_path, workers):
    lines = {levels: nest(levels) for levels in (*range(900, 1000, 5), 920, 921, 5000)}
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(lines.values()))
    done = dedup("clean", "a.jsonl", "b.jsonl", "-o", "out", "--workers", workers, cwd=tmp_path)
    assert done.code == 3, done.stderr
    rejected = read_lines(tmp_path / "out/rejected.jsonl")
    deep = [line.decode() for levels, line in lines.items() if levels > 920]
    assert [r["raw"] for r in rejected] == deep * 2
    assert {r["error"] for r in rejected} == {"nested too deeply (more than 920 levels)"}
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    assert read_tree(tmp_path / "back") == {f"{name}.jsonl": b"".join(lines.values()) for name in "ab"}


def test_many_brackets_are_not_deep(dedup, tmp_path):
    lines = [b'{"x": [%s], "text": "one"}\n' % b",".join([b"[{}]"] * 3000), b'{"text": "%s"}\n' % (b"[{" * 3000)]
    done = clean_bytes(dedup, tmp_path, b"".join(lines))
    assert done.code == 0, done.stderr
    assert read_summary(tmp_path / "out")["counts"]["rejected"] == 0


ODD_DATES = [b"1e999", b"-1e999", b"9" * 400, b"9" * 6000, b"[[]]", b"{}", b'"Mon, 1 Jan %s 00:00:00"' % (b"9" * 30)]


@pytest.mark.parametrize("odd", ODD_DATES, ids=lambda odd: str(odd[:9]))
@pytest.mark.parametrize("policy", ["newest:date", "oldest:date", "prefer:date=1"])
def test_odd_dates_are_read_or_refused_in_one_line(dedup, tmp_path, odd, policy):
    content = b'{"date": %s, "text": "the same few words of text here"}\n' % odd * 2 + GOOD
    done = clean_bytes(dedup, tmp_path, content, "a.jsonl", "--keep", policy)
    if odd[:1] in b'"[{' and not policy.startswith("prefer"):
        assert "2 of 2 values can be read neither as number nor as date" in error_of(done)
    else:
        assert done.code == 0, done.stderr
    done = dedup("stories", "a.jsonl", "-o", "stories.jsonl", cwd=tmp_path)
    assert done.code == 0, done.stderr


@pytest.mark.parametrize("command", [("report",), ("restore", "-o", "back"), ("export",)])
def test_a_folder_of_spark_is_refused_as_one(dedup, tmp_path, command):
    write_jsonl(tmp_path / "a.jsonl", [{"text": "a b"}])
    assert dedup("clean", "a.jsonl", "-o", "out", "-q", cwd=tmp_path).code == 0
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    (tmp_path / "out/summary.json").write_text(json.dumps(summary | {"digests": None}))
    (tmp_path / "out/removed").mkdir()
    done = dedup(command[0], "out", *command[1:], cwd=tmp_path)
    assert (done.code, "out: is of a run on Spark: " in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        "sources a.jsonl -o out --stories big",
        "diff big big",
        "clean a.jsonl --dry-run --config big",
        "bench a.jsonl --judged big",
    ],
)
def test_what_is_read_whole_is_bounded(dedup, tmp_path, monkeypatch, command):
    monkeypatch.setattr("dedup.corpus.text_file.MAX_WHOLE", 1 << 20)
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    (tmp_path / "big").write_bytes(b"# " * (1 << 20))
    message = error_of(dedup(*command.split(), cwd=tmp_path))
    assert "big" in message
    assert "is longer than 1,048,576 bytes" in message


def test_what_is_no_text_is_not_read_to_its_end(dedup, tmp_path):
    message = error_of(dedup("diff", "/dev/zero", "/dev/zero", cwd=tmp_path))
    assert message == "/dev/zero, byte 0: a NUL byte, so this is not a text file. Name a UTF-8 text file."
