import pytest
from diff_match_patch import diff_match_patch
from hypothesis import given
from hypothesis import strategies as st

from dedup.diff.adapter import apply_patch, format_patch
from dedup.diff.engine import diff_texts
from dedup.errors import InputError

TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("ab .%+@-~\r\n\t👩\u200d🚀é日&#\ufeff")), max_size=80
)
SENTENCES = st.lists(
    st.sampled_from(["One two.", "Três %41 +.", "@@ -1 +1 @@", "👩‍🚀 \r\n", "日本。", "\n"]), max_size=12
)


@given(TEXTS, TEXTS)
def test_a_patch_makes_the_new_text(old, new):
    assert new == apply_patch(format_patch(diff_texts(old, new)), old)


@given(SENTENCES.map("\n".join), SENTENCES.map("\n".join))
def test_a_patch_of_moved_and_odd_lines_makes_the_new_text(old, new):
    assert new == apply_patch(format_patch(diff_texts(old, new)), old)


@given(SENTENCES.map(" ".join), SENTENCES.map(" ".join))
def test_diff_match_patch_itself_applies_our_patches(old, new):
    engine = diff_match_patch()
    patches = engine.patch_fromText(format_patch(diff_texts(old, new)))
    patched, are_applied = engine.patch_apply(patches, old)
    assert (new, True) == (patched, all(are_applied))


@given(SENTENCES.map(" ".join), SENTENCES.map(" ".join))
def test_patches_of_diff_match_patch_are_applied(old, new):
    engine = diff_match_patch()
    engine.Diff_Timeout = 0
    assert new == apply_patch(engine.patch_toText(engine.patch_make(old, new)), old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\r\nb\r\n", "a\nb\n"),
        ("no end", "no end\n"),
        ("\ufeffmark", "mark"),
        ("👨‍👩‍👧 moved 𝔘 here", "𝔘 moved 👨‍👩‍👧 there"),
        ("100% of +1 & #2", "100%25 of +1 & #3"),
        ("", "all new"),
        ("all gone", ""),
    ],
)
def test_a_patch_is_exact_to_the_byte(old, new):
    assert new.encode() == apply_patch(format_patch(diff_texts(old, new)), old).encode()


def test_the_patch_of_identical_texts_is_empty_and_changes_nothing():
    assert ("", "same") == (format_patch(diff_texts("same", "same")), apply_patch("", "same"))


def test_a_patch_reads_as_diff_match_patch_text():
    expected = "@@ -1,15 +1,15 @@\n The \n-cat\n+dog\n  is here\n"
    assert expected == format_patch(diff_texts("The cat is here", "The dog is here"))


def test_a_patch_for_another_text_is_refused():
    patch = format_patch(diff_texts("The cat is here.", "The dog is here."))
    with pytest.raises(InputError, match=r"does not fit: hunk 1"):
        apply_patch(patch, "The cow is here.")


@pytest.mark.parametrize("damage", ["not a patch", "@@ -1,3 +1,3 @@\n*x", "@@ -1,9 +1,9 @@\n a\n-b\n+c\n"])
def test_a_damaged_patch_is_refused(damage):
    with pytest.raises(InputError, match="damaged"):
        apply_patch(damage, "ab")


def test_half_a_surrogate_pair_is_named():
    with pytest.raises(InputError, match=r"U\+D800"):
        format_patch(diff_texts("a", "a \ud800"))
