"""Copies that are glued on to the text before or after them are cut where a reader sees them begin and end."""

import pytest
import regex
from commands import clean_quietly
from corpora import make_text, read_lines, write_jsonl


def make_body(seed, first="The", last="Article"):
    """Return a paragraph of 300 words that begins and ends with the given ones, with no stop at the end."""
    return f"{first} {make_text(seed, 300)} {last}"


HEAD = "A headline about something else"
BETWEEN = make_text("between", 40)
AFTER = make_text("after", 40)

# name: (first word, last word, what stands before the copy); the copy ends the text
GLUED = {
    "lower to upper": ("The", "today.", "the Movement"),
    "digit to letter": ("Today", "today.", "(703) 555-2665"),
    "letter to digit": ("2024", "today.", "Next article"),
    "capitals to a word": ("The", "today.", "at NOAA"),
    "full stop": ("The", "today.", "it ended."),
    "full stop and quote": ("“The", "today.”", "it ended.”"),
    "colon": ("The", "today.", "Read more:"),
    "comma": ("The", "today.", "Sincerely,"),
    "hashes": ("WASHINGTON", "today.", "###"),
    "-30-": ("WASHINGTON", "today.", "-30-"),
    "bracket": ("(Oakland, CA)", "today.", "Next Article"),
    "quote": ("“The", "today.”", "read the bill"),
    "indented original": ("\t  The", "today.", "Next Article"),
    "hashes behind it": ("The", "today.\n\n###", "it ended."),
    "flag behind it": ("The", "today 🇨🇭", "it ended."),
}


def write_glued(first, last, before):
    """Return a text with a glued copy, and the text without it."""
    body = make_body("body", first, last)
    kept = f"{HEAD}\n{body}\n\n{BETWEEN} {before}"
    return kept + body.lstrip(), kept


def write_kept(first, before):
    """Return a text with a sentence at a line, and again inside another one, behind something that is no end."""
    body = make_body("kept", first, "of the whole story.")
    return f"{HEAD}\n{body}\n\n{BETWEEN} {before}{body}"


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


def double(body, head=HEAD, between="", after=""):
    return f"{head}\n{body}{between}{body}{after}", f"{head}\n{body}{between or ' ' * bool(after)}{after}"


# A body printed again directly behind itself: then any letters tell where it begins.
BEHIND = {
    "lower case behind itself": double(make_body("a", "today", "the end")),
    "digits behind itself": double(make_body("b", "2024 was", "in 1995")),
    "capitals behind itself": double(make_body("c", "WASHINGTON", "NOAA")),
    "Sinhala behind itself": double(make_body("d", "ශ්‍රී ලංකා", "රජය")),
    "Arabic behind itself": double(make_body("e", "قال الوزير", "اليوم")),
    "German behind itself": double(make_body("f", "straße", "größe")),
    "headline that ends as the body does": double(make_body("g", "The", "fire"), "A house on fire"),
    "glued at its end": double(make_body("h", "The", "today."), between="\n", after=f"Russian leaders met {AFTER}."),
    "glued at both ends": double(make_body("i", "The", "Movement"), after=f"Russian leaders met {AFTER}."),
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
    assert clean_one(tmp_path, f"{item}\n\n{item}\n\n• {AFTER}.") == f"{item}\n\n• {AFTER}."


@pytest.mark.parametrize("mark", ["\u0301", "\u200d", "🏽", "\ufe0f"])
def test_no_grapheme_is_cut_where_a_copy_is_glued(tmp_path, mark):
    body = make_body("marks", "The", "today👍")
    text = f"{HEAD}\n{body}\n\n{body}{mark}More {AFTER}."
    kept = clean_one(tmp_path, text)
    graphemes = regex.findall(r"\X", text)
    assert all(grapheme in graphemes for grapheme in regex.findall(r"\X", kept))


def clean_one(folder, text):
    path = str(write_jsonl(folder / "in.jsonl", [{"id": "a", "text": text}]))
    clean_quietly([path], folder / "out")
    (record,) = read_lines(folder / "out" / "kept" / "in.jsonl")
    return record["text"]
