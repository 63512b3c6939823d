"""A matter: one thing that may be reported. An enforceable power of the bureau, a piece of city service, or a
question that belongs to another agency."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from oneteam.lawbook.bases import Basis
from oneteam.lawbook.penalties import Bearer, FineRange, PartyKind, Penalty, bearer_of, ranges_for
from oneteam.lawbook.spans import Span
from oneteam.lawbook.text import Text

WEAK_SIGN = "~"  # a seed word that says little by itself


class Kind(StrEnum):
    """What a matter is; service and enforcement never mix (law.md section 0, trap 3)."""

    ENFORCEMENT = "enforcement"
    SERVICE = "service"
    OTHER_AGENCY = "other_agency"


class Urgency(StrEnum):
    """How soon somebody must go; the three levels of the city-management platforms (law.md section 6.4)."""

    GENERAL = "general"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"


class Competence(StrEnum):
    """Which brigades carry a matter out: those of the area, or the professional ones for hard matters."""

    AREA = "area"
    PROFESSIONAL = "professional"


class Mark(StrEnum):
    """How a legal statement was verified: in the full text, in a secondary source, not at all; `test`: made up."""

    V1 = "V1"
    V2 = "V2"
    U = "U"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Matter:
    """One version of a matter. `field` is None only where no branch of the bureau is concerned."""

    code: str
    field: str | None
    kind: Kind
    name: Text
    former_department: str
    duty: tuple[Basis, ...]
    bases: tuple[Basis, ...]
    penalties: tuple[Penalty, ...]
    two_step: bool
    competence: Competence
    compulsory: tuple[Basis, ...]
    urgency: Urgency
    words: tuple[str, ...]
    event_codes: tuple[str, ...]
    span: Span
    transfer: str
    mark: Mark

    @property
    def key(self) -> tuple[str, date | None]:
        """What tells one version from another: the code and the day from which it holds."""
        return self.code, self.span.since

    def kinds(self, on: date) -> frozenset[str]:
        """Return the kinds of penalty that the bases threaten on a day."""
        return frozenset(penalty.kind for penalty in self.penalties if penalty.span.holds(on))

    def bases_on(self, on: date) -> tuple[Basis, ...]:
        """Return the bases of the penalty that hold on a day."""
        return tuple(basis for basis in self.bases if basis.span.holds(on))

    def fine_ranges(
        self, party_kind: PartyKind | str, on: date, *, individual_business: Bearer = Bearer.CITIZEN
    ) -> tuple[FineRange, ...]:
        """Return every range of fines that meets a party of this kind on a day, in the order of the catalogue.

        `individual_business` says whether an individual business counts as a citizen or as an organisation (mark U).
        """
        bearer = bearer_of(PartyKind(party_kind), individual_business=individual_business)
        return ranges_for(self.penalties, bearer, on)

    def fine_range(
        self, party_kind: PartyKind | str, on: date, *, individual_business: Bearer = Bearer.CITIZEN
    ) -> FineRange | None:
        """Return the range of fines in yuan for a party of this kind on a day, from the lowest to the highest.

        None where the bases threaten none, or one that depends on a base or a measure: ask `fine_ranges` for those.
        Between two ranges there may be a gap; whether an amount is lawful is for `rules.amount_failure` to say.
        """
        found = self.fine_ranges(party_kind, on, individual_business=individual_business)
        if not found or not all(each.fixed for each in found):
            return None
        return FineRange(min(each.minimum for each in found), max(each.maximum for each in found))
