"""The product's own checks (OT-…) about reports and incidents. OT-03 and OT-04 are the engine's and need no facts."""

from oneteam.lawbook.text import Text
from oneteam.procedures.registry import Context, Failure, check

NO_INCIDENT = Text("尚无事件", "no incident yet")


@check("OT-01", needs=("incident_state", "consultation"))
def settled_before_answered(context: Context) -> Failure | None:
    """A report is answered as done when its incident is resolved; words alone may answer what only asked something.

    Facts: `incident_state`, the state's name or None without an incident; `incident_state_label`, its Text, if the
    room has it; `consultation`, whether words alone may answer it; from the proposal `result`.
    """
    words_alone = context.fact("consultation") and context.facts.get("result") != "done"
    if words_alone or context.fact("incident_state") == "resolved":
        return None
    state = context.facts.get("incident_state_label") or context.fact("incident_state") or NO_INCIDENT
    return Failure({"state": state})


@check("OT-02", needs=("open_orders",))
def no_order_left_open(context: Context) -> Failure | None:
    """An incident is resolved when each of its orders is verified or returned. Fact: `open_orders`, their number."""
    count = context.fact("open_orders")
    return Failure({"count": count}) if count else None
