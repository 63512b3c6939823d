"""The figures, computed anew from the journal's acts: one statement a figure, whatever the number of acts.

Imported history counts in none: it started no promise. A span counts what began in it, and looks at what followed
until now. The clock of a share is kept by acts of the timer, which looks every few seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from oneteam.supervision.declaration import By, Indicator, Measure, opening_kinds


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until before another, and the span of the same length before it."""

    since: datetime
    until: datetime
    shift: timedelta

    @property
    def before(self) -> "Span":
        """The span that this one is compared with."""
        return Span(self.since - self.shift, self.until - self.shift, self.shift)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one span, or of one part of it.

    `count`: what began. `settled`: of these, what has come to its end. `reached`: what counts for the share.
    `running` has not come to its end yet. Times and `share` (0 to 1) are None where nothing is settled.
    """

    count: int = 0
    settled: int = 0
    reached: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None

    @property
    def running(self) -> int:
        """What has not come to its end yet."""
        return self.count - self.settled

    @property
    def share(self) -> float | None:
        """The part of what is settled that counts."""
        return self.reached / self.settled if self.settled else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure in its span and in the span before."""

    now: Measured
    before: Measured


NOTHING = Measured()

# What began in either span. Where the acts open a file, each is one; else a file counts once a span.
_OPENING = """
WITH base AS MATERIALIZED (
  SELECT a.stream, a.n, a.occurred_at AS at, a.occurred_at >= %(since)s AS now, a.occurred_at AS born, {told}
  FROM journal_act a
  WHERE {began} AND NOT coalesce((a.payload->>'imported')::boolean, false)
)"""
_LATER = """
WITH base AS MATERIALIZED (
  SELECT a.stream, a.n, a.at, a.now, o.occurred_at AS born, {told}
  FROM (
    SELECT DISTINCT ON (stream, now{each}) stream, n, occurred_at AS at, occurred_at >= %(since)s AS now
    FROM journal_act a WHERE {began} ORDER BY stream, now{each}, at, n
  ) AS a JOIN journal_act o ON o.stream = a.stream AND o.seq = 1
  WHERE NOT coalesce((o.payload->>'imported')::boolean, false)
)"""
_BEGAN = """a.kind = ANY(%(begin)s) AND a.occurred_at >= %(before)s AND a.occurred_at < %(until)s
    AND (a.occurred_at >= %(since)s OR a.occurred_at < %(before_until)s)"""

# To which incident each report belongs, and what each was established to be, as the acts say last.
_DECIDED = """, told AS MATERIALIZED (
  SELECT stream, n, kind, about, payload FROM journal_act
  WHERE occurred_at >= (SELECT min(born) FROM base) AND kind IN ('incident.established', 'incident.corrected',
    'incident.merged', 'report.joined', 'report.split')
), links AS (
  SELECT DISTINCT ON (report) report, incident FROM (
    SELECT unnest(about) AS report, stream AS incident, n FROM told WHERE kind = 'incident.established'
    UNION ALL SELECT unnest(about), (payload->>'incident')::uuid, n FROM told WHERE kind = 'incident.merged'
    UNION ALL SELECT stream, (payload->>'incident')::uuid, n FROM told WHERE kind = 'report.joined'
    UNION ALL SELECT stream, NULL, n FROM told WHERE kind = 'report.split'
  ) AS each ORDER BY report, n DESC
), known AS (
  SELECT DISTINCT ON (stream) stream, {decided} AS decided FROM told
  WHERE kind IN ('incident.established', 'incident.corrected') ORDER BY stream, {decided} IS NULL, n DESC
)"""
_TO_DECIDED = "LEFT JOIN links ON links.report = base.stream LEFT JOIN known ON known.stream = links.incident"
_PLACE = "coalesce(nullif(payload->>'place', ''), nullif(payload->>'point', ''))"


@dataclass(frozen=True, slots=True)
class _Key:
    """How the acts tell a breakdown: from the time, from the file's first act, or from what was decided of it."""

    key: str
    first: str = ""
    decided: str = ""


_KEYS: Mapping[By | None, _Key] = {
    None: _Key("NULL::text"),
    By.DAY: _Key("to_char(base.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"),
    By.HOUR: _Key("to_char(base.at AT TIME ZONE 'Asia/Shanghai', 'HH24')"),
    By.CHANNEL: _Key("base.told", "channel"),
    By.FIELD: _Key("known.decided", decided="payload->>'field'"),
    By.AREA: _Key("coalesce(known.decided, nullif(base.told, ''))", "point", _PLACE),
    By.UNIT: _Key("base.told", "post"),
}

