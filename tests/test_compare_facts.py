"""Facts in a wording, and when two of them disagree."""

import pytest

from dedup.compare import differ
from dedup.compare.disagreements import MAX_LENGTH, explain_languages, explain_long_sentences, find_disagreements
from dedup.compare.model import Cell, Link, Place, Row, Strength, Wording
from dedup.compare.opposites import read_claims
from dedup.compare.quotes import read_quotes
from dedup.compare.read_units import split_document
from dedup.compare.sentence_facts import read_dates, read_numbers, split_content
from dedup.compare.speakers import find_speakers, resolve_pronouns
from dedup.model.documents import Document
from dedup.text.date_phrases import find_dates, join_dates, read_date
from dedup.text.number_phrases import find_numbers
from dedup.text.phone_numbers import find_phones


def values(found):
    return [fact.value for fact in found]


def say(text):
    return differ.Said(text, split_content(text), read_quotes(text), find_speakers(text))


def list_conflicts(a, b, sentence=0):
    """Return the conflicts of two texts of which a sentence is linked, as kinds with the two wordings."""
    outlets = [split_document(Document(name, text)) for name, text in zip("ab", (a, b), strict=True)]
    link = Link(Place(0, sentence), Place(1, sentence), 0.5, Strength.STRONG, Wording.REWORDED)
    found = find_disagreements(outlets, [Row((Cell(0, (sentence,)), Cell(1, (sentence,))))], [link])
    return [(d.kind.value, *(fact.spans[0].cut(outlets[fact.outlet].text) for fact in d.facts)) for d in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("91 drones", ["91"]),
        ("Ninety-one drones", ["91"]),
        ("ninety one drones", ["91"]),
        ("1,200 people", ["1200"]),
        ("1.5 million people", ["1500000"]),
        ("2 millions", ["2000000"]),
        ("two hundred and six people", ["206"]),
        ("three thousand and five", ["3005"]),
        ("twenty-five thousand", ["25000"]),
        ("one million", ["1000000"]),
        ("a dozen men", ["12"]),
        ("two dozen men", ["24"]),
        ("19% of it", ["19"]),
        ("19 percent of it", ["19"]),
        ("nineteen per cent of it", ["19"]),
        ("٩١ طائرة", ["91"]),
        ("९१ ड्रोन", ["91"]),
        ("version 1.2.3", ["1.2.3"]),
        ("12345678901 and 12345678902", ["12345678901", "12345678902"]),
        ("1", ["1"]),
        ("one of them", []),
        ("dozens of people, hundreds of thousands", []),
        ("no number, B2B, a1", []),
        ("on December 28 at 10:30 in 2025", []),
        ("two and three", ["2", "3"]),
        ("a $2.5m plan, £3bn, Rs. 1.2mn and Rs.500", ["2500000", "3000000000", "1200000", "500"]),
        ("1,200km, 5.30pm, 1.5C, 100m and A380", []),
        ("half a million people", ["500000"]),
        ("half of two million shares, in the first quarter two million", ["2000000", "2000000"]),
        ("in March 2024, 300 people", ["300"]),
        ("over 28, 000 Palestinians", ["28000"]),
        ("half a dozen men and a quarter of a million women", ["6", "250000"]),
        ("two and a half million people", []),
    ],
)
def test_numbers_are_read_as_values(text, expected):
    assert expected == values(read_numbers(text, "en"))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1.200 Besucher", "de", ["1200"]),
        ("vierundzwanzig Verletzte", "de", ["24"]),
        ("1,5 Millionen Euro", "de", ["1500000"]),
        ("ein Mann", "de", []),
        ("treinta y dos casas", "es", ["32"]),
        ("1 200 personnes", "fr", ["1200"]),
        ("1,200 people", "", ["1200"]),
        ("1.200 Besucher", "xx", ["1.2"]),
        ("警方逮捕了25名嫌疑人,3万5000人", "zh", ["25", "35000"]),
        ("男性５人が1億2千万円", "ja", ["5", "120000000"]),
        ("懲役10年", "ja", ["10"]),
        ("ผู้ต้องหา 12คน และ15คน", "th", ["12", "15"]),
    ],
)
def test_numbers_are_read_as_their_language_writes_them(text, language, expected):
    assert expected == values(read_numbers(text, language))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Dec. 28-29", "December 28–29"),
        ("28 December", "December 28"),
        ("Sunday night", "overnight into Monday"),
        ("Sept. 3", "September 3rd"),
        ("28 December 2025", "2025-12-28"),
        ("01 January 2024", "Jan 1"),
        ("April 2014", "April 20"),
        ("31/12/2024", "31 de diciembre de 2024"),
        ("Sunday", "December 28–29"),
        ("Monday", "29 Dec"),
        ("Saturday night", "Sunday"),
        ("at 7.40am", "at 7:40 a.m."),
        ("at 10:30 pm", "at 22:30"),
        ("at 8:25 p.m.", "at 8:25"),
        ("24年3月", "2024年3月"),
        ("9-10 February", "Feb 9"),
        ("February 9th to 10th", "Feb 10"),
        ("令和6年3月5日", "2024年3月5日"),
    ],
)
def test_dates_that_can_be_one_agree(a, b):
    assert not read_date(a).differs(read_date(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("on Sunday night", "Tuesday"),
        ("Sunday", "Monday"),
        ("at 10:30", "at 10:45"),
        ("at 10:30 pm", "at 10:30 am"),
        ("at 7.40am", "at 7.10am"),
        ("at 00:15", "at 12:15 p.m."),
        ("May 3", "May 4"),
        ("5 de marzo", "5 de abril"),
        ("April 2014", "April 2015"),
        ("Sunday night", "Saturday"),
    ],
)
def test_dates_that_differ_disagree(a, b):
    assert read_date(a).differs(read_date(b))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It began at 7.40am on Monday.", ["7.40am", "Monday"]),
        ("It began at 10:30 pm and at 8:25 p.m.", ["10:30 pm", "8:25 p.m"]),
        ("It began at 10:30, at 7 p.m. it ended.", ["10:30", "7 p.m"]),
        ("It began at 13:20 amid fog.", ["13:20"]),
        ("It cost 7.40 amid rain.", []),
        ("It began at 8.40 on Monday.", ["8.40", "Monday"]),
        ("It began at 18:16hrs, in early 2024.", ["18:16hrs", "early 2024"]),
        ("It began at 0840 hours after 2000 hours of work, um 9.15 Uhr.", ["0840 hours", "2000", "9.15 Uhr"]),
        ("It began at 10.30 hours and ran from 11.15 hrs.", ["10.30 hours", "11.15 hrs"]),
    ],
)
def test_a_time_is_found_with_its_minutes_and_its_half_of_the_day(text, found):
    assert found == [span.cut(text) for span in find_dates(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It took 10.30 hours.",
        "It was a drive of 4.30 hrs.",
        "The share sold at 10.30 on Monday.",
        "The rupee fell to a low of 300 and closed at 20.15 on Monday.",
        "It rose by 1.25 on Monday.",
    ],
)
def test_a_price_or_a_time_that_something_took_is_no_time_of_day(text):
    assert not [span.cut(text) for span in find_dates(text) if span.cut(text) != "Monday"]


