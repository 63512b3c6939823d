"""Procedures as pages show them: clocks with their reasons, next steps with what blocks them, refusals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.forms import BaseForm
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oneteam.journal.once import BadKeyError, KeyUsedError
from oneteam.kernel.deadline_reasons import Reason, ReasonKind
from oneteam.kernel.errors import BadInputError, OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.unit_table import Unit
from oneteam.procedures.errors import Failed, RefusedError
from oneteam.procedures.queries import ClockView, Next, NextState, clocks
from oneteam.web.errors import heading
from oneteam.web.parts import Clock, FailedCheck, Pause, Refusal, Skipped, Step
from oneteam.web.typed import SentBack, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class StepForm:
    """How a page offers one step: where it posts, with which form, and whether it is the page's main act."""

    action: str
    button: str = ""
    form: BaseForm | None = None
    icon: str = ""
    main: bool = False
    hint: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """Forms that come back to their page because nothing was written: as typed, with the reason.

    `forms` stand under the name of their step; `key` is the idempotency key under which they may be sent again.
    """

    forms: Mapping[str, BaseForm]
    status: int = 422
    refusal: Refusal | None = None
    key: str | None = None

    def above(self, steps: Iterable[Next], offers: Mapping[str, StepForm]) -> SentBack:
        """Return what stands above a page that offers these steps: the forms of its own that it does not show again."""
        shown = {step.step for step in steps if step.state is not NextState.OTHER}
        hidden = [form for name, form in self.forms.items() if name in offers and name not in shown]
        return SentBack(self.refusal, list(self.forms.values()), typed(hidden))


def returned_by(error: OneteamError, forms: Mapping[str, BaseForm], *, key: str | None) -> Returned:
    """Return how forms come back after an error: faults of the input in the first form, anything else above it."""
    if isinstance(error, RefusedError):
        return Returned(forms, refusal=shown_refusal(error), key=key)
    if isinstance(error, KeyUsedError):
        refusal = Refusal(
            _("This was sent before with another content"),
            lines=[_("What was sent first stands. Send this again only if it is to be taken as well.")],
        )
        return Returned(forms, 409, refusal)
    if isinstance(error, BadInputError):
        next(iter(forms.values())).add_error(None, str(error))
        return Returned(forms, key=None if isinstance(error, BadKeyError) else key)
    status, title = heading(error)
    return Returned(forms, status, Refusal(title, lines=str(error).splitlines()), key)


def offer(
    step: str,
    object_id: UUID,
    *,
    form: BaseForm | None = None,
    returned: Returned | None = None,
    main: bool = False,
    icon: str = "",
) -> StepForm:
    """Offer a step at the address named after it ("order.accept": order-accept); a form as it came back, if it did."""
    back = returned if returned and step in returned.forms else None
    return StepForm(
        action=reverse(step.replace(".", "-"), args=[object_id]),
        form=back.forms[step] if back and form else form,
        main=main,
        icon=icon,
        key=back.key if back and back.key else str(uuid7()),
    )


def clocks_of(objects: Iterable[UUID], *, at: datetime, running: bool = False) -> dict[UUID, list[Clock]]:
    """Return the clocks of each object for chips and panels: running ones by what is due first, then stopped ones.

    With `running` only the first of the running ones, for lists.
    """
    found = clocks(objects, at, running=running)
    return {
        one: [shown_clock(view, at) for view in sorted(views, key=lambda view: (view.stopped_at is not None, view.due))]
        for one, views in found.items()
    }


def shown_clock(view: ClockView, at: datetime) -> Clock:
    """Return a clock with every reason for its date."""
    rule = next((line for line in view.reasons if line.kind is ReasonKind.RULE), None)
    return Clock(
        name=str(view.label),
        due=view.due,
        at=at,
        since=view.started_at,
        rule=_period(rule) if rule else "",
        article=view.basis,
        skipped=[skipped for line in view.reasons for skipped in _skipped(line)],
        pauses=[pause for line in view.reasons for pause in _pauses(line)],
        provisional=view.provisional,
        stopped=view.stopped_at,
    )


def _period(rule: Reason) -> str:
    words = {
        Unit.WORKING_HOUR: ngettext("%(count)d working hour", "%(count)d working hours", rule.count),
        Unit.WORKING_DAY: ngettext("%(count)d working day", "%(count)d working days", rule.count),
        Unit.NATURAL_HOUR: ngettext("%(count)d hour", "%(count)d hours", rule.count),
        Unit.NATURAL_DAY: ngettext("%(count)d calendar day", "%(count)d calendar days", rule.count),
        Unit.MONTH: ngettext("%(count)d month", "%(count)d months", rule.count),
        Unit.YEAR: ngettext("%(count)d year", "%(count)d years", rule.count),
    }
    return words[rule.unit] % {"count": rule.count} if rule.unit else ""


def _skipped(line: Reason) -> list[Skipped]:
    if line.kind is not ReasonKind.DAYS_OFF or line.first is None:
        return []
    return [Skipped(line.first + timedelta(days=day), _(line.text) if line.text else "") for day in range(line.count)]


def _pauses(line: Reason) -> list[Pause]:
    if line.kind is ReasonKind.SUSPENDED and line.moment is not None:
        return [Pause(line.moment, None, line.text)]
    if line.kind is ReasonKind.PAUSED and line.first is not None and line.last is not None:
        midnight = datetime.min.time()
        return [Pause(datetime.combine(line.first, midnight), datetime.combine(line.last, midnight), line.text)]
    return []


def shown_steps(steps: Sequence[Next], offers: Mapping[str, StepForm]) -> list[Step]:
    """Return the next steps for a page: what may be done now first, then what is blocked, then what others do."""
    order = {NextState.LAWFUL: 0, NextState.BLOCKED: 1, NextState.OTHER: 2}
    return [_shown_step(step, offers.get(step.step)) for step in sorted(steps, key=lambda step: order[step.state])]


def _shown_step(step: Next, offer: StepForm | None) -> Step:
    checks = [shown_check(failed) for failed in (*step.blockers, *step.warnings)]
    if step.state is NextState.OTHER:
        return Step(str(step.label), "other", hint=_("For: %(who)s") % {"who": _(", ").join(step.for_whom)})
    # A form that was sent and refused stays, with what was typed, beside the reasons.
    typed = offer is not None and offer.form is not None and offer.form.is_bound
    if offer is None or (step.state is NextState.BLOCKED and not typed):
        return Step(str(step.label), "blocked" if step.blockers else "other", checks=checks)
    return Step(
        str(step.label), "lawful", button=offer.button or str(step.label), action=offer.action, icon=offer.icon,
        main=offer.main, hint=offer.hint, form=offer.form, key=offer.key, checks=checks,
    )  # fmt: skip


def shown_check(failed: Failed) -> FailedCheck:
    """Return a failed check in the reader's language."""
    return FailedCheck(failed.id, failed.sentence, article=failed.article, cure=failed.cure, warns=failed.needs_reason)


def shown_refusal(error: RefusedError) -> Refusal:
    """Return a refusal with every failed check."""
    return Refusal(_("This step is not lawful now"), [shown_check(failed) for failed in error.failures])
