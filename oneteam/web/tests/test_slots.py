"""Slots: order, types, and one call a room whatever the number of objects."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import pytest
from django.http import HttpRequest

from oneteam.web.slots import BulkSlot, Panel, Slot, collect, collect_bulk, register, register_bulk


def test_slot_collects_in_order_and_registers_once() -> None:
    slot: Slot[int, Panel] = Slot("panels", Panel)

    def late(argument: int) -> Iterable[Panel]:
        return [Panel("a.html", {"n": argument}, order=90), Panel("b.html", {}, order=10)]

    register(slot, late)
    register(slot, late)
    register(slot, lambda argument: [Panel("c.html", {})])
    assert [panel.panel_template for panel in collect(slot, 7)] == ["b.html", "c.html", "a.html"]


def test_slot_without_rooms_is_empty() -> None:
    assert collect(Slot("nothing", Panel), 1) == []


def test_slot_names_the_fault_when_a_room_hands_over_another_type() -> None:
    slot: Slot[int, str] = Slot("words", str)
    register(slot, lambda argument: [argument])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="slot words takes str, not int"):
        collect(slot, 1)


@pytest.mark.parametrize("number", [1, 30])
def test_bulk_slot_asks_each_room_once(number: int) -> None:
    slot: BulkSlot[int, str] = BulkSlot("texts", str)
    asked: list[int] = []

    def texts(request: HttpRequest, objects: Sequence[int]) -> Mapping[Hashable, Sequence[str]]:
        asked.append(len(objects))
        return {item: [f"text {item}"] for item in objects}

    register_bulk(slot, texts)
    register_bulk(slot, texts)
    found = collect_bulk(slot, HttpRequest(), list(range(number)))
    assert asked == [number]
    assert found[0] == ["text 0"]
    assert len(found) == number
