"""Writes to reports and incidents."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import minute
from oneteam.intake.models import Incident, Report
from oneteam.intake.telling import Line, Told, check_told
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once, request_digest
from oneteam.journal.queries import timeline
from oneteam.journal.statements import Part
from oneteam.journal.subjects import mark_of, new_subject, read_personal, standing, subject_of
from oneteam.kernel.errors import BadInputError, ConflictError, Fault, MissingError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.texts import words
from oneteam.people.queries import actor_names
from oneteam.places.queries import in_region
from oneteam.procedures.engine import step_kind, take_step
from oneteam.procedures.queries import declares, runs

LOOKERS = frozenset({"dispatcher", "brigade_leader"})
"""Who may see a caller in clear, with a purpose that is recorded (PIPL 6: nobody whose work does not need it)."""

step_kind(
    name="report.received",
    text=gettext_lazy("Report received"),
    fields={"channel": str, "source": str, "told_at": str, "imported": bool, "point": str},
    personal=frozenset({"title", "text", "address", "caller_name", "caller_phone"}),
)
step_kind(
    name="report.answered",
    text=gettext_lazy("Answered to the source"),
    fields={"result": str},
    personal=frozenset({"answer"}),
)
step_kind(name="report.closed", text=gettext_lazy("Report closed"), fields={"contacted": bool, "satisfaction": str})
step_kind(name="report.accepted", text=gettext_lazy("Decided what it is"))
step_kind(
    name="report.reviewed",
    text=gettext_lazy("Reviewed for a dissatisfied caller"),
    personal=frozenset({"reason"}),
)
step_kind(
    name="report.reopened",
    text=gettext_lazy("Report reopened: the caller says that it is not done"),
    personal=frozenset({"reason"}),
)
step_kind(
    name="incident.opened",
    text=gettext_lazy("Incident %(number)s opened"),
    fields={"number": int, "proposal": str},
)
step_kind(
    name="incident.established",
    text=gettext_lazy("Established as %(matter)s"),
    fields={
        "matter": str, "field": str, "handling": str, "urgency": str, "place": str, "point": str,
        "proposal": str, "corrected": list,
    },
)  # fmt: skip
step_kind(name="incident.resolved", text=gettext_lazy("Incident resolved"))
step_kind(name="incident.resumed", text=gettext_lazy("Incident taken up again"))
register(
    ActKind(
        name="report.joined",
        text=gettext_lazy("Joined to incident %(number)s"),
        fields={"number": int, "incident": str},
        who=frozenset({"dispatcher"}),
    )
)
register(
    ActKind(
        name="personal.looked_at",
        text=gettext_lazy("Looked at the caller's name and phone: %(purpose)s"),
        fields={"purpose": str},
        who=LOOKERS,
    )
)
RESULTS = ("done", "explained", "passed_on")
SATISFACTIONS = ("satisfied", "partly", "dissatisfied")


@dataclass(frozen=True, slots=True)
class Received:
    """A report that stands in the journal; `known` when it was there before this call."""

    id: UUID
    number: int
    known: bool


def told_digest(told: Told, *, told_now: bool = False) -> bytes:
    """Return the keyed digest by which the same telling is known again.

    `told_now`: the time is that of the taking, which differs when a form is sent twice, and does not count.
    """
    told_at = "" if told_now else told.told_at.isoformat()
    return request_digest(
        told.channel, told.text, told_at, told.title, told.address, told.caller_name, told.caller_phone,
        told.external_id, str(told.lon), str(told.lat),
    )  # fmt: skip


@write
def receive_report(
    *, actor: Actor, at: datetime, told: Told, source: str, key: str | None = None, told_now: bool = False
) -> Received:
    """Take a report as told. The clock of the answer starts at `at`. `told_now` as in `told_digest`.

    `source` names who hands it in (`staff`, `api:<client>`); an external id is unique per source: the same report
    again is answered with the one taken before. Raises ToldFaultsError, and ConflictError where the external id or
    the idempotency key came before with another content.
    """
    check_told(told, at=at, in_region=in_region)
    digest = told_digest(told, told_now=told_now)
    once = Once(key, digest) if key else None
    phone = _digits(told)
    before = earlier(actor=actor, once=once, mark=mark_of("phone", phone) if phone else None)
    if before is not None:
        return _known(before.stream)
    if told.external_id is not None:
        known = Report.objects.filter(source=source, external_id=told.external_id).first()
        if known is not None:
            if bytes(known.digest) != digest:
                raise ConflictError(
                    _("Report “%(id)s” came before with another content; a report is never changed, tell a new one.")
                    % {"id": told.external_id}
                )
            return Received(known.id, known.number, known=True)
    return _receive(actor=actor, at=at, told=told, source=source, digest=digest, once=once, imported=False)


_INSERT = """
INSERT INTO intake_report (id, number, channel, source, external_id, told_at, received_at, received_act, text_subject,
  caller_subject, digest, imported, lon, lat)
