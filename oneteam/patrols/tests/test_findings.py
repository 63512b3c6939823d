"""Findings: recorded once, settled where they are service, passed on where not, taken over by officers only."""

import io
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import translation
from PIL import Image

from oneteam.files.models import Blob
from oneteam.files.photos import Photo, read_photo
from oneteam.intake.models import Incident, Report
from oneteam.intake.queries import told_texts
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.lawbook.catalogue import catalogue
from oneteam.patrols import acts, queries
from oneteam.patrols.acts import Spotted
from oneteam.patrols.models import Finding, FindingPhoto
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import next_steps, runs
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")

HERE = (Decimal("120.490920"), Decimal("27.605620"))
"""In the community of Songlan, which is Weng Shanxing's ground under both of his posts."""
ATTENDANT, OFFICER = ("weng.shanxing", "grid_attendant"), ("weng.shanxing", "officer")


def matter(kind: str) -> str:
    return next(code for code, one in catalogue().on(legal_day(AT)).items() if one.kind == kind)


def photo(colour: str = "red") -> Photo:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return read_photo(file)


def spotted(kind: str = "enforcement", **more: Any) -> Spotted:
    return Spotted(**{"matter": matter(kind), "lon": HERE[0], "lat": HERE[1], **more})


def found(kind: str = "enforcement", *, by: tuple[str, str] = ATTENDANT, **more: Any) -> UUID:
    made = acts.make_finding(
        actor=actor(*by), at=AT, finding=uuid4(), spotted=spotted(kind, **more), photos=[photo()]
    )  # fmt: skip
    return made.id


def passed_on(receiver: str = "officers", **more: Any) -> UUID:
    finding = found(**more)
    acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver=receiver)
    return finding


def state(finding: UUID) -> str:
    return runs([finding])[finding].state


def test_finding_stands_with_its_ground_and_its_photo() -> None:
    finding = found(note="三个摊位占了盲道")
    row = Finding.objects.select_related("place").get(id=finding)
    assert row.place is not None
    assert row.place.kind in ("grid", "community"), "what holds the point"
    assert (row.handling, row.found_by_id, row.report_id) == ("enforcement", actor(*ATTENDANT).person_id, None)
    assert [p.moment for p in FindingPhoto.objects.filter(finding=finding)] == ["before"]
    assert queries.notes([row])[finding]["note"] == "三个摊位占了盲道"
    act = Act.objects.get(stream=finding, kind="finding.made")
    assert act.place == f"{HERE[0]},{HERE[1]}"
    assert "三个摊位" not in str(act.payload)


def test_two_taps_make_one_finding_and_another_content_is_a_conflict() -> None:
    finding, same = uuid4(), dict[str, Any](actor=actor(*ATTENDANT), at=AT)
    first = acts.make_finding(**same, finding=finding, spotted=spotted(), photos=[photo()])
    again = acts.make_finding(**same, finding=finding, spotted=spotted(), photos=[photo()])
    assert (first.known, again.known, again.number) == (False, True, first.number)
    assert (Finding.objects.count(), Blob.objects.count()) == (1, 1)
    with pytest.raises(KeyUsedError):
        acts.make_finding(**same, finding=finding, spotted=spotted(note="别的"), photos=[photo()])
    with pytest.raises(ConflictError):
        acts.make_finding(actor=actor("fang.xiaohe"), at=AT, finding=finding, spotted=spotted(), photos=[photo()])


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [({"lon": Decimal("110.000000")}, BadInputError, "outside the city"),
     ({"matter": "F99-999"}, MissingError, "F99-999"), ({"note": "x" * 20_001}, BadInputError, "at most")],
)  # fmt: skip
def test_finding_that_cannot_be_is_refused_and_nothing_is_kept(
    change: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=f"(?i){said}"):
        found(**change)
    assert (Finding.objects.count(), Blob.objects.count()) == (0, 0)


