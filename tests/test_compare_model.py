"""Sentence models: missing, tampered, another one; and the cache of what they make of sentences."""

import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from story_texts import FIRE, semantic
from tiny_model import write_model

from dedup.compare import cache as cache_module
from dedup.compare import encoder as models
from dedup.compare.cache import VectorCache, cache_path
from dedup.compare.encoder import Encoder, Pieces, find_model, hash_file, pool_words
from dedup.compare.engine import compare
from dedup.compare.model import Article
from dedup.config import CompareConfig
from dedup.errors import DedupError

pytestmark = semantic
SOURCES = [Article(name, text) for name, text in FIRE.items()]
ALL = " ".join(FIRE.values())


def run(engine="semantic", model=None, *, cache=False):
    return compare(SOURCES, CompareConfig(engine, model=model, cache=cache))


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dedup"


@pytest.fixture
def tiny(tmp_path):
    return write_model(tmp_path / "tiny", ALL)


def hide(monkeypatch, name):
    """Make a module look as if it were not installed."""
    real = models.find_spec
    monkeypatch.setattr(models, "find_spec", lambda module: None if module == name else real(module))


def hide_packages(monkeypatch):
    def refuse(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(models, "files", refuse)


# What ran


def test_what_ran_is_told():
    engine = run().engine
    assert ("semantic", "all-MiniLM-L6-v2 (int8)", models.DEFAULT_FILES[0][2], None) == (
        engine.name,
        engine.model,
        engine.sha256,
        engine.reason,
    )


def test_auto_takes_the_model_where_it_is_installed():
    assert "semantic" == run("auto").engine.name


@pytest.mark.parametrize("module", ["onnxruntime", "tokenizers"])
def test_auto_without_the_extra_says_how_to_get_it(monkeypatch, module):
    hide(monkeypatch, module)
    engine = run("auto").engine
    assert ("lexical", None) == (engine.name, engine.model)
    assert "pip install 'dedup[semantic]'" in engine.reason


@pytest.mark.parametrize("module", ["onnxruntime", "tokenizers"])
def test_asked_for_without_the_extra_is_an_error(monkeypatch, module):
    hide(monkeypatch, module)
    with pytest.raises(DedupError, match=rf"needs {module}, which is not installed\. Install it: pip install"):
        run()


def test_a_missing_model_is_an_error_where_it_was_asked_for(monkeypatch):
    hide_packages(monkeypatch)
    with pytest.raises(DedupError, match=r"needs its model, which is not installed\. Install it with: pip install"):
        run()


def test_a_missing_model_is_told_by_auto(monkeypatch):
    hide_packages(monkeypatch)
    assert "no sentence model is installed" in run("auto").engine.reason


@pytest.mark.parametrize("engine", ["auto", "semantic"])
@pytest.mark.parametrize("number", [0, 1], ids=["model.onnx", "tokenizer.json"])
def test_a_tampered_model_is_an_error_and_never_a_silent_fallback(monkeypatch, tmp_path, engine, number):
    package, name, _ = models.DEFAULT_FILES[number]
    path = tmp_path / name
    path.write_bytes(b"tampered")
    real = models.files

    class Found:
        name = path.name

        def locate(self):
            return path

    monkeypatch.setattr(models, "files", lambda wanted: [Found()] if wanted == package else real(wanted))
    with pytest.raises(DedupError, match=r"the checksum is .*not the model it should be\. Install it again with: pip"):
        run(engine)


# Another model


def test_any_model_folder_can_be_named(tiny):
    engine = run("auto", str(tiny)).engine
    assert ("semantic", "tiny", hash_file(tiny / "model.onnx")) == (engine.name, engine.model, engine.sha256)


def test_the_model_may_stand_in_a_folder_of_its_own(tiny):
    (tiny / "onnx").mkdir()
    (tiny / "model.onnx").rename(tiny / "onnx" / "model.onnx")
    assert "tiny" == run("semantic", str(tiny)).engine.model


@pytest.mark.parametrize("lacking", ["model.onnx", "tokenizer.json", None])
@pytest.mark.parametrize("engine", ["auto", "semantic"])
def test_a_folder_without_a_model_is_an_error(tiny, lacking, engine):
    folder = tiny if lacking else tiny / "nowhere"
    if lacking:
        (folder / lacking).unlink()
    with pytest.raises(DedupError, match=r"not a model folder\. It must hold tokenizer\.json and model\.onnx"):
        run(engine, str(folder))


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("engine", ["auto", "semantic"])
def test_a_broken_model_is_an_error_of_one_line(tiny, broken, engine):
    (tiny / broken).write_bytes(b"broken\nbroken")
    with pytest.raises(DedupError, match="the model cannot be loaded") as caught:
        run(engine, str(tiny))
    assert "\n" not in str(caught.value)


def test_a_tokenizer_of_another_model_is_an_error_of_one_line(tmp_path):
    folder = write_model(tmp_path / "small", ALL, num_words=2)
    with pytest.raises(DedupError, match="the model cannot be run") as caught:
        run("semantic", str(folder))
    assert "\n" not in str(caught.value)


def test_a_model_that_pools_is_an_error(tmp_path):
    folder = write_model(tmp_path / "pooled", ALL, pooled=True)
    with pytest.raises(DedupError, match="not one vector for each piece of a word"):
        run("semantic", str(folder))


def test_model_and_lexical_do_not_go_together(tiny):
    with pytest.raises((DedupError, ValueError), match="--model is for the semantic engine"):
        run("lexical", str(tiny))


# Pieces


def test_the_pieces_of_a_long_sentence_are_read_in_parts(tiny):
    encoder = Encoder(find_model(str(tiny)))
    (pieces,) = encoder.encode(["fire " * 1000])
    assert (1000, 8) == pieces.vectors.shape
    assert np.array_equal(pieces.vectors[0], pieces.vectors[-1])


def test_what_a_text_is_made_of_does_not_depend_on_the_texts_beside_it():
    encoder = Encoder(find_model())
    alone = encoder.encode([FIRE["ap"]])[0]
    beside = encoder.encode([FIRE["bbc"] * 3, FIRE["ap"]])[1]
    assert np.array_equal(alone.vectors, beside.vectors)


def test_the_pieces_stand_where_their_offsets_say():
    text = "Zelenskyy’s drones 👩‍🚀 flew"
    (pieces,) = Encoder(find_model()).encode([text])
    assert "drones" in [text[start:end] for start, end in pieces.offsets]


def test_a_word_without_a_piece_is_no_vector():
    pieces = Pieces(np.ones((1, 4), np.float16), np.array([[0, 3]], np.int32))
    assert [0.5] * 4 + [0] * 4 == pool_words(pieces, [(0, 3), (4, 7)], 4).ravel().tolist()


# The cache


def encode(path, texts=("One cat.", "Two dogs.")):
    """Return what comes out, and how often the model ran."""
    encoder = Encoder(find_model(), VectorCache(path, "m"))
    runs, real = [], Encoder._encode_one  # noqa: SLF001 (one call is one run of the model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Encoder, "_encode_one", lambda self, text: runs.append(text) or real(self, text))
        return [pieces.vectors.tolist() for pieces in encoder.encode(texts)], len(runs)


def test_a_sentence_is_encoded_once(tmp_path):
    path = tmp_path / "c.sqlite"
    first, runs = encode(path)
    assert (first, 2, 0) == (encode(path)[0], runs, encode(path)[1])


def test_the_result_is_the_same_with_and_without_the_cache(cache_folder):
    without, filling, filled = run(), run(cache=True), run(cache=True)
    assert (cache_folder / "sentences.sqlite").exists()
    assert without.links == filling.links == filled.links


def test_no_cache_writes_nothing(cache_folder):
    run(cache=False)
    assert not cache_folder.exists()


def test_another_model_has_other_vectors(tmp_path):
    VectorCache(tmp_path / "c", "m").put_all({"x": Pieces(np.ones((1, 2), np.float16), np.zeros((1, 2), np.int32))})
    assert ["x"] == list(VectorCache(tmp_path / "c", "m").get_all(["x"]))
    assert {} == VectorCache(tmp_path / "c", "other").get_all(["x"])


def test_another_tokenizer_or_other_weights_are_another_model(tiny):
    before = find_model(str(tiny)).fingerprint
    (tiny / "model.onnx_data").write_bytes(b"weights")
    weighed = find_model(str(tiny)).fingerprint
    (tiny / "tokenizer.json").write_text("{}")
    assert 3 == len({before, weighed, find_model(str(tiny)).fingerprint})


@pytest.mark.parametrize(
    "content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000], ids=["empty", "text", "torn"]
)
def test_a_broken_cache_file_is_no_cache(tmp_path, content):
    path = tmp_path / "c.sqlite"
    path.write_bytes(content)
    assert encode(tmp_path / "fresh")[0] == encode(path)[0]


@pytest.mark.parametrize(
    "row", ["NULL, NULL, NULL", "3, x'00', x'00'", "1, x'00000000', x'0000000000000000'", "'x', 'y', 'z'"]
)
def test_a_row_that_was_changed_is_not_used(tmp_path, row):
    path = tmp_path / "c.sqlite"
    expected = encode(path)[0]
    with sqlite3.connect(path) as connection:
        key = connection.execute("SELECT key FROM pieces").fetchone()[0]
        connection.execute(f"REPLACE INTO pieces VALUES (?, {row})", (key,))
    connection.close()
    assert expected == encode(path)[0]


def test_a_table_of_another_shape_is_no_cache(tmp_path):
    path = tmp_path / "c.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE pieces (other INTEGER)")
    connection.close()
    assert encode(tmp_path / "fresh")[0] == encode(path)[0]


