"""Who is told of a finding: officers on duty there when it is passed on, and its finder of what becomes of it."""

from collections.abc import Iterable, Sequence

from oneteam.journal.models import Act
from oneteam.journal.queries import acts as journal_acts
from oneteam.kernel.clock import legal_day
from oneteam.notices.slots import Notifier, Told, register_notifier
from oneteam.patrols.models import Finding, Receiver
from oneteam.people.queries import on_duty
from oneteam.places.queries import around

TO_FINDER = frozenset({"finding.taken_over", "finding.given_back"})
TO_OFFICERS = "finding.passed_on"


def _find(batch: Sequence[Act]) -> Iterable[Told]:
    rows = Finding.objects.in_bulk({act.stream for act in batch})
    made = {row.made_act for row in rows.values()}
    finders = {act.id: act.post for act in journal_acts().filter(id__in=made) if act.post}
    for act in batch:
        row = rows[act.stream]
        if act.kind in TO_FINDER and row.made_act in finders:
            yield act, finders[row.made_act]
        elif act.kind == TO_OFFICERS and act.payload["receiver"] == Receiver.OFFICERS:
            lies_in = around(legal_day(act.occurred_at))(row.place_id)
            for held in on_duty(act.occurred_at, ("officer",)):
                if not lies_in.isdisjoint(held.scope):
                    yield act, held.id


register_notifier(Notifier("findings", TO_FINDER | {TO_OFFICERS}, _find))
