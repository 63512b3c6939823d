"""Which unit a statute means by "n days" (CAL-01): the table of law/cn/periods.yaml, read and asked here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TypeGuard

import yaml
from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, Fault, TableError

PERIODS_FILE = Path(__file__).resolve().parents[2] / "law" / "cn" / "periods.yaml"

_MARKS = ("V1", "V2", "U")
_KEYS = frozenset({"statute", "article", "days", "up_to", "unit", "valid_from", "valid_to", "mark"})


class Unit(StrEnum):
    """The unit in which a period is counted."""

    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class UnitRule:
    """One row of the table. `days` is None in the row for every number that no other row covers."""

    statute: str
    article: str
    days: frozenset[int] | None
    unit: Unit
    valid_from: date
    valid_to: date | None
    mark: str

    @property
    def citation(self) -> str:
        """The statute's short name and the article, for example "APL 85"."""
        return f"{self.statute} {self.article}"

    def in_force(self, on: date | None) -> bool:
        """Whether the row holds on the day `on`; None asks for the row without an end."""
        if on is None:
            return self.valid_to is None
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All rows; the parser has made sure that no two of them answer the same question."""

    rules: tuple[UnitRule, ...]

    def rule(self, statute: str, n: int, *, on: date | None = None) -> UnitRule:
        """Return the row for a period of `n` days under `statute` on the day `on` (None: as the law stands).

        BadInputError for an unknown statute, a day before its first row, or a number below 1.
        """
        if n < 1:
            raise BadInputError(_("A period of %(n)d days does not exist; give a whole number from 1.") % {"n": n})
        known = sorted({rule.statute for rule in self.rules})
        if statute not in known:
            message = _("The statute “%(statute)s” is not in the table of periods; known are %(known)s.")
            raise BadInputError(message % {"statute": statute, "known": ", ".join(known)})
        rules = [rule for rule in self.rules if rule.statute == statute and rule.in_force(on)]
        named = [rule for rule in rules if rule.days is not None and n in rule.days]
        for rule in named or [rule for rule in rules if rule.days is None]:
            return rule
        message = _("The table of periods has no row for %(n)d days under %(statute)s on %(on)s.")
        raise BadInputError(message % {"n": n, "statute": statute, "on": on})


def unit_for(statute: str, n: int, *, on: date | None = None) -> Unit:
    """Return whether `n` days under `statute` are working or calendar days (APL 85, ACL 69, ARL 88; CAL-01).

    `on` is the day whose law applies; None asks for the law as it stands. Errors as in `UnitTable.rule`.
    """
    return national_table().rule(statute, n, on=on).unit


@lru_cache(maxsize=1)
def national_table() -> UnitTable:
    """Return the table that ships with the product, read once."""
    return parse_unit_table(PERIODS_FILE.read_text(encoding="utf-8"))


def parse_unit_table(text: str) -> UnitTable:
    """Read the YAML text of a table of periods. TableError names every faulty row by its line."""
    loader = yaml.CSafeLoader(text)
    try:
        numbered = list(_rows(loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TableError([Fault(mark.line + 1 if mark else 1, "", str(error))]) from error
    finally:
        loader.dispose()
    faults: list[Fault] = []
    rules: list[tuple[int, UnitRule]] = []
    for line, row in numbered:
        try:
            rules.append((line, _rule(row)))
        except BadInputError as error:
            faults.append(Fault(line, "", str(error)))
    faults.extend(
        Fault(line, "", _("this row and the one of line %(first)d answer the same question") % {"first": first})
        for (first, one), (line, other) in combinations(rules, 2)
        if _collide(one, other)
    )
    if faults:
        raise TableError(faults)
    return UnitTable(tuple(rule for _line, rule in rules))


def _rows(loader: yaml.CSafeLoader) -> Iterator[tuple[int, object]]:
    root = loader.get_single_node()
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "rows" and isinstance(value, yaml.SequenceNode):
            for node in value.value:
                yield node.start_mark.line + 1, loader.construct_object(node, deep=True)
            return
    raise TableError([Fault(1, "rows", _("the file has no list named “rows”"))])


def _rule(row: object) -> UnitRule:
    if not isinstance(row, Mapping) or not set(row) <= _KEYS:
        raise BadInputError(_("a row has only the keys %(keys)s") % {"keys": ", ".join(sorted(_KEYS))})
    statute, article, valid_from, valid_to = (row.get(key) for key in ("statute", "article", "valid_from", "valid_to"))
    if not (isinstance(statute, str) and statute and isinstance(article, str) and article):
        raise BadInputError(_("“statute” and “article” must both be given, as text"))
    if not _is_day(valid_from) or not (valid_to is None or _is_day(valid_to)):
        raise BadInputError(_("“valid_from” must be a date (YYYY-MM-DD), “valid_to” a date or left out"))
    if valid_to is not None and valid_to < valid_from:
        raise BadInputError(_("“valid_to” lies before “valid_from”"))
    if row.get("mark") not in _MARKS:
        raise BadInputError(_("“mark” must be one of %(marks)s") % {"marks": ", ".join(_MARKS)})
    try:
        unit = Unit(str(row.get("unit")))
    except ValueError as error:
        raise BadInputError(_("“unit” must be one of %(units)s") % {"units": ", ".join(Unit)}) from error
    return UnitRule(statute, article, _days(row), unit, valid_from, valid_to, str(row["mark"]))


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def _days(row: Mapping[str, object]) -> frozenset[int] | None:
    days, up_to = row.get("days"), row.get("up_to")
    if days == "other" and up_to is None:
        return None
    if days is None and isinstance(up_to, int) and 1 <= up_to <= 366:
        return frozenset(range(1, up_to + 1))
    if up_to is None and isinstance(days, Sequence) and days and all(isinstance(n, int) and n >= 1 for n in days):
        return frozenset(n for n in days if isinstance(n, int))
    raise BadInputError(_("give either “days” (a list of numbers from 1, or “other”) or “up_to” (1 to 366)"))


def _collide(one: UnitRule, other: UnitRule) -> bool:
    if one.statute != other.statute:
        return False
    apart = (one.valid_to is not None and one.valid_to < other.valid_from) or (
        other.valid_to is not None and other.valid_to < one.valid_from
    )
    if one.days is None or other.days is None:
        return not apart and one.days is other.days
    return not apart and bool(one.days & other.days)