_FOLLOWED = """, after AS MATERIALIZED (
  SELECT stream, n, occurred_at AS at, kind = ANY(%(end)s) AS ends FROM journal_act
  WHERE kind = ANY(%(after)s) AND occurred_at >= %(before)s
    AND (kind = ANY(%(end)s) OR payload->>'clock' = %(clock)s)
), reached AS (
  SELECT base.n, min(after.at) FILTER (WHERE ends) AS ended, min(after.at) FILTER (WHERE NOT ends) AS late
  FROM base JOIN after ON after.stream = base.stream AND after.at >= base.at AND after.n <> base.n GROUP BY base.n
), keyed AS (
  SELECT {key} AS key, base.now, base.at, reached.ended, reached.late
  FROM base LEFT JOIN reached ON reached.n = base.n {joins}
)"""
_ALONE = """, keyed AS (
  SELECT {key} AS key, base.now, base.at, base.at AS ended, NULL::timestamptz AS late FROM base {joins}
)"""
_FOLDED = """
SELECT {folded} AS part, now, count(*), count(*) FILTER (WHERE {settled}), count(*) FILTER (WHERE {reached}), {times}
FROM keyed {join} GROUP BY part, now
"""
_TIMES = """percentile_cont(0.5) WITHIN GROUP (ORDER BY ended - at),
  percentile_cont(0.9) WITHIN GROUP (ORDER BY ended - at)"""
_KEYS_ALONE = "SELECT DISTINCT key FROM keyed WHERE key IS NOT NULL"
_FOLDING = "LEFT JOIN unnest(%(keys)s::text[], %(parts)s::text[]) AS f (raw, part) ON raw = key"
# (what is settled, what counts) of each measure; a share with a clock is settled by an end or by the breach.
_COUNTED: Mapping[tuple[Measure, bool], tuple[str, str]] = {
    (Measure.COUNT, False): ("true", "true"),
    (Measure.SHARE, False): ("true", "ended IS NOT NULL"),
    (Measure.SHARE, True): (
        "ended IS NOT NULL OR late IS NOT NULL", "ended IS NOT NULL AND (late IS NULL OR late > ended)",
    ),
    (Measure.INTERVAL, False): ("ended IS NOT NULL", "ended - at <= %(promise)s"),
}  # fmt: skip


def measure(indicator: Indicator, span: Span) -> Pair:
    """Measure what began in a span, and in the span before."""
    return measure_by(indicator, span, None).get(None, Pair(NOTHING, NOTHING))


def keys_of(indicator: Indicator, span: Span, by: By) -> list[str]:
    """Return what the acts themselves tell of a breakdown: posts, places and points, to be folded into parts."""
    statement = _began(indicator, by) + _ALONE.format(key=_KEYS[by].key, joins=_joins(by))
    return sorted(key for (key,) in _rows(statement + _KEYS_ALONE, _values(indicator, span)))


def measure_by(
    indicator: Indicator, span: Span, by: By | None, folded: Mapping[str, str] | None = None
) -> dict[str | None, Pair]:
    """Measure each part of a breakdown; None is the part of what the acts do not tell.

    `folded` says for each of the acts' own keys (`keys_of`) to which part it belongs; without it each is its own.
    """
    settled, reached = _COUNTED[indicator.measure, bool(indicator.clock)]
    shape = (_ALONE if indicator.end is None else _FOLLOWED).format(key=_KEYS[by].key, joins=_joins(by))
    statement = _began(indicator, by) + shape + _FOLDED.format(
        folded="key" if folded is None else "f.part", join="" if folded is None else _FOLDING, settled=settled,
        reached=reached, times=_TIMES if indicator.measure is Measure.INTERVAL else "NULL, NULL",
    )  # fmt: skip
    values = _values(indicator, span)
    if folded is not None:
        values |= {"keys": list(folded), "parts": list(folded.values())}
    found: dict[str | None, dict[bool, Measured]] = {}
    for part, now, *numbers in _rows(statement, values):
        found.setdefault(part, {})[now] = Measured(*numbers)
    return {part: Pair(each.get(True, NOTHING), each.get(False, NOTHING)) for part, each in found.items()}


def _began(indicator: Indicator, by: By | None) -> str:
    opening, key = set(indicator.begin.kinds) <= opening_kinds(), _KEYS[by]
    told = f"{'a' if opening else 'o'}.payload->>'{key.first}' AS told" if key.first else "NULL AS told"
    each = ", n" if indicator.measure is Measure.COUNT else ""
    base = (_OPENING if opening else _LATER).format(began=_BEGAN, told=told, each=each)
    return base + (_DECIDED.format(decided=key.decided) if key.decided else "")


def _joins(by: By | None) -> str:
    return _TO_DECIDED if _KEYS[by].decided else ""


def _values(indicator: Indicator, span: Span) -> dict[str, Any]:
    before, end = span.before, list(indicator.end.kinds) if indicator.end else []
    return {
        "begin": list(indicator.begin.kinds), "end": end, "clock": indicator.clock, "promise": indicator.promise,
        "after": [*end, "clock.breached"] if indicator.clock else end, "since": span.since, "until": span.until,
        "before": before.since, "before_until": min(before.until, span.since),
    }  # fmt: skip


def _rows(statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows
