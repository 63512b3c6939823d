"""Who is told of what becomes of a finding: the post that made it."""

from collections.abc import Iterable, Sequence

from oneteam.journal.models import Act
from oneteam.journal.queries import acts as journal_acts
from oneteam.notices.slots import Notifier, Told, register_notifier
from oneteam.patrols.models import Finding

KINDS = frozenset({"finding.taken_over", "finding.given_back"})


def _find(batch: Sequence[Act]) -> Iterable[Told]:
    made = dict(Finding.objects.filter(id__in={act.stream for act in batch}).values_list("id", "made_act"))
    finders = {act.id: act.post for act in journal_acts().filter(id__in=made.values()) if act.post}
    for act in batch:
        if made.get(act.stream) in finders:
            yield act, finders[made[act.stream]]


register_notifier(Notifier("findings", KINDS, _find))