def test_a_day_with_hyphens_is_a_date_and_no_telephone_number():
    text = "It came on 07-12-2024, tel. 071 234 5678."
    assert ["07-12-2024"] == [span.cut(text) for span in find_dates(text)]
    assert ["071 234 5678"] == [span.cut(text) for span in find_phones(text)]


def test_yesterday_is_no_date_that_can_be_compared():
    assert [""] == [str(fact.value) for fact in read_dates("The bridge fell yesterday.")]


def test_may_is_a_month_only_with_a_capital():
    text = "It may rain in May and June again."
    assert ["May and June"] == [span.cut(text) for span in join_dates(text)]


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "‘’", "「」"])
def test_quotes_of_several_kinds_are_found(marks):
    text = f"He said {marks[0]}we will not go{marks[1]} there."
    assert ["we will not go"] == [quote.span.cut(text) for quote in read_quotes(text)]


def test_a_quoted_word_or_two_or_a_title_is_no_quote():
    assert () == read_quotes("The “special operation” went on. He read “The Old Man And The Sea”.")


WORDED = "“We will {} the talks in Geneva next week,” Lavrov said."


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # numbers, with what they count
        ("The storm killed 12 people in Oslo.", "A storm killed 13 people in Oslo.", [("number", "12", "13")]),
        ("The storm killed 12 people in Oslo.", "A storm killed 13 cows in Oslo.", []),
        ("The storm killed 12 people in Oslo.", "A storm killed at least 10 people in Oslo.", []),
        ("The storm killed 612 people in Oslo.", "A storm killed 600 people in Oslo.", []),
        ("The storm killed about 50 people in Oslo.", "A storm killed 53 people in Oslo.", []),
        ("The storm killed 12 people in Oslo.", "The 13 people in Oslo were killed by a storm.", []),
        ("The storm killed 12 people in Oslo.", "A storm killed 12 people in Oslo and 13 people in Bergen.", []),
        ("Four voted for the bill, two against it.", "Four votes were for the bill, two votes against it.", []),
        ("Greek stocks in Athens plunged 5.4 percent.", "Greek stocks in Athens closed down 3.9 percent.", []),
        ("He had 23 points and eight rebounds a game.", "He had 23 points and seven rebounds.", []),
        ("The leader was Hill with eight laps to go.", "The leader was Hill with five laps to go.", []),
        ("Hill led at Oslo with 64% of precincts reporting.", "Hill led at Oslo with 37% of precincts reporting.", []),
        ("The toll of the storm in Oslo rose to 12 dead.", "The toll of the storm in Oslo rose to 14 dead.", []),
        ("The storm killed 12 people and cut roads in Oslo.", "A storm killed 14 people and cut roads in Bergen.", []),
        ("The storm in Oslo killed 12 people on Sunday.", "The storm in Oslo killed 40 people.", []),
        ("The storm in Oslo killed 12 people.", "The storm in Oslo killed 40 people in all.", []),
        ("The storm killed 12 people at sea near Oslo.", "The storm killed 40 people at sea.", []),
        (
            "One was killed, five others injured in Oslo crash",
            "Two died and four others were injured in Oslo crash.",
            [],
        ),
        ("See http://ap.com/2013/09/16/12-killed-storm.", "See http://bbc.com/2013/09/16/13-killed-storm.", []),
        # dates
        ("The school at Oslo could close on May 3.", "The school at Oslo was closed on May 4.", []),
        ("The storm at sea hit Oslo on May 3.", "The storm at sea hit Bergen on May 4.", []),
        ("The storm killed 12 people in Oslo on May 3.", "The storm killed 14 people in Oslo on May 4.", []),
        ("The bridge at Oslo fell on May 3.", "The bridge at Oslo fell on May 4.", [("date", "May 3", "May 4")]),
        ("The bridge at Oslo fell on May 3.", "Mayor Hansen said on May 4 that the bridge at Oslo fell.", []),
        ("The bridge at Oslo fell on 28 December 2025.", "The bridge at Oslo fell on 2025-12-28.", []),
        ("The court of Oslo sentenced Hansen on May 3.", "Hansen was guilty, a jury of Oslo found on May 5.", []),
        (
            "A deal in the valley was signed by Oslo council on May 3.",
            "A deal in the valley was launched by Oslo council on May 9.",
            [],
        ),
        ("The crash happened south of Moss at 07:30.", "Medics were called to a crash south of Moss at 09:40.", []),
        (
            "The meeting in Oslo with Hansen began at 3 p.m. ET.",
            "The meeting in Oslo with Hansen began at 8 p.m. GMT.",
            [],
        ),
        (
            "The meeting in Oslo with Hansen began at 3 p.m. ET.",
            "The meeting in Oslo with Hansen began at 8 p.m. ET.",
            [("date", "3 p.m", "8 p.m")],
        ),
        (
            "The bridge at Oslo fell at 8.40 on Monday.",
            "The bridge at Oslo fell at 9.10 on Monday.",
            [("date", "8.40 on Monday", "9.10 on Monday")],
        ),
        ("The bridge at Oslo fell at 8.40 on Monday.", "The bridge at Oslo fell at 8.49 on Monday.", []),
        (
            "The plant in Oslo opened at the start of 2024.",
            "The plant in Oslo opened in August 2024.",
            [("date", "start of 2024", "August 2024")],
        ),
        ("The plant in Oslo opened at the start of 2024.", "The plant in Oslo opened in March 2024.", []),
        # numbers
        (
            "Lee was jailed in Oslo for one year for theft.",
            "Lee was jailed in Oslo for two years for theft.",
            [("number", "one", "two")],
        ),
        ("For help in Oslo call police on 011 234 5678.", "For help in Oslo call police on 011 299 5678.", []),
        ("Call the Oslo storm hotline 1938 for help.", "Call the Oslo storm hotline 1990 for help.", []),
        ("The storm killed people in Oslo: +47 22 66 90 50.", "A storm killed people in Oslo: +47 33 66 90 50.", []),
        (
            "The index of Oslo rose by +25.5 percent.",
            "The index of Oslo rose by +35.5 percent.",
            [("number", "25.5", "35.5")],
        ),
        (
            "The army fired 1,000 300-pound bombs at the port.",
            "The army fired 2,000 300-pound bombs at the port.",
            [("number", "1,000", "2,000")],
        ),
        ("Between 10 and 15 soldiers were killed in the ambush.", "Twelve soldiers were killed in the ambush.", []),
        ("Some 200 to 300 protesters met at the gate.", "About 450 protesters met at the gate.", []),
        (
            "Police arrested 25 men in the raid on the port.",
            "Police arrested 37 men in the raid on the port.",
            [("number", "25", "37")],
        ),
        (
            "Two people were killed and three people were wounded at the plant.",
            "Two people were killed and four people were wounded at the plant.",
            [("number", "three", "four")],
        ),
        (
            "A gunman killed two people at a Kraft plant, wounding two others.",
            "A gunman killed two people at the Kraft plant; one more was wounded.",
            [],
        ),
        ("The storm killed 12 children in the town of Lira.", "The storm killed 30 in the town of Lira.", []),
        # quotations
        (WORDED.format("didn't know of"), WORDED.format("did not know of"), []),
        (WORDED.format("can't attend of"), WORDED.format("cannot attend of"), []),
        (
            WORDED.format("doesn't attend in Oslo"),
            WORDED.format("does attend in Oslo"),
            [("quote", "We will doesn't", "We will does"), ("opposite", "doesn't attend in", "attend in Oslo")],
        ),
        (WORDED.format("attend"), WORDED.format("watch"), [("quote", "We will attend", "We will watch")]),
        (WORDED.format("attend"), "“We will attend the talks,” Lavrov said.", []),
        (WORDED.format("(just) attend"), WORDED.format("[just] attend"), []),
        (WORDED.format("attend five of"), WORDED.format("attend 5 of"), []),
        (
            WORDED.format("attend five of"),
            WORDED.format("attend 6 of"),
            [("number", "five", "6"), ("quote", "We will attend", "We will attend")],
        ),
        (WORDED.format("end"), WORDED.format("win"), [("quote", "We will end", "We will win")]),
        (
            "“It is bad for all of us in Oslo, '' Lee said.",
            "\"It is good for all of us in Oslo, '' Lee said.",
            [("quote", "It is bad", "It is good")],
        ),
        ("``It is bad for us in Oslo, '' Lee said.", "Lee said: ''It is bad for us in Oslo.''", []),
        (WORDED.format("hand over"), "“We will handover in Geneva next week the talks,” Lavrov said.", []),
        # names
        (
            "An inquest into 12 men killed in a Blue Finch boat crash in the Cold Bay began.",
            "An inquest into deaths of 12 men in a Cold Bay boat crash began.",
            [],
        ),
        (
            "The men were lost in a Blue Finch boat crash. It was in the Cold Bay.",
            "The men were lost in a Cold Bay boat crash.",
            [],
        ),
        (
            "“The brakes of the bus have failed again,” said Hansen.",
            "“The brakes of the bus have failed again,” said Sir Olav. Mr Hansen chairs the board.",
            [],
        ),
        (
            "The talks were led by Dmitry Peskov in Geneva on Monday.",
            "The talks were led by Yuri Ushakov in Geneva on Monday.",
            [("name", "Dmitry Peskov", "Yuri Ushakov")],
        ),
        (
            "The talks were led by Dmitry Peskov in Geneva on Monday.",
            "The talks were led by Mr Peskov in Geneva on Monday.",
            [],
        ),
        (
            "The talks were led by Dmitry Peskov in Geneva on May 3.",
            "The talks were led by Yuri Ushakov in Geneva on May 9.",
            [],
        ),
        (
            "The march began at the Old Market square in the town on Monday.",
            "The march began at the Green Hill square in the town on Monday.",
            [],
        ),
        (
            "“The brakes of the bus may have failed,” said Anukarn Thammavijarn.",
            "“The brakes of the bus may have failed,” said Anukarn Thamvijarn.",
            [],
        ),
        # who is sure of it
        (
            "Lavrov claimed the drones had been shot down.",
            "Lavrov confirmed the drones had been shot down.",
            [("attribution", "claimed", "confirmed")],
        ),
        ("Lavrov claimed the drones had been shot down.", "Peskov confirmed the drones had been shot down.", []),
        ("Lavrov claimed the drones had been shot down.", "Lavrov confirmed the talks go on.", []),
        ("Lavrov said the drones had been shot down.", "Lavrov warned the drones had been shot down.", []),
    ],
)
def test_facts_of_linked_sentences(a, b, expected):
    assert expected == [
        (kind, *(" ".join(wording.split()[:3]) for wording in sides)) for kind, *sides in list_conflicts(a, b)
    ]


