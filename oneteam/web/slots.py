"""Slots: how a later room shows something on an earlier room's page without the earlier room knowing it.

A page declares a slot (a name and a type); a room registers a function for it in its AppConfig's `ready()`.
A function of a `BulkSlot` gets all objects of a page at once, so that a list of 1 and of 30 rows costs the same.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from django.http import HttpRequest
from django.utils.functional import Promise

Text = str | Promise
A = TypeVar("A")
T = TypeVar("T")


@dataclass(slots=True)
class Slot(Generic[A, T]):
    """A named place for things of `item`; each function turns what the page hands over (`A`) into such things."""

    name: str
    item: type[T]
    functions: list[Callable[[A], Iterable[T]]] = field(default_factory=list)


@dataclass(slots=True)
class BulkSlot(Generic[A, T]):
    """As `Slot`, but a function gets the request and every object of the page and answers by the object's key."""

    name: str
    item: type[T]
    functions: list[Callable[[HttpRequest, Sequence[A]], Mapping[Hashable, Sequence[T]]]] = field(default_factory=list)


def register(slot: Slot[A, T], function: Callable[[A], Iterable[T]]) -> None:
    """Add `function` to `slot`; adding the same one twice (autoreload, tests) changes nothing."""
    if function not in slot.functions:
        slot.functions.append(function)


def register_bulk(
    slot: BulkSlot[A, T], function: Callable[[HttpRequest, Sequence[A]], Mapping[Hashable, Sequence[T]]]
) -> None:
    """Add `function` to the bulk slot; adding the same one twice changes nothing."""
    if function not in slot.functions:
        slot.functions.append(function)


def collect(slot: Slot[A, T], argument: A) -> list[T]:
    """Everything that the rooms put into `slot` for `argument`, by its `order` (0 without one), then as registered.

    Raises TypeError when a room hands over something else than the slot's type: that is a fault of that room.
    """
    found = [_checked(slot.name, slot.item, item) for function in slot.functions for item in function(argument)]
    return sorted(found, key=_order)


def collect_bulk(slot: BulkSlot[A, T], request: HttpRequest, objects: Sequence[A]) -> dict[Hashable, list[T]]:
    """What the rooms put into `slot`, by the key of each object. One call a room, whatever the number of objects."""
    found: dict[Hashable, list[T]] = {}
    for function in slot.functions:
        for key, items in function(request, objects).items():
            found.setdefault(key, []).extend(_checked(slot.name, slot.item, item) for item in items)
    return {key: sorted(items, key=_order) for key, items in found.items()}


def _checked(name: str, kind: type[T], item: object) -> T:
    if not isinstance(item, kind):
        raise TypeError(f"slot {name} takes {kind.__name__}, not {type(item).__name__}")
    return item


def _order(item: object) -> int:
    order = getattr(item, "order", 0)
    return order if isinstance(order, int) else 0


def everybody(request: HttpRequest) -> bool:
    """Visible to whoever sees the shell at all."""
    return True


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry of the rail; the first four by `order` are also the tabs of a phone. `label` is one word."""

    url_name: str
    icon: str
    label: Text
    order: int = 50
    visible: Callable[[HttpRequest], bool] = everybody


@dataclass(frozen=True, slots=True)
class Command:
    """A place to go to from the palette (Ctrl+K), beside the rail's entries; rooms give what the person may see."""

    label: Text
    url: str
    icon: str = "right"


@dataclass(frozen=True, slots=True)
class Bell:
    """The bell in the bar: where it leads, how many notices were not opened yet, which acts may change that.

    `piece` gives the bell anew, `kinds` are the acts after which it is asked, with spaces between.
    """

    url: str
    count: int
    piece: str
    kinds: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of a page: a template with its context, shown by `{% show panel %}`.

    `tinted` are words of the text told on the page which decided what the panel says; they are tinted there.
    """

    panel_template: str
    context: Mapping[str, object]
    order: int = 50
    tinted: Sequence[str] = ()
    template: ClassVar[str] = "web/panel.html"


NAVIGATION: Slot[HttpRequest, NavigationEntry] = Slot("navigation", NavigationEntry)
COMMANDS: Slot[HttpRequest, Command] = Slot("commands", Command)
BELL: Slot[HttpRequest, Bell] = Slot("bell", Bell)
