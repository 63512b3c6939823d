"""Orders: to whom they may go, and who may do what with them."""

import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image

from oneteam.command import acts, queries
from oneteam.command.models import Order
from oneteam.files.photos import Photo, read_photo
from oneteam.files.queries import State as FileState
from oneteam.intake.acts import Established, answer_report, open_incident, reports_of, resolve_incident
from oneteam.journal.actors import operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.acts import end_post
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import clocks, runs
from tests.world import AT, actor, browser, post_of, receive

pytestmark = pytest.mark.usefixtures("city")

MATTER = "F01-001"  # street stalls


def photo(colour: str = "red") -> Photo:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return read_photo(out)


def incident(text: str = "占道摆摊", place: UUID | None = None) -> UUID:
    """Take a report and establish its incident."""
    return open_incident(
        actor=actor("shen.yulan"), at=AT, report=receive(text).id,
        established=Established(matter=MATTER, field="F01", handling="enforcement", urgency="urgent", place=place),
    )  # fmt: skip


def sent(of: UUID | None = None, username: str = "fang.xiaohe", key: str | None = None) -> UUID:
    """Send an order to somebody's only post."""
    return acts.send_order(
        actor=actor("shen.yulan"), at=AT, incident=of or incident(), post=post(username), instruction="请到现场处置",
        key=key,
    ).id  # fmt: skip


def post(username: str) -> UUID:
    found = actor(username).post
    assert found is not None
    return found


def handled(order: UUID, username: str = "fang.xiaohe") -> UUID:
    acts.accept_order(actor=actor(username), at=AT, order=order)
    acts.handle_order(actor=actor(username), at=AT, order=order, note="摊主已收摊", after=[photo()])
    return order


def state(of: UUID) -> str:
    return runs([of])[of].state


def test_order_goes_only_to_somebody_on_duty() -> None:
    of = incident()
    with pytest.raises(BadInputError, match="not on duty"):
        acts.send_order(
            actor=actor("shen.yulan"), at=AT, incident=of, post=post("xie.lianfang"), instruction="去"
        )  # fmt: skip
    with pytest.raises(BadInputError, match="not on duty"):
        acts.send_order(actor=actor("shen.yulan"), at=AT, incident=of, post=uuid7(), instruction="去")
    with pytest.raises(BadInputError, match="not on duty"):
        acts.send_order(
            actor=actor("shen.yulan"), at=AT + timedelta(days=3650), incident=of, post=post("fang.xiaohe"),
            instruction="去",
        )  # fmt: skip
    assert not Order.objects.exists()


def test_post_that_ended_yesterday_gets_no_order() -> None:
    held = post_of("fang.xiaohe", "grid_attendant")
    end_post(actor=operator("clerk"), at=AT, post=held.id, valid_to=(AT - timedelta(days=1)).date())
    with pytest.raises(BadInputError, match="not on duty"):
        acts.send_order(actor=actor("shen.yulan"), at=AT, incident=incident(), post=held.id, instruction="去")


def test_only_a_dispatcher_sends() -> None:
    of = incident()
    for username in ("fang.xiaohe", "luo.chengye", "he.jingyuan", "bao.zhengheng", "gu.weichen"):
        with pytest.raises(NotAllowedError):
            acts.send_order(
                actor=actor(username), at=AT, incident=of, post=post("fang.xiaohe"), instruction="去"
            )  # fmt: skip
    assert not Order.objects.exists()


def test_unknown_incident_and_empty_instruction_are_refused() -> None:
    with pytest.raises(MissingError):
        acts.send_order(actor=actor("shen.yulan"), at=AT, incident=uuid7(), post=post("fang.xiaohe"), instruction="去")
    with pytest.raises(BadInputError, match="Write"):
        acts.send_order(
            actor=actor("shen.yulan"), at=AT, incident=incident(), post=post("fang.xiaohe"), instruction=" "
        )  # fmt: skip
    with pytest.raises(MissingError):
        acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=uuid7())
    assert not Order.objects.exists()


