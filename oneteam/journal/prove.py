"""Proofs for outsiders: one file that shows what was recorded about an object, and nothing that was not asked for.

tools/verify_proof.py checks it without a network, a database or any library; docs/proofs.md says what it proves.
"""

import base64
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record
from oneteam.journal.canonical import Change, b64, changes_hash, disclosure, open_salt
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.merkle import Tree, split
from oneteam.journal.models import Act, Checkpoint, Secret
from oneteam.journal.models import Change as ChangeRow
from oneteam.journal.notes import load_public, open_checkpoint
from oneteam.journal.queries import label_values
from oneteam.journal.vault import Personal, open_values, vault
from oneteam.kernel.errors import BadInputError, MissingError, NotReadyError

FORMAT = "oneteam-proof-1"
_LEAVES = """
SELECT string_agg(leaf, ''::bytea ORDER BY idx) FROM journal_leaf WHERE idx < %s
GROUP BY idx / 10000 ORDER BY idx / 10000
"""

DISCLOSED = register(
    ActKind(
        name="personal.disclosed",
        text=gettext_lazy("Personal values disclosed in a proof (for: %(purpose)s)"),
        fields={"purpose": str, "fields": list},
        who=frozenset({"operator"}),
    )
)


class Purpose(StrEnum):
    """For whom personal values leave the house in a proof. A fixed list: free text could tell more than the proof."""

    COURT = "court"
    REVIEW = "administrative_review"
    PARTY = "party"
    SUPERVISION = "supervision"


