"""Parties, premises, licences, components and devices in the search box. What a citizen told is found only whole."""

from collections.abc import Iterable
from uuid import UUID

from oneteam.directories.searchable import Acts, Words, by_row, of_directory
from oneteam.things.labels import PARTY_KINDS, STATES
from oneteam.things.models import Licence, Premises
from oneteam.things.queries import party_words


def _premises(acts: Acts) -> Iterable[UUID]:
    """Return the premises of acts, and those of parties that are called another name now."""
    yield from [act.stream for act in acts if act.kind != "party.corrected"]
    corrected = [act.stream for act in acts if act.kind == "party.corrected"]
    if corrected:
        yield from Premises.objects.filter(party__in=corrected).values_list("id", flat=True)


def _licences(acts: Acts) -> Iterable[UUID]:
    return Licence.objects.filter(premises__in={act.stream for act in acts}).values_list("id", flat=True)


of_directory(
    "parties",
    acts=["party.registered", "party.corrected"],
    words=party_words,
    note=lambda row: PARTY_KINDS[row.kind],
)
of_directory(
    "premises",
    acts=["premises.registered", "premises.corrected", "premises.handed_over", "party.corrected"],
    touched=_premises,
    words=by_row(lambda row: Words(
        titles=[row.name], texts=[row.address, row.party.name],
        codes=[row.party.credit_code] if row.party.credit_code else [],
    )),
    note=lambda row: row.address,
)  # fmt: skip
of_directory(
    "licences",
    acts=["licence.recorded", "licence.ended"],
    touched=_licences,
    words=by_row(lambda row: Words(titles=[row.name], texts=[row.premises.name], codes=[row.number])),
    note=lambda row: row.premises.name,
)
of_directory(
    "components",
    acts=["component.registered"],
    words=by_row(lambda row: Words(titles=[row.name], codes=[code for code in (row.code, row.old_code) if code])),
    note=lambda row: STATES[row.state],
)
of_directory(
    "devices",
    acts=["device.registered"],
    words=by_row(lambda row: Words(titles=[row.name], codes=[row.code], plates=[row.plate] if row.plate else [])),
    note=lambda row: row.plate or "",
)
