"""Every sentence exists in both languages, and neither language stands on a page of the other."""

import re
from functools import cache
from pathlib import Path

import polib
import pytest

from oneteam.web.tests import extraction
from oneteam.web.tests.extraction import PACKAGE, Found

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ #0]*[\d.]*[sdfr%]|\{\w*\}")


@cache
def _catalogue(room: str) -> dict[tuple[str, str], polib.POEntry]:
    path = PACKAGE / room / "locale/zh_Hans/LC_MESSAGES/django.po"
    if not path.exists():
        return {}
    return {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def _translation(found: Found) -> polib.POEntry | None:
    room = found.path.relative_to(PACKAGE).parts[0]
    for name in (room, "web"):
        entry = _catalogue(name).get((found.context, found.text))
        if entry is not None and entry.translated():
            return entry
    return None


def test_words_every_sentence_has_its_chinese() -> None:
    missing = {f"{found.place}: {found.text!r}" for found in extraction.everything() if _translation(found) is None}
    assert not missing, "add these to the room's locale/zh_Hans/LC_MESSAGES/django.po:\n" + "\n".join(sorted(missing))


def test_words_have_one_chinese_in_all_rooms() -> None:
    """Django knows one translation of a text, whichever room it stands in: words with two senses are two texts."""
    known: dict[tuple[str, str], dict[str, set[str]]] = {}
    for path in sorted(PACKAGE.glob("*/locale")):
        room = path.parent.name
        for key, entry in _catalogue(room).items():
            known.setdefault(key, {}).setdefault(entry.msgstr or str(entry.msgstr_plural), set()).add(room)
    assert {key: senses for key, senses in known.items() if len(senses) > 1} == {}


def test_words_placeholders_are_the_same_in_both_languages() -> None:
    wrong = []
    for path in sorted(PACKAGE.glob("*/locale/zh_Hans/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(path)):
            chinese = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
            wanted = sorted(set(PLACEHOLDER.findall(entry.msgid)))
            wrong += [
                f"{path.parents[3].name}: {entry.msgid!r} -> {text!r}"
                for text in chinese
                if sorted(set(PLACEHOLDER.findall(text))) != wanted
            ]
    assert not wrong, "\n".join(wrong)


def test_words_no_chinese_stands_in_a_template() -> None:
    found = [
        f"{path.relative_to(PACKAGE.parent)}:{number}: {line.strip()[:80]}"
        for path in extraction.templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if HAN.search(line)
    ]
    assert not found, "\n".join(found)


def test_words_no_chinese_stands_in_an_english_sentence() -> None:
    found = [f"{item.place}: {item.text!r}" for item in extraction.everything() if HAN.search(item.text)]
    assert not found, "\n".join(found)


def test_words_no_sentence_shouts() -> None:
    found = [item.place for item in extraction.everything() if item.text.rstrip().endswith("!")]
    assert not found, "looks.md, section 6: no exclamation marks:\n" + "\n".join(found)


TEMPLATE = """{% load i18n %}
{# {% translate "not this one" %} #}
{% translate "Send order" %}{% trans 'Correct' context "button" %}
<p title="{% translate "It's late" %}">{{ _("Inside") }}</p>
{% blocktranslate count n=rows with who=name trimmed %}
  {{ n }} row of {{ who }}, 5 %
{% plural %}
  {{ n }} rows
{% endblocktranslate %}"""


def test_extraction_of_a_template_finds_each_form() -> None:
    found = {
        (item.line, item.context, item.text, item.plural) for item in extraction.from_template(Path("a"), TEMPLATE)
    }
    assert found == {
        (3, "", "Send order", ""),
        (3, "button", "Correct", ""),
        (4, "", "It's late", ""),
        (4, "", "Inside", ""),
        (5, "", "%(n)s row of %(who)s, 5 %%", "%(n)s rows"),
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Send")', ("", "Send", "")),
        ('gettext_lazy("a" "b")', ("", "ab", "")),
        ('ngettext("one", "many", n)', ("", "one", "many")),
        ('pgettext("verb", "Order")', ("verb", "Order", "")),
        ('npgettext("c", "one", "many", n)', ("c", "one", "many")),
        ('translation.gettext("Send")', ("", "Send", "")),
    ],
)
def test_extraction_of_python_finds_each_call(source: str, expected: tuple[str, str, str]) -> None:
    (found,) = extraction.from_python(Path("a"), source)
    assert (found.context, found.text, found.plural) == expected


@pytest.mark.parametrize("source", ["_(name)", "print('Send')", "_()", 'obj["_"]'])
def test_extraction_of_python_leaves_out_what_is_not_a_literal(source: str) -> None:
    assert list(extraction.from_python(Path("a"), source)) == []
