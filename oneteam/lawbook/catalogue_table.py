"""The catalogue as a table: one matter's version a row, the same columns in law packs, import and export."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, partial
from typing import TypeVar

from django.utils.translation import gettext as _

from oneteam.kernel.errors import CellError, Fault, TableError
from oneteam.kernel.sheets import FAULTS_SHOWN, Table, cells, match_columns, unguarded
from oneteam.lawbook.bases import parse_bases, write_bases
from oneteam.lawbook.matters import Competence, Kind, Mark, Matter, Urgency
from oneteam.lawbook.packs import fields, penalty_kinds
from oneteam.lawbook.penalties import parse_penalties, write_penalties
from oneteam.lawbook.spans import Span
from oneteam.lawbook.text import Text

COLUMNS = (
    "code", "field", "kind", "name_zh", "name_en", "former_department", "duty", "basis", "penalties", "two_step",
    "competence", "compulsory", "urgency", "words", "event_codes", "valid_from", "valid_to", "transfer", "mark",
)  # fmt: skip
MOST_NAME, MOST_ENGLISH, LEAST_WORDS = 60, 160, 3
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Line:
    """A matter's version and where it stands; `file` is empty for a file that somebody imports."""

    line: int
    matter: Matter
    file: str = ""


def parse_catalogue(table: Table, *, file: str = "") -> list[Line]:
    """Return the matters of a table in its order. Raises TableError with every faulty line (a hundred at most)."""
    names = match_columns(table, known={name: name for name in COLUMNS}, required=COLUMNS)
    faults: list[Fault] = []
    found: list[Line] = []
    by_code: dict[str, list[Line]] = {}
    kinds = tuple(penalty_kinds())
    for row in table.rows:
        given = {names[heading]: unguarded(cell).strip() for heading, cell in row.cells.items() if heading in names}
        reader = _Reader(row.line, given, faults)
        matter = reader.matter(kinds)
        if matter is None:
            if len(faults) >= FAULTS_SHOWN:
                break
            continue
        for other in by_code.get(matter.code, ()):
            if other.matter.span.overlaps(matter.span):
                problem = _("%(code)s holds on the same days in line %(line)d") % {
                    "code": matter.code,
                    "line": other.line,
                }
                faults.append(Fault(row.line, "code", problem, _("give another code, or days that do not overlap")))
        line = Line(row.line, matter, file)
        by_code.setdefault(matter.code, []).append(line)
        found.append(line)
    if faults:
        raise TableError(faults[:FAULTS_SHOWN])
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one row; a cell that cannot be read is noted and the next one read."""

    line: int
    given: dict[str, str]
    faults: list[Fault]

    def matter(self, kinds: tuple[str, ...]) -> Matter | None:
        before = len(self.faults)
        kind = self.cell("kind", _one_of(Kind), Kind.OTHER_AGENCY)
        found = Matter(
            code=self.cell("code", cells.code(r"(?:F\d{2}|X)-\d{3,4}", example="F01-001"), ""),
            field=self.given["field"].upper() or None,
            kind=kind,
            name=Text(self.cell("name_zh", partial(_name, most=MOST_NAME), ""),
                      self.cell("name_en", partial(_name, most=MOST_ENGLISH), "")),
            former_department=self.given["former_department"],
            duty=self.cell("duty", parse_bases, ()),
            bases=self.cell("basis", parse_bases, ()),
            penalties=self.cell("penalties", partial(parse_penalties, kinds=kinds), ()),
            two_step=self.cell("two_step", cells.flag, False),  # noqa: FBT003 -- the value after a fault
            competence=self.cell("competence", _one_of(Competence), Competence.AREA),
            compulsory=self.cell("compulsory", parse_bases, ()),
            urgency=self.cell("urgency", _one_of(Urgency), Urgency.GENERAL),
            words=self.cell("words", _words, ()),
            event_codes=self.cell("event_codes", _event_codes, ()),
            span=self.span(),
            transfer=self.given["transfer"],
            mark=self.cell("mark", _one_of(Mark), Mark.U),
        )  # fmt: skip
        self.together(found)
        return found if len(self.faults) == before else None

    def cell(self, column: str, read: Callable[[str], T], otherwise: T) -> T:
        try:
            return read(self.given[column])
        except CellError as error:
            self.fault(column, error.problem, error.suggestion)
            return otherwise

    def fault(self, column: str, problem: str, suggestion: str) -> None:
        self.faults.append(Fault(self.line, column, problem, suggestion))

    def span(self) -> Span:
        since, until = (self.cell(name, _day, None) for name in ("valid_from", "valid_to"))
        if since and until and until < since:
            self.fault("valid_to", _("the matter ends before it begins"), _("check both days"))
        return Span(since, until)

    def together(self, matter: Matter) -> None:
        """What two cells say together."""
        field = matter.field
        if field and field not in fields():
            self.fault("field", _("there is no field %(field)s") % {"field": field}, _("write F01 to F29"))
        if matter.code and matter.code.partition("-")[0] != (field or "X"):
            self.fault(
                "code",
                _("the code does not begin with its field"),
                _("begin it with %(field)s-") % {"field": field or "X"},
            )
        if matter.kind is not Kind.OTHER_AGENCY and not field:
            self.fault("field", _("only a matter of another agency may stand outside the fields"), _("write its field"))
        if matter.kind is Kind.ENFORCEMENT and not matter.penalties and self.given["penalties"] == "":
            self.fault(
                "penalties", _("an enforcement matter needs a penalty"), _("write such as “warning; fine any 0..50”")
            )
        if matter.kind is not Kind.ENFORCEMENT and (matter.penalties or matter.bases):
            self.fault(
                "penalties" if matter.penalties else "basis", _("only enforcement is penalised"),
                _("empty basis and penalties, or write the kind “enforcement”"),
            )  # fmt: skip


@cache
def _one_of(choices: type[E]) -> Callable[[str], E]:
    read = cells.choice({str(each): str(each) for each in choices})
    known = {str(each).casefold(): each for each in choices}

    def chosen(cell: str) -> E:
        word = cell.casefold()
        return known[word] if word in known else known[read(cell).casefold()]

    return chosen


def _name(cell: str, *, most: int) -> str:
    if not 1 <= len(cell) <= most or not cell.isprintable():
        raise CellError(
            _("the name has %(length)d characters") % {"length": len(cell)},
            _("write one line of 1 to %(most)d characters") % {"most": most},
        )
    return cell


def _day(cell: str) -> date | None:
    return cells.day(cell) if cell else None


def _words(cell: str) -> tuple[str, ...]:
    words = tuple(cell.split())
    for word in words:
        pieces = word.removesuffix("~").split("+")
        if not all(pieces) or len(pieces) > 3 or "~" in word.removesuffix("~"):
            raise CellError(
                _("“%(word)s” is no seed word") % {"word": word},
                _("join up to three words by +, end a weak one with ~"),
            )
        if words.count(word) > 1:
            raise CellError(_("“%(word)s” stands here twice") % {"word": word}, _("leave one of them out"))
    if 0 < len(words) < LEAST_WORDS:
        raise CellError(
            _("these are %(count)d words") % {"count": len(words)},
            _("give at least %(least)d words that callers use, or none") % {"least": LEAST_WORDS},
        )
    return words


def _event_codes(cell: str) -> tuple[str, ...]:
    codes = tuple(cell.split())
    for code in codes:
        if len(code) != 5 or not code.isdecimal():
            raise CellError(
                _("“%(code)s” is no type of GB/T 47678.5") % {"code": code}, _("write five digits, such as 09001")
            )
    return codes


def cells_of(matter: Matter) -> dict[str, str]:
    """Return what a matter's version has in each column."""
    return {
        "code": matter.code, "field": matter.field or "", "kind": str(matter.kind), "name_zh": matter.name.zh,
        "name_en": matter.name.en, "former_department": matter.former_department, "duty": write_bases(matter.duty),
        "basis": write_bases(matter.bases), "penalties": write_penalties(matter.penalties),
        "two_step": "yes" if matter.two_step else "no", "competence": str(matter.competence),
        "compulsory": write_bases(matter.compulsory), "urgency": str(matter.urgency), "words": " ".join(matter.words),
        "event_codes": " ".join(matter.event_codes), "valid_from": _written(matter.span.since),
        "valid_to": _written(matter.span.until), "transfer": matter.transfer, "mark": str(matter.mark),
    }  # fmt: skip


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def matter_of(given: dict[str, str], kinds: tuple[str, ...]) -> Matter:
    """Return the matter of cells that were checked when they were stored."""
    faults: list[Fault] = []
    matter = _Reader(0, given, faults).matter(kinds)
    if matter is None:
        raise TableError(faults)
    return matter
