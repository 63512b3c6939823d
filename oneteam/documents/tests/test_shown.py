"""What later rooms show: how a document would look, what is missing first; and the list of those that were issued."""

import pytest
from django.template import Context, Engine
from django.test import RequestFactory

from oneteam.documents import acts, queries
from oneteam.documents.models import Document, Number
from oneteam.documents.shown import documents_panel, preview_paper
from oneteam.documents.tests.making import DECISION, OFFICER, issue
from oneteam.kernel.clock import legal_day
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.settings_table import UnsetSettingError
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")
DAY = legal_day(AT)


def test_whole_preview_has_pages_and_nothing_to_say_and_keeps_nothing() -> None:
    paper = preview_paper("decision_on_the_spot", DECISION, day=DAY, language="zh")
    assert len(paper.pages) == 2
    assert all(page.startswith("data:image/png;base64,") for page in paper.pages)
    assert paper.notes == []
    assert not Document.objects.exists()
    assert not Number.objects.exists()


def test_what_is_missing_stands_first() -> None:
    paper = preview_paper("decision_on_the_spot", {**DECISION, "act": "", "place": None}, day=DAY)
    (note,) = paper.notes
    assert (note.state, str(note.title), str(note.text)) == ("warn", "Still missing:", "Place of the act, The act")
    assert paper.pages


def test_every_wrong_value_is_named_and_no_page_shown() -> None:
    paper = preview_paper("decision_on_the_spot", {**DECISION, "amount": "a lot", "party_name": "\x00"}, day=DAY)
    assert paper.pages == []
    assert [str(note.text).partition(":")[0] for note in paper.notes] == ["Party", "Amount of the fine"]
    glyph = preview_paper("decision_on_the_spot", {**DECISION, "party_name": "😀"}, day=DAY)
    assert [str(note.text) for note in glyph.notes] == ["Party: no font has: 😀"]


def test_setting_that_the_city_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(name: str) -> str:
        raise UnsetSettingError(name)

    monkeypatch.setattr(queries, "setting", lacking)
    (note,) = preview_paper("decision_on_the_spot", DECISION, day=DAY).notes
    assert "Court (remedy.court)" in str(note.text)


def test_panel_lists_documents_with_how_they_stand() -> None:
    case = uuid7()
    first, second = issue(about=[case]), issue("order_to_correct", about=[case])
    acts.void(actor=actor(OFFICER), at=AT, document=first.id, reason="Wrong name")
    panel = documents_panel(queries.documents_about([case])[case])
    context = Context({"panel": panel.context, "request": RequestFactory().get("/")})
    page = Engine.get_default().get_template(panel.panel_template).render(context)
    for words in (first.number, second.number, f"/documents/{first.id}/", "Void", "Sealed"):
        assert words in page
    empty = Context({"panel": documents_panel([]).context, "request": RequestFactory().get("/")})
    assert "No document was issued yet." in Engine.get_default().get_template(panel.panel_template).render(empty)