SPOKEN = "{} said more. “The chair {} in case of a tie of its members. This is the law.”"


def test_sentences_of_one_quotation_have_the_speaker_named_before_it():
    told = [SPOKEN.format("Peiris", "may vote only"), SPOKEN.format("Perera", "always decides alone")]
    assert [] == list_conflicts(*told, sentence=1)
    ((kind, _, _),) = list_conflicts(told[0], told[1].replace("Perera", "Peiris"), sentence=1)
    assert "quote" == kind


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Russia threatens to leave the talks.", "Russia has no intention of leaving the talks."),
        ("Russia threatens to break off negotiations.", "Russia would not abandon the talks outright."),
        ("The talks on the harbour broke down on Friday.", "The talks on the harbour have not broken down."),
        ("Three people were injured in the fire in Riga.", "No one was injured in the fire in Riga."),
        ("The union will strike at the port in May.", "The union will not strike at the port in May."),
        ("Smith admitted stealing the red car.", "Smith denied stealing the red car."),
        ("The council rejected the plan for the bridge.", "The council approved the plan for the bridge."),
        ("Two casualties were reported in the town.", "No casualties were reported in the town."),
        ("Putin was in the house that day.", "Putin was not in the house that day."),
        ("The ministry confirmed the death of the hostage.", "The ministry denied the death of the hostage."),
        ("The court found him guilty of fraud.", "The court acquitted him of fraud."),
        ("The vaccine is effective against the new strain.", "The vaccine is ineffective against the new strain."),
        ("The man was armed at the bank.", "The man was unarmed at the bank."),
        ("The Senate passed the bill on ships.", "The Senate rejected the bill on ships."),
        ("The museum in Oslo opened on Monday.", "The museum in Oslo closed on Monday."),
        ("The schools will remain closed until Monday.", "The schools will remain open until Monday."),
        ("Russia threatened to quit the talks.", "Russia would continue the talks."),
    ],
)
def test_what_one_asserts_and_the_other_denies_may_contradict(a, b):
    ((kind, _, _),) = list_conflicts(a, b)
    assert "opposite" == kind


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Russia threatens to leave the talks.", "Russia threatened to leave the talks, they said."),
        ("Russia did not leave the talks.", "Nobody will leave the talks."),
        ("An employee of the bank was injured in the blast.", "Another employee was uninjured in the blast."),
        ("Passengers were left stranded at Heathrow.", "Passengers remained stranded at Heathrow."),
        ("Stocks on Wall Street opened lower on Monday.", "Stocks on Wall Street closed lower on Monday."),
        ("The strike at the port will end on Friday.", "The strike at the port will continue until Friday."),
        ("Putin will leave for Beijing.", "The talks will not be left to chance."),
        ("If Russia leaves the talks, war goes on.", "Russia will not leave the talks."),
        ("Not only Russia left the talks.", "Russia left the talks."),
        ("The rule would allow the office to watch us.", "We should not allow the office to watch us."),
        ("He must not leave the country.", "He left the country."),
        ("I cant speak for the first death.", "I can't speak for the first death."),
        ("The price of oil in Oslo rose to 9 dollars.", "The price of oil in Oslo fell from 9 dollars."),
        ("Nobody who asked for help was sent away.", "Nobody, who asked for help, was sent away."),
        ("Most islanders pay no income tax.", "Islanders are exempt from some income taxes."),
        ("The ministry will close the bridge.", "The mayor will not close the bridge."),
        ("The ministry will close the school.", "The ministry will not close the bridge."),
        ("The council lifts the ban on ships.", "The council lifts the ban imposed on ships."),
        ("He gave his closing statement.", "He gave an opening statement."),
        ("Hansen was found guilty of fraud.", "Hansen pleaded not guilty of fraud."),
        ("The coast of Aceh was hit by the 2004 tsunami.", "A quake hit Aceh, no tsunami warning was issued."),
        ("Hansen signed the bill on May 3.", "Hansen had not signed the bill on May 1."),
        ("Will Russia leave the talks?", "Russia will not leave the talks."),
        (
            "Over 70 percent of islanders are unaware of the bill.",
            "Only 28 percent of islanders were aware of the bill.",
        ),
        ("Hansen had to leave the House of Lords.", "Hansen gave up his title to remain in the House of Lords."),
        ("Hansen had to leave the House of Lords.", "Hansen sold his land in order to remain in the House of Lords."),
        ("They falsely claimed that Russia left the talks.", "Russia has not left the talks."),
        (
            "The court told them to refrain from blocking roads, or protesting in a way that violates rights.",
            "The court told them to protest in a way that does not violate rights.",
        ),
    ],
)
def test_what_does_not_contradict_is_not_shown(a, b):
    assert [] == list_conflicts(a, b)


