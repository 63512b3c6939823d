"""The verbs of a case decided on the spot, as `demo_stage` has those of reports, orders and patrols."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

from oneteam.cases import acts, closing, deciding, ordering
from oneteam.cases.deciding import Proposed, Settling
from oneteam.demo.steps import Step
from oneteam.journal.actors import Actor
from oneteam.kernel.idnumbers import resident_id_check
from oneteam.server import demo_rounds
from oneteam.server.demo_stage import Stage


def _case(stage: Stage, step: Step) -> tuple[Actor, UUID]:
    return stage.holder(step), stage.things[step.life]["case"]


def _open(stage: Stage, step: Step) -> None:
    """The officer of the order and a second one."""
    first = stage.holder(step)
    if "with" in step.of:
        second = stage.cast.named(step.of["with"], "officer")
    else:
        second = stage.cast.somebody(["officer"], step.at, step.spot, draw=f"{step.life} second", besides=(first,))
    if second.person_id is None or second.post is None:
        raise ValueError(f"{second.name} is no person with a post")
    things = stage.things[step.life]
    things["second"] = second.post
    things["case"] = acts.open_case(
        actor=first, at=step.at, second=second.person_id, incident=things["incident"], key=stage.key(step)
    )  # fmt: skip


def _show(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    acts.show_certificates(actor=officer, at=step.at, case=case)


def _identify(stage: Stage, step: Step) -> None:
    """A citizen with a made-up number: no division has the code of the demo city."""
    officer, case = _case(stage, step)
    serial = int(step.of["serial"])
    body = f"990383{1960 + serial % 40}{1 + serial % 12:02}{1 + serial % 28:02}{serial % 1000:03}"
    acts.identify_party(
        actor=officer, at=step.at, case=case, kind="citizen", name=step.of["name"],
        id_number=body + resident_id_check(body), address=stage.spot(step).where,
    )  # fmt: skip


def _note(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    acts.note_facts(
        actor=officer, at=step.at, case=case, matter=step.of["matter"], found_at=step.at, where=stage.spot(step).where,
        act=step.of["act"], photos=[stage.photo(step, step.of["matter"], minutes=1)],
    )  # fmt: skip


def _order(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    ordering.order_correction(
        actor=officer, at=step.at, case=case, demand=step.of["demand"], consequence=step.of["consequence"]
    )


def _recheck(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    ordering.recheck(actor=officer, at=step.at, case=case, correction="refused", note=step.of["words"])


def _fine(step: Step) -> Proposed:
    return Proposed(penalty="fine", amount=Decimal(step.of["amount"]))


def _hear(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    deciding.hear(actor=officer, at=step.at, case=case, proposed=_fine(step), statement=step.of["words"])


def _decide(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    deciding.decide(actor=officer, at=step.at, case=case, proposed=_fine(step), settling=Settling(clear=True))


def _deliver(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    closing.deliver(actor=officer, at=step.at, case=case, way="handed")


def _record(stage: Stage, step: Step) -> None:
    officer, case = _case(stage, step)
    closing.report_for_record(actor=officer, at=step.at, case=case)


VERBS: Mapping[str, Callable[[Stage, Step], None]] = {
    "case_open": _open, "case_show": _show, "case_identify": _identify, "case_note": _note, "case_order": _order,
    "case_recheck": _recheck, "case_hear": _hear, "case_decide": _decide, "case_deliver": _deliver,
    "case_record": _record, "find": demo_rounds.find, "settle": demo_rounds.settle, "pass_on": demo_rounds.pass_on,
    "take_over": demo_rounds.take_over,
}  # fmt: skip


def take(stage: Stage, step: Step) -> None:
    """Take a step on a stage; raises what its act raises, and AttributeError for a verb that is none."""
    verb = VERBS.get(step.verb)
    if verb is None:
        getattr(stage, f"do_{step.verb}")(step)
    else:
        verb(stage, step)
