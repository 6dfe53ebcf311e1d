"""The only place that knows diff-match-patch and rapidfuzz; none of their tuples leaves it.

rapidfuzz finds the common tokens at every size. diff-match-patch does the semantic cleanup and the patch format.
Evidence (`make bench-diff` repeats it; one code point a token, results of the same, minimal size): 2,000 unrelated
tokens take diff-match-patch 2.1 s and rapidfuzz 0.7 ms, 30 tokens 52 and 0.8 microseconds.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from diff_match_patch import diff_match_patch, patch_obj
from rapidfuzz.distance import Indel

from dedup.diff.model import ChangeKind, Diff
from dedup.errors import InputError
from dedup.text.spans import Span
from dedup.text.words import is_word

PATCH_CONTEXT = 12  # characters on each side of a hunk
_HUNK = re.compile(r"(?:^@@|\A)[^\n]*(?:\n(?!@@)[^\n]*)*", re.MULTILINE)
_FIRST_LETTER = 0x3400  # Han from here on: `isalnum()` is true, which is what the cleanup asks of a word
_FIRST_SURROGATE, _NUM_SURROGATES = 0xD800, 0x800
_PUNCTUATION = {character: character for character in map(chr, range(128)) if not is_word(character)}


class DiffRun(NamedTuple):
    """Tokens `[old_start, old_end)` and `[new_start, new_end)`, equal or changed."""

    is_equal: bool
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def find_runs(old: Sequence[str], new: Sequence[str], *, is_cleaned: bool = True) -> list[DiffRun]:
    """Return the equal and the changed runs of two token sequences; together they tile both.

    The equal runs are a longest common subsequence, in O(len(old) * len(new) / 64) time and as many bits of memory.
    `is_cleaned` drops equal runs that are no longer than the changes on both sides of them: the "of" that two unrelated
    phrases share.
    """
    old_codes, new_codes = _encode(old, new)
    operations = _find_operations(old_codes, new_codes)
    if is_cleaned and len(operations) > 2:
        _dmp().diff_cleanupSemantic(operations)
    return list(_fold_operations(operations))


class Edit(NamedTuple):
    """Characters of the old text and what takes their place."""

    span: Span
    text: str


def format_patch(diff: Diff) -> str:
    """Return the diff as diff-match-patch patch text; an empty text for two identical texts.

    A patch has no word for a move: what moved is deleted at one place and inserted at the other. The hunks are laid out
    here and only written by the library: its `patch_make` copies the whole text for every edit, which is quadratic.
    Positions count code points, as its Python port does.
    """
    patches = []
    shift = 0
    for hunk in _group_edits(list_edits(diff)):
        patches.append(_make_hunk(diff.old, hunk, shift))
        shift += patches[-1].length2 - patches[-1].length1
    try:
        patch: str = _dmp().patch_toText(patches)
    except UnicodeEncodeError as error:
        raise InputError(
            f"the text holds half of a surrogate pair (U+{ord(error.object[error.start]):04X}); a patch cannot. "
            f"Mend the text first."
        ) from None
    if apply_patch(patch, diff.old) != diff.new:
        raise AssertionError(
            "the patch does not make the new text: this is a bug in dedup, please report it with both texts"
        )
    return patch


def apply_patch(patch: str, old: str) -> str:
    r"""Return the new text. Raises `InputError` when the patch is damaged or was made for another text.

    Every hunk must fit exactly where it says. diff-match-patch's own `patch_apply` looks for a place that nearly fits:
    on another text it would give a result nobody asked for.

    >>> from dedup.diff.engine import diff_texts
    >>> apply_patch(format_patch(diff_texts("a cat\r\n", "a dog\r\n")), "a cat\r\n")
    'a dog\r\n'
    """
    pieces: list[str] = []
    position = num_written = 0
    for number, hunk in enumerate(_read_hunks(patch), start=1):
        before = "".join(text for operation, text in hunk.diffs if operation != diff_match_patch.DIFF_INSERT)
        after = "".join(text for operation, text in hunk.diffs if operation != diff_match_patch.DIFF_DELETE)
        if (len(before), len(after)) != (hunk.length1, hunk.length2):
            raise InputError(
                f"the patch is damaged: hunk {number} is not as long as its head says. "
                "Make it again with: dedup diff --format patch."
            )
        # The library's own patches may take the end of one hunk as the context of the next: what is written is read
        # again.
        written = pieces.pop() if pieces and hunk.start2 < num_written else ""
        cut = len(written) - max(0, num_written - hunk.start2)
        start = position + max(0, hunk.start2 - num_written)
        num_read = max(0, len(before) - max(0, len(written) - cut))
        is_there = f"{written[cut:]}{old[start : start + num_read]}".startswith(before) and start <= len(old)
        if cut < 0 or not is_there or (old and not before):  # only what an empty text becomes has no context
            raise InputError(
                f"the patch does not fit: hunk {number} expects other text at character {start:,}. "
                "Apply it to the text it was made from."
            )
        pieces += [written[:cut], old[position:start], after + written[cut + len(before) :]]
        num_written += start - position + len(after) - len(before) + num_read
        position = start + num_read
    return "".join((*pieces, old[position:]))


def _group_edits(edits: Iterable[Edit]) -> list[list[Edit]]:
    """Return the edits in hunks: those whose contexts would overlap together."""
    hunks: list[list[Edit]] = []
    for edit in edits:
        if hunks and edit.span.start - hunks[-1][-1].span.end <= 2 * PATCH_CONTEXT:
            hunks[-1].append(edit)
        else:
            hunks.append([edit])
    return hunks


def _make_hunk(old: str, edits: Sequence[Edit], shift: int) -> patch_obj:
    """Return a hunk; its positions count in the text as the hunks before it left it, `shift` characters longer."""
    first, last = edits[0].span.start, edits[-1].span.end
    start, end = max(0, first - PATCH_CONTEXT), min(len(old), last + PATCH_CONTEXT)
    hunk = patch_obj()
    hunk.start1 = hunk.start2 = start + shift
    position = start
    for edit in edits:
        hunk.diffs += [
            (diff_match_patch.DIFF_EQUAL, old[position : edit.span.start]),
            (diff_match_patch.DIFF_DELETE, edit.span.cut(old)),
            (diff_match_patch.DIFF_INSERT, edit.text),
        ]
        position = edit.span.end
    hunk.diffs = [piece for piece in (*hunk.diffs, (diff_match_patch.DIFF_EQUAL, old[position:end])) if piece[1]]
    hunk.length1 = end - start
    hunk.length2 = hunk.length1 + sum(len(edit.text) - (edit.span.end - edit.span.start) for edit in edits)
    return hunk


def _read_hunks(patch: str) -> Iterator[patch_obj]:
    """Yield the hunks, each parsed by itself.

    The library's parser deletes the first of all lines again and again, which is quadratic.
    """
    if patch and not patch.startswith("@@"):
        raise InputError("the patch is damaged, or none: it begins without @@. The call is dedup apply PATCH OLD.")
    for number, text in enumerate(_HUNK.findall(patch), start=1):
        try:
            unquote_to_bytes(text).decode()  # the library's parser puts other characters for what is not UTF-8
            yield from _dmp().patch_fromText(text)
        except (ValueError, IndexError) as error:
            raise InputError(
                f"the patch is damaged in hunk {number} ({error}). Make it again with: dedup diff --format patch."
            ) from None


def _encode(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    """Return both sequences with a code point for each distinct token that both have, and one for all others of a side.

    Punctuation keeps its own character, so that diff-match-patch can slide a change to a clause boundary.
    """
    there = {*new}
    shared = (token for token in dict.fromkeys(old) if token in there)
    codes = {token: _choose_code(number) for number, token in enumerate(shared, 2)} | _PUNCTUATION
    old_codes, new_codes = (
        "".join([codes.get(token, rest) for token in side])
        for side, rest in ((old, _choose_code(0)), (new, _choose_code(1)))
    )
    return old_codes, new_codes


def _choose_code(number: int) -> str:
    """Return a code point that is no surrogate: a string that holds those cannot be encoded."""
    code = _FIRST_LETTER + number
    return chr(code if code < _FIRST_SURROGATE else code + _NUM_SURROGATES)


def _find_operations(old: str, new: str) -> list[tuple[int, str]]:
    """Return diff-match-patch's list of (operation, text) from rapidfuzz's opcodes."""
    operations: list[tuple[int, str]] = []
    for found in Indel.opcodes(old, new):
        if found.tag == "equal":
            operations.append((diff_match_patch.DIFF_EQUAL, old[found.src_start : found.src_end]))
        if found.tag in {"delete", "replace"}:
            operations.append((diff_match_patch.DIFF_DELETE, old[found.src_start : found.src_end]))
        if found.tag in {"insert", "replace"}:
            operations.append((diff_match_patch.DIFF_INSERT, new[found.dest_start : found.dest_end]))
    return operations


def _fold_operations(operations: Iterable[tuple[int, str]]) -> Iterator[DiffRun]:
    """Yield runs; deletions and insertions that touch are one changed run."""
    old_start = new_start = old_end = new_end = 0
    for operation, text in chain(operations, [(diff_match_patch.DIFF_EQUAL, "")]):
        if operation == diff_match_patch.DIFF_EQUAL:
            if old_end > old_start or new_end > new_start:
                yield DiffRun(False, old_start, old_end, new_start, new_end)
            old_start, new_start = old_end + len(text), new_end + len(text)
            if text:
                yield DiffRun(True, old_end, old_start, new_end, new_start)
            old_end, new_end = old_start, new_start
        elif operation == diff_match_patch.DIFF_DELETE:
            old_end += len(text)
        else:
            new_end += len(text)


@cache
def _dmp() -> diff_match_patch:
    engine = diff_match_patch()
    engine.Diff_Timeout = 0  # no clock: the same input gives the same result
    return engine


def list_edits(diff: Diff) -> list[Edit]:
    """Return what lies between the runs that kept text and place, in order: those are increasing in both texts."""
    kept = [
        (change.old, change.new) for change in diff.changes if change.kind is ChangeKind.EQUAL and change.move is None
    ]
    bounds = [(Span(0, 0), Span(0, 0)), *kept, (Span(len(diff.old), len(diff.old)), Span(len(diff.new), len(diff.new)))]
    gaps = ((Span(a.end, b.start), Span(c.end, d.start)) for (a, c), (b, d) in pairwise(bounds))
    return [Edit(old, new.cut(diff.new)) for old, new in gaps if not (old.is_empty and new.is_empty)]
