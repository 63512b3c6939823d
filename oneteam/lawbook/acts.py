"""Writes to the law book: the holiday table, the settings, and the edition that each of them begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, record, write
from oneteam.journal.canonical import canonical
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.calendar import CalendarRow
from oneteam.lawbook.models import EDITION_ID, CalendarDay, Edition, Setting
from oneteam.lawbook.queries import forget
from oneteam.lawbook.settings_table import check_value, pack_values

CALENDAR_STREAM = uuid5(NAMESPACE_URL, "oneteam:calendar")
SETTINGS_STREAM = uuid5(NAMESPACE_URL, "oneteam:settings")
LAW_STREAM = uuid5(NAMESPACE_URL, "oneteam:law")
KEEPERS = frozenset({"operator", "system_admin"})

register(
    ActKind(
        name="calendar.loaded",
        text=gettext_lazy("Holiday table loaded from %(source)s: %(first)s to %(last)s"),
        fields={"source": str, "first": str, "last": str, "added": int, "changed": int, "digest": str},
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="setting.changed",
        text=gettext_lazy("Setting %(name)s changed to %(value)s"),
        fields={"name": str, "value": str, "before": str, "mark": str, "basis": str},
        who=KEEPERS,
    )
)


@dataclass(frozen=True, slots=True)
class ClockDifference:
    """An open clock that a new holiday table moved, or whose provisional flag it changed (CAL-06)."""

    object_id: UUID
    procedure: str
    clock: str
    before: datetime
    after: datetime
    provisional: bool


Recompute = Callable[[Actor, datetime, UUID], Sequence[ClockDifference]]
_recomputes: list[Recompute] = []


def on_calendar(function: Recompute) -> Recompute:
    """Register what recomputes open clocks after a new holiday table: it gets actor, region time and the act's id."""
    if function not in _recomputes:
        _recomputes.append(function)
    return function


@dataclass(frozen=True, slots=True)
class CalendarLoaded:
    """What loading a holiday table did. `act` is None where every row was already so."""

    act: Recorded | None
    added: int
    changed: int
    differences: tuple[ClockDifference, ...]


@write
def load_calendar(*, actor: Actor, at: datetime, rows: Sequence[CalendarRow], source: str) -> CalendarLoaded:
    """Put rows into the holiday table, recompute every open clock and return the differences (CAL-06).

    A provisional row never replaces a final one. BadInputError for a day that stands twice in `rows`.
    """
    by_day = {row.day: row for row in rows}
    if len(by_day) != len(rows):
        raise BadInputError(_("A day stands twice in the holiday table; leave one of the two."))
    known = {day.date: day for day in CalendarDay.objects.select_for_update().filter(date__in=by_day)}
    added = [row for day, row in by_day.items() if day not in known]
    changed = [(known[day], row) for day, row in by_day.items() if day in known and _replaces(row, known[day])]
    if not added and not changed:
        return CalendarLoaded(None, 0, 0, ())
    act = record(
        kind="calendar.loaded", actor=actor, at=at, stream=CALENDAR_STREAM,
        payload={
            "source": source, "first": min(by_day).isoformat(), "last": max(by_day).isoformat(),
            "added": len(added), "changed": len(changed), "digest": _rows_digest(rows),
        },
    )  # fmt: skip
    CalendarDay.objects.bulk_create([_day(uuid7(), row) for row in added], batch_size=2000)
    CalendarDay.objects.bulk_update(
        [_day(day.id, row) for day, row in changed], ["is_workday", "name", "source", "provisional"], batch_size=500
    )
    begin_edition(act)
    differences = [difference for function in _recomputes for difference in function(actor, at, act.id)]
    return CalendarLoaded(act, len(added), len(changed), tuple(differences))


def _replaces(row: CalendarRow, day: CalendarDay) -> bool:
    if row.provisional and not day.provisional:
        return False
    old = (day.is_workday, day.name, day.source, day.provisional)
    return (row.is_workday, row.name, row.source, row.provisional) != old


def _day(day_id: UUID, row: CalendarRow) -> CalendarDay:
    return CalendarDay(
        id=day_id, date=row.day, is_workday=row.is_workday, name=row.name, source=row.source,
        provisional=row.provisional,
    )  # fmt: skip


def _rows_digest(rows: Sequence[CalendarRow]) -> str:
    listed = [[row.day.isoformat(), row.is_workday, row.name, row.source, row.provisional] for row in rows]
    return sha256(canonical(sorted(listed)).encode()).hexdigest()


@write
def set_setting(*, actor: Actor, at: datetime, name: str, value: str, mark: str, basis: str) -> Recorded | None:
    """Set a setting of the city; None where it already has this value, mark and basis.

    Clocks that run keep the length with which they began. BadInputError for an unknown setting or a value that is not
    of its kind.
    """
    value = check_value(name, value)
    if not mark.strip() or not basis.strip():
        raise BadInputError(_("Say on which ground the city sets this value (its own document, a decision, …)."))
    known = Setting.objects.select_for_update().filter(name=name).first()
    if known and (known.value, known.mark, known.basis) == (value, mark, basis):
        return None
    act = record(
        kind="setting.changed", actor=actor, at=at, stream=SETTINGS_STREAM,
        payload={
            "name": name, "value": value, "before": known.value if known else "", "mark": mark, "basis": basis,
        },
    )  # fmt: skip
    Setting.objects.update_or_create(name=name, defaults={"value": value, "mark": mark, "basis": basis})
    begin_edition(act)
    return act


@write
def set_pack_values(*, actor: Actor, at: datetime, pack: str) -> int:
    """Set every value that a law pack gives (the demo city's stand in the pack "demo"); return how many changed."""
    done = [
        set_setting(actor=actor, at=at, name=value.name, value=value.value, mark=value.mark, basis=value.basis)
        for value in pack_values(pack).values()
    ]
    return sum(act is not None for act in done)


def begin_edition(act: Recorded) -> None:
    """Tell every cache that this act changed calendar, settings or declarations. In the act's own transaction."""
    Edition.objects.update_or_create(id=EDITION_ID, defaults={"act": act.id})
    forget()