def test_a_text_that_says_both_contradicts_nobody():
    texts = (
        "Russia threatens to leave the talks. Lavrov said Russia will not leave the talks.",
        "Russia will not leave the talks.",
    )
    outlets = [split_document(Document(name, text)) for name, text in zip("ab", texts, strict=True)]
    rows = [Row((Cell(0, (0,)),)), Row((Cell(0, (1,)), Cell(1, (0,))))]
    assert [] == find_disagreements(outlets, rows, [])


@pytest.mark.parametrize("pair", [("zelenskyy", "zelenskiy"), ("zelenskyy", "zelensky")])
def test_spellings_of_one_name_agree(pair):
    assert differ.is_same_spelling(*pair)


@pytest.mark.parametrize("pair", [("lavrov", "peskov"), ("wang", "wong")])
def test_other_names_and_short_ones_differ(pair):
    assert not differ.is_same_spelling(*pair)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sergei Lavrov also said so.", ["Lavrov"]),
        ("“No,” said Kremlin spokesman Dmitry Peskov.", ["Peskov"]),
        ("According to Lavrov, it fell.", ["Lavrov"]),
        ("It fell in Moscow, officials say.", []),
        ("“No,” said the Russian foreign minister Sergei Lavrov.", ["Lavrov"]),
        ("According to Lavrov in Moscow, it fell.", ["Lavrov"]),
    ],
)
def test_speakers_are_found(text, expected):
    assert expected == [speaker.name for speaker in find_speakers(text)]


