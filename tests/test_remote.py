"""Inputs at other places: the web, and stores by fsspec. They are copied once; no secret is shown."""

import gzip
import io
import re
import sys
import threading
import time
from contextlib import nullcontext, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from corpora import encode_jsonl, make_records, read_summary, read_tree, removed_ids

from dedup.corpus import remote
from dedup.errors import InputError

pytestmark = pytest.mark.usefixtures("monkeypatch")  # commands are forks of this process: it has the store `memory://`

fsspec = pytest.importorskip("fsspec")
RECORDS = make_records("remote", 6, copies=2)
LINES = encode_jsonl(RECORDS)
FILES = {"/day/news.jsonl": LINES, "/day/news.jsonl.gz": gzip.compress(LINES), "/day/b.txt": b"Another text."}


class Answers(BaseHTTPRequestHandler):
    """Serves FILES; /short ends too early, /unknown is long and does not say so."""

    def do_GET(self):
        """Answer a request."""
        path = self.path.partition("?")[0]
        if path == "/unknown.jsonl":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(LINES * 999 * (self.command == "GET"))
            return
        if path.startswith("/to/"):
            self.send_response(302, "SECRET")
            self.send_header("Location", path[4:] + "?key=SECRET")
            self.end_headers()
            return
        if path == "/slow.jsonl":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                for _ in range(50 * (self.command == "GET")):
                    self.wfile.write(b" ")
                    time.sleep(0.02)
            return
        encoding, path = path.split("/")[1], re.sub("^/(gzip|br|get-only)/", "/", path)
        content = b"{}" if path == "/short.jsonl" else FILES.get(path)
        if content is None:
            self.send_error(404)
            return
        if encoding == "gzip" and not path.endswith("gz"):
            content = gzip.compress(content)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + 9 * (path == "/short.jsonl")))
        if encoding in {"gzip", "br"}:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def do_HEAD(self):
        """Answer a question about a file, or refuse to."""
        if self.path.startswith("/get-only/"):
            self.send_error(int(self.path.rpartition("=")[2]))
        else:
            self.do_GET()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def web():
    """The address of a server of this test."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_a_file_of_the_web_is_cleaned_and_restored_and_its_query_is_not_shown(dedup, tmp_path, web, name):
    done = dedup("clean", f"http://{web}/day/{name}?key=SECRET", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert len(removed_ids(tmp_path / "out")) == 6
    assert read_summary(tmp_path / "out")["inputs"][0]["path"] == f"http://{web}/day/{name}"
    assert not [name for name, content in read_tree(tmp_path / "out").items() if b"SECRET" in content]
    assert "SECRET" not in done.stdout
    assert dedup("restore", "out", "-o", "back", cwd=tmp_path).code == 0
    back = read_tree(tmp_path / "back")[name]
    assert (gzip.decompress(back) if name.endswith("gz") else back) == LINES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["back", "out"]


@pytest.mark.parametrize(
    "path",
    [
        *(f"get-only/day/news.jsonl?key=SECRET&code={code}" for code in (403, 405, 501)),
        "gzip/day/news.jsonl",
        "gzip/day/news.jsonl.gz",  # packed once, whatever is said of it
    ],
)
def test_a_signed_address_and_one_that_is_sent_packed_are_read(dedup, tmp_path, web, path):
    done = dedup("clean", f"http://{web}/{path}", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert len(removed_ids(tmp_path / "out")) == 6


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "http://{web}/br/day/news.jsonl",
            "/br/day/news.jsonl: is sent packed in a way that is not known. Fetch it yourself.",
        ),
        ("http://{web}/get-only/none.jsonl?code=403", "/get-only/none.jsonl: the server says 404 (Not Found)."),
        ("http://{web}/none.jsonl?key=SECRET", "/none.jsonl: the server says 404 (Not Found)."),
        ("http://{web}/short.jsonl", "/short.jsonl: the download ended too early. Run again."),
        ("http://{web}/day/news", "/day/news: the server says 404 (Not Found)."),
        ("http://me:SECRET@127.0.0.1:1/news.jsonl", "cannot be read ("),
        ("memory://none.jsonl", "no such file or folder."),
        ("http://[", "http://[: cannot be read (ValueError)."),
        ("http://{web}/to/ftp://{web}/a.jsonl", "sends on to what is no safe address of the web."),
        ("http://{web}/to/file:///etc/passwd", "the server says 302 (Found)."),
        ("http://{web}/to/", "the server says 302 (Found)."),
    ],
)
def test_what_cannot_be_read_is_one_line_without_secrets(dedup, tmp_path, web, address, message):
    done = dedup("clean", address.format(web=web), "-o", "out", cwd=tmp_path)
    assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert message in done.stderr
    assert "SECRET" not in done.stderr
    assert not [*tmp_path.iterdir()]


def test_a_server_that_holds_the_line_is_left(dedup, tmp_path, web, monkeypatch):
    monkeypatch.setattr(remote, "TIMEOUT_S", 0.2)
    done = dedup("clean", f"http://{web}/slow.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (
        2,
        f"error: http://{web}/slow.jsonl: comes too slowly. Run again, or fetch it yourself.\n",
    )


def test_a_server_may_send_on_to_another_address_of_the_web(dedup, tmp_path, web):
    done = dedup("clean", f"http://{web}/to/http://{web}/day/news.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert len(removed_ids(tmp_path / "out")) == 6


def test_folders_and_patterns_of_a_store_are_read(dedup, tmp_path):
    store = fsspec.filesystem("memory")
    for name, content in FILES.items():
        store.pipe(f"/bucket{name}", content)
    (tmp_path / "here.txt").write_text("A text that is here.")
    for given in ("memory://bucket", "memory://bucket/day/*"):
        done = dedup("clean", given, "here.txt", "-o", "out", "--overwrite", cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
        paths = [file["path"] for file in read_summary(tmp_path / "out")["inputs"]]
        assert paths == [f"memory:///bucket/day/{n}" for n in ("b.txt", "news.jsonl", "news.jsonl.gz")] + ["here.txt"]


@pytest.mark.parametrize(
    "address", ["http://{web}/unknown.jsonl", "http://{web}/day/news.jsonl", "memory://long/a.jsonl"]
)
def test_a_file_that_is_longer_than_the_bound_stops_the_run(dedup, tmp_path, web, address):
    fsspec.filesystem("memory").pipe("/long/a.jsonl", LINES)
    done = dedup("clean", address.format(web=web), "-o", "out", "--max-download", "1KB", cwd=tmp_path)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert ".jsonl: is longer than 1,024 bytes. --max-download sets that bound." in done.stderr
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["../../escaped.jsonl", "a/../../../escaped.jsonl"])
def test_a_name_in_a_store_that_leads_out_is_refused(dedup, tmp_path, name):
    store = fsspec.filesystem("memory")
    store.pipe("/hostile/a.jsonl", LINES)
    store.store[f"/hostile/{name}"] = store.store["/hostile/a.jsonl"]
    done = dedup("clean", "memory://hostile", "-o", "deep/er/out", cwd=tmp_path)
    del store.store[f"/hostile/{name}"]
    assert (done.code, "leads out of OUT" in done.stderr) == (2, True)
    assert not [*tmp_path.rglob("*.jsonl")]


@pytest.mark.parametrize("missing", ["fsspec", "s3fs"])
def test_a_missing_package_is_one_line_that_says_what_to_install(dedup, tmp_path, monkeypatch, missing):
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    done = dedup("clean", "s3://bucket/news.jsonl", "-o", "out", cwd=tmp_path)
    assert done.code == 2
    assert done.stderr == (
        "error: s3://bucket/news.jsonl: s3:// needs more packages. pip install 'newsdedup[remote]'\n"
    )


@pytest.mark.parametrize(("sent", "is_whole"), [(b"abc", True), (b"ab", False)])
def test_a_download_is_as_long_as_its_server_said_whatever_a_response_counts(tmp_path, monkeypatch, sent, is_whole):
    source = io.BytesIO(sent)
    answer = SimpleNamespace(read1=source.read1, read=source.read, length=3)
    monkeypatch.setattr(remote, "open_there", lambda _: nullcontext(answer))
    with nullcontext() if is_whole else pytest.raises(InputError, match="ended too early"):
        remote.copy_here("http://example.org/a.txt", tmp_path / "a.txt", 9)


def test_two_addresses_that_differ_in_the_query_alone_are_not_called_one(dedup, tmp_path, web):
    named = [f"http://{web}/day/news.jsonl?day={day}" for day in (1, 2)]
    done = dedup("clean", *named, "-o", tmp_path / "out")
    shown = f"error: http://{web}/day/news.jsonl: 2 inputs differ in what is not shown of an address."
    assert (done.code, done.stderr) == (2, f"{shown} Clean them one by one.\n")
    assert "is named twice" in dedup("clean", named[0], named[0], "-o", tmp_path / "out").stderr
