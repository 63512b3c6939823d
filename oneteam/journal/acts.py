"""Recording acts: the only way in which anything is written (DESIGN, ideas 1 and 2)."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from oneteam.journal import statements, writing
from oneteam.journal.actors import Actor
from oneteam.journal.canonical import canonical, commitment, compose_body, disclosure, open_salt
from oneteam.journal.kinds import act_kind
from oneteam.journal.once import KeyUsedError, Once, check_key
from oneteam.journal.statements import Part
from oneteam.journal.subjects import HELD_BY_MARK, data_keys, keep_found
from oneteam.journal.vault import Personal, fresh_salt, seal_values
from oneteam.kernel.errors import ConflictError, NotAllowedError
from oneteam.kernel.ids import uuid7

P = ParamSpec("P")
R = TypeVar("R")

RETRIED = {"23505", "40001", "40P01"}  # unique violation of two first acts, serialization failure, deadlock


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act that stands in the journal. `along`: what was wanted of each statement that went with it, by name.

    Within `statements.ahead` nothing has come back yet: `seq` is 0 and `along` empty.
    """

    id: UUID
    stream: UUID
    seq: int
    recorded_at: datetime
    along: Mapping[str, Any] = field(default_factory=dict, compare=False)


class TryAgainError(Exception):
    """What a write built on is no longer so; the whole write is tried again."""


class WithoutTransactionError(RuntimeError):
    """An act was recorded outside a transaction, where its rows could be lost apart from it."""


