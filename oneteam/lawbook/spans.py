"""Days between which something holds, and how a cell of the catalogue writes them: ` [2026-08-15..]`."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from oneteam.kernel.errors import CellError

_SPAN = re.compile(r"\s*\[(\d{4}-\d{2}-\d{2})?\.\.(\d{4}-\d{2}-\d{2})?\]$")


@dataclass(frozen=True, slots=True)
class Span:
    """From a day until a day, both inside; None is without end on that side."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether a day lies in the span."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def overlaps(self, other: "Span") -> bool:
        """Tell whether two spans have a day in common."""
        return (self.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (
            self.until or date.max
        )

    @property
    def suffix(self) -> str:
        """How a cell writes the span; nothing where it is without end on both sides."""
        return f" [{self.since or ''}..{self.until or ''}]" if self.since or self.until else ""


ALWAYS = Span()


def split_span(item: str) -> tuple[str, Span]:
    """Return an item of a cell without its span, and the span. Raises CellError for a day that is none."""
    found = _SPAN.search(item)
    if found is None:
        return item.strip(), ALWAYS
    try:
        since, until = (date.fromisoformat(day) if day else None for day in found.groups())
    except ValueError:
        problem = _("“%(span)s” holds no day of the calendar") % {"span": found[0].strip()}
        raise CellError(problem, _("write a span like [2026-08-15..2027-12-31]")) from None
    if since and until and until < since:
        raise CellError(_("the span %(span)s ends before it begins") % {"span": found[0].strip()})
    return item[: found.start()].strip(), Span(since, until)


def items_of(cell: str) -> list[str]:
    """Return the items of a cell that lists several, separated by semicolons (either width)."""
    return [item.strip() for item in cell.replace("；", ";").split(";") if item.strip()]
