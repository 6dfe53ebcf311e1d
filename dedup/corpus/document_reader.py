"""Single documents of a corpus with the fields that a reader wants to see: found by id, or by file and line."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedup.config import InputConfig
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import plan_shards, read_shard
from dedup.corpus.values import read_value

WHOLE_FILE = 1 << 62  # bytes: lines are counted from the beginning of a file where it is one shard


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """A document: its id (`path:line` where it has none), its text, where it stands, and some of its fields."""

    doc_id: str
    text: str
    path: str
    line: int
    fields: Mapping[str, str]


def find_articles(
    files: Sequence[SourceFile],
    config: InputConfig,
    roles: Mapping[str, str],
    ids: Collection[str] = (),
    places: Collection[tuple[str, int]] = (),
) -> list[CorpusDocument]:
    """Return the first article of each id, and those at (path, line), in the order of the files.

    `roles` are the fields that are wanted, by the name that they get. Stops reading when all are found.
    """
    wanted_ids, wanted_places = set(ids), set(places)
    found = []
    for article in read_articles(files, config, roles):
        place = (article.path, article.line)
        if article.doc_id in wanted_ids or place in wanted_places:
            wanted_ids.discard(article.doc_id)
            wanted_places.discard(place)
            found.append(article)
        if not wanted_ids and not wanted_places:
            break
    return found


def read_articles(
    files: Sequence[SourceFile], config: InputConfig, roles: Mapping[str, str]
) -> Iterator[CorpusDocument]:
    """Yield all articles; records that cannot be read are passed over."""
    for shard in plan_shards(files, WHOLE_FILE):
        for block in read_shard(shard, config, roles, lambda _: None):
            places = zip(block.files.tolist(), block.lines.tolist(), strict=True)
            texts = block.texts.to_pylist()
            for row, (file, line) in enumerate(places):
                path = shard.files[file].path
                fields = {role: read_value(block.fields[role][row]) for role in roles if role in block.fields}
                doc_id = read_value(block.ids[row]) or f"{path}:{line}"
                yield CorpusDocument(doc_id, texts[row], path, line, fields)
