"""Replacing an officer of a case: who falls ill, must keep out, or has no valid certificate any more."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases.acts import case_step, locked_case
from oneteam.cases.facts import PROCEDURE
from oneteam.cases.models import Case
from oneteam.cases.papers import party_of
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, write
from oneteam.journal.checks import Context, require
from oneteam.journal.once import Once
from oneteam.journal.subjects import standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.texts import words
from oneteam.people.queries import posts_of
from oneteam.procedures.engine import ask_step, step_kind
from oneteam.procedures.taken import Taken

STEP = f"{PROCEDURE}.replace"

step_kind(
    name="case.officer_replaced",
    text=gettext_lazy("Officer replaced"),
    fields={"leaving": str, "joining": str},
    personal=frozenset({"reason"}),
)


@write
def replace_officer(
    *, actor: Actor, at: datetime, case: UUID, leaving: UUID, joining: UUID, reason: str, key: str | None = None
) -> Taken:
    """Let another officer take the place of one of the two; what both did before stands.

    Raises RefusedError (OFF-01, OFF-03) where the new pair may not handle the case, BadInputError for somebody who is
    none of the two, is already, or holds no post as an officer today.
    """
    # Whom it is not for hears that first, and no check's answer about others; a form sent twice finds what it did.
    ask_step(step=STEP, object_id=case, actor=actor, at=at, key=key)
    once = Once.of(key, "case.replace", case, leaving, joining, reason)
    if done := earlier(actor=actor, once=once):
        return Taken(done, STEP, case, replayed=True)
    row = locked_case(case)
    if leaving not in row.officers:
        raise BadInputError(_("Choose which of the two officers is replaced."))
    if joining in row.officers:
        raise BadInputError(_("This is one of the two officers already; choose another one."))
    if not any(post.role == "officer" for post in posts_of(joining, legal_day(at))):
        raise BadInputError(_("This person holds no post as an officer today; name another one."))
    pair = [joining if one == leaving else one for one in row.officers]
    party = party_of(row)
    require("OFF-01", "OFF-03", context=Context(
        step=STEP, object_id=case, state=None, actor=actor, at=at, action="questioning",
        facts={
            "officers": pair, "parties": [row.party_id] if row.party_id else [],
            "premises": [row.premises_id] if row.premises_id else [], "names": [party.name] if party else [],
        },
    ))  # fmt: skip
    taken = case_step(
        "replace", actor=actor, at=at, row=row, once=once, payload={"leaving": str(leaving), "joining": str(joining)},
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    Case.objects.filter(id=case).update(officer=pair[0], second=pair[1])
    return taken
