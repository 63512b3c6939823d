"""The follower that proposes: once each, abstaining when unsure, with its version, and never about erased words."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import override

from conftest import City
from oneteam.intake.acts import Established, import_reports, open_incident
from oneteam.intake.models import Report
from oneteam.intake.telling import Line
from oneteam.journal.actors import operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.follow import followers
from oneteam.journal.models import Act, Cursor
from oneteam.journal.queries import sentence
from oneteam.kernel.errors import NotAllowedError
from oneteam.lawbook.catalogue import matters
from oneteam.places.acts import register_places
from oneteam.places.gazetteer import Gazetteer
from oneteam.places.registering import NewPlace
from oneteam.triage import acts
from oneteam.triage.engine import CODE_VERSION, propose
from oneteam.triage.follower import Triage
from oneteam.triage.models import Proposal
from oneteam.triage.queries import counts, proposal_of, proposals
from oneteam.triage.words import MatterIndex
from tests.world import AT, actor, browser, follow, receive, told

pytestmark = pytest.mark.usefixtures("city")

CLEAR = "锦塘路有人占道摆摊卖烧烤，油烟很大，影响通行。"
VAGUE = "你们好，我想问一下。"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Let each test begin like a process that has just started: followers keep what they read in memory."""
    known = followers()["triage"]
    assert isinstance(known, Triage)
    Triage.__init__(known)
    yield
    Triage.__init__(known)


def proposed(report: UUID) -> Proposal:
    found = proposal_of(report)
    assert found is not None
    return found


def test_clear_report_gets_a_matter_a_place_and_a_version(city: City) -> None:
    report = receive(CLEAR).id
    assert follow(city.name)["triage"] == 1
    found = proposed(report)
    assert found.matter is not None
    assert found.field == matters()[found.matter].field
    assert found.place is not None
    assert "锦塘" in found.place.name_zh
    assert found.model.startswith(CODE_VERSION)
    act = Act.objects.get(kind="triage.proposed")
    assert act.stream == report
    assert act.actor == f"machine:triage@{found.model}"
    assert act.payload["matter"] == found.matter
    assert 0.5 < float(act.payload["probability"]) <= 1
    words = found.content["matter"]["words"]
    assert words
    assert all(CLEAR[start:end] for start, end in words)


def test_unsure_report_gets_an_abstention_with_a_reason(city: City) -> None:
    report = receive(VAGUE).id
    follow(city.name)
    found = proposed(report)
    assert (found.matter, found.place_id) == (None, None)
    assert found.content["matter"]["notes"]
    assert counts([report]) == (0, 1, 0)
    told = Act.objects.get(kind="triage.proposed", stream=report).payload
    with override("zh-hans"):
        assert sentence("triage.proposed", told, {**told, "matter": "无", "probability": "66%"}) == (
            "不作建议：把握不足（最可能事项的概率为 66%）"
        )


def test_each_report_is_proposed_once_however_often_it_is_handed_over(city: City) -> None:
    reports = [receive(f"{CLEAR} {number}").id for number in range(3)]
    follow(city.name)
    before = Act.objects.count()
    assert follow(city.name)["triage"] == 0
    Cursor.objects.filter(follower="triage").update(idx=0)
    follow(city.name)
    assert Proposal.objects.filter(report_id__in=reports).count() == 3
    assert Act.objects.count() == before


def test_restarted_follower_remembers_what_was_told_before(city: City) -> None:
    first = receive(CLEAR).id
    follow(city.name)
    known = followers()["triage"]
    assert isinstance(known, Triage)
    Triage.__init__(known)
    second = receive(CLEAR).id
    follow(city.name)
    assert [near["id"] for near in proposed(second).content["near"]] == [str(first)]
    assert Act.objects.get(kind="triage.proposed", stream=second).payload["near"] == [str(first)]


def test_report_never_lies_near_itself(city: City) -> None:
    report = receive(CLEAR).id
    follow(city.name)
    assert proposed(report).content["near"] == []


def test_erased_words_are_left_out(city: City) -> None:
    gone, kept = receive(CLEAR).id, receive(CLEAR).id
    subject = Report.objects.get(id=gone).text_subject
    erase_subject(actor=operator("clerk"), at=AT, subject=subject, ground="consent_withdrawn")
    follow(city.name)
    assert proposal_of(gone) is None
    assert proposed(kept).content["near"] == []
    assert Cursor.objects.get(follower="triage").error == ""


