"""Declarations as this process knows them: those in force by edition, and any pinned one by its id."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.kernel.errors import MissingError, NotReadyError
from oneteam.lawbook import queries as lawbook
from oneteam.procedures.declaration import Declaration, Step
from oneteam.procedures.loader import parse_declaration
from oneteam.procedures.models import Declaration as Stored


@dataclass(frozen=True, slots=True)
class Pinned:
    """A stored declaration: its row's id, and what its text says."""

    id: UUID
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class InForce:
    """Every stored declaration at one edition, newest version first."""

    edition: UUID
    by_name: Mapping[str, tuple[Pinned, ...]]

    def on(self, procedure: str, day: date) -> Pinned:
        """Return the newest version valid on a legal day. NotReadyError where there is none."""
        for pinned in self.by_name.get(procedure, ()):
            if pinned.declaration.valid_on(day):
                return pinned
        message = _("No declaration of the procedure “%(name)s” is valid on %(day)s; run “oneteam law load”.")
        raise NotReadyError(message % {"name": procedure, "day": day.isoformat()})


_by_id: dict[UUID, Pinned] = {}  # stored texts never change, so that nothing here can grow old
_kept: InForce | None = None


def kept() -> InForce:
    """Return what this process knows without asking whether it is still true; read now if nothing is known."""
    return in_force(lawbook.kept_book().edition)


def in_force(edition: UUID) -> InForce:
    """Return the declarations of an edition, from this process where it has them."""
    global _kept  # noqa: PLW0603 a cache, told apart by the act that made it
    found = _kept
    if found is None or found.edition != edition:
        by_name: dict[str, list[Pinned]] = defaultdict(list)
        for stored in Stored.objects.order_by("name", "-version"):
            by_name[stored.name].append(_pinned(stored))
        found = _kept = InForce(edition, {name: tuple(pinned) for name, pinned in by_name.items()})
    return found


def opens(step: str) -> bool:
    """Tell whether a step begins a run, by any stored version of its procedure."""
    procedure = step.partition(".")[0]
    known = kept()
    if not any(step in found.declaration.steps for found in known.by_name.get(procedure, ())):
        known = in_force(lawbook.book().edition)  # a procedure loaded since this process looked
    versions = [found.declaration for found in known.by_name.get(procedure, ())]
    return any(version.steps[step].opens for version in versions if step in version.steps)


def pinned(declaration_id: UUID) -> Declaration:
    """Return the declaration that a run is pinned to, as it was loaded."""
    known = _by_id.get(declaration_id)
    return (known or _pinned(Stored.objects.get(id=declaration_id))).declaration


def preload(declaration_ids: set[UUID]) -> None:
    """Read those of these declarations that this process does not know yet, in one query or none."""
    if missing := declaration_ids - _by_id.keys():
        for stored in Stored.objects.filter(id__in=missing):
            _pinned(stored)


def _pinned(stored: Stored) -> Pinned:
    if stored.id not in _by_id:
        name = f"{stored.name} version {stored.version}"
        _by_id[stored.id] = Pinned(stored.id, parse_declaration(name, stored.text))
    return _by_id[stored.id]


def step_of(declaration: Declaration, step: str) -> Step:
    """Return a step of a declaration; MissingError where this version has none of that name."""
    found = declaration.steps.get(step)
    if found is None:
        message = _("The procedure %(name)s, version %(version)d, has no step %(step)s.")
        raise MissingError(message % {"name": declaration.name, "version": declaration.version, "step": step})
    return found
