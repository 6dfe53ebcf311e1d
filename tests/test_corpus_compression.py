"""Reading and writing through gzip and zstandard."""

import gzip
import io
import random

import pytest
import zstandard

from dedup import DedupError
from dedup.corpus.compression import open_reader, open_writer, read_chunk

DATA = random.Random(1).randbytes(300_000) + b"the same line again\n" * 20_000
COMPRESS = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, None: bytes}


def read_all(path, compression, size=1 << 16):
    """Return the decompressed bytes of a file, read in pieces."""
    with open_reader(str(path), compression) as (stream, _):
        return b"".join(iter(lambda: read_chunk(stream, size, str(path)), b""))


def write(tmp_path, content):
    """Write a file and return its path."""
    path = tmp_path / "x"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("compression", COMPRESS)
def test_what_was_compressed_is_read_back(tmp_path, compression):
    assert read_all(write(tmp_path, COMPRESS[compression](DATA)), compression) == DATA


@pytest.mark.parametrize("compression", COMPRESS)
def test_files_compressed_one_after_the_other_are_read_as_one(tmp_path, compression):
    compress = COMPRESS[compression]
    assert read_all(write(tmp_path, compress(DATA) + compress(b"more") + compress(b"")), compression) == DATA + b"more"


@pytest.mark.parametrize("compression", COMPRESS)
def test_an_empty_file_has_no_bytes(tmp_path, compression):
    assert read_all(write(tmp_path, b""), compression) == b""


@pytest.mark.parametrize("compression", COMPRESS)
def test_nothing_compressed_has_no_bytes(tmp_path, compression):
    assert read_all(write(tmp_path, COMPRESS[compression](b"")), compression) == b""


def test_skippable_frames_are_skipped(tmp_path):
    frame = (0x184D2A50).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"hello"
    assert read_all(write(tmp_path, frame + COMPRESS["zstd"](DATA) + frame), "zstd") == DATA


def test_zeros_after_a_gzip_file_are_padding(tmp_path):
    assert read_all(write(tmp_path, gzip.compress(DATA) + bytes(512)), "gzip") == DATA


def test_a_window_of_two_gigabytes_is_read(tmp_path):
    """`zstd --long=31`, as large dumps come; the window is stated in the frame whatever its content."""
    parameters = zstandard.ZstdCompressionParameters(window_log=31)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    content = compressor.compress(DATA) + compressor.flush()
    assert read_all(write(tmp_path, content), "zstd") == DATA


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9999])
def test_a_truncated_file_is_an_error_wherever_it_ends(tmp_path, compression, share):
    content = COMPRESS[compression](DATA)
    path = write(tmp_path, content[: max(int(len(content) * share), 1)])
    with pytest.raises(DedupError) as caught:
        read_all(path, compression)
    assert str(caught.value) == f"{path}: the compressed data ends too early (a truncated download?). Fetch it anew."


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_every_cut_of_a_small_file_is_an_error(tmp_path, compression):
    content = COMPRESS[compression](b"a line\n" * 20)
    for length in range(1, len(content)):
        with pytest.raises(DedupError, match="ends too early"):
            read_all(write(tmp_path, content[:length]), compression)


def test_gzip_whose_checksum_is_wrong_is_an_error(tmp_path):
    content = bytearray(gzip.compress(DATA))
    content[-6] ^= 1
    with pytest.raises(DedupError, match=r"x: broken compressed data \(.+\)\. Fetch it anew\."):
        read_all(write(tmp_path, bytes(content)), "gzip")


def test_zstd_whose_checksum_is_wrong_is_an_error(tmp_path):
    content = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(DATA))
    content[-2] ^= 1
    with pytest.raises(DedupError, match=r"x: broken compressed data \(.+\)\. Fetch it anew\."):
        read_all(write(tmp_path, bytes(content)), "zstd")


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("content", [b"no compressed data at all, this", DATA], ids=["text", "noise"])
def test_what_is_not_compressed_is_an_error(tmp_path, compression, content):
    with pytest.raises(DedupError, match=r"x: broken compressed data \(.+\)\. Fetch it anew\."):
        read_all(write(tmp_path, content), compression)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_damage_in_the_middle_is_an_error(tmp_path, compression):
    content = bytearray(COMPRESS[compression](b"".join(b"line %d\n" % i for i in range(50_000))))
    content[len(content) // 2 : len(content) // 2 + 40] = bytes(40)
    if compression == "zstd":
        content = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(DATA))
        content[len(content) // 2] ^= 255
    with pytest.raises(DedupError, match=r"broken compressed data|ends too early"):
        read_all(write(tmp_path, bytes(content)), compression)


@pytest.mark.parametrize("compression", COMPRESS)
def test_what_is_written_is_read_back_and_has_the_same_bytes_each_time(tmp_path, compression):
    files = []
    for _ in range(2):
        file = io.BytesIO()
        with open_writer(file, compression) as writer:
            for start in range(0, len(DATA), 50_000):
                writer.write(DATA[start : start + 50_000])
        files.append(file.getvalue())
    assert files[0] == files[1]
    assert read_all(write(tmp_path, files[0]), compression) == DATA


@pytest.mark.parametrize(("compression", "unpack"), [("gzip", gzip.decompress), ("zstd", None)])
def test_what_is_written_is_read_by_others(compression, unpack):
    file = io.BytesIO()
    with open_writer(file, compression) as writer:
        writer.write(DATA)
    unpack = unpack or (lambda data: zstandard.ZstdDecompressor().stream_reader(data).read())
    assert unpack(file.getvalue()) == DATA
