"""Build `dedup/text/slot_words.json`, the words of months, weekdays, seasons and numbers,
and those that mark the title of a correction.

The names of months and weekdays are those of the CLDR, which Babel carries (`pip install babel`). CLDR has no seasons,
and its number words are rules: those, and abbreviations, are English. In other languages abbreviations are common
words too ("so" is Sunday in German).
"""

import json
import re

from babel import Locale

from dedup.text.lexicon import DAYS, MONTH_ABBREVIATIONS, NUMBER_VALUES
from dedup.text.slot_words import SLOT_WORDS_PATH

LANGUAGES = (
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ka kk kn ky "
    "lt lv mk ml mn mr ms nb ne nl pa pl ps pt ro ru si sk sl sq sr sv sw ta te tr uk ur uz vi zu"
)
DAY_ABBREVIATIONS = (*(day[:3] for day in DAYS), "tues", "thur", "thurs")
SEASONS = ("spring", "summer", "autumn", "fall", "winter")
CORRECTIONS = """
    corrected correction corrects corrigendum erratum errata korrigiert berichtigung berichtigt korrektur rectificatif
    rectifié corrigé corrección corregido rectificación rettifica correzione correção rectificatie correctie rättelse
    rettelse исправление поправка düzeltme 정정 تصحيح
"""  # what newspapers put before or behind a title
ORDINALS = ("first", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth")


def collect_names(tables: object) -> set[str]:
    """Return the names of a table of months or weekdays, in full, that are one word of three letters and more."""
    names = (name.casefold() for forms in dict(tables).values() for name in forms["wide"].values())  # type: ignore[call-overload]
    return {name for name in names if re.fullmatch(r"[^\W\d_]{3,}", name)}


def build() -> dict[str, list[str]]:
    """Return the words of each kind, none in two."""
    locales = [Locale.parse(language) for language in LANGUAGES.split()]
    month = set(MONTH_ABBREVIATIONS).union(*(collect_names(locale.months) for locale in locales))
    weekday = set(DAY_ABBREVIATIONS).union(*(collect_names(locale.days) for locale in locales)) - month
    number = {*NUMBER_VALUES, *ORDINALS} - month - weekday
    kinds = {
        "number": number,
        "month": month,
        "weekday": weekday,
        "season": set(SEASONS),
        "correction": set(CORRECTIONS.split()),
    }
    return {kind: sorted(words) for kind, words in kinds.items()}


if __name__ == "__main__":
    SLOT_WORDS_PATH.write_text(json.dumps(build(), ensure_ascii=False, indent=0) + "\n")
