"""Reading the journal: timelines of objects and the figures for `oneteam doctor`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Model, Q, QuerySet

from oneteam.journal.kinds import act_kind, table_kinds
from oneteam.journal.models import Act, Change, Cursor, Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline. `sealed` is the act's place in the sealed order, None while it waits for the sealer."""

    act: UUID
    stream: UUID
    seq: int
    kind: str
    sentence: str
    actor: str
    post: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    payload: Mapping[str, Any]
    basis: tuple[str, ...]
    place: str | None
    sealed: int | None


class _Missing(dict[str, Any]):
    """Values for a sentence; what an earlier version of the kind did not have reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


_labels: dict[tuple[str, str], Mapping[str, Any]] = {}


def label_values(kind: str, field: str, labels: Mapping[str, Any]) -> None:
    """Say how the values of a field that holds codes read in sentences; `labels` are lazy translations by code."""
    _labels[kind, field] = labels


def _readable(kind: str, field: str, value: Any) -> Any:
    if value is None:
        return "–"
    labels = _labels.get((kind, field), {})
    return labels.get(value, value) if isinstance(value, str) else value


def sentence(kind: str, payload: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> str:
    """Return what an act says, in the reader's language; `shown` are its values as the reader is to see them.

    An act whose kind no room declares any more shows its name.
    """
    try:
        text = act_kind(kind).sentence(payload)
    except LookupError:
        return kind
    values = payload if shown is None else shown
    return text % _Missing({name: _readable(kind, name, value) for name, value in values.items()})


_COLUMNS = (
    "id", "stream", "seq", "kind", "actor", "post", "occurred_at", "recorded_at", "payload", "basis", "place",
    "about", "leaf__idx",
)  # fmt: skip


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        act=row["id"],
        stream=row["stream"],
        seq=row["seq"],
        kind=row["kind"],
        sentence=sentence(row["kind"], row["payload"]),
        actor=row["actor"],
        post=row["post"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        payload=row["payload"],
        basis=tuple(row["basis"]),
        place=row["place"],
        sealed=row["leaf__idx"],
    )


def _concerning(objects: Iterable[UUID]) -> Q:
    wanted = list(objects)
    return Q(stream__in=wanted) | Q(about__overlap=wanted)


def timeline(object_id: UUID) -> list[Entry]:
    """Return every act in an object's file or about it, the newest first. One query."""
    return timelines([object_id])[object_id]


def timelines(objects: Iterable[UUID]) -> dict[UUID, list[Entry]]:
    """Return the timelines of several objects, each the newest first. One query however many objects there are."""
    wanted = set(objects)
    found: dict[UUID, list[Entry]] = {one: [] for one in wanted}
    if not wanted:
        return found
    for row in Act.objects.filter(_concerning(wanted)).order_by("-recorded_at", "-n").values(*_COLUMNS):
        entry = _entry(row)
        for one in wanted.intersection((row["stream"], *row["about"])):
            found[one].append(entry)
    return found


def acts_on_rows(model: type[Model], ids: Iterable[UUID]) -> list[Entry]:
    """Return every act that changed one of these rows of a guarded table, the newest first. One query.

    For rows without a file of their own, such as those that one import brings by the thousand.
    """
    _kind, code = table_kinds()[model]
    assert code is not None, f"{model} is not guarded"
    changed = Change.objects.filter(tbl=code, row_id__in=list(ids)).values("act")
    return [_entry(row) for row in Act.objects.filter(id__in=changed).order_by("-recorded_at", "-n").values(*_COLUMNS)]


def acts(
    *, kinds: Iterable[str] | None = None, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Act]:
    """Return acts of these kinds that occurred from `since` (included) to `until` (not included), the oldest first."""
    found = Act.objects.order_by("occurred_at", "n")
    if kinds is not None:
        found = found.filter(kind__in=list(kinds))
    if since is not None:
        found = found.filter(occurred_at__gte=since)
    if until is not None:
        found = found.filter(occurred_at__lt=until)
    return found


def count_by_kind() -> dict[str, int]:
    """Return how many acts of each kind there are."""
    return dict(Act.objects.values_list("kind").annotate(count=Count("id")).order_by("kind"))


@dataclass(frozen=True, slots=True)
class SealState:
    """What `oneteam doctor` says of sealing; ages by the database's clock."""

    acts: int
    sealed: int
    oldest_unsealed: timedelta | None
    checkpoint: str | None

    @property
    def unsealed(self) -> int:
        """Return how many acts wait for the sealer."""
        return self.acts - self.sealed


def seal_state() -> SealState:
    """Return how many acts are recorded and sealed, how long the oldest unsealed one waits, and the last checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM journal_act), (SELECT coalesce(max(idx) + 1, 0) FROM journal_leaf),"
            " (SELECT clock_timestamp() - min(a.recorded_at) FROM journal_act a WHERE a.xid >= coalesce((SELECT s.xid"
            " FROM journal_leaf l JOIN journal_act s ON s.id = l.act_id ORDER BY l.idx DESC LIMIT 1), '0')"
            " AND NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id)),"
            " (SELECT note FROM journal_checkpoint ORDER BY size DESC LIMIT 1)"
        )
        return SealState(*cursor.fetchone())


def waits_for_seal(stream: UUID) -> bool:
    """Tell whether an act of this stream is not sealed yet."""
    return Act.objects.filter(stream=stream, leaf=None).exists()


def stopped_followers() -> dict[str, str]:
    """Return the fault of every follower that cannot go on."""
    return dict(Cursor.objects.exclude(error="").values_list("follower", "error"))


@dataclass(frozen=True, slots=True)
class SealedAct:
    """What a live screen needs of an act: its number in the sealed order, its kind, and whom or what it is about."""

    n: int
    kind: str
    stream: UUID
    about: tuple[UUID, ...]
    occurred_at: datetime


def last_sealed() -> int:
    """Return the number of the last act in the sealed order, -1 where none is sealed."""
    last: int | None = Leaf.objects.aggregate(last=Max("idx"))["last"]
    return -1 if last is None else last


def sealed_after(n: int, most: int) -> list[SealedAct]:
    """Return the acts after the one with this number in the sealed order, at most so many, in one query."""
    columns = ("idx", "act__kind", "act__stream", "act__about", "act__occurred_at")
    rows = Leaf.objects.filter(idx__gt=n, idx__lte=n + most).order_by("idx").values_list(*columns)
    return [SealedAct(idx, kind, stream, tuple(about), at) for idx, kind, stream, about, at in rows]
