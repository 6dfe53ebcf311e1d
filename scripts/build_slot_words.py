"""Build `dedup/text/slot_words.json`, the words of months, weekdays, seasons and numbers.

The names of months and weekdays are those of the CLDR, which Babel carries (`pip install babel`). CLDR has no seasons,
and its number words are rules: those, and abbreviations, are English. In other languages abbreviations are common
words too ("so" is Sunday in German).
"""

import json
import re
from collections.abc import Iterable

from babel import Locale

from dedup.text.lexicon import DAYS, MONTH_ABBREVIATIONS, NUMBER_VALUES
from dedup.text.slot_words import SLOT_WORDS_PATH

LANGUAGES = (
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ka kk kn ky "
    "lt lv mk ml mn mr ms nb ne nl pa pl ps pt ro ru si sk sl sq sr sv sw ta te tr uk ur uz vi zu"
)
DAY_ABBREVIATIONS = (*(day[:3] for day in DAYS), "tues", "thur", "thurs")
SEASONS = ("spring", "summer", "autumn", "fall", "winter")
ORDINALS = ("first", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")


def collect_names(tables: Iterable[object]) -> dict[str, int]:
    """Return the names of tables of months or weekdays, in full, that are one word of three letters and more.

    Each with its number as CLDR has it (weekdays from 0, Monday), -1 where languages do not agree: listopad is October
    in Croatian and November in Polish.
    """
    numbers: dict[str, int] = {}
    for table in tables:
        for forms in dict(table).values():  # type: ignore[call-overload]
            for number, name in forms["wide"].items():
                word = name.casefold()
                if re.fullmatch(r"[^\W\d_]{3,}", word):
                    numbers[word] = number if numbers.get(word, number) == number else -1
    return numbers


def build() -> dict[str, dict[str, int] | list[str]]:
    """Return the words of each kind, none in two; of months and weekdays with their numbers."""
    locales = [Locale.parse(language) for language in LANGUAGES.split()]
    month = collect_names(locale.months for locale in locales)
    month |= {name: MONTH_ABBREVIATIONS.index(name) + 1 for name in MONTH_ABBREVIATIONS[:12]} | {"sept": 9}
    weekday = collect_names(locale.days for locale in locales)
    weekday |= {name: [day[:2] for day in DAYS].index(name[:2]) for name in DAY_ABBREVIATIONS}
    weekday = {word: number for word, number in weekday.items() if word not in month}
    number = {*NUMBER_VALUES, *ORDINALS} - month.keys() - weekday.keys()
    return {
        "number": sorted(number),
        "month": dict(sorted(month.items())),
        "weekday": dict(sorted(weekday.items())),
        "season": sorted(SEASONS),
    }


if __name__ == "__main__":
    SLOT_WORDS_PATH.write_text(json.dumps(build(), ensure_ascii=False, indent=0) + "\n")