@pytest.mark.parametrize(
    "text", ["5 mıllıon, FİVE", "1" + "億" * 40, "hundred " * 2300, "9" * 400 + "万", "1万" * 5000]
)
def test_numbers_beyond_all_measure_are_read_in_time(text):
    for language in ("en", "ja"):
        assert find_numbers(text, language)


@pytest.mark.parametrize("text", ["", "1,", "“", "\0", "\ud800", "half half", "19 " * 2000, "Aa " * 3000, "1" * 9000])
def test_every_reader_stands_any_text_and_its_spans_are_inside(text):
    spans = [fact.span for fact in (*read_numbers(text, "en"), *read_dates(text), *read_quotes(text))]
    spans += [claim.span for claim in read_claims(text)]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_a_run_of_capitalised_words_takes_no_square_of_time():
    assert ["Aaaa " * 40_000 + "went."] == resolve_pronouns(["Aaaa " * 40_000 + "went."])
    assert ["A" * 200_000] == resolve_pronouns(["A" * 200_000])


def test_he_is_read_as_the_speaker_last_named():
    assert "Lavrov said so." == resolve_pronouns(["Mr Lavrov warned.", "He said so."])[1]


def test_he_without_a_speaker_stays():
    assert ["He said so."] == resolve_pronouns(["He said so."])