@pytest.mark.parametrize("count", [0, acts.PHOTO_LIMIT + 1])
def test_finding_needs_a_photo_and_takes_six(count: int) -> None:
    pictures = [photo() for _ in range(count)]
    with pytest.raises(BadInputError, match="photo"):
        acts.make_finding(actor=actor(*ATTENDANT), at=AT, finding=uuid4(), spotted=spotted(), photos=pictures)


def test_ot_07_service_is_settled_on_the_spot_with_a_photo_of_after() -> None:
    finding = found("service")
    with pytest.raises(BadInputError, match="how it looks now"):
        acts.settle_finding(actor=actor(*ATTENDANT), at=AT, finding=finding, after=[])
    for _again in range(2):
        acts.settle_finding(
            actor=actor(*ATTENDANT), at=AT, finding=finding, after=[photo("green")], note="已清理", key="s"
        )  # fmt: skip
    assert state(finding) == "settled"
    assert sorted(p.moment for p in FindingPhoto.objects.all()) == ["after", "before"]
    assert not Report.objects.exists()


@pytest.mark.parametrize("kind", ["enforcement", "other_agency"])
@pytest.mark.parametrize("post", [ATTENDANT, OFFICER])
def test_ot_07_what_is_no_service_is_not_settled(kind: str, post: tuple[str, str]) -> None:
    finding = found(kind)
    with pytest.raises(RefusedError) as refused:
        acts.settle_finding(actor=actor(*post), at=AT, finding=finding, after=[photo("green")])
    assert [failed.id for failed in refused.value.failures] == ["OT-07"]
    assert state(finding) == "found"
    assert FindingPhoto.objects.count() == 1


def test_passed_on_it_is_a_report_of_the_patrol_with_its_place_and_words() -> None:
    finding = found(note="摊主不听劝", address="松风路口")
    for _again in range(2):
        acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="desk", note="还在现场", key="p")
    report = Report.objects.get()
    told = told_texts([report])[report.id]
    assert (report.channel, report.source, report.lon, report.lat) == ("grid_patrol", "patrol", *HERE)
    assert (told.text, told.address) == ("摊主不听劝\n还在现场", "松风路口")
    assert told.title == catalogue().latest[matter("enforcement")].name.zh[:100]
    assert report.incident_id is None, "what it is the desk decides, or the officer who takes it over"
    assert state(finding) == "passed_on"
    assert report.id in Act.objects.get(kind="finding.passed_on").about


def test_service_is_not_passed_to_officers() -> None:
    finding = found("service")
    with pytest.raises(BadInputError, match="do not take over service"):
        acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="officers")
    with pytest.raises(BadInputError, match="Choose to whom"):
        acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="nobody")
    assert not Report.objects.exists()
    acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="desk")


@pytest.mark.parametrize("receiver", ["desk", "officers", None])
def test_off_05_attendant_takes_nothing_over_and_the_same_person_as_officer_does(receiver: str | None) -> None:
    finding = passed_on(receiver) if receiver else found()
    with pytest.raises(RefusedError) as refused:
        acts.take_over(actor=actor(*ATTENDANT), at=AT, finding=finding)
    (failed,) = refused.value.failures
    assert failed.id == "OFF-05"
    assert "art. 30" in failed.article
    assert "17(3)" in failed.article
    assert (Incident.objects.count(), Report.objects.count()) == (0, 1 if receiver else 0)
    incidents = {acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding, key="t") for _again in range(2)}
    incident = Incident.objects.get()
    assert incidents == {incident.id}
    assert (incident.matter, incident.handling, incident.lon) == (matter("enforcement"), "enforcement", HERE[0])
    assert runs([incident.id])[incident.id].state == "established"
    assert Report.objects.get().incident_id == incident.id
    assert (state(finding), Finding.objects.get().taken_by_id) == ("taken_over", actor(*OFFICER).person_id)
    assert set(queries.taken_over([incident.id])) == {incident.id}


