"""A sentence model small enough to be written by hand: every piece of a word has one vector, whatever its context."""

import json

DIM = 8


def write_varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """Return one field of a protocol buffer: a number, a text or a message."""
    if isinstance(value, int):
        return write_varint(number << 3) + write_varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return write_varint(number << 3 | 2) + write_varint(len(raw)) + raw


def describe_value(name, kind, rank):
    shape = b"".join(field(1, field(2, f"d{axis}")) for axis in range(rank))
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def make_onnx(num_words, *, pooled=False):
    """Return an ONNX model that looks every id up in a table; `pooled` takes the mean over the pieces."""
    import numpy as np

    table = np.random.default_rng(3).standard_normal((num_words, DIM)).astype(np.float32)
    tensor = field(1, num_words) + field(1, DIM) + field(2, 1) + field(8, "table") + field(9, table.tobytes())
    nodes = [field(1, "table") + field(1, "input_ids") + field(2, "hidden") + field(4, "Gather")]
    if pooled:
        axes = field(1, "axes") + field(8, 1) + field(20, 7)
        keep = field(1, "keepdims") + field(3, 0) + field(20, 2)
        nodes.append(field(1, "hidden") + field(2, "mean") + field(4, "ReduceMean") + field(5, axes) + field(5, keep))
    output = describe_value("mean", 1, 2) if pooled else describe_value("hidden", 1, 3)
    graph = b"".join(field(1, node) for node in nodes) + field(2, "graph") + field(5, tensor)
    graph += field(11, describe_value("input_ids", 7, 2)) + field(12, output)
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def make_tokenizer(words, unknown="[UNK]"):
    vocabulary = {word: number for number, word in enumerate([unknown, *words])}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": unknown},
        }
    )


def write_model(folder, text, *, pooled=False, num_words=None):
    """Write model.onnx and tokenizer.json that know the words of a text; return the folder."""
    import re

    folder.mkdir(exist_ok=True)
    words = sorted(set(re.findall(r"\w+", text.lower())))
    (folder / "model.onnx").write_bytes(make_onnx(num_words or len(words) + 1, pooled=pooled))
    (folder / "tokenizer.json").write_text(make_tokenizer(words), encoding="utf-8")
    return folder
