"""An importer of shops, for the tests of this room."""

from typing import Any

from oneteam.directories.importing import Batch, Column, Entry, Importer, each
from oneteam.journal.actors import operator
from oneteam.journal.acts import record
from oneteam.journal.kinds import ActKind, act_kinds, register
from oneteam.kernel import sheets
from oneteam.kernel.errors import Fault, TableError
from oneteam.kernel.ids import uuid7

CLERK = operator("clerk")
HEAD = "code,name,opened\n"

if "probe.shop" not in act_kinds():
    register(ActKind(name="probe.shop", text="shop %(code)s", fields={"code": str}))


def shop(batch: Batch, entry: Entry) -> bool:
    """Take a shop; one called "known" was there before, one called "broken" breaks."""
    if entry["name"] == "broken":
        raise TableError([Fault(entry.line, "name", "taken by somebody else meanwhile")])
    record(kind="probe.shop", actor=batch.actor, at=batch.at, stream=uuid7(), payload={"code": entry["code"]})
    return bool(entry["name"] != "known")


def importer(**more: Any) -> Importer:
    given: dict[str, Any] = {
        "name": "shops", "label": "Shops", "who": frozenset({"operator", "system_admin"}), "apply": each(shop),
        "columns": [
            Column("code", "Code", required=True, example="S-1"),
            Column("name", "Name", parse=sheets.as_is),
            Column("opened", "Opened", parse=sheets.day, aliases=["since"]),
        ],
        "unique": ["code"], **more,
    }  # fmt: skip
    return Importer(**given)
