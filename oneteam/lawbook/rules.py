"""The checks of catalogue, party and amount: functions over plain values, each answering with what fails.

They stand here because acts of several rooms are held against them: import, nightly, filing, deciding. A step of a
procedure may name them, its facts being called as their arguments.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, cast
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.journal.actors import machine
from oneteam.journal.checks import Context, Failure, check, checks
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.checks import CheckInfo
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.matters import Kind, Matter
from oneteam.lawbook.packs import StatuteVersion, Transfer, instruments, penalty_kinds, threshold
from oneteam.lawbook.penalties import FINE, Bearer, FineRange, PartyKind, Penalty
from oneteam.lawbook.text import Text

P = ParamSpec("P")
Fields = Mapping[str, Any]
Statutes = Mapping[str, Sequence[StatuteVersion]]
GROUNDS = frozenset({"30", "31", "32"})  # the articles of the Penalty Law that allow a fine below its minimum
_BINDING = frozenset({"law", "admin_regulation", "local_regulation", "department_rule", "local_rule"})
_NO_BASIS = Text("（未填写依据）", "(no basis given)")
# Who asks outside any step, and when: the rules look at neither.
_NOBODY, _ASKED, _NEVER = UUID(int=0), machine("law", "1"), datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A check that failed, with the fields of its sentence."""

    check: str
    fields: Fields = field(default_factory=dict)

    @property
    def info(self) -> CheckInfo:
        """What the law pack says about the check."""
        return check_texts()[self.check]

    @property
    def sentence(self) -> str:
        """What fails, with the check's id and article, in the reader's language."""
        return f"{self.check}: {self.info.sentence.filled(self.fields)} ({self.info.article})"

    @property
    def cure(self) -> str:
        """What would cure it."""
        return str(self.info.cure.filled(self.fields))


def rule(check_id: str) -> Callable[[Callable[P, Fields | None]], Callable[P, list[RuleFailure]]]:
    """Register a function over plain values as a check; its arguments are the facts of their names.

    Where a step gives no fact `on`, it is the day of the step. Called directly, the check is asked all the same, and
    the answer is a list of at most one failure.
    """

    def register(function: Callable[P, Fields | None]) -> Callable[P, list[RuleFailure]]:
        signature = inspect.signature(function)
        needed = [name for name, one in signature.parameters.items() if one.default is inspect.Parameter.empty]

        @check(check_id)
        def decide(context: Context) -> Failure | None:
            facts = {"on": legal_day(context.at), **context.facts}
            if context.preview and any(name not in facts for name in needed):
                return None
            given = {name: facts[name] for name in signature.parameters if name in facts}
            given.update((name, context.fact(name)) for name in needed if name not in given)
            fields = cast("Callable[..., Fields | None]", function)(**given)
            return None if fields is None else Failure(fields)

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> list[RuleFailure]:
            asked = checks()[check_id].function
            if asked is decide:  # the function itself, as thousands of rows are asked about
                fields = function(*args, **kwargs)
                return [] if fields is None else [RuleFailure(check_id, fields)]
            facts = signature.bind(*args, **kwargs).arguments
            context = Context(step=check_id, object_id=_NOBODY, state=None, actor=_ASKED, at=_NEVER, facts=facts)
            failure = asked(context)
            return [] if failure is None else [RuleFailure(check_id, failure.fields)]

        return ask

    return register


# ---- the catalogue (law.md 10.1)


@rule("CAT-01")
def instrument_failures(matter: Matter, statutes: Statutes) -> Fields | None:
    """A penalty needs a law, regulation or rule; no basis may be a plain document (Penalty Law 4, 16)."""
    if matter.kind is not Kind.ENFORCEMENT:
        return None
    if not matter.bases:
        return {"statute": _NO_BASIS}
    wrong = [basis.statute for basis in matter.bases if not _levels([basis.statute], statutes) & _BINDING]
    return {"statute": _joined([Text(name, name) for name in dict.fromkeys(wrong)])} if wrong else None


@rule("CAT-02")
def kind_failures(matter: Matter, statutes: Statutes) -> Fields | None:
    """Each kind of penalty must be one that a basis of the same days may create (Penalty Law 10 to 14)."""
    for penalty in matter.penalties:
        levels = _levels([basis.statute for basis in matter.bases if basis.span.overlaps(penalty.span)], statutes)
        if levels and not any(penalty.kind in instruments()[level].may_create for level in levels):
            named = [instruments()[level].label for level in instruments() if level in levels]
            return {"kind": penalty_kinds()[penalty.kind].label, "levels": _joined(named)}
    return None


@rule("CAT-03")
def cap_failures(matter: Matter, statutes: Statutes, *, on: date) -> Fields | None:
    """The fine of a local government's rule has a cap set by the province (Penalty Law 14(2)).

    NotReadyError where no law pack gives the province's cap for that day.
    """
    if _levels([basis.statute for basis in matter.bases], statutes) != {"local_rule"}:
        return None
    higher = any(version.higher_cap for basis in matter.bases for version in statutes.get(basis.statute, ()))
    cap = threshold("rule_fine_cap_higher" if higher else "rule_fine_cap", on=on).value
    over = [fine for fine in _fines(matter.penalties) if not fine.fixed or fine.maximum > cap]
    return {"range": str(over[0]), "cap": f"{cap:f}"} if over else None


@rule("CAT-04")
def detention_failures(matter: Matter) -> Fields | None:
    """Detention is for the police and bodies that a law names, never for this platform (Penalty Law 18(3))."""
    return {} if any(penalty.kind == "detention" for penalty in matter.penalties) else None


