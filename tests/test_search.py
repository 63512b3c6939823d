"""The search over a city: who finds what, what erasing takes away, what a page of results costs."""

import html
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from oneteam.cases.tests import making as cases
from oneteam.directories.searchable import register_searchable, searchables
from oneteam.intake.models import Report
from oneteam.journal.actors import operator
from oneteam.journal.erase import erase_subject
from oneteam.patrols.acts import pass_on
from oneteam.patrols.tests.test_findings import ATTENDANT, found
from oneteam.people import acts as people_acts
from oneteam.people import units
from oneteam.people.models import Account
from oneteam.places.models import Place
from oneteam.search import finding, indexing
from oneteam.search.models import Indexed
from oneteam.things.party_acts import correct_party
from oneteam.things.tests.making import citizen, credit, firm, shop
from tests import world
from tests.world import AT, actor, browser, receive

pytestmark = pytest.mark.usefixtures("city", "english")
CLERK = operator("clerk")


@pytest.fixture
def english() -> Iterator[None]:
    """Read messages as they stand in the code."""
    with translation.override("en"):
        yield


def follow() -> None:
    """Let the index take what was done."""
    world.follow(str(connection.settings_dict["NAME"]))


def titles(
    username: str, words: str, kind: str = "", language: str = "zh-hans", role: str | None = None
) -> list[str]:  # fmt: skip
    """Return what somebody finds, in the order of the page."""
    answer = browser(username, role, language=language).get("/search/", {"q": words, "kind": kind})
    assert answer.status_code == 200
    content = html.unescape(answer.content.decode()).split('id="search-words"')[1]
    return re.findall(r'<li><a href="[^"]+"><svg.*?</svg><span>(.*?)</span>', content, re.DOTALL)


def test_one_box_finds_people_places_units_matters_and_things() -> None:
    shop(firm(1, name="云屿彩印有限公司"), name="彩印门市")
    follow()
    person = Account.objects.get(username="shen.yulan").person
    for words in (person.name_zh, "shen.yulan", person.name_en.split()[0]):
        assert person.name_zh in titles("fang.xiaohe", words)
    assert "海棠社区" in titles("fang.xiaohe", "haitangshequ")
    assert any("海棠" in title for title in titles("fang.xiaohe", "htlqgzz"))
    assert titles("fang.xiaohe", credit(1)) == ["云屿彩印有限公司", "彩印门市"]
    assert titles("fang.xiaohe", "caiyinmenshi") == ["彩印门市"]
    place = Place.objects.get(code="990383000012001")
    assert titles("fang.xiaohe", "990383000012001")[0] == place.name_zh
    assert "制造、销售禁用渔具" in titles("fang.xiaohe", "jinyongyuju", kind="matters")
    assert titles("fang.xiaohe", "没有这样的东西") == []


def test_renamed_objects_are_found_by_their_new_names_only() -> None:
    person = people_acts.register_person(actor=CLERK, at=AT, name_zh="旧名人", name_en="Old Name")
    follow()
    assert titles("fang.xiaohe", "旧名人") == ["旧名人"]
    units.correct_person(actor=CLERK, at=AT, person=person, name_zh="新名人", name_en="New Name")
    follow()
    assert titles("fang.xiaohe", "旧名人") == []
    assert titles("fang.xiaohe", "xinmingren") == ["新名人"]


def test_reports_are_found_by_told_words_by_those_who_read_them_and_are_gone_when_erased() -> None:
    taken = receive("锦塘路有人占道卖烤红薯。")
    follow()
    assert titles("shen.yulan", "烤红薯") == [f"{taken.number} 锦塘路有人占道卖烤红薯。"]
    assert titles("shen.yulan", str(taken.number))[0].startswith(f"{taken.number} ")
    assert titles("fang.xiaohe", "烤红薯") == [], "an officer sees the orders sent to the post, not all reports"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tokens::text FROM search_indexed WHERE kind = 'reports'")
        stored = str(cursor.fetchall())
    assert "红薯" not in stored
    assert "薯" not in stored
    row = Report.objects.get(id=taken.id)
    erase_subject(actor=CLERK, at=AT, subject=row.text_subject, ground="consent_withdrawn", basis=["PIPL-47"])
    follow()
    assert titles("shen.yulan", "烤红薯") == []
    assert titles("shen.yulan", str(taken.number), kind="reports") == [f"{taken.number} 内容已删除"]
    assert Indexed.objects.get(kind="reports").subjects == []


def test_citizens_are_found_by_name_and_shown_masked() -> None:
    citizen(1, name="欧阳春生")
    follow()
    [masked] = titles("fang.xiaohe", "欧阳春生")
    assert masked != "欧阳春生"
    assert masked.endswith("生")
    assert len(titles("fang.xiaohe", "13800005602")) == 1


def test_cases_are_found_by_party_place_matter_and_number_by_who_may_see_them_only() -> None:
    case = cases.row(cases.known(cases.WASTE))
    follow()
    [found] = titles("luo.chengye", "林垟喆", kind="cases")
    assert found.startswith(f"{case.number} ")
    assert "林" not in found, "named by its matter"
    for words in ("锦塘路88号", "摆摊", cases.id_number(), str(case.number), found.split(maxsplit=1)[1]):
        assert titles("luo.chengye", words, kind="cases") == [found], words
        assert titles("xie.lianfang", words, kind="cases") == [found], "who reads all cases"
        assert titles("jin.ruotong", words, kind="cases") == [], "an officer of no such case"
        assert titles("shen.yulan", words, kind="cases") == [], "service never finds cases"
        assert titles(cases.FIRST, words, kind="cases", role="grid_attendant") == []
    erase_subject(actor=CLERK, at=AT, subject=case.text_subject, ground="consent_withdrawn", basis=["PIPL-47"])
    follow()
    assert titles("luo.chengye", "锦塘路88号", kind="cases") == []
    assert titles("luo.chengye", "林垟喆", kind="cases") == [found]