def test_a_sentence_beyond_the_limit_is_not_looked_into_and_that_is_said():
    texts = [f"There were {count} drones " + "and more " * MAX_LENGTH for count in (91, 92)]
    assert [] == list_conflicts(*texts)
    outlets = [split_document(Document(name, text)) for name, text in zip("ab", texts, strict=True)]
    assert ("no disagreements are looked for in 2 sentences beyond 10,000 characters",) == explain_long_sentences(
        outlets
    )


def test_what_is_not_read_in_a_language_is_told():
    texts = (
        "Die Stadt zählte drei Verletzte im Hafen.",
        "Liczba ofiar pożaru w porcie wzrosła do trzech osób.",
        "The cat.",
    )
    outlets = [split_document(Document(name, text)) for name, text in zip("abc", texts, strict=True)]
    assert (
        "speakers, verbs of saying and opposites are read in English only, not in de, pl",
        "number words are not read in pl",
    ) == explain_languages(outlets)


def test_number_words_of_other_languages_are_compared():
    said = "Die Stadt zählte {} Verletzte am Hafen von Rotterdam."
    assert [("number", "vierundzwanzig", "25")] == list_conflicts(said.format("vierundzwanzig"), said.format("25"))
    assert [] == list_conflicts(said.format("vierundzwanzig"), said.format("24"))


