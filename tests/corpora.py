"""Made-up corpora, and reading and writing of files."""

import json
import random
from pathlib import Path


def encode_jsonl(records):
    """Return records (objects, or bytes that stand as they are, line end included) as the bytes of a JSONL file."""
    return b"".join(r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in records)


def write_jsonl(path, records):
    """Write records as JSON lines and return the path."""
    Path(path).write_bytes(encode_jsonl(records))
    return path


def read_lines(path):
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in Path(path).read_bytes().split(b"\n") if line]


def read_summary(out):
    """Return summary.json of a run."""
    return json.loads((Path(out) / "summary.json").read_bytes())


def read_tree(folder):
    """Return {relative path: bytes} of a folder; of summary.json without the seconds of its run."""
    tree = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "summary.json":
                summary = json.loads(content)
                del summary["stages"], summary["compile_s"]
                content = json.dumps(summary).encode()
            tree[path.relative_to(folder).as_posix()] = content
    return tree


def removed_ids(out):
    """Return {id of a removed document: id of its witness}."""
    return {record["id"]: record["witness"]["id"] for record in read_lines(Path(out) / "removed.jsonl")}


LETTERS = str.maketrans("0123456789", "abcdefghij")


def spell(word):
    """Return a made-up word with letters for its digits: another number in a text would be another fact."""
    return word.translate(LETTERS)


def make_text(seed, count=120, vocabulary=5000):
    """Return an article of made-up words that shares next to no shingle with others."""
    source = random.Random(seed)
    return " ".join(spell(f"w{source.randrange(vocabulary)}") for _ in range(count))


def edit_text(text, seed, changes=2):
    """Return the text with some of its words replaced."""
    source = random.Random(seed)
    words = text.split(" ")
    for place in source.sample(range(len(words)), changes):
        words[place] = spell(f"x{source.randrange(10**9)}")
    return " ".join(words)


def make_excerpts(records, count=8):
    """Return excerpts of 3,000 characters of the longest texts, which contain them."""
    longest = sorted(records, key=lambda record: len(record["text"]))[-count:]
    return [
        record | {"id": f"excerpt {record['id']}", "text": record["text"][len(record["text"]) // 4 :][:3000]}
        for record in longest
    ]


def make_orphans(dates):
    """Return a text, copies of one that it contains but not of itself, and that one.

    The newest of them is contained, so that the copies lose their witness.
    """
    words = make_text("contained", count=600).split()
    copy = [*words[100:], *make_text("own", count=180).split()]
    long = [*make_text("before", count=900).split(), *words[:590], *make_text("after", count=900).split()]
    copies = [[*copy[:place], f"other{place}", *copy[place + 1 :]] for place in range(len(dates) - 1)]
    texts = [" ".join(text) for text in (long, *copies, words)]
    return [
        {"id": str(n), "text": text, "date": d} for n, (text, d) in enumerate(zip(texts, ["", *dates], strict=True))
    ]


def make_records(seed, num_stories, copies=2):
    """Return records of stories in mixed order, each with `copies` versions: near-copies and copies in capitals."""
    records = []
    for story in range(num_stories):
        text = make_text(f"{seed}-{story}")
        for copy in range(copies):
            version = text.upper() if copy % 3 == 2 else edit_text(text, f"{seed}-{story}-{copy}", 2 * (copy > 0))
            records.append(
                {"id": f"s{story}-{copy}", "text": version, "date": f"2024-{story % 12 + 1:02}-{copy % 28 + 1:02}"}
            )
    random.Random(seed).shuffle(records)
    return records
