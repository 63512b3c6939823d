"""PAY-09: no figure ranks, sets a target or rewards by fines, confiscations or cases (law.md 10.6)."""

from django.utils.translation import gettext as _

from oneteam.journal.checks import Context, Failure, check
from oneteam.journal.kinds import act_kinds
from oneteam.procedures.packs import pack_declarations
from oneteam.supervision.declaration import RANKING, By, Measure, family

COMPARES = frozenset({By.UNIT, By.AREA})  # each brigade has its area: a list of areas is a list of brigades
_ACTIONS = frozenset({"deciding", "collecting", "seizing"})  # law packs, auxiliaries.yaml
_CHECKS = frozenset({"PAY", "SIM", "DEC"})  # what guards a decision or a payment
_FIELDS = frozenset({"amount", "fine", "penalty", "confiscated", "slip", "receipt_number", "template", "series"})


@check(RANKING)
def ranks_by_fines(context: Context) -> Failure | None:
    """Penalty Law 74(3): fines and confiscations are no measure of work, directly or in disguise. Facts: of a declared
    indicator, `acts` (kinds), `by`, `target`, `measure`.

    A time limit is no such target: how fast cases are decided may be promised, how many not.
    """
    counted = [kind for kind in context.fact("acts") if penal(kind)]
    if not counted:
        return None
    compared = sorted(COMPARES & set(context.fact("by")))
    wrong = [_("it compares by %(by)s") % {"by": ", ".join(compared)}] if compared else []
    if context.fact("target") and context.fact("measure") != Measure.INTERVAL:
        wrong.append(_("it sets a target"))
    return Failure({"acts": ", ".join(counted), "why": _(", ").join(wrong)}) if wrong else None


def penal(kind: str) -> bool:
    """Tell whether acts of a kind count penalties, by whatever name.

    So does every act of a file in which a penalty is decided, collected or a thing seized (one decision a case, one
    receipt a fine), the papers and numbers of decisions, any act with an amount, and an act that nobody knows yet.
    """
    return kind not in act_kinds() or family(kind) in _penal_families()


def _penal_families() -> frozenset[str]:
    found = {family(name) for name, known in act_kinds().items() if not _FIELDS.isdisjoint(known.fields)}
    for _file, declaration in pack_declarations():
        for step in declaration.steps.values():
            if step.action in _ACTIONS or any(check.partition("-")[0] in _CHECKS for check in step.checks):
                found |= {family(each.act) for each in declaration.steps.values()}
    return frozenset(found)
