"""Numbers of documents: gap-free in each series and year, whoever draws at the same moment (NUM-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.documents.declaration import Series, declarations
from oneteam.documents.models import Count, Number, State
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError
from oneteam.lawbook.queries import setting


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number for one document. `row` is a reserved number's; None for the next one, made when it is used."""

    series: Series
    year: int
    serial: int
    text: str
    row: Number | None = None

    def take(self) -> Number:
        """Use the number. After the act, in its transaction, under the lock that `draw` took."""
        if self.row is not None:
            self.row.state = State.USED
            self.row.save(update_fields=["state"])
            return self.row
        return extend(self.series, self.year, self.serial, [self.text], state=State.USED)[0]


def series_of(code: str) -> Series:
    """Return a declared series. BadInputError for an unknown one."""
    found = declarations().series.get(code)
    if found is None:
        raise BadInputError(_("There is no series of numbers “%(code)s”.") % {"code": code})
    return found


def next_serial(series: Series, year: int) -> int:
    """Return the next serial of a series, under a lock until the transaction ends.

    Of two transactions that begin a year at once, the later fails on the count's unique key and is tried again.
    """
    count = Count.objects.select_for_update().filter(series=series.code, year=year).first()
    return count.last + 1 if count else 1


def text_of(series: Series, year: int, serial: int) -> str:
    """Return a number as people read it. UnsetSettingError where the city has not set the word before the year."""
    return series.number(setting(series.setting), year, serial)


def draw(series: Series, at: datetime, *, number: str | None, holder: UUID | None) -> Drawn:
    """Return the number for a document issued at `at`: the next one, or the reserved one that the device names.

    Raises what `usable` raises for a reserved number.
    """
    year = legal_day(at).year
    if number is None:
        serial = next_serial(series, year)
        return Drawn(series, year, serial, text_of(series, year, serial))
    row = usable(series, at, number=number, holder=holder)
    return Drawn(series, year, row.serial, row.text, row)


def usable(series: Series, at: datetime, *, number: str, holder: UUID | None) -> Number:
    """Return the reserved number's row, locked, if this person may use it for a document of this series at `at`.

    BadInputError for a number that is unknown, of another series or year, or reserved for somebody else; ConflictError
    for one that is used or void.
    """
    row = Number.objects.select_for_update(of=("self",)).select_related("count").filter(text=number).first()
    if row is None:
        raise BadInputError(_("The number %(number)s was never reserved; draw a new one.") % {"number": number})
    if row.state != State.RESERVED:
        message = (
            _("The number %(number)s is used already; take the next of your block.")
            if row.state == State.USED
            else _("The number %(number)s is void and stays void; take the next of your block.")
        )
        raise ConflictError(message % {"number": number})
    if row.count.series != series.code:
        message = _("The number %(number)s is of another series; this document takes one of “%(series)s”.")
        raise BadInputError(message % {"number": number, "series": series.label})
    year = legal_day(at).year
    if row.count.year != year:
        message = _("The number %(number)s is of %(of)d and the document of %(year)d; void it and reserve new ones.")
        raise BadInputError(message % {"number": number, "of": row.count.year, "year": year})
    if row.holder_id != holder:
        raise BadInputError(_("The number %(number)s is reserved for somebody else.") % {"number": number})
    return row


def extend(
    series: Series, year: int, first: int, texts: Iterable[str], *, state: State, holder: UUID | None = None,
    device: str = "", block: UUID | None = None,
) -> list[Number]:  # fmt: skip
    """Add numbers from `first` on to a series, under the lock of `next_serial`, after the act."""
    count, _made = Count.objects.get_or_create(series=series.code, year=year)
    rows = [
        Number(count=count, serial=first + n, text=text, state=state, holder_id=holder, device=device, block=block)
        for n, text in enumerate(texts)
    ]
    Number.objects.bulk_create(rows)
    count.last = first + len(rows) - 1
    count.save(update_fields=["last"])
    return rows
