import random
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from test_diff_terminal import NEW, OLD

from dedup.diff.engine import diff_texts
from dedup.report.diff.diff_html import render_html
from dedup.report.wording import shorten_fact

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</style><script>alert(1)</script>",
    "{{ 7*7 }} {% raw %}",
    "<!-- </details>",
    "\u202eevil\u202c",
    "\x00\x1b[2J",
    "&lt;script&gt; &amp;",
]


class Page(HTMLParser):
    """The tags, ids, links and text of a page."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.ids, self.links, self.attributes, self.texts = [], [], [], set(), []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.texts.append(data)


def render(old, new, names=("old.txt", "new.txt")):
    return render_html(diff_texts(old, new), names)


def test_every_link_has_its_target_and_every_id_is_given_once():
    page = Page(render(OLD, NEW))
    assert sorted(set(page.ids)) == sorted(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert all(link.startswith("#") for link in page.links)


def test_all_words_of_both_texts_are_in_the_page():
    shown = set(re.findall(r"\w+", " ".join(Page(render(OLD, NEW)).texts)))
    assert set(re.findall(r"\w+", OLD + NEW)) <= shown


def test_the_page_loads_nothing_and_runs_nothing():
    source = render(OLD, NEW)
    page = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on")} | {"src"} & page.attributes
    assert "default-src 'none'" in source


def test_the_style_is_allowed_by_its_hash():
    source = render(OLD, NEW)
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL).group(1)
    assert b64encode(sha256(style.encode()).digest()).decode() in source


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(hostile):
    quiet = Page(render("One fine day in spring. Two.", "Two. One day in the spring.", ("a", "b")))
    page = Page(render(f"One {hostile} day in spring. Two.", f"Two. One {hostile} in the spring.", (hostile, hostile)))
    assert set(page.tags) <= set(quiet.tags) | {"details", "summary", "del", "ins"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not set("\x00\x1b\u202e") & set("".join(page.texts))


def measure_contrast(a, b):
    def measure_light(colour):
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((measure_light(a), measure_light(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_every_text_has_enough_contrast_in_light_and_dark(theme):
    style = render("One.", "Two.")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    pairs = [("ink", "page"), ("faint", "page"), ("link", "page"), ("add-ink", "add"), ("drop-ink", "drop")]
    pairs += [("move-ink", "move"), ("ink", "move"), ("link", "move"), ("move-ink", "page")]
    assert [] == [pair for pair in pairs if measure_contrast(colours[pair[0]], colours[pair[1]]) < 4.5]


def test_a_limit_that_was_hit_is_in_the_page():
    words = [" ".join(random.Random(seed).choices("ab", k=16_000)) for seed in range(2)]
    assert "Limit reached." in render(*words)


def test_identical_texts_make_a_page_too():
    assert "The two texts are identical." in render("Same.", "Same.")


def test_a_change_of_a_number_is_listed_and_linked():
    page = Page(render("The law of 2013 stands.", "The law of 2023 stands."))
    assert any("number changed: 2013 -> 2023" in text for text in page.texts)


def test_a_long_changed_fact_is_shown_with_its_number():
    old = "It is old. Nobody who was asked knew where that word came from"
    new = f"{old}, but it is in print, as a librarian of the university of the town has found out now, since 1826"
    assert re.search(r"(number|date) added: …[^<]* since 1826<", render(f"{old}.", f"{new}."))
    assert shorten_fact(f"{'没有人知道' * 30}1826年") == "…没有人知道没有人知道没有人知道没有人知道1826年"
