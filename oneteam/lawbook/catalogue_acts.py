"""Writes to the catalogue: loaded from the law packs or from a file, all or nothing, one act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, record, write
from oneteam.journal.canonical import canonical
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, Fault, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.sheets import FAULTS_SHOWN
from oneteam.lawbook import catalogue as kept
from oneteam.lawbook.acts import KEEPERS, begin_edition
from oneteam.lawbook.catalogue_table import Line, cells_of
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.layers import clashes, lines_by_code, pack_catalogue, told
from oneteam.lawbook.loading import Fault as PackFault
from oneteam.lawbook.loading import LawFaultsError
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.models import CatalogueRow, StatuteRow, TransferRow
from oneteam.lawbook.packs import StatuteVersion, Transfer, pack_statutes, pack_transfers
from oneteam.lawbook.queries import setting
from oneteam.lawbook.rules import RuleFailure, saved_failures

CATALOGUE_STREAM = uuid5(NAMESPACE_URL, "oneteam:catalogue")
CITY = "city"  # the layer of rows that the city imported
PACKS_SETTING = "law_packs"
_CELLS = (
    "field", "kind", "name_zh", "name_en", "former_department", "duty", "basis", "penalties", "two_step",
    "competence", "compulsory", "urgency", "words", "event_codes", "transfer", "mark", "valid_to", "layer",
)  # fmt: skip

register(
    ActKind(
        name="catalogue.loaded",
        text=gettext_lazy("Catalogue loaded from %(source)s: %(added)s matters added, %(changed)s changed"),
        fields={
            "source": str,
            "rows": int,
            "added": int,
            "changed": int,
            "statutes": int,
            "transfers": int,
            "digest": str,
            "warnings": int,
            "reason": str,
        },
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="transfer.registered",
        text=gettext_lazy("Approval %(document)s registered as %(name)s, from %(first)s"),
        fields={"name": str, "document": str, "first": str, "last": str},
        who=KEEPERS,
    )
)


@dataclass(frozen=True, slots=True)
class CatalogueLoaded:
    """What loading did. `act` is None where every row was already so; `warnings` are the W checks gone over."""

    act: Recorded | None
    rows: int
    added: int
    changed: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    added: list[CatalogueRow]
    changed: list[CatalogueRow]

    @property
    def rows(self) -> list[CatalogueRow]:
        return [*self.added, *self.changed]


@write
def load_packs(*, actor: Actor, at: datetime, packs: Sequence[str] | None = None) -> CatalogueLoaded:
    """Load statutes, transfers and matters of the city's law packs (setting `law_packs`); rows of the city stay.

    LawFaultsError names every faulty line of the packs, and each matter that fails CAT-01 to CAT-04.
    """
    chosen = packs if packs is not None else setting(PACKS_SETTING).split()
    statutes, transfers = pack_statutes(chosen), pack_transfers(chosen)
    lines = pack_catalogue(chosen)
    check_packs(lines.values(), statutes, on=legal_day(at))
    known = {(row.code, row.valid_from): row for row in CatalogueRow.objects.select_for_update()}
    ours = [
        line for key, line in lines.items() if key not in known or known[key].layer != CITY
    ]  # fmt: skip
    change = _compare(((line.matter, line.file.split("/")[-2]) for line in ours), known)
    new_statutes, new_transfers = _new_statutes(statutes), _new_transfers(transfers)
    if not (change.rows or new_statutes or new_transfers):
        return CatalogueLoaded(None, len(lines), 0, 0)
    act = _record(
        actor, at, source=" ".join(chosen), lines=[line.matter for line in lines.values()], change=change,
        statutes=len(new_statutes), transfers=len(new_transfers),
    )  # fmt: skip
    for row in (*new_statutes, *new_transfers):
        row.save()
    _put(change)
    begin_edition(act)
    kept.forget()
    return CatalogueLoaded(act, len(lines), len(change.added), len(change.changed))


@write
def import_catalogue(
    *, actor: Actor, at: datetime, lines: Sequence[Line], source: str, reason: str = "", dry_run: bool = False
) -> CatalogueLoaded:
    """Take rows of a file as the city's own, all or nothing. Rows that the file does not have stay as they are.

    `reason` lets W checks pass and goes into the act; `dry_run` finds every fault and writes nothing. TableError names
    each faulty line: failed checks, and what contradicts a law pack, with both lines.
    """
    statutes = kept.statutes_now()
    failed = [(line, each) for line in lines for each in saved_failures(line.matter, statutes, on=legal_day(at))]
    faults = [_fault(line, each) for line, each in failed if each.info.severity is Severity.BLOCK or not reason.strip()]
    faults += _against_packs(lines)
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.line)[:FAULTS_SHOWN])
    known = {(row.code, row.valid_from): row for row in CatalogueRow.objects.select_for_update()}
    change = _compare(((line.matter, CITY) for line in lines), known, keep_layer=True)
    _overlaps(lines, change, known)
    warnings = tuple(each.sentence for _line, each in failed)
    told_of = CatalogueLoaded(None, len(lines), len(change.added), len(change.changed), warnings)
    if dry_run or not change.rows:
        return told_of
    act = _record(
        actor, at, source=source, lines=[line.matter for line in lines], change=change, warnings=len(warnings),
        reason=reason.strip() if warnings else "",
    )  # fmt: skip
    _put(change)
    begin_edition(act)
    kept.forget()
    return CatalogueLoaded(act, told_of.rows, told_of.added, told_of.changed, warnings)


@write
def register_transfer(*, actor: Actor, at: datetime, transfer: Transfer) -> Recorded | None:
    """Register an approved catalogue entry (CAT-05); None where it stands so already. A new end is a change."""
    if not transfer.document.strip() or not transfer.title.zh.strip():
        raise BadInputError(_("Say which document approved the catalogue, and its title."))
    new = _new_transfers([transfer])
    if not new:
        return None
    act = record(
        kind="transfer.registered", actor=actor, at=at, stream=CATALOGUE_STREAM,
        payload={
            "name": transfer.name, "document": transfer.document, "first": str(transfer.span.since or ""),
            "last": str(transfer.span.until or ""),
        },
    )  # fmt: skip
    new[0].save()
    begin_edition(act)
    kept.forget()
    return act


def check_packs(lines: Iterable[Line], statutes: Iterable[StatuteVersion], *, on: date) -> None:
    """Refuse packs with a matter that fails CAT-01, 02 or 04 (LawFaultsError); CAT-03 only warns an importer."""
    by_name: dict[str, tuple[StatuteVersion, ...]] = {}
    for version in statutes:
        by_name[version.name] = (*by_name.get(version.name, ()), version)
    faults = [
        PackFault(line.file, line.line, f"{each.sentence} → {each.cure}")
        for line in lines
        for each in saved_failures(line.matter, by_name, on=on)
        if each.info.severity is Severity.BLOCK
    ]
    if faults:
        raise LawFaultsError(faults)


def _fault(line: Line, failure: RuleFailure) -> Fault:
    cure = failure.cure
    if failure.info.severity is Severity.WARN:
        cure = _("%(cure)s (with --reason)") % {"cure": cure}
    return Fault(line.line, "basis" if failure.check == "CAT-01" else "penalties", failure.sentence, cure)


def _against_packs(lines: Sequence[Line]) -> list[Fault]:
    upper = lines_by_code(pack_catalogue(setting(PACKS_SETTING).split()).values())
    return [
        Fault(line.line, column, told(clash, other), _("stay within what the law pack says, or use a code of your own"))
        for line in lines
        for other, column, clash in clashes(line.matter, upper.get(line.matter.code, ()))
    ]


def _overlaps(lines: Sequence[Line], change: _Change, known: dict[tuple[str, date | None], CatalogueRow]) -> None:
    """Refuse a row whose days overlap those of a version that the file leaves alone."""
    given = {line.matter.key: line for line in lines}
    faults = []
    by_code: dict[str, list[CatalogueRow]] = {}
    for key, row in known.items():
        if key not in given:
            by_code.setdefault(row.code, []).append(row)
    for row in change.rows:
        for other in by_code.get(row.code, ()):
            span = given[row.code, row.valid_from].matter.span
            if (other.valid_from or date.min) <= (span.until or date.max) and (span.since or date.min) <= (
                other.valid_to or date.max
            ):
                problem = _("%(code)s has another version on some of these days, from %(day)s")
                faults.append(
                    Fault(
                        given[row.code, row.valid_from].line, "valid_from",
                        problem % {"code": row.code, "day": other.valid_from or "–"},
                        _("put that version into the file, too, with its last day"),
                    )
                )  # fmt: skip
    if faults:
        raise TableError(faults[:FAULTS_SHOWN])


def _compare(
    wanted: Iterable[tuple[Matter, str]],
    known: dict[tuple[str, date | None], CatalogueRow],
    *,
    keep_layer: bool = False,
) -> _Change:
    """Return the rows to add and those to change. `keep_layer`: a row that says the same keeps its layer."""
    change = _Change([], [])
    for matter, layer in wanted:
        cells: dict[str, Any] = {**cells_of(matter), "layer": layer}
        cells["valid_from"], cells["valid_to"] = matter.span.since, matter.span.until
        row = known.get(matter.key)
        if row is None:
            change.added.append(CatalogueRow(id=uuid7(), **cells))
            continue
        names = [name for name in _CELLS if not (keep_layer and name == "layer")]
        if any(getattr(row, name) != cells[name] for name in names):
            change.changed.append(CatalogueRow(id=row.id, **cells))
    return change


def _put(change: _Change) -> None:
    # Ended versions first: a new version may begin on the day after the old one's new end.
    with transaction.atomic():
        try:
            CatalogueRow.objects.bulk_update(change.changed, _CELLS, batch_size=500)
            CatalogueRow.objects.bulk_create(change.added, batch_size=1000)
        except IntegrityError as error:
            raise BadInputError(_("Two versions of a matter hold on the same days; nothing was loaded.")) from error


def _new_statutes(statutes: Iterable[StatuteVersion]) -> list[StatuteRow]:
    names = ("title", "level", "in_force", "until", "repealed_by", "mark", "higher_cap")
    known = {(row.name, row.adopted): row for row in StatuteRow.objects.all()}
    new = []
    for version in statutes:
        row = known.get((version.name, version.adopted))
        cells = {name: getattr(version, name) for name in names}
        if row is None or any(getattr(row, name) != cell for name, cell in cells.items()):
            kept_id: UUID = row.id if row else uuid7()
            new.append(_saved(StatuteRow(id=kept_id, name=version.name, adopted=version.adopted, **cells), row))
    return new


def _new_transfers(transfers: Iterable[Transfer]) -> list[TransferRow]:
    known = {row.name: row for row in TransferRow.objects.all()}
    new = []
    for transfer in transfers:
        row = known.get(transfer.name)
        cells = {
            "title_zh": transfer.title.zh, "title_en": transfer.title.en, "document": transfer.document,
            "approved_on": transfer.approved_on, "valid_from": transfer.span.since, "valid_to": transfer.span.until,
            "mark": transfer.mark,
        }  # fmt: skip
        if row is None or any(getattr(row, name) != cell for name, cell in cells.items()):
            kept_id: UUID = row.id if row else uuid7()
            new.append(_saved(TransferRow(id=kept_id, name=transfer.name, **cells), row))
    return new


def _saved(row: Any, before: Any) -> Any:
    """Return a row that `save` updates where there was one before, and inserts where there was none."""
    row._state.adding = before is None
    return row


def _record(
    actor: Actor, at: datetime, *, source: str, lines: Sequence[Matter], change: _Change, statutes: int = 0,
    transfers: int = 0, warnings: int = 0, reason: str = "",
) -> Recorded:  # fmt: skip
    listed = sorted(list(cells_of(matter).values()) for matter in lines)
    return record(
        kind="catalogue.loaded", actor=actor, at=at, stream=CATALOGUE_STREAM,
        payload={
            "source": source, "rows": len(lines), "added": len(change.added), "changed": len(change.changed),
            "statutes": statutes, "transfers": transfers, "warnings": warnings, "reason": reason,
            "digest": sha256(canonical(listed).encode()).hexdigest(),
        },
    )  # fmt: skip
