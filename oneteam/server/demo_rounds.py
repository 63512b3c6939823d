"""The verbs of the daily round, as `demo_stage` has those of reports and orders."""

from oneteam.demo.steps import Step
from oneteam.intake.queries import reports_of_incidents
from oneteam.kernel.ids import uuid7
from oneteam.patrols import acts as patrols
from oneteam.server.demo_stage import Stage, degrees


def find(stage: Stage, step: Step) -> None:
    """Found on the round, with a photo."""
    spot, finding = stage.spot(step), uuid7()
    spotted = patrols.Spotted(
        matter=step.of["matter"], lon=degrees(spot.lon), lat=degrees(spot.lat), place=stage.cast.ids[spot.place],
        address=spot.where, note=step.of["note"],
    )  # fmt: skip
    finder = stage.who(step, "grid_attendant")
    patrols.make_finding(
        actor=finder, at=step.at, finding=finding, spotted=spotted,
        photos=[stage.photo(step, step.of["matter"], minutes=1)],
    )  # fmt: skip
    if finder.post is None:
        raise ValueError(f"{finder.name} acts under no post")
    stage.things[step.life] |= {"finding": finding, "finder": finder.post}


def settle(stage: Stage, step: Step) -> None:
    """Settled on the spot."""
    things = stage.things[step.life]
    patrols.settle_finding(
        actor=stage.cast.actors[things["finder"]], at=step.at, finding=things["finding"], note=step.of["words"],
        after=[stage.photo(step, step.of["matter"], after=True)],
    )  # fmt: skip


def pass_on(stage: Stage, step: Step) -> None:
    """Passed on: it becomes a report."""
    things = stage.things[step.life]
    patrols.pass_on(
        actor=stage.cast.actors[things["finder"]], at=step.at, finding=things["finding"],
        receiver=step.of["receiver"],
    )  # fmt: skip


def take_over(stage: Stage, step: Step) -> None:
    """An officer takes it over."""
    things = stage.things[step.life]
    incident = patrols.take_over(actor=stage.who(step, "officer"), at=step.at, finding=things["finding"])
    [report] = reports_of_incidents([incident])[incident]
    things |= {"incident": incident, "report": report.id}