def test_articles_of_other_languages_are_no_other_words_of_a_quotation():
    said = "« Nous avons vu {} voitures brûler dans la rue principale », a dit le maire. Il a {} parlé lundi à Paris."
    assert [] == list_conflicts(said.format("les", "donc"), said.format("des", "aussi"))


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("the suspect hurt his arm at the bank", "the suspect was unarmed at the bank"),
        ("the mayor founds the firm in the town", "the charge against the mayor of the firm was unfounded"),
        ("3,000 immigrants crossed the border near Calais", "3,000 migrants crossed the border near Calais"),
        ("divers unearthed the wreck near Calais", "divers earthed the wreck near Calais"),
        ("the mayor unveiled the statue of the king", "the mayor veiled the statue of the king"),
    ],
)
def test_only_adjectives_of_a_list_are_denied_by_a_prefix(word, other):
    assert [] == list_conflicts(f"Police said {word}.", f"Police said {other}.")


@pytest.mark.parametrize("name", ["Ali Özdemir", "Lucja Żuraw"])
def test_a_name_of_any_letters_that_the_other_text_has_elsewhere_is_no_other_name(name):
    told = "The mayor of the town said that {} won the race of the boats on the lake."
    a, b = told.format(name), told.format("Jan Novak")
    assert ["name"] == [kind for kind, *_ in list_conflicts(a, b)]
    assert [] == list_conflicts(a, f"{b} Fans waved at {name.split()[1]}.")


def test_a_plan_is_one_at_the_start_of_a_sentence_too_and_may_is_a_month():
    texts = ["Originally, the talks began on Monday.", "Talks began on May 3.", "It may rain on Monday."]
    assert [True, False, True] == [read_dates(text)[0].is_planned for text in texts]