def test_nobody_but_the_person_it_was_sent_to_accepts_or_handles() -> None:
    order = sent()
    for username in ("zhu.guilin", "luo.chengye", "shen.yulan"):
        with pytest.raises(NotAllowedError):
            acts.accept_order(actor=actor(username), at=AT, order=order)
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    with pytest.raises(NotAllowedError):
        acts.handle_order(actor=actor("zhu.guilin"), at=AT, order=order, note="不是我的")
    assert state(order) == "accepted"


def test_accepting_twice_changes_nothing_more() -> None:
    order = sent()
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    with pytest.raises(RefusedError):
        acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    assert Act.objects.filter(kind="order.accepted").count() == 1


def test_clocks_of_an_order_stop_when_it_is_accepted_and_handled() -> None:
    order = sent()
    assert {clock.name for clock in clocks([order], AT)[order] if clock.stopped_at is None} == {
        "order.accept", "order.handle"
    }  # fmt: skip
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT + timedelta(minutes=3), order=order)
    open_now = {clock.name for clock in clocks([order], AT)[order] if clock.stopped_at is None}
    assert open_now == {"order.handle"}
    acts.arrive(actor=actor("fang.xiaohe"), at=AT + timedelta(minutes=9), order=order)
    acts.handle_order(actor=actor("fang.xiaohe"), at=AT + timedelta(minutes=20), order=order, note="好了")
    assert all(clock.stopped_at for clock in clocks([order], AT)[order])


@pytest.mark.parametrize(("count", "taken"), [(12, True), (13, False)])
def test_order_takes_twelve_photos(count: int, taken: bool) -> None:
    order = sent()
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    pictures = [photo(colour) for colour in ("red", "green", "blue")] * 5
    if taken:
        acts.handle_order(actor=actor("fang.xiaohe"), at=AT, order=order, note="好了", before=pictures[:count])
        assert [state for _photo, state in queries.photos(order)] == [FileState.INTACT] * count
        return
    with pytest.raises(BadInputError, match="12 photos"):
        acts.handle_order(actor=actor("fang.xiaohe"), at=AT, order=order, note="好了", before=pictures[:count])


def test_order_whose_words_were_erased_is_worked_on_all_the_same() -> None:
    order, other = sent(), sent()
    for one in (order, other):
        subject = Order.objects.get(id=one).text_subject
        erase_subject(actor=operator("clerk"), at=AT, subject=subject, ground="consent_withdrawn")
    handled(order)
    acts.refuse_verification(actor=actor("luo.chengye"), at=AT, order=order, reason="还在摆")
    acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=other, reason="不在我的网格")
    written = Act.objects.filter(kind__in=["order.handled", "order.refused", "order.returned"]).order_by("n")
    words = [word for act in written for word in read_personal([act.id])[act.id].values()]
    assert words == ["摊主已收摊", "还在摆", "不在我的网格"]
    content = browser("fang.xiaohe", language="en").get(f"/orders/{order}/").content.decode()
    assert "The instruction was erased" in content
    assert "consent was withdrawn" in content


def test_evt_07_refuses_the_handler_and_passes_somebody_else_once() -> None:
    of = incident()
    order = handled(sent(of))
    with pytest.raises(RefusedError, match="EVT-07"):
        acts.verify_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    with pytest.raises(RefusedError, match="EVT-07"):
        acts.refuse_verification(actor=actor("fang.xiaohe"), at=AT, order=order, reason="自己退自己")
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order, key="v")
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order, key="v")
    assert (state(order), state(of)) == ("verified", "resolved")
    assert Act.objects.filter(kind="order.verified").count() == 1


def test_evt_07_refuses_the_handler_under_another_post_too() -> None:
    of = incident()
    attendant, officer = actor("weng.shanxing", "grid_attendant"), actor("weng.shanxing", "officer")
    assert attendant.post is not None
    order = acts.send_order(
        actor=actor("shen.yulan"), at=AT, incident=of, post=attendant.post, instruction="请到现场处置"
    ).id  # fmt: skip
    with pytest.raises(NotAllowedError):
        acts.accept_order(actor=officer, at=AT, order=order)
    acts.accept_order(actor=attendant, at=AT, order=order)
    acts.handle_order(actor=attendant, at=AT, order=order, note="好了")
    with pytest.raises(RefusedError, match="EVT-07"):
        acts.verify_order(actor=officer, at=AT, order=order)
    act = Act.objects.get(kind="order.handled")
    assert act.post == attendant.post


