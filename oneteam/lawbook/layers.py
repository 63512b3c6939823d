"""The catalogue of the law packs, layer over layer: a deeper one refines, never contradicts (DESIGN 3.4)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from oneteam.kernel.errors import TableError
from oneteam.kernel.sheets import read_table
from oneteam.lawbook.catalogue_table import Line, parse_catalogue
from oneteam.lawbook.loading import Fault, LawFaultsError
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.packs import files_of
from oneteam.lawbook.penalties import FINE, Bearer, FineRange, Penalty

CATALOGUE_FILE = "catalogue.csv"
Clash = tuple[str, str]  # the column, and what contradicts


def pack_catalogue(packs: Sequence[str] | None = None) -> dict[tuple[str, date | None], Line]:
    """Return the matters of these packs (None: of all) by code and first day, each as its deepest layer has it.

    LawFaultsError names every faulty line; for a contradiction both lines.
    """
    found: dict[tuple[str, date | None], Line] = {}
    faults: list[Fault] = []
    for file, text in files_of(CATALOGUE_FILE, packs):
        try:
            lines = parse_catalogue(read_table(text.encode(), name=file), file=file)
        except TableError as error:
            faults += [Fault(file, each.line, f"{each.column}: {each.message}") for each in error.faults]
            continue
        by_code = lines_by_code(found.values())
        for line in lines:
            for other, column, clash in clashes(line.matter, by_code.get(line.matter.code, ())):
                faults.append(Fault(file, line.line, f"{column}: {told(clash, other)}"))
            found[line.matter.key] = line
    if faults:
        raise LawFaultsError(faults)
    return found


def told(clash: str, other: Line) -> str:
    """Return the sentence of a contradiction with the line that it stands against."""
    return _("%(clash)s (%(file)s, line %(line)d)") % {"clash": clash, "file": other.file, "line": other.line}


def lines_by_code(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return lines under their matter's code."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.matter.code, []).append(line)
    return found


def clashes(matter: Matter, upper: Iterable[Line]) -> Iterator[tuple[Line, str, str]]:
    """Yield each contradiction of a matter to the versions that shallower layers have of it."""
    for other in upper:
        if other.matter.key == matter.key:
            for column, clash in contradictions(other.matter, matter):
                yield other, column, clash
        elif other.matter.span.overlaps(matter.span):
            yield (
                other,
                "valid_from",
                _("a shallower layer has another version of %(code)s on the same days") % {"code": matter.code},
            )


def contradictions(upper: Matter, deeper: Matter) -> Iterator[Clash]:
    """Yield where a deeper row goes beyond what the shallower one allows.

    It may narrow a fine, leave out kinds, add bases, an order to correct, words, codes; it may not widen or drop.
    """
    for column, one, other in (("field", upper.field, deeper.field), ("kind", upper.kind, deeper.kind)):
        if one != other:
            yield column, _("“%(deeper)s” stands against “%(upper)s”") % {"deeper": other or "–", "upper": one or "–"}
    for basis in upper.bases:
        if basis not in deeper.bases:
            yield "basis", _("%(basis)s is dropped") % {"basis": basis}
    if upper.two_step and not deeper.two_step:
        yield "two_step", _("the order to correct is dropped")
    kinds = {penalty.kind for penalty in upper.penalties}
    for penalty in deeper.penalties:
        if penalty.kind not in kinds:
            yield "penalties", _("%(penalty)s is added") % {"penalty": penalty}
        elif penalty.kind == FINE and not _inside(penalty, upper.penalties):
            yield "penalties", _("%(penalty)s lies outside the range") % {"penalty": penalty}


def _inside(fine: Penalty, upper: Sequence[Penalty]) -> bool:
    """Whether a fine lies inside one of the shallower layer's ranges that meet the same party."""
    return any(
        other.fine is not None and fine.fine is not None and other.bearer in (fine.bearer, Bearer.ANY)
        and _within(fine.fine, other.fine)
        for other in upper
    )  # fmt: skip


def _within(deeper: FineRange, upper: FineRange) -> bool:
    same = (deeper.unit, deeper.base, deeper.per) == (upper.unit, upper.base, upper.per)
    return same and upper.minimum <= deeper.minimum and deeper.maximum <= upper.maximum
