"""What the desk's form offers: what is likely, and what typed words find; never a whole catalogue or city."""

import re

import pytest
from django.utils import translation

from conftest import City
from oneteam.command.offers import offered_places
from oneteam.command.tests.test_desk import CLEAR, values
from oneteam.command.tests.test_dispatch import certify
from oneteam.intake.models import Incident
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.catalogue import catalogue, matters
from oneteam.lawbook.offers import MOST, found_matters, matter_choices
from oneteam.places.models import Place
from oneteam.places.queries import find_places
from tests.world import AT, browser, follow, post_of, receive

pytestmark = pytest.mark.usefixtures("city")
TODAY = legal_day(AT)


def test_words_find_matters_by_name_code_and_field_best_first() -> None:
    found = found_matters("油烟 排放", TODAY)
    assert found
    assert all("油烟" in matter.name.zh and "排放" in matter.name.zh for matter in found)
    code = found[0].code
    assert [matter.code for matter in found_matters(code.lower(), TODAY)][:1] == [code]
    assert found_matters("  ", TODAY) == []
    assert found_matters("没有这样的事项", TODAY) == []
    assert len(found_matters("违法", TODAY)) <= MOST < len(catalogue().on(TODAY))


def test_form_offers_the_likely_matters_first_and_never_the_whole_catalogue(city: City) -> None:
    receive(CLEAR)
    follow(city.name)
    page = browser("shen.yulan").get("/desk/").content.decode()
    [select] = re.findall(r'<select name="matter".*?</select>', page)
    assert 5 < select.count("<option") <= MOST + 1
    assert "selected" in select
    assert 'name="matter_words"' in page
    nothing = matter_choices(TODAY, likely=[None])
    assert len(nothing) == 1, "without a proposal only the words find something"


def test_typed_words_are_answered_with_options() -> None:
    desk = browser("shen.yulan", language="en")
    answer = desk.get("/matters/offered/", {"matter_words": "油烟"}).content.decode()
    assert '<option value="F' in answer
    assert answer.count("<option") <= MOST
    answer = desk.get("/desk/offer/places/", {"place_words": "Haitang Road"}).content.decode()
    assert str(Place.objects.get(code="R12").id) in answer
    answer = desk.get("/desk/offer/places/", {"place_words": "<nowhere>"}).content.decode()
    assert "Nothing is called so" in answer
    for username in ("fang.xiaohe", "luo.chengye"):
        assert browser(username).get("/desk/offer/places/").status_code == 403


def test_place_is_found_by_any_of_its_names_and_named_with_what_it_lies_in() -> None:
    with translation.override("zh-hans"):
        found = [place.name for place in find_places("建设路", on=TODAY, most=MOST)]
    assert found == ["建设路（北渚片区）", "建设路（南浦片区）"]
    assert find_places("海棠市场", on=TODAY, most=MOST)[0].id == Place.objects.get(code="L10").id, "an alias"
    assert len(find_places("社区", on=TODAY, most=3)) == 3
    assert find_places("", on=TODAY, most=3) == []


def test_without_scripts_the_words_come_back_with_what_they_found_and_what_was_found_can_be_chosen() -> None:
    report, road = receive(CLEAR).id, Place.objects.get(code="R12")
    desk = browser("shen.yulan")
    answer = desk.post(f"/reports/{report}/decide/", values(matter="", matter_words="油烟", place_words="海棠路"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="油烟"' in page
    assert str(road.id) in page
    found = found_matters("油烟", TODAY)[0]
    assert f'value="{found.code}"' in page
    desk.post(f"/reports/{report}/decide/", values(matter=found.code, place=str(road.id)))
    incident = Incident.objects.get()
    assert (incident.matter, incident.place_id) == (found.code, road.id)


def test_place_that_was_sent_stays_among_the_offered() -> None:
    shop = Place.objects.get(code="L10")
    assert shop.id not in {place.id for place in offered_places([], on=TODAY)}
    assert shop.id in {place.id for place in offered_places([], {"place": str(shop.id)}, on=TODAY)}
    assert shop.id in {place.id for place in offered_places([shop.id], on=TODAY)}
    assert offered_places([], {"place": "no id"}, on=TODAY)


def test_people_are_proposed_anew_for_the_matter_and_place_that_are_chosen() -> None:
    report = receive(CLEAR).id
    certify("luo.chengye", TODAY)
    desk = browser("shen.yulan", language="en")
    known = matters().values()
    violation, service = (next(m.code for m in known if str(m.kind) == kind) for kind in ("enforcement", "service"))
    place = str(Place.objects.get(code="C07").id)

    def first(**chosen: str) -> str:
        answer = desk.get(f"/desk/offer/people/{report}/", chosen).content.decode()
        [chosen_post] = re.findall(r'name="post" value="([^"]+)"[^>]* checked', answer)
        return str(chosen_post)

    assert first(matter=violation, place=place) == str(post_of("luo.chengye", "officer").id)
    assert first(matter=service, place=place) == str(post_of("fang.xiaohe", "grid_attendant").id)
    answer = desk.get(f"/desk/offer/people/{report}/", {"matter": violation, "place": ""}).content.decode()
    assert " checked" not in answer, "where the place is unknown the desk chooses"
    assert desk.get(f"/desk/offer/people/{place}/").status_code == 404