def test_off_05_is_seen_before_anybody_clicks() -> None:
    finding = passed_on()
    shown = {step.step: step for step in next_steps([finding], actor(*ATTENDANT), AT)[finding]}
    assert [failed.id for failed in shown["finding.take_over"].blockers] == ["OFF-05"]
    shown = {step.step: step for step in next_steps([finding], actor(*OFFICER), AT)[finding]}
    assert shown["finding.take_over"].state == "lawful"


def test_second_officer_is_too_late() -> None:
    finding = passed_on()
    acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    with pytest.raises(RefusedError, match="OT-03"):
        acts.take_over(actor=actor("luo.chengye"), at=AT, finding=finding)
    with pytest.raises(NotAllowedError):
        acts.give_back(actor=actor("luo.chengye"), at=AT, finding=finding, reason="不是我的")


def test_what_an_officer_gives_back_is_the_desks_again() -> None:
    finding = passed_on()
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    with pytest.raises(BadInputError):
        acts.give_back(actor=actor(*OFFICER), at=AT, finding=finding, reason=" ")
    acts.give_back(actor=actor(*OFFICER), at=AT, finding=finding, reason="人已走，要另派人")
    row = Finding.objects.get()
    assert (state(finding), row.receiver, row.taken_by_id) == ("passed_on", "desk", None)
    assert queries.taken_over([incident]) == {}
    assert acts.take_over(actor=actor("luo.chengye"), at=AT, finding=finding) == incident, "the same incident"


def test_finding_is_corrected_by_who_found_it_while_nothing_came_of_it() -> None:
    finding = found("service")
    with pytest.raises(ConflictError, match="Nothing was changed"):
        acts.correct_finding(actor=actor(*ATTENDANT), at=AT, finding=finding, spotted=_same(finding))
    with pytest.raises(NotAllowedError):
        acts.correct_finding(actor=actor("fang.xiaohe"), at=AT, finding=finding, spotted=spotted())
    acts.correct_finding(actor=actor(*ATTENDANT), at=AT, finding=finding, spotted=spotted("enforcement"), key="c")
    acts.correct_finding(actor=actor(*ATTENDANT), at=AT, finding=finding, spotted=spotted("enforcement"), key="c")
    assert Finding.objects.get().handling == "enforcement"
    assert [act.payload["changed"] for act in Act.objects.filter(kind="finding.corrected")] == [["matter"]]
    acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="desk")
    with pytest.raises(RefusedError, match="OT-03"):
        acts.correct_finding(actor=actor(*ATTENDANT), at=AT, finding=finding, spotted=spotted("service"))


def _same(finding: UUID) -> Spotted:
    row = Finding.objects.get(id=finding)
    return Spotted(matter=row.matter, lon=row.lon, lat=row.lat, place=row.place_id)


@pytest.mark.parametrize("name", ["settle_finding", "pass_on", "take_over", "give_back", "correct_finding"])
def test_unknown_finding_is_said(name: str) -> None:
    known: dict[str, dict[str, Any]] = {
        "settle_finding": {"after": []}, "pass_on": {"receiver": "desk"}, "give_back": {"reason": "x"},
        "correct_finding": {"spotted": spotted()},
    }  # fmt: skip
    with pytest.raises(MissingError, match="no such finding"):
        getattr(acts, name)(actor=actor(*OFFICER), at=AT, finding=uuid4(), **known.get(name, {}))


@pytest.mark.parametrize("username", ["shen.yulan", "xie.lianfang", "bao.zhengheng"])
def test_only_who_is_on_patrol_finds(username: str) -> None:
    with pytest.raises(NotAllowedError):
        acts.make_finding(actor=actor(username), at=AT, finding=uuid4(), spotted=spotted(), photos=[photo()])


def test_report_of_a_finding_names_its_place_as_the_machine_reads_it_whatever_the_finders_language() -> None:
    with translation.override("en"):
        passed_on()
    report = Report.objects.get()
    place = Finding.objects.select_related("place").get().place
    assert place is not None
    assert told_texts([report])[report.id].address == place.name_zh
