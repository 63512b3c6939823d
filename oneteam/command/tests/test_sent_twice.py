"""Each step of an order once for a key, and an edited one under the same key a conflict."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from oneteam.command import acts
from oneteam.command.models import Order
from oneteam.command.tests.test_orders import incident, photo, post, sent, state
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")


def test_same_key_sends_one_order_and_with_another_content_is_a_conflict() -> None:
    of = incident()
    assert sent(of, key="s1") == sent(of, key="s1")
    with pytest.raises(KeyUsedError):
        sent(of, "luo.chengye", key="s1")
    with pytest.raises(KeyUsedError):
        acts.send_order(
            actor=actor("shen.yulan"), at=AT, incident=of, post=post("fang.xiaohe"), instruction="改过的话", key="s1"
        )  # fmt: skip
    assert Order.objects.count() == 1


def steps_of_an_order(order: UUID) -> list[tuple[Callable[..., object], str, dict[str, Any], dict[str, Any] | None]]:
    """Return every step as (act, who takes it, content, the same content edited)."""
    by, other = "fang.xiaohe", "luo.chengye"
    return [
        (acts.accept_order, by, {}, None),
        (acts.arrive, by, {}, None),
        (acts.handle_order, by, {"note": "收摊", "after": [photo()]}, {"note": "收摊", "after": [photo("green")]}),
        (acts.refuse_verification, other, {"reason": "还在"}, {"reason": "又在"}),
        (acts.handle_order, by, {"note": "再收"}, {"note": "改过的话"}),
        (acts.verify_order, other, {}, None),
    ]


def test_each_step_of_an_order_is_taken_once_for_a_key_and_refuses_an_edited_content() -> None:
    order = sent()
    for number, (act, username, content, edited) in enumerate(steps_of_an_order(order)):
        given: dict[str, Any] = {"actor": actor(username), "at": AT, "order": order, "key": f"k{number}"}
        for _again in range(2):
            act(**given, **content)
        count, before = Act.objects.count(), state(order)
        if edited is not None:
            with pytest.raises(KeyUsedError):
                act(**given, **edited)
        assert (Act.objects.count(), state(order)) == (count, before)
    assert state(order) == "verified"


def test_key_of_one_step_is_a_conflict_for_another_and_for_another_order() -> None:
    first, second = sent(), sent()
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=first, key="k")
    with pytest.raises(KeyUsedError):
        acts.arrive(actor=actor("fang.xiaohe"), at=AT, order=first, key="k")
    with pytest.raises(KeyUsedError):
        acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=second, key="k")
    assert (state(first), state(second)) == ("accepted", "sent")


def test_giving_back_is_taken_once_for_a_key_and_refuses_an_edited_reason() -> None:
    order = sent()
    for _again in range(2):
        acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="不在我的网格", key="r")
    with pytest.raises(KeyUsedError):
        acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="改过的话", key="r")
    assert Act.objects.filter(kind="order.returned").count() == 1