VALUES (%s, nextval('intake_report_number_seq'), %s, %s, %s, %s, %s, (SELECT id FROM act), %s, %s, %s, %s, %s, %s)
RETURNING number
"""


def _known(report: UUID) -> Received:
    number = Report.objects.values_list("number", flat=True).get(id=report)
    return Received(report, number, known=True)


def _receive(
    *, actor: Actor, at: datetime, told: Told, source: str, digest: bytes, once: Once | None, imported: bool
) -> Received:
    report, text = uuid7(), new_subject()
    personal: dict[UUID, dict[str, Any]] = {text: {"title": told.title, "text": told.text, "address": told.address}}
    caller = _caller(told)
    if caller is not None:
        personal[caller] = {"caller_name": told.caller_name, "caller_phone": told.caller_phone}
    point = f"{told.lon},{told.lat}" if told.lon is not None else ""
    taken = take_step(
        step="report.receive", object_id=report, actor=actor, at=at, facts={"imported": imported},
        payload={
            "channel": told.channel, "source": source, "told_at": told.told_at.isoformat(), "imported": imported,
            "point": point,
        },
        personal=personal, once=once,
        along=[Part("report", _INSERT, [
            report, told.channel, source, told.external_id, told.told_at, at, text, caller, digest, imported,
            told.lon, told.lat,
        ], "number")],
    )  # fmt: skip
    return Received(report, taken.act.along["report"], known=False)


def _caller(told: Told) -> UUID | None:
    """Return the caller as a subject: known again by the phone, else by nothing."""
    phone = _digits(told)
    if phone:
        return subject_of("phone", phone)
    return new_subject() if told.caller_name else None


def _digits(told: Told) -> str:
    return "".join([letter for letter in told.caller_phone if letter.isdigit()])


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: reports taken now, and those that were there before with the same content."""

    taken: Sequence[Received]
    known: int


def known_otherwise(lines: Iterable[Line], *, source: str) -> list[Fault]:
    """Find rows whose number was taken before from this source, with another content."""
    return _sorted_out(list(lines), source)[1]


def _sorted_out(rows: Sequence[Line], source: str) -> tuple[list[tuple[Told, bytes]], list[Fault]]:
    """Return what is new, with its digest, and the faults of what is known with another content."""
    wanted = [row.told.external_id for row in rows if row.told.external_id is not None]
    known = {
        external: bytes(digest)
        for external, digest in Report.objects.filter(source=source, external_id__in=wanted).values_list(
            "external_id", "digest"
        )
    }
    faults: list[Fault] = []
    fresh: list[tuple[Told, bytes]] = []
    for row in rows:
        digest, external = told_digest(row.told), row.told.external_id
        if external is None or external not in known:
            fresh.append((row.told, digest))
        elif known[external] != digest:
            faults.append(
                Fault(row.number, "external_id", _("“%(id)s” is known with another content") % {"id": external})
            )
    return fresh, faults