def test_cases_of_a_firm_are_found_by_its_new_name() -> None:
    case = cases.known(cases.BICYCLES, party=cases.COMPANY)
    party = cases.row(case).party_id
    assert party is not None
    correct_party(actor=CLERK, at=AT, party=party, name="云屿慢行科技有限公司")
    follow()
    assert len(titles("luo.chengye", "manxing", kind="cases")) == 1
    assert len(titles("luo.chengye", cases.COMPANY["credit_code"], kind="cases")) == 1


def test_findings_are_found_by_note_and_place_by_who_may_see_them_only() -> None:
    finding = found(note="三个摊位占了盲道", address="锦塘路口报刊亭")
    follow()
    for words in ("占了盲道", "报刊亭"):
        assert len(titles(ATTENDANT[0], words, kind="findings", role=ATTENDANT[1])) == 1
        assert len(titles("shen.yulan", words, kind="findings")) == 1
        assert titles("luo.chengye", words, kind="findings") == [], "not passed on to officers"
        assert titles("zhu.guilin", words, kind="findings") == [], "somebody else's"
        assert titles("gu.weichen", words, kind="findings") == []
    pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="officers")
    assert len(titles("luo.chengye", "报刊亭", kind="findings")) == 1


def test_noun_before_a_number_looks_among_its_kind_only() -> None:
    found(note="三个摊位占了盲道", address="锦塘路口报刊亭")
    report = receive()
    follow()
    assert titles(ATTENDANT[0], "巡查发现1", role=ATTENDANT[1]) == titles(
        ATTENDANT[0], "1", kind="findings", role=ATTENDANT[1]
    )
    [only] = titles("shen.yulan", f"诉求{report.number}")
    assert only.startswith(f"{report.number} ")
    assert titles("shen.yulan", f"report {report.number}") == [only]


def test_page_costs_the_same_for_one_hit_and_thirty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "OF_A_KIND", 40)
    client = browser("shen.yulan")

    def cost() -> int:
        follow()
        client.get("/search/?q=烤红薯")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/search/?q=烤红薯").status_code == 200
        return len(seen.captured_queries)

    receive("有人卖烤红薯。")
    one = cost()
    for number in range(29):
        receive(f"第{number}处有人卖烤红薯。")
    assert cost() == one
    assert len(titles("shen.yulan", "烤红薯")) == 30


def test_cases_and_findings_found_cost_the_same_for_one_and_for_more() -> None:
    client, counts = browser("xie.lianfang"), []
    cases.certify(cases.FIRST, cases.SECOND)
    for more in (1, 4):
        for _number in range(more):
            found(note="又有摊位占了盲道", address=f"{more}-{_number}")
            cases.known(certified=False)
        follow()
        answers = [client.get("/search/", {"q": words}).content.decode() for words in ("占了盲道", "林垟喆")]
        assert min(answer.count('<li><a href="') for answer in answers) >= more
        with CaptureQueriesContext(connection) as seen:
            for words in ("占了盲道", "林垟喆"):
                assert client.get("/search/", {"q": words}).status_code == 200
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1]


def test_many_of_a_kind_are_cut_with_a_way_to_all_of_them() -> None:
    for number in range(10):
        receive(f"第{number}处有人卖烤红薯。")
    follow()
    assert len(titles("shen.yulan", "烤红薯")) == finding.OF_A_KIND + 1
    assert len(titles("shen.yulan", "烤红薯", kind="reports")) == 10
    assert titles("shen.yulan", "烤红薯", kind="orders") == []


def test_exact_title_stands_before_what_only_holds_the_words() -> None:
    for number, name in enumerate(("海棠渔具商行", "渔具", "大渔具店"), 1):
        shop(firm(number, name=f"公司{number}"), name=name)
    follow()
    assert titles("fang.xiaohe", "渔具", kind="premises") == ["渔具", "大渔具店", "海棠渔具商行"]


def test_strange_words_are_answered() -> None:
    for words in ("'", "\\", "&|!", "a" * 3000, "\x00", "海" * 500, "%"):
        assert browser("shen.yulan").get("/search/", {"q": words}).status_code == 200
    assert browser("shen.yulan").get("/search/?q=a&kind=nothing").status_code == 200
    assert 'action="/search/"' in browser("shen.yulan").get("/reports/").content.decode()


def test_index_is_made_anew_from_the_journal() -> None:
    receive("有人卖烤红薯。")
    follow()
    before = set(Indexed.objects.values_list("kind", "object"))
    assert {kind for kind, _key in before} >= {"people", "units", "places", "matters", "reports"}
    indexing.begin_anew()
    assert not Indexed.objects.exists()
    follow()
    assert set(Indexed.objects.values_list("kind", "object")) == before


def test_a_kind_is_registered_once_and_unknown_objects_leave_the_index() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register_searchable(searchables()[0])
    indexing.put("units", {})
    gone = UUID(int=1)
    Indexed.objects.create(kind="units", object=gone, tokens="x", subjects=[])
    indexing.read_anew("units", [gone])
    indexing.read_anew("no_such_kind", [gone])
    assert not Indexed.objects.filter(object=gone).exists()
