"""What a keep policy asks of the first records of each file, before the work begins."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from dedup.config import CleanSettings
from dedup.corpus.files import SourceFile
from dedup.corpus.json_file import read_first
from dedup.corpus.rejections import measure_fields
from dedup.corpus.shards import WHOLE_FILE, plan_shards, read_shard
from dedup.near.keep_policy import AMBIGUOUS, UNREAD, decode_value, make_key, refuse_absent, refuse_unread

MAX_FILES = 20  # that are looked into


def check_keep(files: Sequence[SourceFile], settings: CleanSettings) -> None:
    """Raise `InputError` where no first record has the field of the policy, or where one cannot be read as it asks.

    The first block of each file is read. What is only in later ones is found when documents are ordered.
    """
    keep = settings.keep
    if keep.field is None:
        return
    roles, values = {"key": keep.field}, list[object]()
    for shard in islice(plan_shards(files, WHOLE_FILE), MAX_FILES):
        block = next(iter(read_shard(shard, settings.input, roles, lambda _: None)), None)
        if block is not None:
            values += map(decode_value, block.fields.get("key", [b""] * len(block.ids)))
    fields = dict.fromkeys(name for line in read_first(files) for name in measure_fields(line))
    if len(files) <= MAX_FILES:
        refuse_absent(values, keep, list(fields))
    if keep.rule in {"newest", "oldest"}:
        keys = [make_key(value, keep) for value in values]
        counts = Counter(key.group for key in keys)
        if counts[AMBIGUOUS] or 2 * counts[UNREAD] > counts.total():
            refuse_unread(counts, min(key.unread for key in keys if key.unread is not None), keep)
