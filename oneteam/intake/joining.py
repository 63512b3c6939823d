"""Reports and incidents that turn out to belong together, apart, or to be something else."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.intake.acts import Established, locked_report, reports_of
from oneteam.intake.models import Incident, Report
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.subjects import standing
from oneteam.kernel.errors import ConflictError, MissingError
from oneteam.kernel.texts import words
from oneteam.procedures.engine import step_kind, take_step
from oneteam.procedures.queries import runs

step_kind(
    name="incident.merged",
    text=gettext_lazy("Merged into incident %(number)s"),
    fields={"number": int, "incident": str},
)
step_kind(
    name="incident.corrected",
    text=gettext_lazy("Corrected to %(matter)s"),
    fields={"matter": str, "field": str, "handling": str, "urgency": str, "place": str, "changed": list},
)
register(
    ActKind(
        name="report.split",
        text=gettext_lazy("Taken out of incident %(number)s: another thing"),
        fields={"number": int, "incident": str},
        personal=frozenset({"reason"}),
        who=frozenset({"dispatcher"}),
    )
)


def locked_incidents(*incidents: UUID) -> dict[UUID, Incident]:
    """Return these incidents, locked in the order of their ids; MissingError where one is not there."""
    found = {row.id: row for row in Incident.objects.select_for_update().filter(id__in=incidents).order_by("id")}
    if len(found) < len(set(incidents)):
        raise MissingError(_("There is no such incident."))
    return found


@write
def merge_incident(*, actor: Actor, at: datetime, incident: UUID, into: UUID, key: str | None = None) -> None:
    """Merge an incident into another one: its reports go over, and it is no more. Both are open.

    Raises ConflictError for one that is not, and for an incident into itself; MissingError for an unknown one.
    """
    if incident == into:
        raise ConflictError(_("An incident cannot be merged into itself."))
    rows = locked_incidents(incident, into)
    taken = take_step(
        step="incident.merge", object_id=incident, actor=actor, at=at,
        payload={"number": rows[into].number, "incident": str(into)},
        about=[into, *reports_of(incident), *reports_of(into)],
        once=Once.of(key, "incident.merge", incident, into),
    )  # fmt: skip
    if taken.replayed:
        return
    if runs([into])[into].state != "established":
        raise ConflictError(_("The other incident is not open any more; merge the other way round, or open a new one."))
    Report.objects.filter(incident=incident).update(incident=into)


@write
def split_report(*, actor: Actor, at: datetime, report: UUID, reason: str) -> None:
    """Take a report out of its incident: it tells of something else and waits to be decided anew.

    Raises ConflictError where it stands in no incident, alone in its incident, or is answered already.
    """
    row = locked_report(report)
    if row.incident_id is None:
        raise ConflictError(_("This report stands in no incident."))
    if runs([report])[report].state not in ("received", "reopened"):
        raise ConflictError(_("This report is answered already."))
    incident = locked_incidents(row.incident_id)[row.incident_id]
    others = [other for other in reports_of(incident.id) if other != report]
    if not others:
        raise ConflictError(_("This is the only report of its incident; correct the incident instead."))
    record(
        kind="report.split", actor=actor, at=at, stream=report, about=[incident.id, *others],
        payload={"number": incident.number, "incident": str(incident.id)},
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    Report.objects.filter(id=report).update(incident=None)


@write
def correct_incident(
    *, actor: Actor, at: datetime, incident: UUID, established: Established, key: str | None = None
) -> None:
    """Correct what an open incident was established to be. Orders that were sent keep their time limits.

    Raises ConflictError where nothing would change.
    """
    row = locked_incidents(incident)[incident]
    values = {name: getattr(established, name) for name in ("matter", "field", "handling", "urgency")}
    before = {name: getattr(row, name) for name in values} | {"place": row.place_id}
    changed = sorted(name for name, value in before.items() if {**values, "place": established.place}[name] != value)
    once = Once.of(key, "incident.correct", incident, *values.values(), str(established.place or ""))
    taken = take_step(
        step="incident.correct", object_id=incident, actor=actor, at=at, about=reports_of(incident), once=once,
        payload={**values, "place": str(established.place or ""), "changed": changed},
    )  # fmt: skip
    if taken.replayed:
        return
    if not changed:
        raise ConflictError(_("Nothing was changed."))
    Incident.objects.filter(id=incident).update(place_id=established.place, **values)
