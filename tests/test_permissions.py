"""The role × act table (docs/role-act.md): the page says what the code does, and the code does what the page says."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from oneteam.journal.actors import PUBLIC, Actor, ActorKind, machine, operator
from oneteam.journal.acts import record
from oneteam.journal.kinds import ActKind
from oneteam.kernel.clock import parse_clock, real_now
from oneteam.kernel.errors import NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.models import Role
from oneteam.procedures.declaration import Step
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.judging import authorise
from oneteam.procedures.registry import Context
from oneteam.procedures.role_table import NO, SCOPED, YES, markdown, newest, role_act_table
from oneteam.procedures.roles import WHO
from tests.world import product_acts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "role-act.md"
# What whoever is signed in does for themselves.
OWN = {"session.signed_in", "session.signed_out", "post.taken", "account.passkey_added", "account.password_changed"}
AT = parse_clock(os.environ["ONETEAM_CLOCK"], real_now()).start

SAMPLES: Mapping[type, Any] = {str: "x", int: 1, bool: True, list: [], dict: {}}


def _actor(column: str) -> Actor:
    """Return somebody who acts in this column of the table."""
    if column in Role.values:
        return Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role=column)
    return {
        "client": Actor(kind=ActorKind.CLIENT, id=str(uuid7())),
        "operator": operator("somebody"),
        "machine": machine("model", "1"),
        "public": PUBLIC,
        "person": Actor(kind=ActorKind.PERSON, id=str(uuid7())),
    }[column]


def _steps() -> dict[str, list[Step]]:
    """Return the declared steps by the act that they become."""
    found: dict[str, list[Step]] = {}
    for declaration in newest().values():
        for step in declaration.steps.values():
            found.setdefault(step.act, []).append(step)
    return found


def _may_take(step: Step, actor: Actor, *, own: bool) -> bool:
    """Ask of an object that was sent to this actor's post, found or taken over by this person; or by another."""
    sent_to, mine = (actor.post, actor.person_id) if own else (uuid7(), uuid7())
    context = Context(
        step=step.name, object_id=uuid7(), state=next(iter(step.sources), None), actor=actor, at=AT,
        facts={"post": sent_to, "finder": mine, "taker": mine, "officers": [mine]}, action=step.action,
    )  # fmt: skip
    try:
        authorise(step, context)
    except (NotAllowedError, RefusedError):
        return False
    return True


def _payload(kind: ActKind) -> dict[str, Any]:
    return {
        name: SAMPLES[expected if isinstance(expected, type) else expected[0]] for name, expected in kind.fields.items()
    }


def _may_record(kind: ActKind, actor: Actor) -> bool:
    """Really record the act, and take it back."""
    with transaction.atomic():
        try:
            record(kind=kind.name, actor=actor, at=AT, stream=uuid7(), payload=_payload(kind))
        except NotAllowedError:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "run `./run law table`"


def test_the_table_has_every_act_all_seventeen_roles_and_who_acts_without_a_post() -> None:
    table = role_act_table()
    assert set(table) == set(product_acts()), "an act that is in no row could be done by anybody"
    for row in table.values():
        assert set(row) == {*Role.values, "client", "operator", "machine", "public", "person"} == set(WHO)
    assert len(Role.values) == 17


def test_every_step_is_refused_or_allowed_as_the_table_says() -> None:
    table, wrong = role_act_table(), []
    for act, steps in _steps().items():
        for column in WHO:
            actor = _actor(column)
            own = any(_may_take(step, actor, own=True) for step in steps)
            foreign = any(_may_take(step, actor, own=False) for step in steps)
            mark = {(True, True): YES, (True, False): SCOPED, (False, False): NO}[own, foreign]
            if mark != table[act][column]:
                wrong.append(f"{column} {act}: the table says {table[act][column]!r}, the engine {mark!r}")
    assert wrong == []


@pytest.mark.usefixtures("city")
def test_every_other_act_is_refused_or_recorded_as_the_table_says() -> None:
    table, steps, wrong = role_act_table(), _steps(), []
    for name, kind in product_acts().items():
        for column in WHO if name not in steps else ():
            mark = YES if _may_record(kind, _actor(column)) else NO
            if mark != table[name][column]:
                wrong.append(f"{column} {name}: the table says {table[name][column]!r}, the journal {mark!r}")
    assert wrong == []


def test_machines_only_propose_and_record_clocks_and_verifications() -> None:
    """No order leaves and nobody is punished by a model (DESIGN, idea 7)."""
    mine = {act for act, row in role_act_table().items() if row["machine"]}
    told = {"order.escalated"}  # to the leader, of a limit that was exceeded: nothing is decided by it
    assert mine - told == {"triage.proposed", "clock.breached", "journal.verified", "journal.found_faulty"}


def test_who_only_reads_changes_nothing_of_a_file() -> None:
    table = role_act_table()
    looking = {"file.opened", "file.compared", "party.looked_at"}  # the look itself is what is recorded
    for role, more in (("auditor", set()), ("legal_reviewer", {"interest.declared"}), ("audit_admin", set())):
        assert {act for act, row in table.items() if row[role]} - looking == OWN | more, role


def test_the_three_administrators_are_kept_apart() -> None:
    table = role_act_table()
    system = {act for act, row in table.items() if row["system_admin"]} - OWN
    security = {act for act, row in table.items() if row["security_admin"]} - OWN
    audit = {act for act, row in table.items() if row["audit_admin"]} - OWN
    assert not system & security
    assert not audit & (system | security)
    assert not [act for act in system | security if act.startswith(("report.", "incident.", "order."))]
