"""The penalties in a cell of the catalogue: kinds, and fines with their range by party, measure and date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.kernel.errors import CellError
from oneteam.kernel.sheets import nearest
from oneteam.lawbook.spans import ALWAYS, Span, items_of, split_span

FINE = "fine"


class PartyKind(StrEnum):
    """Whom the law meets (DESIGN 2)."""

    CITIZEN = "citizen"
    INDIVIDUAL_BUSINESS = "individual_business"
    LEGAL_PERSON = "legal_person"
    OTHER_ORGANISATION = "other_organisation"


class Bearer(StrEnum):
    """Whom a range of fines names: anybody, a person (个人), an organisation (单位), an organisation's staff."""

    ANY = "any"
    CITIZEN = "citizen"
    ORGANISATION = "organisation"
    STAFF = "staff"


class Unit(StrEnum):
    """What the numbers of a range are."""

    YUAN = "yuan"
    TIMES = "x"
    PERCENT = "%"


BASES = ("illegal_gains", "value_of_goods", "contract_price", "turnover", "project_cost", "fee_owed", "loss", "other")
MEASURES = ("m2", "m3", "head", "item", "day", "tree", "vehicle", "device", "tonne")
_FINE = re.compile(
    r"fine (\w+) (\d{1,12}(?:\.\d{1,4})?)([x%]?)\.\.(\d{1,12}(?:\.\d{1,4})?)([x%]?)(?: per (\w+)| (\w+))?"
)


@dataclass(frozen=True, slots=True)
class FineRange:
    """From `minimum` to `maximum`, both inside: yuan, or times or per cent of `base`; `per` a piece of a measure.

    A text that says only "up to" has the minimum 0.
    """

    minimum: Decimal
    maximum: Decimal
    unit: Unit = Unit.YUAN
    base: str = ""
    per: str = ""

    @property
    def fixed(self) -> bool:
        """Whether the range is in yuan as it stands."""
        return self.unit is Unit.YUAN and not self.per

    def of(self, measured: Decimal | None) -> "FineRange":
        """Return the range in yuan. `measured`: the base's amount in yuan, or how many pieces there are.

        Raises CellError where the range needs a measured value and none was given.
        """
        if self.fixed:
            return self
        if measured is None:
            what = self.per or self.base
            raise CellError(_("the fine depends on %(what)s") % {"what": what}, _("give that value first"))
        factor = measured / 100 if self.unit is Unit.PERCENT else measured
        return FineRange(self.minimum * factor, self.maximum * factor)

    def __str__(self) -> str:
        sign = "" if self.unit is Unit.YUAN else self.unit.value
        tail = f" per {self.per}" if self.per else f" {self.base}" if self.base else ""
        return f"{_plain(self.minimum)}{sign}..{_plain(self.maximum)}{sign}{tail}"


@dataclass(frozen=True, slots=True)
class Penalty:
    """One penalty that the bases threaten; `fine` and `bearer` only where its kind is a fine."""

    kind: str
    fine: FineRange | None = None
    bearer: Bearer = Bearer.ANY
    span: Span = ALWAYS

    def __str__(self) -> str:
        return (f"fine {self.bearer} {self.fine}" if self.fine else self.kind) + self.span.suffix


@lru_cache(maxsize=4096)  # as bases
def parse_penalties(cell: str, *, kinds: tuple[str, ...]) -> tuple[Penalty, ...]:
    """Read a cell of penalties; `kinds` are those that law/cn/penalty_kinds.yaml knows.

    Raises CellError for the first that has not their form.
    """
    found: list[Penalty] = []
    for item in items_of(cell):
        penalty = _penalty(item, kinds)
        if penalty in found:
            raise CellError(_("“%(item)s” stands here twice") % {"item": item})
        found.append(penalty)
    return tuple(found)


def _penalty(item: str, known: tuple[str, ...]) -> Penalty:
    plain, span = split_span(item)
    if plain.startswith(f"{FINE} "):
        return replace(_fine(plain), span=span)
    if plain == FINE or plain not in known:
        example = _("write a fine like “fine citizen 50..200”")
        raise CellError(
            _("“%(item)s” is no penalty") % {"item": plain[:60]},
            example if plain.startswith(FINE) else nearest(plain, [kind for kind in known if kind != FINE]),
        )
    return Penalty(plain, span=span)


def _fine(plain: str) -> Penalty:
    found = _FINE.fullmatch(plain)
    if found is None:
        raise CellError(
            _("“%(item)s” is no range of fines") % {"item": plain[:60]},
            _("write it like “fine any 0..50”, “fine any 1x..3x illegal_gains” or “fine any 20..50 per m2”"),
        )
    bearer, low, unit, high, unit_of_high, per, base = found.groups()
    if bearer not in set(Bearer):
        raise CellError(_("“%(word)s” names no party") % {"word": bearer}, nearest(bearer, Bearer))
    if unit != unit_of_high:
        raise CellError(_("the two numbers of “%(item)s” have different units") % {"item": plain[:60]})
    if per and per not in MEASURES:
        raise CellError(_("“%(word)s” is no measure") % {"word": per}, nearest(per, MEASURES))
    if (base or unit) and base not in BASES:
        raise CellError(_("“%(item)s” lacks what it is a part of") % {"item": plain[:60]}, nearest(base or "", BASES))
    if base and not unit:
        raise CellError(_("“%(item)s” names a base, but no multiple of it") % {"item": plain[:60]})
    if Decimal(high) < Decimal(low):
        raise CellError(_("“%(item)s” ends below its beginning") % {"item": plain[:60]})
    kind = Unit(unit) if unit else Unit.YUAN
    return Penalty(FINE, FineRange(Decimal(low), Decimal(high), kind, base or "", per or ""), Bearer(bearer))


def write_penalties(penalties: Iterable[Penalty]) -> str:
    """Return penalties as a cell holds them."""
    return "; ".join(map(str, penalties))


def bearer_of(party: PartyKind, *, individual_business: Bearer = Bearer.CITIZEN) -> Bearer:
    """Return how the law counts a party; an individual business as the city says (law.md 1.5, mark U)."""
    if party is PartyKind.INDIVIDUAL_BUSINESS:
        return individual_business
    return Bearer.CITIZEN if party is PartyKind.CITIZEN else Bearer.ORGANISATION


def ranges_for(penalties: Iterable[Penalty], bearer: Bearer, on: date) -> tuple[FineRange, ...]:
    """Return the ranges of fines that meet a bearer on a day: those that name it, else those for anybody."""
    valid = [penalty for penalty in penalties if penalty.fine is not None and penalty.span.holds(on)]
    named = [penalty.fine for penalty in valid if penalty.bearer is bearer and penalty.fine]
    if named or bearer is Bearer.STAFF:
        return tuple(named)
    return tuple(penalty.fine for penalty in valid if penalty.bearer is Bearer.ANY and penalty.fine)


def _plain(number: Decimal) -> str:
    """Write a number without an exponent or needless zeros."""
    return f"{number.normalize():f}"
