"""The desk over a million reports: lists, pages, accepting and sending by HTTP; the dispatch proposal among 500 people.

The city is the served demo. Its history is written in the database (closed reports without told words); the open ones
are taken by acts, with words, as a connected system hands them in.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from benchmarks import finding
from benchmarks.figures import Figure, at_most, p95
from benchmarks.ground import Ground, served, wait_until
from benchmarks.visiting import Visitor, child, history
from oneteam.kernel.errors import NotReadyError

MODULE = "benchmarks.desk"
REPORTS, OPEN, PEOPLE = 1_000_000, 2_000, 500
LIST_LIMIT, PAGE_LIMIT, SEND_LIMIT, PROPOSE_LIMIT = 200.0, 300.0, 150.0, 50.0  # ms


def run(*, smoke: bool, data: str | None = None) -> Iterator[Figure]:
    """Yield the figures. `data` is not used: the desk makes its own reports."""
    reports, open_reports, people = (20_000, 100, 50) if smoke else (REPORTS, OPEN, PEOPLE)
    times = 10 if smoke else 60
    with served() as ground:
        begun = time.monotonic()
        history(ground, reports - open_reports)
        json.loads(child(ground, MODULE, "fill", str(open_reports), str(people)))
        wait_until(ground.at_rest, 900, "the followers")
        yield Figure(f"writing {reports:,} reports, {open_reports:,} of them open", time.monotonic() - begun, "s")
        visitor = Visitor(ground)
        yield from _reading(ground, visitor, reports, times)
        yield _sending(ground, visitor, times)
        spent = json.loads(child(ground, MODULE, "propose", str(times)))
        yield at_most(f"dispatch proposal among {people} people, p95", p95(spent), "ms", PROPOSE_LIMIT)
        yield from finding.figures(ground, objects=3_000 if smoke else finding.OBJECTS, times=4 * times)


def _reading(ground: Ground, visitor: Visitor, reports: int, times: int) -> Iterator[Figure]:
    ids = [str(row[0]) for row in ground.rows("SELECT id FROM intake_report ORDER BY received_at DESC LIMIT %s", times)]
    of = f"among {reports:,} reports, p95"
    lists = {
        "list of 50, to decide": lambda _at: "/reports/", "list of 50, all": lambda _at: "/reports/?view=all",
        "list of 50, closed": lambda _at: "/reports/?view=closed",
    }  # fmt: skip
    for name, address in lists.items():
        yield at_most(f"{name}, {of}", p95(_gets(visitor, address, times)), "ms", LIST_LIMIT)
    yield at_most(f"duty desk, {of}", p95(_gets(visitor, lambda _at: "/desk/", times)), "ms", PAGE_LIMIT)
    pages = _gets(visitor, lambda at: f"/reports/{ids[at]}/", len(ids))
    yield at_most(f"report page, {of}", p95(pages), "ms", PAGE_LIMIT)


def _gets(visitor: Visitor, address: Callable[[int], str], times: int) -> list[float]:
    """Ask for pages, the first few unmeasured: they fill the caches of each web process."""
    spent = []
    for at in [*range(min(8, times)), *range(times)]:
        status, _body, took = visitor.ask("GET", address(at))
        if status != 200:
            raise NotReadyError(f"{address(at)} was answered {status}")
        spent.append(took)
    return spent[-times:]


def _sending(ground: Ground, visitor: Visitor, times: int) -> Figure:
    """Accept what is open and send somebody, one report after the other."""
    wanted = "SELECT r.id FROM intake_report r JOIN procedures_run p ON p.id = r.id WHERE p.state = 'received'"
    ids = [str(row[0]) for row in ground.rows(f"{wanted} AND r.incident_id IS NULL LIMIT %s", times + 5)]
    spent = []
    for number, report in enumerate(ids):
        _status, whole, _took = visitor.ask("GET", f"/reports/{report}/")
        page = whole.partition('id="desk"')[2]
        post = re.findall(r'name="post" value="([0-9a-f-]{36})"', page)
        matter = re.findall(r'<option value="(F[0-9]{2}-[^"]+|[A-Z0-9-]+)"', page)
        if not post or not matter:
            raise NotReadyError(f"report {report} offers nobody to send")
        status, body, took = visitor.send(
            f"/reports/{report}/decide/",
            {"matter": matter[0], "urgency": "general", "place": "", "post": post[number % len(post)],
             "instruction": "请到现场处置", "idempotency_key": f"bench-{report}"},
        )  # fmt: skip
        if status != 302:
            said = re.findall(r"<span>([^<]+)</span>", body.partition("field-error")[2])[:1]
            raise NotReadyError(f"accepting {report} was answered {status}: {said}")
        spent.append(took)
    return at_most("accept and send, p95", p95(spent[5:]), "ms", SEND_LIMIT)


# Children: inside the city --------------------------------------------------------------------------------------------


def _fill(reports: int, people: int) -> None:
    """Take open reports as a connected system hands them in; put people on duty, each with a ground."""
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()
    from benchmarks.intake import SAMPLES, messages  # noqa: PLC0415 -- needs Django
    from oneteam.intake.acts import receive_report  # noqa: PLC0415 -- needs Django
    from oneteam.intake.telling import Told  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import Actor, ActorKind, operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import legal_day, now  # noqa: PLC0415 -- needs Django
    from oneteam.people import acts, standing_acts  # noqa: PLC0415 -- needs Django
    from oneteam.people.models import Unit  # noqa: PLC0415 -- needs Django
    from oneteam.places.queries import all_places  # noqa: PLC0415 -- needs Django

    at, clerk = now(), operator("bench")
    client = Actor(kind=ActorKind.CLIENT, id="0199aaaa-0000-7000-8000-000000000001", name="bench")
    texts = [str(one["text"]) for one in messages(SAMPLES)]
    for number in range(reports):
        told = Told(channel="hotline_12345", text=f"{texts[number % len(texts)]}（{number}）", told_at=at)
        receive_report(actor=client, at=now(), told=told, source="bench")
    day = legal_day(at)
    grounds = [place.id for place in all_places() if place.kind in ("community", "grid")]
    unit = Unit.objects.order_by("code").values_list("id", flat=True)[1]
    for number in range(people):
        person = acts.register_person(actor=clerk, at=at, name_zh=f"测试{number}", name_en=f"Bench {number}")
        role = ("officer", "grid_attendant")[number % 2]
        post = acts.give_post(
            actor=clerk, at=at, person=person, unit=unit, role=role, title_zh="测试岗", title_en="Bench post",
            valid_from=day, scope=[grounds[(number + step) % len(grounds)] for step in range(3)],
        )  # fmt: skip
        acts.plan_duty(actor=clerk, at=at, post=post, starts=at, ends=at + timedelta(days=2))
        if role == "officer":
            standing_acts.register_certificate(
                actor=clerk, at=at, person=person, number=f"B{number:06d}", kind="enforcement", issued=day,
                valid_from=day, valid_to=day + timedelta(days=365), exam_passed_on=day,
            )  # fmt: skip
    print(json.dumps({"reports": reports, "people": people}))


def _propose(times: int) -> None:
    """Ask who should go to places all over the city, for a violation; print the milliseconds of each."""
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()
    from oneteam.command.dispatch import Spot, propose  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.places.queries import all_places  # noqa: PLC0415 -- needs Django

    places = [place.id for place in all_places() if place.kind in ("grid", "community", "shop", "landmark")]
    spent = []
    for number in range(times + 3):
        begun = time.perf_counter()
        found = propose(Spot(places[number % len(places)], None, None, "enforcement"), now())
        spent.append((time.perf_counter() - begun) * 1000)
        if not found:
            raise NotReadyError("nobody is on duty")
    print(json.dumps(spent[3:]))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    if sys.argv[1] == "fill":
        _fill(int(sys.argv[2]), int(sys.argv[3]))
    else:
        _propose(int(sys.argv[2]))
