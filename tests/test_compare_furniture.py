"""What a page prints around an article is told from what the article says."""

from time import process_time

import pytest

from dedup.compare.model import Omission
from dedup.compare.read_units import split_document, split_documents
from dedup.model.documents import Document
from dedup.pipeline.compare_in_memory import compare_texts

BODY = "The harbour was closed on Tuesday after two ferries collided in thick fog, the port authority said."
MORE = "Nobody was hurt, and both ships reached the quay under their own power before noon."
LONG = (
    f"{BODY} {MORE} Divers inspected both hulls in the afternoon while engineers examined radar recordings and logs. "
    "Fishermen complained that warnings arrived late, although the weather service had published forecasts on Monday. "
    "Passengers travelled onward by coach towards Bergen, where hotels offered rooms, blankets and breakfast for free. "
    "Investigators will question captains, pilots and traffic controllers before publishing their findings next month."
)
PIECES = [
    "Skip to main content",
    "Read more: Fog closes the airport for a second day",
    "Also read: Why ferries collide",
    "Sign up for our daily briefing",
    "Related Articles",
    "Leave a comment",
    "Your email address will not be published.",
    "Filed under: Transport",
    "Tags: fog, ferries",
    "By Ann Lee and Tom O'Neill",
    "Photo: Jane Doe",
    "(Photo by Jane Doe/Getty Images)",
    "FILE PHOTO: A ferry leaves the harbour",
    "January 23, 2024 10:15 am",
    "Updated: 23/01/2024",
    "Reporting by Ann Lee; Editing by Tom Cole",
    "© 2024 The Harbour Times",
    "Follow The Harbour Times on Twitter",
    "Media contact: Jo Poe, (202) 555-0101",
    "press@harbour.example",
    "###",
    "Share this article",
    "Weiterlesen: Nebel legt Hafen lahm",
    "Lire aussi : le port fermé",
    "02.11.13",
    "(Harbour/Jan23/2024)",
    "(Harbour/Jan 23/2024)",
    "WASHINGTON, D.C.",
    "FOR IMMEDIATE RELEASE: January 23, 2024",
    "Dear Mr. Speaker:",
    "Mr. President,",
    "Ms. CANTWELL.",
    "Respectfully submitted,",
    "The full text of the letter can be found here and below:",
    "Watch a video of the minister's speech here.",
    "To view the map of the harbour, click here.",
]
END = [
    "Minister opens the new airport terminal",
    "Leave a Reply Cancel replyYour email address will not be published.",
    "Save my name, email, and website in this browser for the next time I comment.",
]
STATEMENTS = [
    "Harbour closed after ferries collide",
    "Video shows the moment of the collision",
    "By noon both ships had reached the quay",
    "Read the law again before you sail, the minister told captains on Tuesday evening.",
    "Contact was lost with the second ferry at nine.",
    "Follow the money, the prosecutor said.",
    "More ferries will be checked this week",
    "Share prices of the operator fell.",
    "The update of the radar came too late, an engineer said.",
    "Number of injured: 14",
    "The drug will soon be available here.",
    "Seals can be seen here.",
    "The president said: “We were here.”",
    "The president,",
    "Read the bill again and you will see.",
    "15,000.",
    "He said.",
]


def omit(text):
    """Return the furniture of a text."""
    outlet = split_document(Document("x", text))
    return [outlet.cut(n) for n, s in enumerate(outlet.sentences) if s.omission is Omission.FURNITURE]


@pytest.mark.parametrize("piece", PIECES)
def test_what_the_page_prints_is_furniture(piece):
    assert [piece] == omit(f"{BODY}\n\n{piece}\n\n{MORE}\n")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_the_article_says_is_none(statement):
    assert [] == omit(f"{BODY}\n\n{statement}\n\n{MORE}\n")


def test_headings_below_related_articles_are_furniture_up_to_the_next_sentence():
    teasers = ["Related articles", "Fog closes the airport", "Two held after brawl"]
    assert teasers == omit("\n\n".join([BODY, *teasers, MORE]))


def test_short_headings_around_the_article_are_a_menu_and_a_list_in_it_is_not():
    items = ["World", "Business", "Sport", "Weather"]
    assert items == omit("\n\n".join([*items, BODY, MORE]))
    assert items == omit("\n\n".join([BODY, MORE, *items]))
    assert [] == omit("\n\n".join([BODY, *items, MORE]))


def test_a_short_heading_that_stands_twice_is_furniture():
    assert ["Harbour news"] * 2 == omit(f"Harbour news\n\n{BODY}\n\nHarbour news\n\n{MORE}")


def test_furniture_is_in_no_row_and_no_words_of_an_outlet():
    text = f"{BODY} {MORE}"
    found = compare_texts({"a": f"{text}\n\nRead more: fog\n", "b": f"{text}\n\nRead more: fog\n"}, engine="lexical")
    assert 2 == len(found.rows)
    assert found.outlets[0].num_words == sum(len(part.split()) for part in (BODY, MORE))
    assert 0 == found.shares[0][1].new


