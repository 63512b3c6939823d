"""Who is told of a case: the officers who are named in it."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from uuid import UUID

from oneteam.cases.models import Case
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.notices.slots import Notifier, Told, register_notifier
from oneteam.people.queries import HeldPost, posts_on

KINDS = frozenset({"case.opened", "case.officer_replaced"})


def _find(batch: Sequence[Act]) -> Iterable[Told]:
    @cache
    def officers(day: date) -> list[HeldPost]:
        return posts_on(day, roles=("officer",))

    cases = Case.objects.in_bulk({act.stream for act in batch})
    for act in batch:
        case = cases[act.stream]
        named = {case.officer_id, case.second_id} if act.kind == "case.opened" else {UUID(act.payload["joining"])}
        yield from ((act, held.id) for held in officers(legal_day(act.occurred_at)) if held.person in named)


register_notifier(Notifier("cases", KINDS, _find))