def test_refused_verification_gives_the_order_back_and_its_clock_runs_again() -> None:
    order = handled(sent())
    acts.refuse_verification(actor=actor("luo.chengye"), at=AT, order=order, reason="还在摆")
    assert state(order) == "accepted"
    assert [clock.name for clock in clocks([order], AT)[order] if clock.stopped_at is None] == ["order.handle"]


def test_incident_is_resolved_with_its_last_order() -> None:
    of = incident()
    first, second = handled(sent(of)), handled(sent(of, "luo.chengye"), "luo.chengye")
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=first)
    assert state(of) == "established"
    acts.verify_order(actor=actor("fang.xiaohe"), at=AT, order=second)
    assert state(of) == "resolved"


def test_ot_02_refuses_to_resolve_with_an_open_order_and_passes_without() -> None:
    of = incident()
    order = handled(sent(of))
    with pytest.raises(RefusedError, match="OT-02"):
        resolve_incident(actor=actor("luo.chengye"), at=AT, incident=of)
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
    assert state(of) == "resolved"


def test_returned_order_is_nobodys_any_more() -> None:
    of = incident()
    order = sent(of)
    acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="不在我的网格")
    assert state(of) == "established", "nothing was verified, so nothing is resolved"
    with pytest.raises(RefusedError):
        acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)


def test_incident_is_resolved_when_its_last_open_order_is_returned_after_another_was_verified() -> None:
    of = incident()
    first, second = handled(sent(of)), sent(of, "luo.chengye")
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=first)
    assert state(of) == "established"
    acts.return_order(actor=actor("luo.chengye"), at=AT, order=second, reason="已经处理好了")
    assert state(of) == "resolved"


def test_no_order_is_sent_about_a_resolved_incident() -> None:
    of = incident()
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=handled(sent(of)))
    assert state(of) == "resolved"
    with pytest.raises(ConflictError):
        sent(of)


def test_report_cannot_be_answered_as_done_while_an_order_is_open() -> None:
    of = incident()
    order = sent(of)
    report = reports_of(of)[0]
    with pytest.raises((RefusedError, ConflictError)):
        answer_report(actor=actor("shen.yulan"), at=AT, report=report, result="done", answer="已处理")
    handled(order)
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
    answer_report(actor=actor("shen.yulan"), at=AT, report=report, result="done", answer="已处理")
    assert state(report) == "answered"


def test_order_is_handled_and_given_back_by_the_pages() -> None:
    attendant, order = browser("fang.xiaohe", language="en"), sent()
    for verb in ("accept", "arrive", "handle"):
        page = attendant.get(f"/orders/{order}/").content.decode()
        assert re.findall(r'action="/orders/[^/]+/(\w+)/" data-main', page) == [verb], "what comes next is the main act"
        answer = attendant.post(f"/orders/{order}/{verb}/", {"note": "done"})
        assert answer.status_code == (422 if verb == "handle" else 302)
    assert "Take a photo of how it looks now; it is verified from it." in answer.content.decode()
    fake = io.BytesIO(b"<html>no photo</html>")
    fake.name = "photo.jpg"
    refused = attendant.post(f"/orders/{order}/handle/", {"note": "done", "after": fake})
    assert refused.status_code == 422
    assert "no photo" in refused.content.decode()
    assert state(order) == "arrived"
    assert attendant.post(f"/orders/{order}/return/", {"reason": "not mine"}).status_code == 302
    assert state(order) == "returned"
    assert state(Order.objects.get(id=order).incident_id) == "established"


def test_verifier_sees_the_order_after_verifying_it() -> None:
    order = handled(sent())
    answer = browser("luo.chengye").post(f"/orders/{order}/verify/", follow=True)
    assert answer.status_code == 200
    assert state(order) == "verified"
