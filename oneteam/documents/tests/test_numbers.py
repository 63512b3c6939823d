"""Numbers: gap-free per series and year, also when many draw at once; blocks for devices; void ones stay void."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from oneteam.documents import acts, queries
from oneteam.documents.models import Count, Number, State
from oneteam.documents.numbering import draw, series_of
from oneteam.documents.tests.making import OFFICER, YEAR, issue
from oneteam.journal.acts import record, write
from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")
OTHER = "weng.shanxing"


def reserve(count: int = 3, *, series: str = "on_the_spot", device: str = "手机 017", **more: Any) -> list[str]:
    return acts.reserve_numbers(actor=actor(OFFICER), at=AT, series=series, count=count, device=device, **more)


def serials(series: str = "on_the_spot", year: int = YEAR) -> list[int]:
    rows = Number.objects.filter(count__series=series, count__year=year)
    return list(rows.order_by("serial").values_list("serial", flat=True))


def test_num_01_numbers_follow_each_other_in_each_series_by_itself() -> None:
    texts = [issue(template).number for template in ("decision_on_the_spot", "order_to_correct") * 2]
    assert texts == [
        f"云综执当罚决字〔{YEAR}〕第00001号", f"云综执责改字〔{YEAR}〕第00001号", f"云综执当罚决字〔{YEAR}〕第00002号",
        f"云综执责改字〔{YEAR}〕第00002号",
    ]  # fmt: skip
    for series in ("on_the_spot", "order_to_correct"):
        assert queries.numbering_faults(series, YEAR) == []


def test_num_01_each_year_begins_anew_at_midnight_in_shanghai() -> None:
    last = datetime(YEAR, 12, 31, 23, 59, tzinfo=SHANGHAI)
    assert issue(at=last).number.endswith(f"〔{YEAR}〕第00001号")
    assert issue(at=last + timedelta(minutes=1)).number.endswith(f"〔{YEAR + 1}〕第00001号")
    assert issue(at=last).number.endswith(f"〔{YEAR}〕第00002号")


def test_num_01_many_who_draw_at_once_leave_no_gap_and_no_double() -> None:
    """Also the first ones of a year, when there is no row yet to wait for."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                issue(subject=None)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert serials() == list(range(1, 13))
    assert Count.objects.get(series="on_the_spot", year=YEAR).last == 12
    assert queries.numbering_faults("on_the_spot", YEAR) == []


def test_num_01_write_that_fails_after_the_draw_gives_its_number_back() -> None:
    @write
    def broken(*, at: datetime) -> None:
        issue()
        raise BadInputError("something later failed")

    with pytest.raises(BadInputError):
        broken(at=AT)
    assert serials() == []
    assert issue().number.endswith("第00001号")


def _spoil(**values: Any) -> None:
    """Change a number behind the acts, as somebody with the database's password could."""

    @write
    def change(*, at: datetime) -> None:
        record(
            kind="number.voided", actor=actor(OFFICER), at=at, stream=uuid7(), payload={"number": "x", "reason": "x"}
        )
        Number.objects.filter(serial=2).update(**values)

    change(at=AT)


def test_num_01_gap_is_found() -> None:
    reserve(3)
    assert queries.numbering_faults("on_the_spot", YEAR) == []
    _spoil(serial=7)
    (fault,) = queries.numbering_faults("on_the_spot", YEAR)
    assert "no. 2 is missing before no. 3" in fault


def test_num_01_count_that_says_more_than_there_are_is_found() -> None:
    reserve(3)

    @write
    def change(*, at: datetime) -> None:
        record(
            kind="number.voided", actor=actor(OFFICER), at=at, stream=uuid7(), payload={"number": "x", "reason": "x"}
        )
        Count.objects.update(last=4)

    change(at=AT)
    (fault,) = queries.numbering_faults("on_the_spot", YEAR)
    assert "4" in fault


def test_num_01_database_refuses_doubles_and_void_numbers_without_reason() -> None:
    reserve(3)
    for values in ({"serial": 1}, {"state": State.VOID}, {"holder": None}, {"serial": 0}):
        with pytest.raises(IntegrityError):
            _spoil(**values)
    with pytest.raises(DatabaseError, match="without an act"):
        Number.objects.update(state=State.USED)


def test_sim_03_reserved_number_is_used_once_by_its_holder() -> None:
    first, second, _third = reserve(3)
    assert issue(number=second).number == second
    assert issue(number=first).number == first
    with pytest.raises(ConflictError, match="used already"):
        issue(number=first)
    assert issue().number.endswith("第00004号"), "drawn numbers go on behind the block"
    assert queries.counts(queries.RegisterFilter("on_the_spot", YEAR)) == {"reserved": 1, "used": 3, "void": 0}
    assert queries.numbering_faults("on_the_spot", YEAR) == []


