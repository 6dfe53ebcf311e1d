"""Texts for the tests of `dedup compare`."""

from importlib.util import find_spec
from pathlib import Path

import pytest

STORY = sorted((Path(__file__).parent.parent / "examples" / "story").glob("*.txt"))
SEEDS = {path.name[:3]: path.read_text(encoding="utf-8") for path in STORY}
ENGINES = [
    "lexical",
    pytest.param(
        "semantic", marks=pytest.mark.skipif(not find_spec("onnxruntime"), reason="needs the extra newsdedup[semantic]")
    ),
]
semantic = pytest.mark.skipif(not find_spec("onnxruntime"), reason="needs the extra newsdedup[semantic]")
FIRE = {
    "ap": "Nine people died in a fire in Riga on Monday night. The mayor said it began in a kitchen. "
    "Firemen needed six hours to put it out. Nobody knows who owned the house.",
    "bbc": "Ten people died in a fire in Riga on Monday night. Six hours passed before firemen had put it out. "
    "Neighbours brought blankets and tea.",
    "cnn": "It began in a kitchen, the mayor claimed. Ten people were killed in the fire in Riga. "
    "An inquiry into the blaze was announced.",
}
SCRIPTS = {
    "Chinese": [
        "外交部长周一表示，俄罗斯将重新审视谈判立场。九十一架无人机袭击了总统官邸。市场没有受到影响。",
        "九十一架无人机袭击了总统官邸。部长说，谈判立场将被重新审视。天气预报说明天有雨。",
    ],
    "Japanese": [
        "外相は月曜日、交渉の立場を見直すと述べた。九十一機のドローンが大統領公邸を攻撃した。市場は動かなかった。",
        "九十一機のドローンが大統領公邸を攻撃したという。外相は交渉の立場を見直すと述べた。明日は雨が降るでしょう。",
    ],
    "Arabic": [
        (
            "قال وزير الخارجية يوم الاثنين إن موسكو ستراجع موقفها التفاوضي. هاجمت ٩١ طائرة مسيرة مقر إقامة الرئيس. "
            "لم تتأثر الأسواق."
        ),
        (
            "هاجمت ٩١ طائرة مسيرة مقر إقامة الرئيس ليلا. وستراجع موسكو موقفها التفاوضي كما قال الوزير. "
            "ستمطر السماء غدا في القاهرة."
        ),
    ],
    "Hebrew": [
        "שר החוץ אמר ביום שני כי מוסקבה תבחן מחדש את עמדתה. 91 כטבמים תקפו את מעון הנשיא. השווקים לא הגיבו.",
        "91 כטבמים תקפו את מעון הנשיא בלילה. מוסקבה תבחן מחדש את עמדתה, אמר השר. מחר יירד גשם בחיפה.",
    ],
    "Sinhala": [
        (
            "විදේශ අමාත්‍යවරයා සඳුදා කියා සිටියේ මොස්කව් සිය ස්ථාවරය සමාලෝචනය කරන බවයි. "
            "ඩ්‍රෝන යානා 91 ක් ජනාධිපති නිවසට පහර දුන්නේය. වෙළඳපොළ නොසෙල්වී පැවතිණි."
        ),
        "ඩ්‍රෝන යානා 91 ක් ජනාධිපති නිවසට පහර දුන්නේය යැයි කියයි. මොස්කව් සිය ස්ථාවරය සමාලෝචනය කරන බව අමාත්‍යවරයා පැවසීය. හෙට වැසි ඇති වේ.",
    ],
    "Thai": [
        "รัฐมนตรีต่างประเทศกล่าวเมื่อวันจันทร์ว่ามอสโกจะทบทวนจุดยืนในการเจรจา โดรน91ลำโจมตีบ้านพักประธานาธิบดี ตลาดไม่ได้รับผลกระทบ",
        "โดรน91ลำโจมตีบ้านพักประธานาธิบดีเมื่อคืนนี้ มอสโกจะทบทวนจุดยืนในการเจรจารัฐมนตรีกล่าว พรุ่งนี้ฝนจะตกหนักที่กรุงเทพ",
    ],
}