def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in ("/proc/nowhere", str(tmp_path / "file")):
        monkeypatch.setenv("XDG_CACHE_HOME", place)
        assert "semantic" == run(cache=True).engine.name


def test_a_file_that_can_only_be_read_is_read(tmp_path, monkeypatch):
    path = tmp_path / "c.sqlite"
    first = encode(path)[0]
    real = sqlite3.connect
    monkeypatch.setattr(
        cache_module.sqlite3, "connect", lambda where, timeout: real(f"file:{where}?mode=ro", uri=True, timeout=timeout)
    )
    assert (first, 0) == encode(path)
    assert 1 == encode(path, ["A third sentence."])[1]


def test_a_user_without_a_home_has_no_cache(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")

    def refuse():
        raise RuntimeError

    monkeypatch.setattr(cache_module.Path, "home", refuse)
    assert cache_path() is None
    assert "semantic" == run(cache=True).engine.name


def test_a_cache_that_another_process_is_writing_is_waited_for_or_left(tmp_path):
    path = tmp_path / "c.sqlite"
    encode(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    try:
        assert encode(tmp_path / "fresh")[0] == encode(path)[0]
    finally:
        writer.close()


def test_two_processes_share_one_cache(tmp_path, cache_folder):
    for name, text in FIRE.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "dedup", "compare", *(f"{name}.txt" for name in FIRE), "--engine", "semantic"]
    running = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in "ab"]
    done = [process.communicate(timeout=120) for process in running]
    assert [0, 0] == [process.returncode for process in running]
    assert done[0] == done[1]
    assert (cache_folder / "sentences.sqlite").exists()


def test_a_cache_that_has_grown_too_large_is_begun_anew(tmp_path, monkeypatch):
    path = tmp_path / "c.sqlite"
    encode(path)
    monkeypatch.setattr(cache_module, "MAX_BYTES", 10)
    assert 2 == encode(path)[1]


def test_the_cache_is_below_the_folder_that_was_set(cache_folder):
    assert cache_folder / "sentences.sqlite" == cache_path()


def test_the_network_is_not_asked(tmp_path):
    program = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from dedup import compare\n"
        "print(compare({'a': 'One cat sat.', 'b': 'A cat sat.'}, engine='semantic').engine.name)\n"
    )
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ("semantic\n", "") == (done.stdout, done.stderr)