@write
def import_reports(
    *, actor: Actor, at: datetime, lines: Iterable[Line], source: str, tell: Callable[[int], None] = lambda _done: None
) -> Imported:
    """Take all rows of a checked file in one write, an act a row; `tell` hears how many are done.

    Imported history starts no promise clock. Raises TableError by line where an external id is known with another
    content; then nothing is taken.
    """
    rows = list(lines)
    fresh, faults = _sorted_out(rows, source)
    if faults:
        raise TableError(faults)
    taken: list[Received] = []
    for told, digest in fresh:
        taken.append(_receive(actor=actor, at=at, told=told, source=source, digest=digest, once=None, imported=True))
        tell(len(taken))
    return Imported(taken=taken, known=len(rows) - len(fresh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Established:
    """What a dispatcher confirms about an incident. `proposal` names the machine's proposal it answers, and
    `corrected` the parts of it that the person changed."""

    matter: str
    field: str
    handling: str
    urgency: str
    place: UUID | None = None
    lon: Decimal | None = None
    lat: Decimal | None = None
    proposal: UUID | None = None
    corrected: tuple[str, ...] = ()


@write
def open_incident(
    *, actor: Actor, at: datetime, report: UUID, established: Established, key: str | None = None
) -> UUID:
    """Open the incident of a report and establish what it is, as a person decided.

    What the machine proposed is no part of what `key` stands for: it may propose anew between two sendings of a form.
    Raises ConflictError where another dispatcher opened it first.
    """
    once = Once.of(
        key, "incident.open", report, established.matter, established.field, established.handling, established.urgency,
        str(established.place or ""), str(established.lon), str(established.lat),
    )  # fmt: skip
    before = earlier(actor=actor, once=once)
    if before is not None:
        return before.stream
    _undecided(locked_report(report))
    incident = uuid7()
    proposal = str(established.proposal or "")
    opened = take_step(
        step="incident.open", object_id=incident, actor=actor, at=at, facts={}, about=[report],
        payload={"proposal": proposal}, numbered=partial(next_number, "intake_incident_number_seq"), once=once,
    )  # fmt: skip
    point = f"{established.lon},{established.lat}" if established.lon is not None else ""
    values: Mapping[str, Any] = {
        "matter": established.matter, "field": established.field, "handling": established.handling,
        "urgency": established.urgency,
    }  # fmt: skip
    take_step(
        step="incident.establish", object_id=incident, actor=actor, at=at, facts=dict(values), about=[report],
        payload={
            **values, "place": str(established.place or ""), "point": point, "proposal": proposal,
            "corrected": list(established.corrected),
        },
    )  # fmt: skip
    Incident.objects.create(
        id=incident,
        number=opened.number,
        place_id=established.place,
        lon=established.lon,
        lat=established.lat,
        **values,
    )
    Report.objects.filter(id=report).update(incident=incident)
    accepted(actor=actor, at=at, report=report, incident=incident)
    return incident


def accepted(*, actor: Actor, at: datetime, report: UUID, incident: UUID) -> None:
    """Record that it stands what a report is; inside the write that decided it. Earlier versions know no such step."""
    if declares(report, "report.accept"):
        take_step(step="report.accept", object_id=report, actor=actor, at=at, about=[incident])


@write
def join_report(*, actor: Actor, at: datetime, report: UUID, incident: UUID) -> None:
    """Join a report to an incident that is open: the same thing, told again. The report keeps its own answer."""
    _undecided(locked_report(report))
    target = Incident.objects.filter(id=incident).first()
    if target is None:
        raise MissingError(_("There is no such incident."))
    standing_now = runs([incident])[incident].state
    if standing_now == "resolved":
        raise ConflictError(_("This incident is resolved already; open one of its own for this report."))
    if standing_now == "merged":
        raise ConflictError(_("This incident was merged into another one; join the report to that one."))
    record(
        kind="report.joined", actor=actor, at=at, stream=report, about=[incident],
        payload={"number": target.number, "incident": str(incident)},
    )  # fmt: skip
    Report.objects.filter(id=report).update(incident=incident)
    accepted(actor=actor, at=at, report=report, incident=incident)


_DECIDED = frozenset({"report.accepted", "report.joined", "incident.opened"})


def _undecided(report: Report) -> None:
    """Refuse a report that has an incident already, or is answered."""
    if report.incident_id is not None:
        newest = next(one for one in timeline(report.id) if one.kind in _DECIDED)
        message = _("%(name)s has decided this report already, at %(time)s; look at what stands there now.")
        told = {"name": actor_names([newest.actor])[newest.actor], "time": minute(newest.occurred_at)}
        raise ConflictError(message % told)
    if runs([report.id])[report.id].state not in ("received", "reopened"):
        raise ConflictError(_("This report is answered already."))


@write
def resolve_incident(*, actor: Actor, at: datetime, incident: UUID) -> None:
    """Record that the incident is no longer the case on the ground."""
    take_step(step="incident.resolve", object_id=incident, actor=actor, at=at, facts={}, about=reports_of(incident))


@write
def answer_report(
    *, actor: Actor, at: datetime, report: UUID, answer: str, result: str, key: str | None = None
) -> None:
    """Answer the source of a report. `result`: done, explained or passed_on.

    Raises RefusedError while its incident is not resolved (unless explained or passed on), BadInputError for no words.
    """
    if result not in RESULTS:
        raise BadInputError(_("The result must be one of %(known)s.") % {"known": ", ".join(RESULTS)})
    row = locked_report(report)
    take_step(
        step="report.answer", object_id=report, actor=actor, at=at,
        facts={"result": result}, payload={"result": result},
        personal={standing(row.text_subject): {"answer": words(answer, _("the answer"))}}, about=about(row),
        once=Once.of(key, "report.answer", report, result, answer),
    )  # fmt: skip


@write
def close_report(
    *,
    actor: Actor,
    at: datetime,
    report: UUID,
    contacted: bool,
    satisfaction: str = "",
    reason: str = "",
    key: str | None = None,
) -> None:
    """Close an answered report. `contacted`: whether the caller was spoken to; `satisfaction`: what they said of it.

    Raises RefusedError (HOT-06) where the caller was not spoken to, or is dissatisfied and nobody reviewed it, unless a
    `reason` is given to close it all the same; BadInputError for a satisfaction of a caller nobody spoke to.
    """
    if satisfaction and (satisfaction not in SATISFACTIONS or not contacted):
        raise BadInputError(_("Only a caller who was spoken to can be satisfied or not."))
    row = locked_report(report)
    values = {"contacted": contacted, "satisfaction": satisfaction}
    take_step(
        step="report.close", object_id=report, actor=actor, at=at, facts=values, payload=values, about=about(row),
        overrides={"HOT-06": reason} if declares(report, "report.review") else None,
        once=Once.of(key, "report.close", report, contacted, satisfaction, reason),
    )  # fmt: skip


@write
def review_report(*, actor: Actor, at: datetime, report: UUID, reason: str, key: str | None = None) -> None:
    """Take an answered report up again, once, for a dissatisfied caller. Raises RefusedError (OT-06) after that."""
    _again("report.review", actor=actor, at=at, report=report, reason=reason, key=key)


@write
def reopen_report(*, actor: Actor, at: datetime, report: UUID, reason: str, key: str | None = None) -> None:
    """Reopen a report whose caller says that it is not done. Its incident is established anew."""
    _again("report.reopen", actor=actor, at=at, report=report, reason=reason, key=key)


def _again(step: str, *, actor: Actor, at: datetime, report: UUID, reason: str, key: str | None) -> None:
    row = locked_report(report)
    taken = take_step(
        step=step, object_id=report, actor=actor, at=at, facts={}, about=about(row),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
        once=Once.of(key, step, report, reason),
    )  # fmt: skip
    if taken.replayed:
        return
    if row.incident_id is not None and runs([row.incident_id])[row.incident_id].state == "resolved":
        take_step(
            step="incident.resume", object_id=row.incident_id, actor=actor, at=at, facts={},
            about=reports_of(row.incident_id),
        )  # fmt: skip


def locked_report(report: UUID) -> Report:
    """Return a report's row, locked until the transaction ends; MissingError where there is none."""
    row = Report.objects.select_for_update().filter(id=report).first()
    if row is None:
        raise MissingError(_("There is no such report."))
    return row


def about(report: Report) -> list[UUID]:
    """Return what else an act on a report belongs to."""
    return [report.incident_id] if report.incident_id else []


def reports_of(incident: UUID) -> list[UUID]:
    """Return the reports of an incident."""
    return list(Report.objects.filter(incident=incident).order_by("id").values_list("id", flat=True))


def next_number(sequence: str) -> int:
    """Return the next number of a series that may have gaps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        number: int = cursor.fetchone()[0]
    return number


@write
def look_at_caller(*, actor: Actor, at: datetime, report: UUID, purpose: str) -> tuple[str, str]:
    """Return the caller's name and phone in clear, after recording the look with its purpose (PII-02, SEC-05).

    Raises MissingError where there is nobody to see: no such report, none who gave a name or phone, or erased.
    """
    row = Report.objects.filter(id=report).first()
    if row is None:
        raise MissingError(_("There is no such report."))
    record(kind="personal.looked_at", actor=actor, at=at, stream=report, payload={"purpose": purpose})
    if row.caller_subject is None:
        raise MissingError(_("This report names no caller."))
    values = read_personal([row.received_act]).get(row.received_act, {})
    if "caller_name" not in values:
        raise MissingError(_("The caller's name and phone were erased."))
    return values["caller_name"], values["caller_phone"]
