"""The beginning of a case: opened by two officers, certificates shown, who the party is, what was seen."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases.facts import PROCEDURE
from oneteam.cases.models import Case, CasePhoto, Moment
from oneteam.files.acts import keep_photo
from oneteam.files.photos import Photo
from oneteam.intake.acts import next_number, reports_of
from oneteam.intake.queries import incidents_of
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, write
from oneteam.journal.once import Once
from oneteam.journal.subjects import new_subject, standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.texts import TEXT_LIMIT, words
from oneteam.lawbook.matters import Kind
from oneteam.lawbook.queries import matter as matter_on
from oneteam.people.queries import posts_of
from oneteam.people.standing import certificates_on
from oneteam.procedures.engine import step_kind, take_step
from oneteam.procedures.taken import Taken
from oneteam.things.party_acts import register_party
from oneteam.things.queries import find_party, in_clear, premises_of

PHOTO_LIMIT = 12

step_kind(
    name="case.opened",
    text=gettext_lazy("On-the-spot case %(number)s opened by two officers"),
    fields={"number": int, "incident": str, "officers": list},
    personal=frozenset({"remark"}),
)
step_kind(
    name="case.certificates_shown",
    text=gettext_lazy("Certificates shown to the party: %(certificates)s"),
    fields={"certificates": str},
)
step_kind(
    name="case.party_identified",
    text=gettext_lazy("Party identified"),
    fields={"party": str, "kind": str},
    personal=frozenset({"born_on"}),
)
step_kind(
    name="case.facts_noted",
    text=gettext_lazy("Facts noted: matter %(matter)s, photos: %(photos)s"),
    fields={"matter": str, "found_at": str, "photos": int, "premises": str},
    personal=frozenset({"where", "act"}),
)


@write
def open_case(
    *, actor: Actor, at: datetime, second: UUID, incident: UUID | None = None, remark: str = "",
    case: UUID | None = None, key: str | None = None,
) -> UUID:  # fmt: skip
    """Open a case of the acting and a second officer, about an incident or what they found themselves; returns its id.

    `case` is an id that a phone made. Raises RefusedError (OFF-01, OFF-03, OFF-05), BadInputError for a second officer
    who is none today, MissingError for an unknown incident.
    """
    once = Once.of(key, "case.open", second, incident, remark, case)
    if done := earlier(actor=actor, once=once):
        return done.stream
    chosen, text = case or uuid7(), new_subject()
    first = actor.person_id
    officers = [first, second] if first else [second]
    taken = take_step(
        step=f"{PROCEDURE}.open", object_id=chosen, actor=actor, at=at, facts={"officers": officers}, once=once,
        payload={"incident": str(incident or ""), "officers": [str(one) for one in officers]},
        numbered=partial(next_number, "cases_case_number_seq"),
        about=_about(incident), personal={text: {"remark": remark.strip()[:TEXT_LIMIT]}},
    )  # fmt: skip
    assert first is not None  # an officer is a person
    if incident and not incidents_of([incident]):
        raise MissingError(_("There is no such incident."))
    if not any(post.role == "officer" for post in posts_of(second, legal_day(at))):
        raise BadInputError(_("The second officer holds no post as an officer today; name another one."))
    Case.objects.create(
        id=chosen, number=taken.number, incident_id=incident, officer_id=first, second_id=second, text_subject=text,
        opened_at=at,
    )  # fmt: skip
    return chosen


def _about(incident: UUID | None) -> list[UUID]:
    return [incident, *reports_of(incident)] if incident else []


@write
def show_certificates(
    *, actor: Actor, at: datetime, case: UUID, key: str | None = None, happened: bool = False
) -> Taken:
    """Record that both officers showed their certificates, with their numbers (INV-01)."""
    row = locked_case(case)
    held = certificates_on(row.officers, legal_day(at))
    taken = case_step(
        "show", actor=actor, at=at, row=row, once=Once.of(key, "case.show", case), happened=happened,
        payload={"certificates": ", ".join(held[one].number for one in row.officers if one in held)},
    )  # fmt: skip
    if not taken.replayed and (row.shown_at is None or at < row.shown_at):
        Case.objects.filter(id=case).update(shown_at=at)
    return taken


@write
def identify_party(
    *, actor: Actor, at: datetime, case: UUID, kind: str, name: str, id_number: str = "", credit_code: str = "",
    representative: str = "", phone: str = "", address: str = "", born_on: date | None = None, key: str | None = None,
    happened: bool = False,
) -> Taken:  # fmt: skip
    """Say who the party is: found by identity number or credit code, else registered now.

    BadInputError for a code or number that cannot be right or stands for another name, and for a citizen without number
    and date of birth, whose age nobody could judge (FIL-04).
    """
    row = locked_case(case)
    content = (kind, name, id_number, credit_code, representative, phone, address, str(born_on or ""))
    once = Once.of(key, "case.identify", case, *content)
    if done := earlier(actor=actor, once=once):
        return Taken(done, f"{PROCEDURE}.identify", case, replayed=True)
    if kind == "citizen" and not id_number.strip() and born_on is None:
        raise BadInputError(_("Enter the identity number; where there is none, the date of birth as told."))
    party = _known(kind, name, id_number=id_number, credit_code=credit_code)
    personal = {standing(row.text_subject): {"born_on": born_on.isoformat()}} if born_on else {}
    # Who may, and whether it may be, is asked before somebody is entered in the directory of parties.
    taken = case_step(
        "identify", actor=actor, at=at, row=row, once=once, happened=happened, personal=personal,
        facts={"names": [name], "parties": [party] if party else []}, payload={"party": str(party or ""), "kind": kind},
    )  # fmt: skip
    if party is None:
        party = register_party(
            actor=actor, at=at, kind=kind, name=name, credit_code=credit_code, id_number=id_number, phone=phone,
            address=address, representative=representative,
        )  # fmt: skip
    Case.objects.filter(id=case).update(
        party=party, premises=row.premises_id if row.party_id == party else None, party_act=taken.act.id, facts_at=at
    )
    return taken


def _known(kind: str, name: str, *, id_number: str, credit_code: str) -> UUID | None:
    """Return the party that is registered under this number or code, if its name and kind are these."""
    if kind == "citizen":
        party = find_party(id_number=id_number) if id_number.strip() else None
    else:
        party = find_party(credit_code=credit_code) if credit_code.strip() else None
    known = in_clear(party) if party else None
    if known is None:
        return None
    if known.name and "".join(known.name.split()) != "".join(name.split()):
        if kind == "citizen":
            raise BadInputError(_("This identity number stands for another name; look at the card again."))
        message = _("This credit code stands for “%(name)s”; enter that name, or look at the licence again.")
        raise BadInputError(message % {"name": known.name})
    if known.kind != kind:
        raise BadInputError(_("This party is registered as another kind; choose that kind."))
    return known.id


@write
def note_facts(
    *, actor: Actor, at: datetime, case: UUID, matter: str, found_at: datetime, where: str, act: str,
    premises: UUID | None = None, photos: Sequence[Photo] = (), key: str | None = None, happened: bool = False,
) -> Taken:  # fmt: skip
    """Note what was found: which matter, when, where, what was done, with photos; what was noted before is replaced.

    MissingError for a matter that the catalogue does not have on that day, BadInputError for a moment to come, for
    premises of somebody else and for too many photos.
    """
    row = locked_case(case)
    if found_at > at:
        raise BadInputError(_("What was found cannot lie in the future."))
    if matter_on(matter, legal_day(found_at)).kind is not Kind.ENFORCEMENT:
        raise BadInputError(_("This matter is none that the bureau enforces."))
    if premises and (row.party_id is None or premises not in {one.id for one in premises_of(row.party_id)}):
        raise BadInputError(_("These premises are not the party's."))
    once = Once.of(
        key, "case.note", case, matter, found_at.isoformat(), where, act, str(premises or ""),
        [photo.sha256 for photo in photos],
    )  # fmt: skip
    told = {"where": words(where, _("where it was")), "act": words(act, _("what the party did"))}
    taken = case_step(
        "note", actor=actor, at=at, row=row, once=once, happened=happened,
        personal={standing(row.text_subject): told},
        payload={
            "matter": matter, "found_at": found_at.isoformat(), "photos": len(photos), "premises": str(premises or ""),
        },
    )  # fmt: skip
    if taken.replayed:
        return taken
    keep_photos(actor=actor, at=at, row=row, photos=photos, moment=Moment.FACTS)
    Case.objects.filter(id=case).update(
        matter=matter, found_at=found_at, premises=premises, facts_act=taken.act.id, facts_at=at
    )
    return taken


# ---- for the other modules of acts


def locked_case(case: UUID) -> Case:
    """Return a case's row, locked until the transaction ends; MissingError where there is none."""
    row = Case.objects.select_for_update(of=("self",)).select_related("party").filter(id=case).first()
    if row is None:
        raise MissingError(_("There is no such case."))
    return row


def case_step(
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    row: Case,
    once: Once | None,
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    personal: Mapping[UUID, Mapping[str, Any]] | None = None,
    happened: bool = False,
) -> Taken:
    """Take a step of a case, which belongs to its incident's and its reports' files as well."""
    return take_step(
        step=f"{PROCEDURE}.{verb}", object_id=row.id, actor=actor, at=at, about=_about(row.incident_id), facts=facts,
        payload=payload, personal=personal, once=once, happened=happened,
    )  # fmt: skip


def about_case(row: Case) -> list[UUID]:
    """Return the files that a document or photo of a case belongs to."""
    return [row.id, *_about(row.incident_id)]


def keep_photos(*, actor: Actor, at: datetime, row: Case, photos: Sequence[Photo], moment: Moment) -> None:
    """Keep photos as evidence of a case. BadInputError for more than PHOTO_LIMIT of one moment at once."""
    if len(photos) > PHOTO_LIMIT:
        raise BadInputError(_("At most %(limit)d photos are taken at once.") % {"limit": PHOTO_LIMIT})
    for photo in photos:
        blob = keep_photo(actor=actor, at=at, photo=photo, about=about_case(row))
        CasePhoto.objects.create(case=row, blob_id=blob, moment=moment)
