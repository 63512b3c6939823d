"""The three intervals of the reform, computed from the journal alone (DESIGN section 1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Interval:
    """From the first act of one kind in a file to the first of another; `before` and `promise` as the reform claims."""

    name: str
    label: Promise
    start: str
    ends: tuple[str, ...]
    before: Promise
    promise: timedelta
    start_label: Promise
    end_label: Promise


INTERVALS = (
    Interval(
        "complaint", _("Complaint handled"), "report.received", ("report.answered",), _("3 working days"),
        timedelta(hours=1), _("Report received"), _("Answered"),
    ),
    Interval(
        "filing", _("Investigated before filing"), "case.lead_registered",
        ("case.filed", "case.not_filed", "case.transferred"), _("7 days"), timedelta(days=1),
        _("Lead registered"), _("Filed, not filed or transferred"),
    ),
    Interval(
        "joint", _("Joint operation"), "joint.requested", ("joint.carried_out",), _("15 days"), timedelta(days=2),
        _("Requested"), _("Carried out"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """An interval over a span of time. `median`, `p90` and `share` (0 to 1) are None while nothing was finished."""

    interval: Interval
    finished: int
    running: int
    median: timedelta | None
    p90: timedelta | None
    share: float | None


_SQL = """
WITH starts AS (
  SELECT stream, min(occurred_at) AS at FROM journal_act
  WHERE kind = %(start)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
    AND NOT coalesce((payload->>'imported')::boolean, false)
  GROUP BY stream
), spans AS (
  SELECT s.stream, (SELECT min(e.occurred_at) FROM journal_act e
                    WHERE e.stream = s.stream AND e.kind = ANY(%(ends)s) AND e.occurred_at >= s.at) - s.at AS span
  FROM starts s
)
SELECT count(span), count(*) - count(span),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY span), percentile_cont(0.9) WITHIN GROUP (ORDER BY span),
  avg((span <= %(promise)s)::int) FILTER (WHERE span IS NOT NULL)
FROM spans
"""


def measure(*, since: datetime, until: datetime) -> list[Measured]:
    """Measure every interval whose first act lies in [since, until). Imported history counts in none."""
    measured = []
    with connection.cursor() as cursor:
        for interval in INTERVALS:
            values: dict[str, Any] = {
                "start": interval.start, "ends": list(interval.ends), "since": since, "until": until,
                "promise": interval.promise,
            }  # fmt: skip
            cursor.execute(_SQL, values)
            finished, running, median, p90, share = cursor.fetchone()
            measured.append(Measured(interval, finished, running, median, p90, None if share is None else float(share)))
    return measured