def write(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one write: a transaction, tried again when a race with an equal write was lost."""

    @functools.wraps(function)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if writing.running():
            with transaction.atomic():
                return function(*args, **kwargs)
        nested = connection.in_atomic_block
        for attempt in range(5):
            token = writing.begin()
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except TryAgainError:
                if nested:
                    raise
            except DatabaseError as error:
                code = getattr(error.__cause__, "sqlstate", None)
                if nested or attempt == 4 or code not in RETRIED:
                    raise
            finally:
                writing.end(token)
        raise ConflictError(_("This was being done by somebody else at the same moment; try again."))

    return whole


def earlier(*, actor: Actor, once: Once | None, mark: bytes | None = None) -> Recorded | None:
    """Return the act that this actor's idempotency key stands for, or None when the key is new.

    `mark`, that of a subject which the act will be about, is looked up by the way, so that `subject_of` need not ask.

    Raises KeyUsedError when the key came before with another content.
    """
    memory = writing.current()
    key = once.key if once and (actor.reference, once.key) not in memory.new_keys else None
    if key is None and mark is None:
        return None
    row = statements.run(_EARLIER, [actor.reference, key, mark]).fetchone()
    assert row is not None
    memory.saw(row[0])
    if mark is not None:
        keep_found(mark, row[6:])
    if once is None or row[1] is None:
        if key is not None:
            memory.new_keys.add((actor.reference, key))
        return None
    if bytes(row[5] or b"") != once.digest:
        raise KeyUsedError(_("This idempotency key was used before with another content; use a new key."))
    return Recorded(*row[1:5])


def used(*, actor: Actor, key: str | None) -> bool:
    """Tell whether this actor used an idempotency key before, whatever for. BadKeyError for what can be none."""
    if not key:
        return False
    check_key(key)
    found = statements.run("SELECT 1 FROM journal_act WHERE actor = %s AND idem = %s", [actor.reference, key])
    return found.fetchone() is not None


_EARLIER = (
    "SELECT clock_timestamp(), a.id, a.stream, a.seq, a.recorded_at, a.idem_digest, h.held, h.wrapped"  # noqa: S608
    " FROM (SELECT 1) AS one LEFT JOIN journal_act a ON a.actor = %s AND a.idem = %s"
    f" LEFT JOIN ({HELD_BY_MARK}) AS h ON true"
)
_INSERT = """
INSERT INTO journal_act (id, stream, kind, actor, post, occurred_at, recorded_at, place, device, about, basis, version,
  body, payload, salt, idem, idem_digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::text[], %s, %s, %s::jsonb, %s, %s, %s)
RETURNING id, kind, seq
"""
# What goes into the vault with an act: (name, table and columns, columns).
_VAULT = (
    ("met", "journal_subject (id, wrapped)", 2),
    ("marked", "journal_blind (digest, subject_id)", 2),
    ("kept", "journal_secret (act_id, subject_id, blob)", 3),
)


@dataclass(slots=True, kw_only=True)
class _Values:
    """The commitments of an act and, per subject, the personal values behind them."""

    commitments: dict[str, str] = field(default_factory=dict)
    personal: dict[UUID, dict[str, Personal]] = field(default_factory=dict)


def _commit(salt: bytes, payload: Mapping[str, Any], personal: Mapping[UUID, Mapping[str, Any]]) -> _Values:
    values = _Values()
    for name, value in payload.items():
        values.commitments[name] = commitment(disclosure(open_salt(salt, name), name, value))
    for subject, items in personal.items():
        for name, value in items.items():
            if name in values.commitments:
                raise ValueError(f"field {name!r} stands twice in one act")
            hidden = Personal(salt=fresh_salt(), value=value)
            values.personal.setdefault(subject, {})[name] = hidden
            values.commitments[name] = commitment(disclosure(hidden.salt, name, value))
    return values


def record(
    *,
    kind: str,
    actor: Actor,
    at: datetime,
    stream: UUID,
    payload: Mapping[str, Any] | None = None,
    personal: Mapping[UUID, Mapping[str, Any]] | None = None,
    about: Sequence[UUID] = (),
    basis: Sequence[str] = (),
    place: str | None = None,
    device: str | None = None,
    once: Once | None = None,
    along: Sequence[Part] = (),
) -> Recorded:
    """Append an act. Rows of guarded tables may change after it, in the same transaction.

    `payload` holds the open fields the kind declares; `personal` the hidden ones per subject (see `subjects`). `at` is
    region time; the recording time is the database's. `place` is "longitude,latitude" with six decimals in WGS 84.
    `about` names other objects whose file this act belongs to. `once` makes the act idempotent per actor.
    `along` are statements sent with the act as one, which may read its row under the name `act`.

    Raises NotAllowedError where the kind names who may and the actor is not among them, ValueError for a field the
    kind does not declare, LookupError for an unknown kind.
    """
    if not connection.in_atomic_block:
        raise WithoutTransactionError(kind)
    payload, personal = payload or {}, personal or {}
    declared = act_kind(kind)
    if declared.who is not None and actor.role_or_kind not in declared.who:
        raise NotAllowedError(_("%(act)s is not among the acts of this post.") % {"act": kind})
    declared.check(payload, {name for items in personal.values() for name in items})
    act, salt = uuid7(), fresh_salt()
    values = _commit(salt, payload, personal)
    recorded_at = writing.current().now()
    body = compose_body(
        act=act, stream=stream, kind=kind, version=declared.version, actor=actor.reference, post=actor.post,
        occurred_at=at, recorded_at=recorded_at, commitments=values.commitments, about=about, basis=basis, place=place,
        device=device,
    )  # fmt: skip
    key = (once.key, once.digest) if once else (None, None)
    # As text, which the database reads as what it is: psycopg looks into each list and value to say so itself.
    concerned, content = "{" + ",".join(map(str, about)) + "}", canonical(payload)
    told = statements.run_together([*_personal(act, values.personal), Part("act", _INSERT, [
        act, stream, kind, actor.reference, actor.post, at, recorded_at, place, device, concerned,
        list(basis) or "{}", declared.version, body, content, salt, *key,
    ], "seq"), *along])  # fmt: skip
    return Recorded(id=act, stream=stream, seq=told.pop("act", 0), recorded_at=recorded_at, along=told)


def _personal(act: UUID, personal: Mapping[UUID, Mapping[str, Personal]]) -> Iterator[Part]:
    """Yield the statements that store an act's encrypted values.

    Subjects that are new with this act, and what they can be found by, are stored with them.
    """
    keys, memory = data_keys(personal), writing.current()
    fresh = [(subject, memory.unstored.pop(subject)) for subject in personal if subject in memory.unstored]
    stored = {subject for subject, _wrapped in fresh}
    marks = [(digest, subject) for digest, subject in memory.marks.items() if subject in stored]
    secrets = [(act, subject, seal_values(keys[subject], act, items)) for subject, items in personal.items()]
    groups: tuple[Sequence[tuple[Any, ...]], ...] = (fresh, marks, secrets)
    for (name, target, width), rows in zip(_VAULT, groups, strict=True):
        if rows:
            places = ", ".join(["(" + ", ".join(["%s"] * width) + ")"] * len(rows))
            text = f"INSERT INTO {target} VALUES {places}"  # noqa: S608 -- placeholders
            yield Part(name, text, [value for row in rows for value in row])
