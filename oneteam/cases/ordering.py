"""The order to correct, and what a re-check found."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases.acts import about_case, case_step, keep_photos, locked_case
from oneteam.cases.labels import CORRECTIONS
from oneteam.cases.models import Case, Correction, Moment
from oneteam.cases.papers import ORDER, order_values, subject_of
from oneteam.documents.acts import issue
from oneteam.files.photos import Photo
from oneteam.journal.actors import Actor
from oneteam.journal.acts import write
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import standing
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.texts import words
from oneteam.procedures.engine import step_kind
from oneteam.procedures.taken import Taken

step_kind(
    name="case.ordered_to_correct",
    text=gettext_lazy("Ordered to correct, until: %(deadline)s"),
    fields={"deadline": str},
    personal=frozenset({"demand"}),
)
step_kind(
    name="case.rechecked",
    text=gettext_lazy("Re-check: %(correction)s, photos: %(photos)s"),
    fields={"correction": str, "photos": int},
    personal=frozenset({"note"}),
)
label_values("case.rechecked", "correction", CORRECTIONS)
label_values("case.ordered_to_correct", "deadline", {"": gettext_lazy("at once")})


@write
def order_correction(
    *, actor: Actor, at: datetime, case: UUID, demand: str, consequence: str, deadline: datetime | None = None,
    refusal: str = "", number: str = "", key: str | None = None, happened: bool = False,
) -> Taken:  # fmt: skip
    """Issue the order to correct, at once (no deadline) or by a deadline; `refusal`: how the party refused to sign.

    BadInputError for a deadline that is not ahead. Penalty Law 28(1), ORD-01.
    """
    row = locked_case(case)
    if deadline is not None and deadline <= at:
        raise BadInputError(_("The deadline must lie ahead."))
    once = Once.of(key, "case.order", case, demand, consequence, str(deadline or ""), refusal, number)
    taken = case_step(
        "order", actor=actor, at=at, row=row, once=once, happened=happened,
        payload={"deadline": deadline.isoformat(timespec="minutes") if deadline else ""},
        personal={standing(row.text_subject): {"demand": words(demand, _("what is to be corrected"))}},
    )  # fmt: skip
    if taken.replayed:
        return taken
    values = order_values(row, at=at, deadline=deadline, demand=demand, consequence=consequence, refusal=refusal)
    issue(
        actor=actor, at=at, template=ORDER, subject=subject_of(row), about=about_case(row), values=values,
        number=number or None,
    )  # fmt: skip
    Case.objects.filter(id=case).update(ordered_at=at, deadline=deadline)
    return taken


@write
def recheck(
    *, actor: Actor, at: datetime, case: UUID, correction: str, note: str, photos: Sequence[Photo] = (),
    key: str | None = None, happened: bool = False,
) -> Taken:  # fmt: skip
    """Note whether the order was followed, with photos; the last re-check counts (ORD-02)."""
    row = locked_case(case)
    if correction not in Correction.values:
        raise BadInputError(_("Choose what the re-check found."))
    once = Once.of(key, "case.recheck", case, correction, note, [photo.sha256 for photo in photos])
    taken = case_step(
        "recheck", actor=actor, at=at, row=row, once=once, happened=happened,
        payload={"correction": correction, "photos": len(photos)},
        personal={standing(row.text_subject): {"note": words(note, _("what was found"))}},
    )  # fmt: skip
    if taken.replayed:
        return taken
    keep_photos(actor=actor, at=at, row=row, photos=photos, moment=Moment.RECHECK)
    Case.objects.filter(id=case).update(rechecked_at=at, correction=correction)
    return taken
