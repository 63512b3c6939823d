"""Importers whose rows are refused by their own acts: a file is tried in a write that is taken back.

What refuses a row on its page so refuses it in a file, in the same words, with every fault by line.
"""

from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from oneteam.directories.importing import Applied, Batch, Entry
from oneteam.kernel.errors import Fault, OneteamError, TableError, UnlawfulError
from oneteam.kernel.sheets import FAULTS_SHOWN, nearest

Take = Callable[[Batch, Entry], object]
Apply = Callable[[Batch], Applied]


def tried(take: Take, *, column: str) -> Apply:
    """Return an `apply` that takes row by row and names every row refused; `column` is what a refusal is about.

    A `take` that knows better raises a TableError of its own (`refuse`). One that leaves a row out answers False and
    says why in the batch's `left_out`.
    """

    def apply(batch: Batch) -> Applied:
        faults: list[Fault] = []
        taken = 0
        for done, entry in enumerate(batch.entries, 1):
            try:
                with transaction.atomic():
                    taken += take(batch, entry) is not False
            except OneteamError as error:
                faults += told(entry, error, column=column)
            batch.tell(done)
            if len(faults) >= FAULTS_SHOWN:
                break
        if faults:
            raise TableError(faults)
        return Applied(taken)

    return apply


def told(entry: Entry, error: OneteamError, *, column: str) -> Sequence[Fault]:
    """Return what refused a row as faults of its line: those it names itself, else one about the column."""
    if isinstance(error, TableError):
        return error.faults
    if isinstance(error, UnlawfulError):
        return [Fault(entry.line, column, f"{f.id}: {f.sentence} {f.article}", f.cure) for f in error.failures]
    return [Fault(entry.line, column, str(error))]


def taken_back(apply: Apply) -> Callable[[Batch], Iterable[Fault]]:
    """Return a `check` that does what `apply` does and takes it back; it answers the faults found on the way."""

    def check(batch: Batch) -> Iterable[Fault]:
        try:
            with transaction.atomic():
                apply(batch)
                transaction.set_rollback(True)
        except TableError as error:
            return error.faults
        return ()

    return check


def refuse(entry: Entry, column: str, problem: str, suggestion: str = "") -> TableError:
    """Return the refusal of one cell, to be raised."""
    return TableError([Fault(entry.line, column, problem, suggestion)])


def unknown(entry: Entry, column: str, problem: str, known: Iterable[str]) -> TableError:
    """Return the refusal of a cell that names something unknown; the nearest of what is known is suggested."""
    return refuse(entry, column, problem, nearest(str(entry[column]), sorted(known)))
