"""OFF-05: what a role without power to enforce may do, by the law pack; asked before the role is turned away."""

import pytest

from oneteam.journal.actors import Actor
from oneteam.kernel.errors import NotAllowedError
from oneteam.lawbook.auxiliaries import auxiliaries, load_auxiliaries, parse_auxiliaries
from oneteam.lawbook.loading import LawFaultsError
from oneteam.people.labels import ROLES
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.tests.probe import ATTENDANT, DISPATCHER, MORNING, OFFICER, PROBE, begin, load, person, take

ACTIONS = {
    "publicity": True, "information": True, "patrol_help": True, "dissuasion": True, "serving": True, "logistics": True,
    "inspection": False, "questioning": False, "ordering": False, "seizing": False, "deciding": False,
    "collecting": False,
}  # fmt: skip


def finish_as(
    actor: Actor, action: str, who: str = "[officer, grid_attendant, contractor_manager, contractor_crew]"
) -> str:
    """Take the probe's middle step, guarded by OFF-05 and of this kind of action; return what was refused."""
    step = f"checks: [OFF-05]\n    {f'action: {action}' if action else ''}"
    text = PROBE.replace("checks: [TT-01, TT-02, TT-03]", step)
    text = text.replace("who:\n      - officer\n      - {role: grid_attendant, scope: probe_owner}", f"who: {who}")
    load(text.replace("version: 1", "version: 2"))
    try:
        take(step="probe.work", object_id=begin(), actor=actor, at=MORNING, payload={"note": ""})
    except RefusedError as error:
        return "\n".join(str(failed) for failed in error.failures)
    return ""


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize(("action", "allowed"), sorted(ACTIONS.items()))
@pytest.mark.parametrize("role", ["grid_attendant", "contractor_manager", "contractor_crew"])
def test_off_05_auxiliary_does_what_the_law_lets_him_and_no_more(role: str, action: str, allowed: bool) -> None:
    said = finish_as(person(role), action)
    assert (said == "") is allowed
    assert allowed or said.startswith("OFF-05: ")
    assert allowed or "art. 30" in said


@pytest.mark.usefixtures("probe")
def test_off_05_step_without_an_action_is_one_of_enforcement() -> None:
    assert "an act of enforcement" in finish_as(ATTENDANT, "")


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize("action", [*ACTIONS, ""])
def test_off_05_officer_does_it_all(action: str) -> None:
    assert finish_as(OFFICER, action) == ""


@pytest.mark.usefixtures("probe")
def test_off_05_is_told_with_its_article_even_where_the_step_is_not_for_the_role() -> None:
    said = finish_as(ATTENDANT, "deciding", who="[officer]")
    assert "OFF-05" in said
    assert "your post as an officer" in said


@pytest.mark.usefixtures("probe")
def test_off_05_is_no_reason_for_a_role_that_it_does_not_name() -> None:
    with pytest.raises(NotAllowedError):
        finish_as(DISPATCHER, "deciding", who="[officer]")


def test_roles_are_called_as_everywhere_and_actions_are_those_tested() -> None:
    known = auxiliaries()
    assert set(known.roles) <= set(ROLES)
    assert {name: name in known.allowed for name in known.actions} == ACTIONS


def test_faulty_file_names_every_line_and_a_second_one_is_refused() -> None:
    text = (
        "roles:\n  - {name: mayor, label: {zh: 市长, en: Mayor}}\nactions:\n  - {name: Shout, label: {zh: 喊, en: x}}\n"
    )
    with pytest.raises(LawFaultsError) as caught:
        parse_auxiliaries("a.yaml", text)
    assert [fault.line for fault in caught.value.faults] == [2, 4]
    good = "roles: []\nactions: []\n"
    with pytest.raises(LawFaultsError):
        load_auxiliaries([("a.yaml", good), ("b.yaml", good)])