def test_imported_reports_get_proposals_too(city: City) -> None:
    lines = [Line(number + 2, told(f"{CLEAR} 第{number}次")) for number in range(5)]
    taken = import_reports(actor=operator("clerk"), at=AT, lines=lines, source="import").taken
    follow(city.name)
    assert counts([report.id for report in taken])[0] == 5


def test_new_place_is_known_from_the_next_report_on(city: City) -> None:
    first = receive("碧落仙街有人占道摆摊").id
    follow(city.name)
    street = NewPlace(
        code="R999", kind="road", name_zh="碧落仙街", name_en="Biluoxian Street", lon=Decimal("120.55"),
        lat=Decimal("27.55"),
    )  # fmt: skip
    place = register_places(actor=operator("clerk"), at=AT, places=[street])["R999"]
    second = receive("碧落仙街有人占道摆摊，还在").id
    follow(city.name)
    assert proposed(first).place_id is None
    assert proposed(second).place_id == place


def test_proposal_opens_no_incident_and_sends_no_order(city: City) -> None:
    report = receive("火灾！锦塘路店铺着火了，快来！").id
    follow(city.name)
    assert Report.objects.get(id=report).incident_id is None
    assert not Act.objects.filter(kind__startswith="order.").exists()
    assert not Act.objects.filter(kind__startswith="incident.").exists()


def test_only_a_machine_proposes(city: City) -> None:
    report = receive(CLEAR).id
    proposal = propose(
        CLEAR, matters=MatterIndex(tuple(matters().values())), gazetteer=Gazetteer([]), told_at=AT, recent=None
    )
    for who in (actor("shen.yulan"), operator("clerk")):
        with pytest.raises(NotAllowedError):
            acts.propose(actor=who, at=AT, report=report, proposal=proposal)
    assert proposal_of(report) is None


def test_proposals_are_read_in_one_query(city: City) -> None:
    reports = [receive(f"{CLEAR} {number}").id for number in range(4)]
    follow(city.name)
    assert set(proposals([*reports, UUID(int=0)])) == set(reports)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_shows_the_proposal_with_its_probability_and_the_deciding_words(city: City, language: str) -> None:
    report = receive(CLEAR).id
    desk = browser("shen.yulan", language=language)
    waiting = desk.get(f"/reports/{report}/")
    assert waiting.status_code == 200
    follow(city.name)
    content = desk.get(f"/reports/{report}/").content.decode()
    assert "%" in content
    assert "<mark" in content
    vague = receive(VAGUE).id
    follow(city.name)
    assert desk.get(f"/reports/{vague}/").status_code == 200
    assert desk.get("/reports/").status_code == 200


def test_near_report_joins_the_incident_by_the_page_and_only_by_a_dispatcher(city: City) -> None:
    first, second = receive(CLEAR).id, receive(CLEAR).id
    follow(city.name)
    decided = Established(
        matter=str(proposed(first).matter), field=proposed(first).field or "", handling="enforcement", urgency="urgent"
    )
    incident = open_incident(actor=actor("shen.yulan"), at=AT, report=first, established=decided)
    desk = browser("shen.yulan")
    assert str(incident) in desk.get(f"/reports/{second}/").content.decode(), "the incident can be chosen"
    assert browser("he.jingyuan").post(f"/reports/{second}/join/", {"incident": str(incident)}).status_code == 403
    assert desk.post(f"/reports/{second}/join/", {"incident": "none"}).status_code == 400
    assert desk.post(f"/reports/{second}/join/", {"incident": str(UUID(int=0))}).status_code == 404
    assert Report.objects.get(id=second).incident_id is None
    assert desk.post(f"/reports/{second}/join/", {"incident": str(incident)}).status_code == 302
    assert Report.objects.get(id=second).incident_id == incident
    assert desk.get(f"/reports/{first}/").status_code == 200


def test_page_that_waits_for_a_proposal_learns_when_it_is_there(city: City) -> None:
    report, desk = receive(CLEAR).id, browser("shen.yulan")
    assert desk.get(f"/reports/{report}/proposal/").status_code == 204
    follow(city.name)
    assert desk.get(f"/reports/{report}/proposal/").status_code == 302
