"""The verbs that only the played day needs: merged, corrected, recalled, somebody who has to leave, certificates."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from oneteam.command import conduct
from oneteam.demo.steps import Step
from oneteam.intake.acts import Established
from oneteam.intake.joining import correct_incident
from oneteam.journal.actors import os_operator
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.queries import matter as matter_on
from oneteam.people.standing import certificates_on
from oneteam.people.standing_acts import enter_absence, register_certificate
from oneteam.server import demo_cases
from oneteam.server.demo_stage import Stage

YEAR = timedelta(days=365)


def _merge(stage: Stage, step: Step) -> None:
    things, other = stage.things[step.life], stage.things[step.of["into"]]
    conduct.merge_incidents(
        actor=stage.who(step, "dispatcher"), at=step.at, incident=things["incident"], into=other["incident"]
    )
    things["incident"] = other["incident"]


def _recall(stage: Stage, step: Step) -> None:
    conduct.recall_order(
        actor=stage.who(step, "dispatcher"), at=step.at, order=stage.things[step.life]["order"], reason=step.of["words"]
    )


def _correct(stage: Stage, step: Step) -> None:
    matter = matter_on(step.of["matter"], legal_day(step.at))
    established = Established(
        matter=matter.code, field=matter.field or "", handling=str(matter.kind), urgency=str(matter.urgency),
        place=stage.cast.ids[step.of["place"]],
    )  # fmt: skip
    correct_incident(
        actor=stage.who(step, "dispatcher"), at=step.at, incident=stage.things[step.life]["incident"],
        established=established,
    )  # fmt: skip


def _absent(stage: Stage, step: Step) -> None:
    """Why is no business of the platform: illness is health data."""
    away = stage.cast.named(step.of["person"], "officer").person_id
    if away is None:
        raise ValueError(f"{step.of['person']} is no person")
    enter_absence(
        actor=stage.who(step, "dispatcher"), at=step.at, person=away, starts=step.at,
        ends=step.at + timedelta(hours=step.of["hours"]), reason="elsewhere",
    )  # fmt: skip


def _certify(stage: Stage, step: Step) -> None:
    """Certificates of the small city's officers, who have none; in the whole city everybody has one."""
    day = legal_day(step.at)
    persons = [stage.cast.named(username, "officer").person_id for username in step.of["officers"]]
    held = certificates_on([person for person in persons if person], day)
    for number, person in enumerate(persons, 1):
        if person is not None and person not in held:
            register_certificate(
                actor=os_operator(), at=step.at, person=person, number=f"33-990383-S{number:04}", kind="enforcement",
                issued=day - YEAR, valid_from=day - YEAR, valid_to=day + 3 * YEAR, exam_passed_on=day - YEAR,
            )  # fmt: skip


_VERBS: Mapping[str, Callable[[Stage, Step], None]] = {
    "merge": _merge, "recall": _recall, "correct": _correct, "absent": _absent, "certify": _certify,
}  # fmt: skip


def take(stage: Stage, step: Step) -> None:
    """Take a step of the played day; raises what its act raises."""
    verb = _VERBS.get(step.verb)
    if verb is None:
        demo_cases.take(stage, step)
    else:
        verb(stage, step)
