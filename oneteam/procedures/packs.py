"""The declarations of the law packs, read and compared with everything they name."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.journal.kinds import act_kinds
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.loading import Fault, LawFaultsError, pack_files
from oneteam.lawbook.settings_table import catalogue
from oneteam.procedures import registry
from oneteam.procedures.declaration import Declaration
from oneteam.procedures.engine import STANDARD_FIELDS
from oneteam.procedures.judging import OUT_OF_ORDER, UNSET, required_facts
from oneteam.procedures.loader import Known, parse_declaration

ENGINE_CHECKS = frozenset({OUT_OF_ORDER, UNSET})  # the engine decides these itself


@lru_cache(maxsize=1)
def pack_declarations() -> tuple[tuple[str, Declaration], ...]:
    """Return (file, declaration) of every procedure of the law packs, read once a process.

    LawFaultsError lists the faults of all files. Scopes, effects and acts that rooms supply are compared in `validate`.
    """
    return read_declarations(pack_files("procedures/*.yaml"))


def read_declarations(files: Iterable[tuple[str, str]]) -> tuple[tuple[str, Declaration], ...]:
    """Read declarations from (name, text) pairs and refuse two files for the same version of a procedure."""
    known = Known(checks=check_texts().keys(), settings=catalogue().keys())
    faults: list[Fault] = []
    found: list[tuple[str, Declaration]] = []
    for file, text in files:
        try:
            declaration = parse_declaration(file, text, known)
        except LawFaultsError as error:
            faults.extend(error.faults)
            continue
        for other, earlier in found:
            if (earlier.name, earlier.version) == (declaration.name, declaration.version):
                faults.append(Fault(file, 1, _("%(other)s declares the same version") % {"other": other}))
        found.append((file, declaration))
    if faults:
        raise LawFaultsError(faults)
    return tuple(found)


def faults_of_rooms(declarations: Iterable[tuple[str, Declaration]]) -> list[Fault]:
    """Return what declarations name and no room supplies, and what rooms supply and no law pack names."""
    faults: list[Fault] = []
    declarations = tuple(declarations)
    texts, registered = check_texts().keys(), registry.checks().keys() | ENGINE_CHECKS
    for check in sorted(texts - registered):
        faults.append(Fault("checks.yaml", 1, _("no room supplies the check %(name)s") % {"name": check}))
    for check in sorted(registered - texts):
        faults.append(Fault("checks.yaml", 1, _("the check %(name)s has no text here") % {"name": check}))
    acts = act_kinds()
    for file, declaration in declarations:
        given = registry.given_facts(declaration.name)
        for step in declaration.steps.values():
            missing = [
                *(_("the act %(name)s") % {"name": step.act} for _n in (1,) if step.act not in acts),
                *(_("the scope %(name)s") % {"name": s} for s in sorted(step.scopes - registry.scopes().keys())),
                *(_("the effect %(name)s") % {"name": e} for e in step.effects if e not in registry.effects()),
            ]
            if step.act in acts and not STANDARD_FIELDS.keys() <= acts[step.act].fields.keys():
                missing.append(_("the fields of step_kind for %(name)s") % {"name": step.act})
            if not step.opens:
                facts = required_facts(step) - given
                missing += [_("the fact %(name)s") % {"name": name} for name in sorted(facts)]
            for what in missing:
                faults.append(
                    Fault(file, 1, _("%(step)s: no room supplies %(what)s") % {"step": step.name, "what": what})
                )
    return faults


_parts: list[Callable[[], str]] = []


def register_pack_part(read: Callable[[], str]) -> None:
    """Let a later room validate its own part of the law packs: it says what it found, or raises LawFaultsError."""
    if read not in _parts:
        _parts.append(read)


def parts_of_rooms() -> list[str]:
    """Have every later room read its part of the law packs; return what each says. LawFaultsError as `validate`."""
    return [read() for read in _parts]


def validate() -> int:
    """Compare the law packs with the rooms, in both directions; return how many procedures stand.

    LawFaultsError lists everything that is missing on either side.
    """
    declarations = pack_declarations()
    if faults := faults_of_rooms(declarations):
        raise LawFaultsError(faults)
    return len(declarations)
