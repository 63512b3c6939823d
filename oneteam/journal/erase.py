"""Erasing personal values (PIPL 47) and replacing the master key: both are acts; what was proven stays proven."""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.models import Act, Secret, Subject
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.vault import Vault, open_values, vault
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotReadyError

VAULT_STREAM = uuid5(NAMESPACE_URL, "oneteam:vault")
_CHUNK = 10_000

ERASED = register(
    ActKind(
        name="personal.erased",
        text=gettext_lazy("Personal values erased (ground: %(ground)s)"),
        # `values` names the fields of each act that can no longer be opened; `verify` expects just those closed.
        fields={"ground": str, "values": dict},
        who=frozenset({"operator"}),
    )
)
REKEYED = register(
    ActKind(
        name="personal.rekeyed",
        text=gettext_lazy("Master key replaced, %(subjects)s data keys wrapped anew"),
        fields={"subjects": int},
        who=frozenset({"operator"}),
    )
)


class Ground(StrEnum):
    """The grounds of PIPL article 47. A fixed list: free text about an erasing could tell what was to be erased."""

    PURPOSE_ACHIEVED = "purpose_achieved"
    PERIOD_EXPIRED = "period_expired"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    LAW_REQUIRES = "law_requires"


label_values(
    ERASED.name,
    "ground",
    {
        Ground.PURPOSE_ACHIEVED: gettext_lazy("the purpose is achieved"),
        Ground.PERIOD_EXPIRED: gettext_lazy("the period of keeping has expired"),
        Ground.CONSENT_WITHDRAWN: gettext_lazy("consent was withdrawn"),
        Ground.UNLAWFUL: gettext_lazy("it was unlawful to keep them"),
        Ground.LAW_REQUIRES: gettext_lazy("the law requires it"),
    },
)


Keeper = Callable[[UUID, Ground], str | None]
_keepers: list[Keeper] = []


def keep_where_law_says(keeper: Keeper) -> Keeper:
    """Register a room's answer to why a subject's values must not be erased on a ground now; None where they may.

    PIPL 47(2): where a period of keeping that a law sets has not ended, values are kept and not otherwise used.
    """
    if keeper not in _keepers:
        _keepers.append(keeper)
    return keeper