def test_one_line_of_furniture_behind_the_last_sentence_makes_the_block_furniture():
    outlet = split_document(Document("a", "\n\n".join(["Harbour closed", BODY, *END])))
    assert [None, None, *[Omission.FURNITURE] * 3] == [sentence.omission for sentence in outlet.sentences]


def test_headlines_of_other_stories_behind_the_last_sentence_are_furniture():
    others = [
        "Imran Khan sentenced to ten years for leaking secrets",
        "Parade grounds open for protests as court blocks march",
    ]
    assert others == omit("\n\n".join(["Harbour closed", LONG, *others]))
    assert [] == omit("\n\n".join(["Harbour closed", LONG, others[0]]))  # one may be a sentence without a stop


def test_a_headline_with_a_colon_or_a_semicolon_is_no_list():
    others = [
        "Sharp decline in treasury bill rates; turnover exceeds one billion",
        "Probe into medicines heats up: key meetings and consultations today",
    ]
    assert others == omit("\n\n".join(["Harbour closed", LONG, *others]))
    form = "Leave a reply Your email address will not be published."
    assert [*others, form] == omit("\n\n".join(["Harbour closed", BODY, *others, form]))


def test_a_headline_of_another_story_that_two_short_texts_print_at_the_end_is_furniture():
    other, own = "Imran Khan sentenced to ten years for leaking secrets", "Both ferries stay in the harbour this week"
    texts = [f"{BODY}\n\n{other}\n\n{own}", f"{MORE}\n\n{other}", f"{BODY}\n\n{own}"]
    outlets = split_documents([Document(str(n), text) for n, text in enumerate(texts)])
    assert [[other], [other], []] == [
        [outlet.cut(n) for n, s in enumerate(outlet.sentences) if s.omission is Omission.FURNITURE]
        for outlet in outlets
    ]
    alone, same = (split_documents([Document("a", texts[0]), Document("b", other_text)]) for other_text in (MORE, BODY))
    assert not any(sentence.omission for outlet in (*alone, *same) for sentence in outlet.sentences)


def test_the_last_sentence_of_a_text_that_two_print_is_no_furniture_where_it_lost_its_stop():
    last = "Detectives arrested three suspected smugglers near Kristiansand"
    outlets = split_documents([Document("a", f"{BODY}\n\n{MORE}\n\n{last}"), Document("b", f"{MORE}\n\n{last}")])
    assert not any(sentence.omission for outlet in outlets for sentence in outlet.sentences)


@pytest.mark.parametrize(
    "lines",
    [
        ["Port authority closes harbour again after fog", "Ferries collided in thick fog on Tuesday"],
        ["Injured passengers: fourteen tourists from Bergen", "Missing sailors: seven fishermen from Stavanger"],
        ["He thanked rescue teams", "She wept"],
    ],
    ids=["of the article", "listed", "short"],
)
def test_other_lines_behind_the_last_sentence_stay(lines):
    assert [] == omit("\n\n".join([LONG, *lines]))


@pytest.mark.parametrize(
    ("article", "lines"),
    [
        (
            "Police gave advice after the storm.",
            ["Keep windows and doors locked overnight", "Report downed power lines to engineers"],
        ),
        (
            LONG,
            [" ".join(f"{chr(97 + n)}{chr(97 + m)}strange" for m in range(13)) for n in range(10)],
        ),
    ],
    ids=["short", "more than the article"],
)
def test_lines_behind_a_text_that_says_less_than_they_do_stay(article, lines):
    assert [] == omit("\n\n".join([article, *lines]))


def test_a_list_behind_a_colon_stays():
    prizes = ["Best picture went to Oppenheimer from Universal", "Best actress was Emma Stone for Poor Things"]
    assert [] == omit("\n\n".join([LONG, "These were the winners of the evening:", *prizes]))


def test_a_list_of_facts_behind_the_last_sentence_stays():
    outlet = split_document(Document("a", f"{BODY}\n\nInjured: 14\n\nRead more\n\nShips: two ferries"))
    assert [None, None, Omission.FURNITURE, None] == [sentence.omission for sentence in outlet.sentences]


def test_lines_of_a_script_without_stops_are_no_headings():
    lines = ["ตำรวจจับกุมชายสองคนหลังเรือเฟอร์รี่ชนกันในหมอกหนา" + "กขคงจ"[n % 5] * n for n in range(3, 20)]
    for stopped in ("", "ใครจะช่วยพวกเขา?"):
        assert [] == omit("\n\n".join([stopped, *lines, "Follow us on Facebook"]))[:-1]


def test_a_list_with_bullets_behind_the_last_sentence_stays():
    things = ("bicycles", "ferries", "trams", "horses")
    items = [f"{bullet} New lanes for {thing}" for bullet, thing in zip("•-*–", things, strict=True)]
    assert ["Read more"] == omit("\n\n".join([BODY, MORE, *items, "Read more"]))


def test_headings_with_many_colons_take_no_time():
    headlines = [f"Film wins prize {n} twice {':' * 110} in a day" for n in range(60)]
    began = process_time()
    split_document(Document("a", "\n\n".join([LONG, *headlines])))
    assert process_time() - began < 5
