"""The checks of catalogue, party and amount as pure functions: each answers with what fails, or with nothing.

They stand here because acts of several rooms are held against them (import, nightly, filing, deciding); a room that
declares steps wraps them in its own `@check`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from oneteam.lawbook.checks import CheckInfo, checks
from oneteam.lawbook.matters import Kind, Matter
from oneteam.lawbook.packs import StatuteVersion, Transfer, instruments, penalty_kinds, threshold
from oneteam.lawbook.penalties import FINE, Bearer, FineRange, PartyKind, Penalty
from oneteam.lawbook.text import Text

GROUNDS = frozenset({"30", "31", "32"})  # the articles of the Penalty Law that allow a fine below its minimum
_BINDING = frozenset({"law", "admin_regulation", "local_regulation", "department_rule", "local_rule"})
_supplied: set[str] = set()
F = TypeVar("F", bound=Callable[..., object])
Statutes = Mapping[str, Sequence[StatuteVersion]]


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A check that failed, with the fields of its sentence."""

    check: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def info(self) -> CheckInfo:
        """What the law pack says about the check."""
        return checks()[self.check]

    @property
    def sentence(self) -> str:
        """What fails, with the check's id and article, in the reader's language."""
        return f"{self.check}: {self.info.sentence.filled(self.fields)} ({self.info.article})"

    @property
    def cure(self) -> str:
        """What would cure it."""
        return str(self.info.cure.filled(self.fields))


def rule(check_id: str) -> Callable[[F], F]:
    """Note that a room below the procedures supplies a check of the law packs."""

    def note(function: F) -> F:
        if check_id in _supplied:
            raise ValueError(f"{check_id} is supplied twice")
        _supplied.add(check_id)
        return function

    return note


def supplied() -> frozenset[str]:
    """Return the checks that are supplied as rules."""
    return frozenset(_supplied)


# ---- the catalogue (law.md 10.1)


@rule("CAT-01")
def instrument_failures(matter: Matter, statutes: Statutes) -> list[RuleFailure]:
    """A penalty needs a law, regulation or rule; no basis may be a plain document (Penalty Law 4, 16)."""
    if matter.kind is not Kind.ENFORCEMENT:
        return []
    if not matter.bases:
        return [RuleFailure("CAT-01", {"statute": Text("（未填写依据）", "(no basis given)")})]
    wrong = [basis.statute for basis in matter.bases if not _levels([basis.statute], statutes) & _BINDING]
    return [RuleFailure("CAT-01", {"statute": statute}) for statute in dict.fromkeys(wrong)]


@rule("CAT-02")
def kind_failures(matter: Matter, statutes: Statutes) -> list[RuleFailure]:
    """Each kind of penalty must be one that a basis of the same days may create (Penalty Law 10 to 14)."""
    failures = []
    for penalty in matter.penalties:
        levels = _levels([basis.statute for basis in matter.bases if basis.span.overlaps(penalty.span)], statutes)
        if levels and not any(penalty.kind in instruments()[level].may_create for level in levels):
            named = [instruments()[level].label for level in instruments() if level in levels]
            failures.append(
                RuleFailure("CAT-02", {"kind": penalty_kinds()[penalty.kind].label, "levels": _joined(named)})
            )
    return failures


@rule("CAT-03")
def cap_failures(matter: Matter, statutes: Statutes, *, on: date) -> list[RuleFailure]:
    """The fine of a local government's rule has a cap set by the province (Penalty Law 14(2)).

    NotReadyError where no law pack gives the province's cap for that day.
    """
    if _levels([basis.statute for basis in matter.bases], statutes) != {"local_rule"}:
        return []
    higher = any(version.higher_cap for basis in matter.bases for version in statutes.get(basis.statute, ()))
    cap = threshold("rule_fine_cap_higher" if higher else "rule_fine_cap", on=on).value
    over = [fine for fine in _fines(matter.penalties) if not fine.fixed or fine.maximum > cap]
    return [RuleFailure("CAT-03", {"range": str(fine), "cap": f"{cap:f}"}) for fine in over]


@rule("CAT-04")
def detention_failures(matter: Matter) -> list[RuleFailure]:
    """Detention is for the police and bodies that a law names, never for this platform (Penalty Law 18(3))."""
    return [RuleFailure("CAT-04")] if any(penalty.kind == "detention" for penalty in matter.penalties) else []


@rule("CAT-05")
def transfer_failures(matter: Matter, transfers: Mapping[str, Transfer], *, on: date) -> list[RuleFailure]:
    """An approved catalogue entry must give the matter to the bureau on the day of the act (Penalty Law 18(2))."""
    if matter.kind is not Kind.ENFORCEMENT:
        return []
    given = transfers.get(matter.transfer)
    if given is not None and given.span.holds(on):
        return []
    return [RuleFailure("CAT-05", {"matter": matter.code, "day": on.isoformat()})]


@rule("CAT-06")
def validity_failures(
    matter: Matter, statutes: Statutes, *, act_day: date, decision_day: date, compared: bool = False
) -> list[RuleFailure]:
    """The bases must be law on the day of the act; replaced since, the milder law is compared (Penalty Law 37).

    `compared`: the comparison is recorded in the file.
    """
    valid = [basis for basis in matter.bases_on(act_day) if _in_force(statutes.get(basis.statute, ()), act_day)]
    if not matter.span.holds(act_day) or not valid:
        return [RuleFailure("CAT-06", {"matter": matter.code, "day": act_day.isoformat()})]
    replaced = [
        basis for basis in valid
        if not basis.span.holds(decision_day) or not _in_force(statutes[basis.statute], decision_day)
    ]  # fmt: skip
    if replaced and not compared:
        return [RuleFailure("CAT-06", {"matter": matter.code, "day": decision_day.isoformat()})]
    return []


