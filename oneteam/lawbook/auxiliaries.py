"""What those without power to enforce may do all the same: grid attendants and contractors (OFF-05)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.journal.checks import Context, Failure, check
from oneteam.lawbook.loading import LawFaultsError, LawFile, pack_files
from oneteam.lawbook.text import Text
from oneteam.people.labels import ROLES

UNNAMED = Text("执法行为", "an act of enforcement")


@dataclass(frozen=True, slots=True)
class Auxiliaries:
    """The roles without power to enforce, every kind of action by its name, and those that these roles may do."""

    roles: Mapping[str, Text]
    actions: Mapping[str, Text]
    allowed: frozenset[str]


def parse_auxiliaries(file: str, text: str) -> Auxiliaries:
    """Read an auxiliaries.yaml. LawFaultsError names every faulty line."""
    reader = LawFile(file)
    root = reader.root(text)
    roles: dict[str, Text] = {}
    actions: dict[str, Text] = {}
    allowed = set()
    keys = root.mapping(required=("roles", "actions")) if root is not None else {}
    for item in keys["roles"].items() if "roles" in keys else ():
        parts = item.mapping(required=("name", "label"))
        if "name" in parts and "label" in parts:
            roles[parts["name"].choice(ROLES)] = parts["label"].label()
    for item in keys["actions"].items() if "actions" in keys else ():
        parts = item.mapping(required=("name", "label", "allowed"))
        if parts.keys() < {"name", "label", "allowed"}:
            continue
        name = parts["name"].text("[a-z_]+")
        if name in actions:
            parts["name"].fault(_("the action %(name)s stands here twice") % {"name": name})
        actions[name] = parts["label"].label()
        if parts["allowed"].boolean():
            allowed.add(name)
    reader.finish()
    return Auxiliaries(roles, actions, frozenset(allowed))


def load_auxiliaries(files: Iterable[tuple[str, str]]) -> Auxiliaries:
    """Read the one auxiliaries.yaml of the law packs; a second one could only contradict the first."""
    first, *others = list(files)
    if others:
        reader = LawFile(others[0][0])
        reader.fault(1, _("another pack says already who may do what"))
        raise LawFaultsError(reader.faults)
    return parse_auxiliaries(*first)


@lru_cache(maxsize=1)
def auxiliaries() -> Auxiliaries:
    """Return what the law packs say, read once a process."""
    return load_auxiliaries(pack_files("auxiliaries.yaml"))


@check("OFF-05", of_role=True)
def auxiliary_does_only_what_he_may(context: Context) -> Failure | None:
    """Grid attendants and contractors tell, patrol, dissuade, serve; they never inspect, question, seize or decide.

    (Zhejiang Regulations 30; Compulsion Law 17; 国办发〔2024〕54号.) A step that names no action is one of enforcement.
    """
    known = auxiliaries()
    role = context.actor.role or ""
    if role not in known.roles or context.action in known.allowed:
        return None
    return Failure({"role": known.roles[role], "action": known.actions.get(context.action, UNNAMED)})
