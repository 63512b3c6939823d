"""Who may take a step, and what the checks say: the two questions that are kept apart (DESIGN, idea 6)."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from oneteam.journal.checks import Failure
from oneteam.kernel.errors import NotAllowedError, NotReadyError
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.settings_table import catalogue
from oneteam.lawbook.text import Text
from oneteam.procedures import registry
from oneteam.procedures.declaration import Declaration, Seat, Step
from oneteam.procedures.errors import Failed, RefusedError
from oneteam.procedures.registry import Context
from oneteam.procedures.roles import WHO

OUT_OF_ORDER = "OT-03"
UNSET = "OT-04"


def seat_of(step: Step, context: Context) -> Seat | None:
    """Return the seat from which this actor may take the step, or None. Looks at scopes only where the role fits."""
    for seat in step.who:
        if seat.role == context.actor.role_or_kind and (seat.scope is None or _holds(seat.scope, context)):
            return seat
    return None


def authorise(step: Step, context: Context) -> None:
    """Raise NotAllowedError, which says whose step it is, unless the actor may take it.

    What the law itself keeps from the role is refused with its article instead (RefusedError, OFF-05).
    """
    if seat_of(step, context) is None:
        if failures := barred(step, context):
            raise RefusedError(step.name, failures)
        message = _("“%(step)s” is not yours under this post; it is for: %(who)s.")
        raise NotAllowedError(message % {"step": step.label, "who": ", ".join(whose(step))})


def barred(step: Step, context: Context) -> list[Failed]:
    """Return what the law itself keeps from the actor's role in this step, whoever else may take it."""
    return _failed(
        [check for check in step.checks if (known := registry.checks().get(check)) and known.of_role], context, {}
    )


def whose(step: Step) -> list[str]:
    """Return in the reader's language who may take a step."""
    return [seat_text(seat) for seat in step.who]


def seat_text(seat: Seat) -> str:
    """Return a seat in the reader's language: the role, with its scope where it has one."""
    role = str(WHO[seat.role])
    found = registry.scopes().get(seat.scope) if seat.scope else None
    return _("%(role)s (%(scope)s)") % {"role": role, "scope": found.text} if found else role


def _holds(scope: str, context: Context) -> bool:
    found = registry.scopes().get(scope)
    if found is None:
        raise NotReadyError(_("No room says who “%(scope)s” is; run “oneteam law validate”.") % {"scope": scope})
    return found.function(context)


def required_facts(step: Step) -> frozenset[str]:
    """Return the stored facts without which a step's checks and scopes cannot be asked; rooms must give them."""
    needs = {fact for check in step.checks if check in registry.checks() for fact in registry.checks()[check].needs}
    needs |= {fact for scope in step.scopes if scope in registry.scopes() for fact in registry.scopes()[scope].needs}
    return frozenset(needs)


def needed_facts(declaration: Declaration, step: Step) -> frozenset[str]:
    """Return the stored facts that a step may ask for: those required, and those that its clocks look at."""
    needs = set(required_facts(step))
    needs |= {use.unless for use in step.clocks if use.unless}
    needs |= {by for use in step.clocks for by in declaration.clocks[use.clock].period.by}
    return frozenset(needs)


Said = dict[str, Failed | None]
"""What checks said of an object at one moment, kept while several of its steps are asked about."""


def evaluate(step: Step, context: Context, said: Said | None = None) -> list[Failed]:
    """Run every check of a step and return all that fail, in the declaration's order.

    What `said` holds of the same object, actor, moment and facts is not asked again, but for checks `by_step`.
    """
    return _failed(step.checks, context, {} if said is None else said)


def judge(ids: Sequence[str], context: Context, overrides: Mapping[str, str]) -> Mapping[str, str]:
    """Judge a write that is no step (`journal.checks.require`); return the reasons that were told against warnings.

    Raises RefusedError with all that failed, less those that are only watched and those gone against with a reason.
    """
    failures = _failed(ids, context, {})
    told = {f.id: why for f in failures if f.needs_reason and (why := overrides.get(f.id, "").strip())}
    against = [f for f in failures if f.severity is not Severity.WATCH and f.id not in told]
    if against:
        raise RefusedError(context.step, against)
    return told


def _failed(ids: Iterable[str], context: Context, said: Said) -> list[Failed]:
    failures = []
    for check in ids:
        found = registry.checks().get(check)
        if found is None:
            raise NotReadyError(
                _("No room supplies the check %(check)s; run “oneteam law validate”.") % {"check": check}
            )
        if check not in said or found.by_step:
            said[check] = _answer(check, found.function(context))
        if (failed := said[check]) is not None:
            failures.append(failed)
    return failures


def _answer(check: str, failure: Failure | None) -> Failed | None:
    if failure is None:
        return None
    info = check_texts()[check]
    if failure.fields.keys() != info.fields:
        raise ValueError(f"{check} gave {sorted(failure.fields)}, its sentence needs {sorted(info.fields)}")
    return Failed(info, failure.fields)


def out_of_order(declaration: Declaration, step: Step, state: str) -> Failed:
    """Return the failure of a step that the present state does not allow."""
    labels = [declaration.states[source].label for source in step.sources]
    sources = Text("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))
    fields = {"step": step.label, "state": declaration.states[state].label, "sources": sources}
    return Failed(check_texts()[OUT_OF_ORDER], fields)


def unset(setting: str) -> Failed:
    """Return the failure of a step that needs a setting which the city has not set."""
    known = catalogue().get(setting)
    return Failed(check_texts()[UNSET], {"setting": setting, "name": known.label if known else setting})


def warnings(failures: Iterable[Failed]) -> tuple[Failed, ...]:
    """Return those failures that a person may go against with a reason."""
    return tuple(failed for failed in failures if failed.needs_reason)
