"""Who is responsible for this spot, now, for this matter: every rung of the ladder, each with its reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from oneteam.journal.actors import operator
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.catalogue import matters
from oneteam.lawbook.matters import Competence, Kind, Matter
from oneteam.lawbook.queries import Responsible, responsible
from oneteam.people import acts as people
from oneteam.people.models import Account, Unit
from oneteam.people.standing_acts import enter_absence
from oneteam.places.models import Place
from tests.world import AT

pytestmark = pytest.mark.usefixtures("city")
KEEPER = operator("tester")
NOWHERE = (Decimal("100.000000"), Decimal("20.000000"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def spot(code: str = "C07") -> tuple[Decimal, Decimal]:
    place = Place.objects.get(code=code)
    return place.lon, place.lat


def of_kind(kind: Kind, competence: Competence = Competence.AREA) -> Matter:
    return next(one for one in matters().values() if one.kind is kind and one.competence is competence)


STALLS = "F01-001"


def asked(
    matter: Matter | None = None, *, point: tuple[Decimal, Decimal] | None = None, at: datetime = AT
) -> Responsible:
    return responsible(point or spot(), at, matter or matters()[STALLS])


def away(username: str) -> None:
    person = Account.objects.get(username=username).person_id
    enter_absence(
        actor=KEEPER, at=AT, person=person, starts=AT - timedelta(hours=1), ends=AT + timedelta(hours=8), reason="leave"
    )


def test_enforcement_goes_to_the_officer_who_covers_the_spot() -> None:
    found = asked()
    assert (found.name, found.unit) == ("Luo Chengye", "Yunxin Brigade")
    assert found.reason == "Officer on duty who covers the spot."
    assert found.post is not None


def test_service_goes_to_the_grid_attendant_and_never_to_an_officer() -> None:
    found = asked(of_kind(Kind.SERVICE))
    assert (found.name, found.reason) == ("Fang Xiaohe", "Grid attendant on duty for the spot.")
    away("fang.xiaohe")
    assert asked(of_kind(Kind.SERVICE)).reason.startswith("No grid attendant is on duty for the spot. Duty of the area")


def test_absent_officer_is_named_and_the_brigade_of_the_area_answers() -> None:
    away("luo.chengye")
    found = asked()
    assert found.name == "Xie Lianfang"
    assert found.reason == "No officer on duty covers the spot. Duty of the area's brigade. Absent: Luo Chengye."


def test_bureau_answers_where_the_brigade_cannot() -> None:
    away("luo.chengye")
    away("xie.lianfang")
    found = asked()
    assert found.name in ("Qiu Mingzhou", "Shen Yulan", "He Jingyuan")
    assert "Duty of the bureau." in found.reason


def test_head_is_called_where_nobody_is_on_duty() -> None:
    found = asked(at=AT + timedelta(days=500))
    assert (found.name, found.reason) == (
        "He Jingyuan", "Nobody who could go is on duty; the head of the bureau must be called.",
    )  # fmt: skip


def test_bureau_itself_answers_where_nobody_holds_a_post() -> None:
    found = asked(at=datetime(2000, 1, 3, 2, 0, tzinfo=UTC))
    assert (found.post, found.person, found.unit) == (None, None, "Yunyu Bureau of Comprehensive Enforcement")
    assert "must be called" in found.reason


def test_spot_in_no_known_grid_is_the_bureaus() -> None:
    assert asked(point=NOWHERE).reason == "The spot lies within no known grid. Duty of the bureau."


def test_professional_matter_goes_to_a_brigade_for_the_whole_city() -> None:
    hard = of_kind(Kind.ENFORCEMENT, Competence.PROFESSIONAL)
    assert asked(hard).reason.startswith("No officer of a professional brigade is on duty. Duty of the area's brigade.")
    bureau = Unit.objects.get(code="U01").id
    unit = people.register_unit(
        actor=KEEPER, at=AT, code="U90", kind="brigade", name_zh="专业一大队", name_en="First Professional Brigade",
        parent=bureau, area=None,
    )  # fmt: skip
    person = people.register_person(actor=KEEPER, at=AT, name_zh="专某", name_en="Pro One")
    post = people.give_post(
        actor=KEEPER, at=AT, person=person, unit=unit, role="officer", title_zh="执法队员", title_en="Officer",
        valid_from=legal_day(AT), scope=[],
    )  # fmt: skip
    people.plan_duty(actor=KEEPER, at=AT, post=post, starts=AT, ends=AT + timedelta(hours=8))
    assert asked(hard).post == post
    assert asked(hard, at=AT + timedelta(hours=8)).post != post, "the last moment of a turn is not in it"


def test_answer_costs_the_same_wherever_it_is_found() -> None:
    counts = []
    for point in (spot("C07"), spot("C01"), spot("C07")):
        with CaptureQueriesContext(connection) as captured:
            asked(point=point)
        counts.append(len(captured))
    assert counts[1] == counts[2]