@write
def erase_subject(
    *,
    actor: Actor,
    at: datetime,
    subject: UUID,
    ground: Ground | str,
    basis: Sequence[str] = (),
    key: str | None = None,
) -> Recorded:
    """Destroy a subject's data key, encrypted values and blind index (PIPL 47); the acts that held them stay.

    The act stands in the subject's own file and is about every file that held a value. Backups made before still hold
    the wrapped key: see `rekey`. Raises MissingError for an unknown subject, ConflictError for one erased before,
    BadInputError for another ground than the law's, and where a room must keep the values.
    """
    if ground not in set(Ground):
        text = _("“%(ground)s” is no ground for erasing; take one of: %(grounds)s.")
        raise BadInputError(text % {"ground": ground, "grounds": ", ".join(Ground)})
    once = Once.of(key, ERASED.name, subject, str(ground), list(basis))
    if done := earlier(actor=actor, once=once):
        return done
    # Held alone first: a value that is written at this moment is waited for and erased, too, and named in the act.
    held, wrapped = statements.run("SELECT held, wrapped FROM journal_hold(%s, true)", [subject]).fetchall()[0]
    if held is None:
        raise MissingError(_("There is no subject %(subject)s.") % {"subject": subject})
    if wrapped is None:
        raise ConflictError(_("The values of %(subject)s were erased before.") % {"subject": subject})
    if why := [reason for keeper in _keepers if (reason := keeper(subject, Ground(ground)))]:
        raise BadInputError("\n".join(why))
    secrets = list(Secret.objects.filter(subject_id=subject))
    streams = Act.objects.filter(id__in=[secret.act_id for secret in secrets]).values_list("stream", flat=True)
    act = record(
        kind=ERASED.name,
        actor=actor,
        at=at,
        stream=subject,
        payload={"ground": str(ground), "values": _closed_fields(vault().unwrap(subject, bytes(wrapped)), secrets)},
        about=sorted(set(streams) - {subject}),
        basis=basis,
        once=once,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_erase(%s)", [subject])
    return act


def _closed_fields(data_key: bytes, secrets: Iterable[Secret]) -> dict[str, list[str]]:
    """Return, per act, the names of the fields that only this data key opens."""
    fields: dict[str, list[str]] = {}
    for secret in secrets:
        try:
            names = sorted(open_values(data_key, secret.act_id, bytes(secret.blob)))
        except InvalidTag:
            # Damaged before: whatever the act keeps hidden may have been in it.
            act = Act.objects.get(id=secret.act_id)
            names = sorted(json.loads(act.body)["sd"].keys() - act.payload.keys())
        fields[str(secret.act_id)] = names
    return fields


def purge() -> None:
    """Write the vault's tables anew, so that no page of theirs still holds bytes of what was erased.

    An ordinary VACUUM frees the space, but leaves the bytes until they are overwritten. Needs the owner's rights and
    must not run inside a transaction; the tables are locked meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) journal_subject, journal_secret, journal_blind")


def rekey(*, actor: Actor, at: datetime, key_file: Path) -> Recorded:
    """Replace the master key: wrap every data key anew, then put the new master into `key_file`.

    After that, and once the old key file is destroyed everywhere, no backup made before can be opened; which is why it
    follows an erasing. Needs the owner's rights. The new key waits in `key_file`.new until the database holds it; a
    crash between the two is mended by running this again. Raises ConflictError while anybody else who may write is
    connected, for they would go on with the old key; NotReadyError when the present key does not fit.
    """
    _nobody_else_writes()
    waiting = key_file.with_name(key_file.name + ".new")
    if waiting.exists():
        _finish(waiting, key_file)
    old = Vault(key_file.read_bytes())
    fresh = old.successor()
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    try:
        act = _rewrap(actor, at, old, Vault(fresh))
    except BaseException:
        if not _fits(waiting):
            waiting.unlink()
        raise
    waiting.replace(key_file)
    return act


_WRITERS = """
SELECT DISTINCT s.application_name FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid
WHERE s.datname = current_database() AND s.pid <> pg_backend_pid() AND NOT r.rolsuper
  AND has_table_privilege(r.oid, 'journal_subject', 'INSERT') ORDER BY 1
"""
_LEAVING = 2.0  # seconds in which a connection that was just closed is gone


def _nobody_else_writes() -> None:
    for _look in range(int(_LEAVING / 0.1)):
        with connection.cursor() as cursor:
            cursor.execute(_WRITERS)
            names = [str(row[0]) for row in cursor.fetchall()]
        if not names:
            return
        time.sleep(0.1)
    message = _("Others who may write are connected (%(names)s): end the server and every command of this city first.")
    raise ConflictError(message % {"names": ", ".join(names)})


def _rewrap(actor: Actor, at: datetime, old: Vault, new: Vault) -> Recorded:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE journal_subject IN EXCLUSIVE MODE")
        cursor.execute("SELECT id, wrapped FROM journal_subject WHERE wrapped IS NOT NULL ORDER BY id")
        held = [(subject, new.wrap(subject, old.unwrap(subject, bytes(wrapped)))) for subject, wrapped in cursor]
        act = record(
            kind=REKEYED.name, actor=actor, at=at, stream=VAULT_STREAM, payload={"subjects": len(held)}
        )  # fmt: skip
        for start in range(0, len(held), _CHUNK):
            part = held[start : start + _CHUNK]
            cursor.execute(
                "UPDATE journal_subject s SET wrapped = u.wrapped"
                " FROM unnest(%s::uuid[], %s::bytea[]) AS u(id, wrapped) WHERE s.id = u.id",
                [[subject for subject, _wrapped in part], [wrapped for _subject, wrapped in part]],
            )
    return act


def _fits(key_file: Path) -> bool:
    """Return whether this master key opens the data keys in the database (any key fits a database without)."""
    some = Subject.objects.filter(wrapped__isnull=False).first()
    if some is None or some.wrapped is None:
        return True
    try:
        Vault(key_file.read_bytes()).unwrap(some.id, bytes(some.wrapped))
    except NotReadyError:
        return False
    return True


def _finish(waiting: Path, key_file: Path) -> None:
    """Mend what a crash left: the waiting key becomes the key if the database holds it, else it goes."""
    if _fits(waiting) and not _fits(key_file):
        waiting.replace(key_file)
    else:
        waiting.unlink()