@rule("CAT-05")
def transfer_failures(matter: Matter, transfers: Mapping[str, Transfer], *, on: date) -> Fields | None:
    """An approved catalogue entry must give the matter to the bureau on the day of the act (Penalty Law 18(2))."""
    given = transfers.get(matter.transfer)
    if matter.kind is not Kind.ENFORCEMENT or (given is not None and given.span.holds(on)):
        return None
    return {"matter": matter.code, "day": on.isoformat()}


@rule("CAT-06")
def validity_failures(
    matter: Matter, statutes: Statutes, *, act_day: date, decision_day: date, compared: bool = False
) -> Fields | None:
    """The bases must be law on the day of the act; replaced since, the milder law is compared (Penalty Law 37).

    `compared`: the comparison is recorded in the file.
    """
    valid = [basis for basis in matter.bases_on(act_day) if _in_force(statutes.get(basis.statute, ()), act_day)]
    if not matter.span.holds(act_day) or not valid:
        return {"matter": matter.code, "day": act_day.isoformat()}
    replaced = any(
        not basis.span.holds(decision_day) or not _in_force(statutes[basis.statute], decision_day) for basis in valid
    )
    return {"matter": matter.code, "day": decision_day.isoformat()} if replaced and not compared else None


@rule("CAT-07")
def repealed_failures(matter: Matter, statutes: Statutes, *, on: date) -> Fields | None:
    """No basis of a matter in force may name a law that is repealed on that day (Code 1242)."""
    if not matter.span.holds(on):
        return None
    for basis in (*matter.duty, *matter.bases, *matter.compulsory):
        versions = statutes.get(basis.statute, ())
        if versions and basis.span.holds(on) and not _in_force(versions, on):
            until = max(version.until or date.max for version in versions)
            if until < on:
                return {"matter": matter.code, "statute": basis.statute, "until": until.isoformat()}
    return None


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


def _fines(penalties: Iterable[Penalty]) -> list[FineRange]:
    return [penalty.fine for penalty in penalties if penalty.kind == FINE and penalty.fine is not None]


def _joined(texts: Sequence[Text]) -> Text:
    return Text("、".join(text.zh for text in texts), ", ".join(text.en for text in texts))


# ---- the party and the amount (law.md 10.2, 10.5)


@rule("FIL-04")
def age_failures(birth: date | None, act_day: date, *, penalised: bool, lighter: bool = False) -> Fields | None:
    """Under 14 no penalty; from 14 to under 18 it must be lighter or mitigated (Penalty Law 30).

    `birth`: None for a party that has no age. `lighter`: the file records that the penalty is lighter or mitigated for
    the age.
    """
    if birth is None:
        return None
    age = age_on(birth, act_day)
    since = max(act_day, _REVISED)
    if penalised and age < threshold("age_of_penalty", on=since).value:
        return {"age": age, "rule": Text("不予行政处罚", "no penalty may be imposed")}
    if penalised and not lighter and age < threshold("age_of_full_penalty", on=since).value:
        return {"age": age, "rule": Text("应当从轻或者减轻", "it must be lighter or mitigated")}
    return None


_REVISED = date(2021, 7, 15)  # the ages did not change in 2021, only the article's number did


def age_on(birth: date, day: date) -> int:
    """Return how many full years somebody has on a day.

    A year is full on the day after the birthday: so courts count for minors; in doubt in favour of the party (U).
    """
    return day.year - birth.year - ((day.month, day.day) <= (birth.month, birth.day))


@rule("FIL-06")
def second_fine_failures(earlier: Sequence[str], *, fined: bool) -> Fields | None:
    """No second fine for the same act (Penalty Law 29). `earlier`: the numbers of decisions that fined it already."""
    return {"decisions": _joined([Text(number, number) for number in earlier])} if fined and earlier else None


@rule("DEC-08")
def amount_failures(
    matter: Matter, party: PartyKind, amount: Decimal | None, *, on: date, grounds: Collection[str] = (),
    measured: Mapping[str, Decimal] | None = None, individual_business: Bearer = Bearer.CITIZEN,
) -> Fields | None:  # fmt: skip
    """The fine lies in a range of the matter; below its minimum only on a ground of articles 30 to 32.

    `amount`: None where no fine is imposed. `grounds` are articles; `measured` the value of each base or measure on
    which a range depends (yuan, or pieces).
    CellError where a range needs one that is not given.
    """
    if amount is None:
        return None
    given = measured or {}
    ranges = [
        each.of(given.get(each.per or each.base))
        for each in matter.fine_ranges(party, on, individual_business=individual_business)
    ]
    if amount > 0 and any(each.minimum <= amount <= each.maximum for each in ranges):
        return None
    if amount > 0 and GROUNDS & set(grounds) and any(amount < each.minimum for each in ranges):
        return None
    shown = _joined([in_yuan(each) for each in ranges]) if ranges else Text("无", "none")
    return {"amount": f"{amount:f}", "ranges": shown}


def in_yuan(fine: FineRange) -> Text:
    """Return a range of yuan in words, both ends inside."""
    low, high = f"{fine.minimum.normalize():,f}", f"{fine.maximum.normalize():,f}"
    return (
        Text(f"{low} 至 {high} 元", f"{low} to {high} yuan")
        if fine.minimum
        else Text(f"{high} 元以下", f"up to {high} yuan")
    )


def told(failures: Iterable[RuleFailure]) -> str:
    """Return failures as lines, for a command or a log."""
    return "\n".join(_("%(sentence)s → %(cure)s") % {"sentence": each.sentence, "cure": each.cure} for each in failures)