@rule("CAT-07")
def repealed_failures(matter: Matter, statutes: Statutes, *, on: date) -> list[RuleFailure]:
    """No basis of a matter in force may name a law that is repealed on that day (Code 1242)."""
    if not matter.span.holds(on):
        return []
    named = [basis.statute for basis in (*matter.duty, *matter.bases, *matter.compulsory) if basis.span.holds(on)]
    return [
        RuleFailure("CAT-07", {"matter": matter.code, "statute": name, "until": _repealed_after(statutes[name])})
        for name in dict.fromkeys(named)
        if name in statutes and not _in_force(statutes[name], on) and _repealed_after(statutes[name]) < on.isoformat()
    ]


def saved_failures(matter: Matter, statutes: Statutes, *, on: date) -> list[RuleFailure]:
    """Return what fails when a matter is saved: CAT-01 to CAT-04."""
    return [
        *instrument_failures(matter, statutes), *kind_failures(matter, statutes),
        *cap_failures(matter, statutes, on=on), *detention_failures(matter),
    ]  # fmt: skip


def nightly_failures(
    matters: Iterable[Matter], statutes: Statutes, transfers: Mapping[str, Transfer], *, on: date
) -> list[RuleFailure]:
    """Return what a night finds in the matters in force: CAT-05, CAT-06 and CAT-07 for an act of that day."""
    return [
        failure
        for matter in matters
        if matter.kind is Kind.ENFORCEMENT and matter.span.holds(on)
        for failure in (
            *transfer_failures(matter, transfers, on=on),
            *validity_failures(matter, statutes, act_day=on, decision_day=on),
            *repealed_failures(matter, statutes, on=on),
        )
    ]


def _levels(names: Iterable[str], statutes: Statutes) -> set[str]:
    return {version.level for name in names for version in statutes.get(name, ())}


def _in_force(versions: Sequence[StatuteVersion], on: date) -> bool:
    return any(version.span.holds(on) for version in versions)


def _repealed_after(versions: Sequence[StatuteVersion]) -> str:
    """Return the last day of the latest version, "9999-12-31" while it has none."""
    return max((version.until or date.max).isoformat() for version in versions)


def _fines(penalties: Iterable[Penalty]) -> list[FineRange]:
    return [penalty.fine for penalty in penalties if penalty.kind == FINE and penalty.fine is not None]


def _joined(texts: Sequence[Text]) -> Text:
    return Text("、".join(text.zh for text in texts), ", ".join(text.en for text in texts))


# ---- the party and the amount (law.md 10.2, 10.5)


@rule("FIL-04")
def age_failures(birth: date, act_day: date, *, penalised: bool, lighter: bool = False) -> list[RuleFailure]:
    """Under 14 no penalty; from 14 to under 18 it must be lighter or mitigated (Penalty Law 30).

    An age is reached on the day after the birthday, in favour of the party. `lighter`: the file records that the
    penalty is lighter or mitigated for the age.
    """
    age = age_on(birth, act_day)
    if penalised and age < threshold("age_of_penalty", on=max(act_day, _REVISED)).value:
        return [RuleFailure("FIL-04", {"age": age, "rule": Text("不予行政处罚", "no penalty may be imposed")})]
    if penalised and not lighter and age < threshold("age_of_full_penalty", on=max(act_day, _REVISED)).value:
        return [
            RuleFailure("FIL-04", {"age": age, "rule": Text("应当从轻或者减轻", "it must be lighter or mitigated")})
        ]
    return []


_REVISED = date(2021, 7, 15)  # the articles' ages did not change in 2021; only their numbers did


def age_on(birth: date, day: date) -> int:
    """Return how many full years somebody has on a day; a year is full on the day after the birthday."""
    return day.year - birth.year - ((day.month, day.day) <= (birth.month, birth.day))


@rule("FIL-06")
def second_fine_failures(earlier: Sequence[str], *, fined: bool) -> list[RuleFailure]:
    """No second fine for the same act (Penalty Law 29). `earlier`: the numbers of decisions that fined it already."""
    return [RuleFailure("FIL-06", {"decisions": _joined([Text(n, n) for n in earlier])})] if fined and earlier else []


@rule("DEC-08")
def amount_failures(
    matter: Matter, party: PartyKind, amount: Decimal, *, on: date, grounds: Collection[str] = (),
    measured: Mapping[str, Decimal] | None = None, individual_business: Bearer = Bearer.CITIZEN,
) -> list[RuleFailure]:  # fmt: skip
    """The fine lies in a range of the matter; below its minimum only on a ground of articles 30 to 32.

    `grounds` are articles; `measured` the value of each base or measure on which a range depends (yuan, or pieces).
    CellError where a range needs one that is not given.
    """
    given = measured or {}
    ranges = [
        each.of(given.get(each.per or each.base))
        for each in matter.fine_ranges(party, on, individual_business=individual_business)
    ]
    if amount > 0 and any(each.minimum <= amount <= each.maximum for each in ranges):
        return []
    if amount > 0 and GROUNDS & set(grounds) and any(amount < each.minimum for each in ranges):
        return []
    shown = _joined([Text(str(each), str(each)) for each in ranges]) if ranges else Text("无", "none")
    return [RuleFailure("DEC-08", {"amount": f"{amount:f}", "ranges": shown})]


def told(failures: Iterable[RuleFailure]) -> str:
    """Return failures as lines, for a command or a log."""
    return "\n".join(_("%(sentence)s → %(cure)s") % {"sentence": each.sentence, "cure": each.cure} for each in failures)