def test_sim_03_number_that_is_not_usable_is_refused_and_nothing_done() -> None:
    (mine,) = reserve(1)
    (correcting,) = reserve(1, series="order_to_correct")
    with pytest.raises(BadInputError, match="never reserved"):
        issue(number="云综执当罚决字〔2026〕第99999号")
    with pytest.raises(BadInputError, match="another series"):
        issue(number=correcting)
    with pytest.raises(BadInputError, match="somebody else"):
        draw_as(OTHER, mine)
    with pytest.raises(BadInputError, match=f"of {YEAR} and the document of {YEAR + 1}"):
        issue(number=mine, at=datetime(YEAR + 1, 1, 1, tzinfo=SHANGHAI))
    with pytest.raises(BadInputError, match="no number of its own"):
        issue("service_receipt", number=mine)
    acts.void_number(actor=actor(OFFICER), at=AT, number=mine, reason="表单损坏")
    with pytest.raises(ConflictError, match="void and stays void"):
        issue(number=mine)
    assert not Act.objects.filter(kind="document.issued").exists()


def draw_as(username: str, number: str) -> None:
    officer = actor(username, "officer")
    with transaction.atomic():
        draw(series_of("on_the_spot"), AT, number=number, holder=officer.person_id)


def test_block_is_reserved_in_one_act_and_once_for_one_key() -> None:
    texts = reserve(3, key="k")
    assert reserve(3, key="k") == texts
    assert texts == [f"云综执当罚决字〔{YEAR}〕第{n:05d}号" for n in (1, 2, 3)]
    act = Act.objects.get(kind="number.reserved")
    assert (act.payload["first"], act.payload["last"], act.payload["count"]) == (texts[0], texts[2], 3)
    assert set(Number.objects.values_list("state", "device")) == {("reserved", "手机 017")}


@pytest.mark.parametrize(("count", "taken"), [(0, False), (1, True), (100, True), (101, False)])
def test_block_has_one_to_a_hundred_numbers(count: int, taken: bool) -> None:
    if taken:
        assert len(reserve(count)) == count
    else:
        with pytest.raises(BadInputError, match="From 1 to 100"):
            reserve(count)


def test_one_hand_holds_a_hundred_numbers_at_most() -> None:
    texts = reserve(99)
    with pytest.raises(BadInputError, match="From 1 to 1 more"):
        reserve(2)
    issue(number=texts[0])
    assert len(reserve(2)) == 2


@pytest.mark.parametrize("device", ["", "   ", "x" * 61])
def test_block_names_its_device(device: str) -> None:
    with pytest.raises(BadInputError, match="device"):
        reserve(1, device=device)


def test_block_of_an_unknown_series_or_by_somebody_else_than_an_officer_is_refused() -> None:
    with pytest.raises(BadInputError, match="no series"):
        reserve(1, series="parking")
    with pytest.raises(NotAllowedError):
        acts.reserve_numbers(actor=actor("fang.xiaohe"), at=AT, series="on_the_spot", count=1, device="x")


def test_number_in_reserve_is_voided_by_its_holder_or_a_leader_once() -> None:
    first, second = reserve(2)
    for _again in range(2):
        acts.void_number(actor=actor(OFFICER), at=AT, number=first, reason="纸张损坏", key="k")
    row = Number.objects.get(text=first)
    assert (row.state, row.reason) == ("void", "纸张损坏")
    with pytest.raises(ConflictError, match="not in reserve"):
        acts.void_number(actor=actor(OFFICER), at=AT, number=first, reason="又一次")
    with pytest.raises(NotAllowedError):
        acts.void_number(actor=actor(OTHER, "officer"), at=AT, number=second, reason="x")
    with pytest.raises(BadInputError, match="reason"):
        acts.void_number(actor=actor(OFFICER), at=AT, number=second, reason=" ")
    with pytest.raises(MissingError):
        acts.void_number(actor=actor(OFFICER), at=AT, number="none", reason="x")
    assert queries.numbering_faults("on_the_spot", YEAR) == []


def test_lost_number_of_somebody_else_is_voided_by_a_brigade_leader() -> None:
    (text,) = reserve(1)
    leader = actor("xie.lianfang")
    assert leader.role == "brigade_leader"
    acts.void_number(actor=leader, at=AT, number=text, reason="设备遗失")
    assert Number.objects.get(text=text).state == "void"