label_values(
    DISCLOSED.name,
    "purpose",
    {
        Purpose.COURT: gettext_lazy("a court"),
        Purpose.REVIEW: gettext_lazy("administrative review"),
        Purpose.PARTY: gettext_lazy("the person concerned"),
        Purpose.SUPERVISION: gettext_lazy("supervision"),
    },
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof's content, and how many acts are in it and how many are not, because they wait for the sealer."""

    content: Mapping[str, Any]
    acts: int
    unsealed: int

    def text(self) -> str:
        """Return the proof as JSON, an act a line."""
        head = _compact({name: value for name, value in self.content.items() if name != "acts"})
        acts = ",\n".join(map(_compact, self.content["acts"]))
        return f'{head[:-1]},"acts":[\n{acts}\n]}}\n'


def prove(
    *,
    object_id: UUID,
    fields: Collection[str] | None = None,
    actor: Actor | None = None,
    at: datetime | None = None,
    purpose: Purpose | str | None = None,
) -> Proof:
    """Return the proof of all sealed acts in an object's file or about it.

    `fields` are the fields to disclose; None discloses every open field and no personal one. Naming a personal field
    needs `actor`, `at` (region time) and `purpose`, and is recorded as an act in the object's file. MissingError when
    nothing is known of the object, NotReadyError when nothing is sealed yet, BadInputError for an unknown field or
    purpose.
    """
    concerning = Act.objects.filter(Q(stream=object_id) | Q(about__contains=[object_id]))
    acts = list(concerning.filter(leaf__isnull=False).select_related("leaf").order_by("leaf__idx"))
    total = concerning.count()
    if not total:
        raise MissingError(_("No act is recorded about %(object)s.") % {"object": object_id})
    point = Checkpoint.objects.order_by("-size").first()
    acts = [act for act in acts if point is not None and act.leaf.idx < point.size]
    if not acts or point is None:
        raise NotReadyError(_("The acts about %(object)s are not sealed yet; try again.") % {"object": object_id})
    hidden = _hidden_names(acts)
    if fields is not None:
        _check_fields(fields, acts, hidden)
    personal: dict[UUID, dict[str, Personal]] = {}
    if wanted := hidden.intersection(fields or ()):
        _record_disclosure(object_id, sorted(wanted), actor, at, purpose)
        personal = _open(acts)
    key = load_public(Path(settings.SEALER_KEY))
    open_checkpoint(point.note, key)
    tree = _tree(point.size)
    if tree.root() != bytes(point.root):
        raise NotReadyError(_("The tree does not give the signed root; run `oneteam journal verify`."))
    changes = _changes(acts)
    content = {
        "format": FORMAT,
        "object": str(object_id),
        "key": str(key),
        "checkpoint": point.note,
        "acts": [_proof_of(act, changes.get(act.id, ()), tree, fields, personal.get(act.id, {})) for act in acts],
    }
    return Proof(content, len(acts), total - len(acts))


def _proof_of(
    act: Act,
    changes: Iterable[Change],
    tree: Tree,
    fields: Collection[str] | None,
    personal: Mapping[str, Personal],
) -> dict[str, Any]:
    salt = bytes(act.salt)
    shown = [
        disclosure(open_salt(salt, name), name, value)
        for name, value in sorted(act.payload.items())
        if fields is None or name in fields
    ]
    shown += [
        disclosure(item.salt, name, item.value) for name, item in sorted(personal.items()) if name in (fields or ())
    ]
    proof: dict[str, Any] = {
        "seq": act.seq,
        "index": act.leaf.idx,
        "body": json.loads(act.body),
        "path": base64.b64encode(b"".join(tree.inclusion(act.leaf.idx))).decode(),
        "show": shown,
    }
    if act.seq > 1:
        proof["prev"] = b64(bytes(act.prev))
    if noted := list(changes):
        proof["changes"] = b64(changes_hash(noted))
    return proof


def _hidden_names(acts: Iterable[Act]) -> set[str]:
    return {name for act in acts for name in json.loads(act.body)["sd"].keys() - act.payload.keys()}


def _check_fields(fields: Collection[str], acts: Iterable[Act], hidden: set[str]) -> None:
    known = hidden | {name for act in acts for name in act.payload}
    for name in fields:
        if name not in known:
            text = _("None of these acts has a field “%(field)s”; there are: %(known)s.")
            raise BadInputError(text % {"field": name, "known": ", ".join(sorted(known))})


def _record_disclosure(
    object_id: UUID, names: list[str], actor: Actor | None, at: datetime | None, purpose: Purpose | str | None
) -> None:
    if purpose is None or purpose not in set(Purpose):
        text = _("Personal fields (%(fields)s) are disclosed for a purpose only; name one of: %(purposes)s.")
        raise BadInputError(text % {"fields": ", ".join(names), "purposes": ", ".join(Purpose)})
    if actor is None or at is None:
        raise ValueError("disclosing personal fields is an act: it needs actor and at")
    with transaction.atomic():
        record(
            kind=DISCLOSED.name, actor=actor, at=at, stream=object_id,
            payload={"purpose": str(purpose), "fields": names},
        )  # fmt: skip


def _open(acts: Iterable[Act]) -> dict[UUID, dict[str, Personal]]:
    """Open the values of these acts that were not erased, with the salts of their commitments."""
    values: dict[UUID, dict[str, Personal]] = {}
    for secret in Secret.objects.filter(act_id__in=[act.id for act in acts]).select_related("subject"):
        if secret.subject.wrapped is not None:
            data_key = vault().unwrap(secret.subject_id, bytes(secret.subject.wrapped))
            values.setdefault(secret.act_id, {}).update(open_values(data_key, secret.act_id, bytes(secret.blob)))
    return values


def _changes(acts: Iterable[Act]) -> dict[UUID, list[Change]]:
    found: dict[UUID, list[Change]] = {}
    for row in ChangeRow.objects.filter(act_id__in=[act.id for act in acts]).order_by("n"):
        digest = None if row.digest is None else bytes(row.digest)
        found.setdefault(row.act_id, []).append(Change(row.tbl, row.row_id, row.op, row.form, digest))
    return found


def _tree(size: int) -> Tree:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [size])
        return Tree(leaf for (part,) in cursor for leaf in split(bytes(part)))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
