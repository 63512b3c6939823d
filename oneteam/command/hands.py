"""In whose hands an incident is without an order: an officer took over what the patrol found, or a case is open."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.cases.page import state_chip
from oneteam.cases.queries import OPEN, PENDING, cases_of_incidents
from oneteam.patrols.queries import taken_over
from oneteam.people.standing import person_names
from oneteam.procedures.queries import runs
from oneteam.web.parts import Chip, Fact, Facts, Link


@dataclass(slots=True)
class Hand:
    """Who has an incident: the officers' names, the finding that one of them took over, its cases with their states.

    `pending`: one of them is not decided and handed over yet.
    """

    people: list[str] = field(default_factory=list)
    finding: Link | None = None
    cases: list[tuple[int, Chip]] = field(default_factory=list)
    pending: bool = False

    @property
    def facts(self) -> Facts:
        """Return who has it and what it became."""
        found = [Fact(_("With whom"), self.who)]
        if self.finding is not None:
            found.append(Fact(_("Finding"), self.finding))
        found += [Fact(_("Case no. %(number)d") % {"number": number}, chip) for number, chip in self.cases]
        return Facts(found)

    @property
    def who(self) -> str:
        """Return the officers' names."""
        return _(", ").join(self.people)


def in_officers_hands(incidents: Iterable[UUID]) -> set[UUID]:
    """Return which of these incidents an officer took over from a finding, or has an open case of; in two queries."""
    wanted = set(incidents)
    if not wanted:
        return wanted
    cases = cases_of_incidents(wanted, states=OPEN)
    return {*taken_over(wanted), *cases}


def hands(incidents: Iterable[UUID]) -> dict[UUID, Hand]:
    """Return in whose hands each of these incidents is, where it is in an officer's; in a constant number of queries.

    A case that is over holds nothing any more, and is named only where an officer still has the finding.
    """
    wanted = set(incidents)
    if not wanted:
        return {}
    findings, cases = taken_over(wanted), cases_of_incidents(wanted)
    state = runs([row.id for rows in cases.values() for row in rows])
    names = person_names(
        {*(row.taken_by_id for row in findings.values() if row.taken_by_id),
         *(who for rows in cases.values() for row in rows for who in (row.officer_id, row.second_id))}
    )  # fmt: skip
    found: dict[UUID, Hand] = {}
    for incident in wanted:
        rows, finding = cases.get(incident, []), findings.get(incident)
        if finding is None and not any(state[row.id].state in OPEN for row in rows):
            continue
        people = [finding.taken_by_id] if finding is not None and finding.taken_by_id else []
        people += [who for row in rows if state[row.id].state in OPEN for who in (row.officer_id, row.second_id)]
        found[incident] = Hand(
            people=[names[one] for one in dict.fromkeys(people)],
            finding=_link(finding.id, finding.number) if finding else None,
            cases=[(row.number, state_chip(state[row.id])) for row in rows],
            pending=any(state[row.id].state in PENDING for row in rows),
        )  # fmt: skip
    return found


def _link(finding: UUID, number: int) -> Link:
    return Link(_("No. %(number)d") % {"number": number}, reverse("finding", args=[finding]))
