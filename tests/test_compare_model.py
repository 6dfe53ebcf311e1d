"""Sentence models: missing, tampered, another one."""

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from story_texts import FIRE, semantic
from tiny_model import write_model

from dedup.compare import encoder as models
from dedup.compare.encoder import Encoder, Pieces, find_model, hash_file, pool_words
from dedup.compare.engine import compare_documents
from dedup.errors import DedupError
from dedup.model.documents import Document
from dedup.story_config import CompareConfig
from dedup.text.spans import Span

pytestmark = semantic
SOURCES = [Document(name, text) for name, text in FIRE.items()]
ALL = " ".join(FIRE.values())


def run(engine="semantic", model=None):
    return compare_documents(SOURCES, CompareConfig(engine, model=model))


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
    assert "pip install 'newsdedup[semantic]'" in engine.reason


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
    with pytest.raises((DedupError, ValueError), match="model is for the semantic engine"):
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
    assert [0.5] * 4 + [0] * 4 == pool_words(pieces, [Span(0, 3), Span(4, 7)], 4).ravel().tolist()


# What stays on the machine


def test_a_sentence_that_two_texts_print_is_encoded_once():
    runs, real = [], Encoder._encode_one  # noqa: SLF001 (one call is one run of the model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Encoder, "_encode_one", lambda self, text: runs.append(text) or real(self, text))
        first, second, third = Encoder(find_model()).encode(["One cat.", "Two dogs.", "One cat."])
    assert ["One cat.", "Two dogs."] == runs
    assert first.vectors.tolist() == third.vectors.tolist() != second.vectors.tolist()


def test_nothing_is_kept_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run()
    assert not (tmp_path / "cache").exists()


def test_the_network_is_not_asked():
    program = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from dedup import compare_texts\n"
        "print(compare_texts({'a': 'One cat sat.', 'b': 'A cat sat.'}, engine='semantic').engine.name)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ("semantic\n", "") == (done.stdout, done.stderr)


@semantic
def test_the_runtime_of_the_model_writes_nothing_at_home(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(f"The bridge is closed. It rains in town {name}.")
    home = tmp_path / "home"
    home.mkdir()
    command = [sys.executable, "-m", "dedup", "compare", "a", "b", "--engine", "semantic", "-o", "c"]
    environment = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    subprocess.run(command, cwd=tmp_path, env=environment | {"HOME": str(home)}, check=True, capture_output=True)
    assert not [*home.iterdir()]
