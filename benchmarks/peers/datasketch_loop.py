"""Near-duplicates with datasketch in a loop: an LSH index and union-find. Prints how many documents are kept."""

import re
import sys

import msgspec
from datasketch import MinHash, MinHashLSH

WORD = re.compile(r"\w+")


class Record(msgspec.Struct):
    """The one field that is decoded."""

    text: str


def main(path: str, threshold: str, shingle_size: str) -> None:
    """Read a JSONL file and count the groups of near-duplicates."""
    size, limit = int(shingle_size), float(threshold)
    lsh = MinHashLSH(threshold=limit, num_perm=128)
    parents: list[int] = []
    signatures = []
    base = MinHash(num_perm=128)
    decode = msgspec.json.Decoder(Record).decode
    with open(path, "rb") as lines:
        for index, line in enumerate(lines):
            words = WORD.findall(decode(line).text.lower())
            shingles = {" ".join(words[i : i + size]).encode() for i in range(max(len(words) - size + 1, 1))}
            signature = base.copy()
            signature.update_batch(shingles)
            parents.append(index)
            signatures.append(signature)
            for other in lsh.query(signature):
                if signature.jaccard(signatures[other]) >= limit:
                    parents[find(parents, index)] = find(parents, other)
            lsh.insert(index, signature, check_duplication=False)
    print(sum(find(parents, index) == index for index in range(len(parents))))


def find(parents: list[int], index: int) -> int:
    """Return the root of a group, shortening the way to it."""
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


if __name__ == "__main__":
    main(*sys.argv[1:])
