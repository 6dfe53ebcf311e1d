"""Copies that are glued on to the text before or after them are cut where a reader sees them begin and end."""

import pytest
import regex
from commands import clean_quietly
from corpora import make_text, read_lines, write_jsonl


def make_body(seed, first="The", last="Article"):
    """Return a paragraph of 30 words that begins and ends with the given ones, with no stop at the end."""
    return f"{first} {make_text(seed, 30)} {last}"


HEAD = "A headline about something else"
BETWEEN = make_text("between", 40)
AFTER = make_text("after", 40)

# name: (first word, last word, what stands before the copy, what follows it)
GLUED = {
    "lower to upper": ("The", "today.", "the Movement", "\n\n"),
    "digit to letter": ("Today", "today.", "(703) 555-2665", "\n\n"),
    "letter to digit": ("2024", "today.", "Next article", "\n\n"),
    "capitals to a word": ("The", "today.", "at NOAA", "\n\n"),
    "full stop": ("The", "today.", "it ended.", "\n\n"),
    "full stop and quote": ("“The", "today.”", "it ended.”", "\n\n"),
    "colon": ("The", "today.", "Read more:", "\n\n"),
    "comma": ("The", "today.", "Sincerely,", "\n\n"),
    "hashes": ("WASHINGTON", "today.", "###", "\n\n"),
    "-30-": ("WASHINGTON", "today.", "-30-", "\n\n"),
    "bracket": ("(Oakland, CA)", "today.", "Next Article", "\n\n"),
    "quote": ("“The", "today.”", "read the bill", "\n\n"),
    "glued at its end": ("The", "today.", "it ended.\n", "Russian leaders met."),
    "glued at both ends": ("The", "Movement", "the Agency", "Russian leaders met."),
    "indented original": ("\t  The", "today.", "Next Article", "\n\n"),
    "hashes behind it": ("The", "today.\n\n###", "it ended.", "\n\n"),
    "flag behind it": ("The", "today 🇨🇭", "it ended.", "\n\n"),
}


def write_glued(first, last, before, after):
    """Return a text with a glued copy, and the text without it."""
    body = make_body("body", first, last)
    head, tail = f"{HEAD}\n{body}\n\n{BETWEEN} {before}", f"{after}{AFTER}"
    return head + body.lstrip() + tail, head + ("" if head[-1] == "\n" or after[0] == "\n" else " ") + tail


def write_kept(first, before):
    """Return a text with a sentence at a line, and again inside another one, behind something that is no end."""
    body = make_body("kept", first, "of the whole story")
    return f"{HEAD}\n{body}.\n\n{BETWEEN} {before}{body}, said {AFTER}"


# Same words behind them, but nothing is glued: name: (first word of the original, what stands before it in the copy)
WHOLE = {
    "prefix": ("like", "un"),
    "capital in a compound": ("Biden", "Obama-"),
    "initials": ("Senate", "U.S."),
    "decimal": ("50", "$1."),
    "thousands": ("000", "$20,"),
    "address": ("gov", "www.house."),
    "opening bracket": ("Biden", "("),
    "year": ("2016", "FY"),
    "part of an article number": ("A", "F35"),
    "slash": ("Biden", "Obama/"),
}


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory):
    """{id: (text that was kept, cuts)} for all cases above."""
    folder = tmp_path_factory.mktemp("glued")
    records = [{"id": name, "text": write_glued(*case)[0]} for name, case in GLUED.items()]
    records += [{"id": name, "text": write_kept(*case)} for name, case in WHOLE.items()]
    records += [{"id": name, "text": text} for name, (text, _) in BEHIND.items()]
    for record in records:  # each with a beginning of its own, so that none is a copy of another
        record["text"] = f"{make_text(record['id'], 400)}\n\n{record['text']}"
    clean_quietly([write_jsonl(folder / "in.jsonl", records)], folder / "out")
    kept = {r["id"]: r["text"] for r in read_lines(folder / "out" / "kept" / "in.jsonl")}
    return {name: text.removeprefix(f"{make_text(name, 400)}\n\n") for name, text in kept.items()}


def double(body, head=HEAD):
    return f"{head}\n{body}{body}", f"{head}\n{body}"


# A body printed again directly behind itself: then any letters tell where it begins.
BEHIND = {
    "lower case behind itself": double(make_body("a", "today", "the end")),
    "digits behind itself": double(make_body("b", "2024 was", "in 1995")),
    "capitals behind itself": double(make_body("c", "WASHINGTON", "NOAA")),
    "Sinhala behind itself": double(make_body("d", "ශ්‍රී ලංකා", "රජය")),
    "Arabic behind itself": double(make_body("e", "قال الوزير", "اليوم")),
    "German behind itself": double(make_body("f", "straße", "größe")),
    "headline that ends as the body does": double(make_body("g", "The", "fire"), "A house on fire"),
}


@pytest.mark.parametrize("name", GLUED)
def test_a_glued_copy_is_cut_to_the_character(cleaned, name):
    assert cleaned[name].split() == write_glued(*GLUED[name])[1].split()


@pytest.mark.parametrize("name", BEHIND)
def test_a_copy_directly_behind_its_original_is_cut_whatever_its_letters_are(cleaned, name):
    assert cleaned[name] == BEHIND[name][1]


@pytest.mark.parametrize("name", WHOLE)
def test_no_word_that_is_not_glued_is_cut(cleaned, name):
    assert cleaned[name] == write_kept(*WHOLE[name])


def test_the_mark_of_the_next_item_of_a_list_stays(tmp_path):
    item = f"• {make_body('item', 'One', 'more.')}"
    text = f"{item}\n\n• {BETWEEN}.\n\n{item}\n\n• {AFTER}."
    assert clean_one(tmp_path, text) == f"{item}\n\n• {BETWEEN}.\n\n• {AFTER}."


@pytest.mark.parametrize("mark", ["\u0301", "\u200d", "🏽", "\ufe0f"])
def test_no_grapheme_is_cut_where_a_copy_is_glued(tmp_path, mark):
    body = make_body("marks", "The", "today👍")
    text = f"{HEAD}\n{body}\n\n{BETWEEN}.{body}{mark}More {AFTER}."
    kept = clean_one(tmp_path, text)
    graphemes = regex.findall(r"\X", text)
    assert all(grapheme in graphemes for grapheme in regex.findall(r"\X", kept))


def clean_one(folder, text):
    path = str(write_jsonl(folder / "in.jsonl", [{"id": "a", "text": text}]))
    clean_quietly([path], folder / "out")
    (record,) = read_lines(folder / "out" / "kept" / "in.jsonl")
    return record["text"]
