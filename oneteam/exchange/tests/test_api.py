"""The HTTP interface: what it answers, whom it knows, and what it says of itself."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import ClientHandler

from oneteam.exchange import limits
from oneteam.exchange.acts import register_client, revoke_client, rotate_client
from oneteam.exchange.models import ClientToken
from oneteam.intake.acts import answer_report
from oneteam.intake.models import Report
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.web.handlers import InterfaceLayers
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")

ADDRESS = "/api/v1/reports"
CLERK = operator("clerk")


class _Handler(InterfaceLayers, ClientHandler):
    """Django's handler for tests, with the layers that requests of systems pass."""


def interface() -> Client:
    """Return a client that goes the interface's own way."""
    made = Client()
    made.handler = _Handler()
    return made


class System:
    """A connected system with its token."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.id, self.token = register_client(actor=CLERK, at=AT, name=name)
        self.client = interface()

    def post(self, body: object, key: str | None = None, token: str | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"authorization": f"Bearer {token or self.token}", "accept-language": "en"}
        if key is not None:
            headers["idempotency-key"] = key
        data = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.post(ADDRESS, data, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    def get(self, report: object) -> tuple[int, dict[str, Any]]:
        answer = self.client.get(f"{ADDRESS}/{report}", headers={"authorization": f"Bearer {self.token}"})
        return answer.status_code, answer.json()


def body(**change: object) -> dict[str, object]:
    told = {"channel": "hotline_12345", "text": "锦塘路有人占道摆摊。", "told_at": AT.isoformat()}
    return {**told, **change}


@pytest.fixture
def hotline() -> System:
    return System("hotline")


def test_report_is_taken_with_201_and_the_same_again_is_answered_with_200(hotline: System) -> None:
    status, first = hotline.post(body(), key="k1")
    assert status == 201
    assert first["state"] == "received"
    status, again = hotline.post(body(), key="k1")
    assert (status, again["id"], again["number"]) == (200, first["id"], first["number"])
    assert Report.objects.count() == 1


def test_same_external_id_is_the_same_report_without_any_key(hotline: System) -> None:
    _status, first = hotline.post(body(external_id="E-1"))
    status, again = hotline.post(body(external_id="E-1"))
    assert (status, again["id"]) == (200, first["id"])


@pytest.mark.parametrize(("change", "key"), [({"text": "改过"}, "k1"), ({"external_id": "E-1", "text": "改过"}, None)])
def test_same_key_or_id_with_another_content_is_409(
    hotline: System, change: dict[str, object], key: str | None
) -> None:
    hotline.post(body(external_id="E-1"), key="k1")
    status, problem = hotline.post(body(**change), key=key)
    assert (status, problem["status"]) == (409, 409)
    assert "another content" in problem["detail"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "字" * 20_001}, "text"),
        ({"text": "a\u0000"}, "text"),
        ({"channel": "telegram"}, "channel"),
        ({"told_at": (AT + timedelta(hours=1)).isoformat()}, "told_at"),
        ({"told_at": "yesterday"}, "told_at"),
        ({"lon": 120.55}, "lon"),
        ({"lon": 116.4, "lat": 39.9}, "lon"),
        ({"lon": "NaN", "lat": 27.5}, "lon"),
        ({"lon": 1e400, "lat": 27.5}, "lon"),
        ({"lon": "1e30", "lat": 27.5}, "lon"),
        ({"caller_phone": "12"}, "caller_phone"),
        ({"colour": "red"}, "colour"),
        ({"text": 7}, "text"),
        ({"text": None}, "text"),
    ],
)
def test_what_cannot_be_taken_is_422_with_its_field(hotline: System, change: dict[str, object], field: str) -> None:
    status, problem = hotline.post(body(**change))
    assert status == 422
    assert any(field in name for name in problem["faults"]), problem
    assert problem["detail"]
    assert not Report.objects.exists()


@pytest.mark.parametrize("sent", ["", "{", "[]", "null", '"text"', '{"channel": "letter"'])
def test_broken_body_is_refused_not_a_crash(hotline: System, sent: str) -> None:
    status, problem = hotline.post(sent)
    assert status in (400, 422)
    assert problem


def test_empty_external_id_is_none(hotline: System) -> None:
    assert hotline.post(body(external_id="", text="第一件"))[0] == 201
    assert hotline.post(body(external_id="", text="第二件"))[0] == 201


def test_emoji_rare_characters_and_the_longest_text_come_back_as_sent(hotline: System) -> None:
    text = "🔥𠮷" + "字" * 19_998
    status, _taken = hotline.post(body(text=text))
    assert status == 201


def test_time_without_a_zone_is_shanghais(hotline: System) -> None:
    assert hotline.post(body(told_at="2026-11-12T09:00:00"))[0] == 201
    assert Report.objects.get().told_at.isoformat() == "2026-11-12T01:00:00+00:00"


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic dXNlcjp4", "bearer \u00e9"])
def test_unknown_token_is_401_and_says_what_to_send(header: str | None) -> None:
    headers = {"authorization": header} if header else {}
    answer = interface().post(ADDRESS, json.dumps(body()), content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not Report.objects.exists()


def test_revoked_token_is_refused_at_once(hotline: System) -> None:
    assert hotline.post(body())[0] == 201
    revoke_client(actor=CLERK, at=AT, name="hotline")
    assert hotline.post(body(text="第二条"))[0] == 401
    assert hotline.get(Report.objects.get().id)[0] == 401
    assert not ClientToken.objects.filter(client_id=hotline.id).exists()
    with pytest.raises(MissingError):
        revoke_client(actor=CLERK, at=AT, name="hotline")


def test_rotated_token_replaces_the_old_one_at_once_and_the_system_stays_the_same(hotline: System) -> None:
    _status, taken = hotline.post(body(), key="k1")
    old, hotline.token = hotline.token, rotate_client(actor=CLERK, at=AT, name="hotline")
    assert hotline.post(body(text="第二条"), token=old)[0] == 401
    assert hotline.get(taken["id"])[1]["state"] == "received", "what it handed in before is still its own"
    assert hotline.post(body(), key="k1") == (200, taken), "a key it used before still means the same"
    assert ClientToken.objects.filter(client_id=hotline.id).count() == 1
    kinds = Act.objects.filter(stream=hotline.id).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["client.registered", "client.rotated"]
    with pytest.raises(MissingError):
        rotate_client(actor=CLERK, at=AT, name="unknown")


def test_name_of_a_revoked_system_may_be_used_again(hotline: System) -> None:
    revoke_client(actor=CLERK, at=AT, name="hotline")
    again = System("hotline")
    assert again.post(body())[0] == 201
    assert hotline.post(body(text="第二条"))[0] == 401
    revoke_client(actor=CLERK, at=AT, name="hotline")
    assert again.post(body(text="第三条"))[0] == 401


def test_token_is_stored_nowhere(hotline: System) -> None:
    stored = bytes(ClientToken.objects.get(client_id=hotline.id).digest)
    assert hotline.token.encode() not in stored
    assert len(hotline.token) >= 43, "256 bits"
    assert hotline.token not in str(list(Act.objects.filter(stream=hotline.id).values_list("payload", "body")))


def test_name_of_a_system_is_its_own_and_only_who_may_registers_one(hotline: System) -> None:
    with pytest.raises(BadInputError, match="already"):
        register_client(actor=CLERK, at=AT, name="hotline")
    for who in (actor("shen.yulan"), actor("gu.weichen")):
        with pytest.raises(NotAllowedError):
            register_client(actor=who, at=AT, name="another")
        with pytest.raises(NotAllowedError):
            revoke_client(actor=who, at=AT, name="hotline")
        with pytest.raises(NotAllowedError):
            rotate_client(actor=who, at=AT, name="hotline")


def test_system_follows_its_own_reports_and_no_others(hotline: System) -> None:
    other = System("other")
    _status, taken = hotline.post(body(caller_name="林某生", caller_phone="13800005602"))
    assert hotline.get(taken["id"])[1]["state"] == "received"
    assert other.get(taken["id"])[0] == 404
    assert hotline.get(uuid7())[0] == 404
    answer_report(actor=actor("shen.yulan"), at=AT, report=Report.objects.get().id, result="explained", answer="已转告")
    status, found = hotline.get(taken["id"])
    assert (status, found["state"], found["answer"]) == (200, "answered", "已转告")
    assert "林某生" not in json.dumps(found, ensure_ascii=False)


def test_key_of_one_system_means_nothing_to_another(hotline: System) -> None:
    other = System("other")
    assert hotline.post(body(), key="k1")[0] == 201
    assert other.post(body(), key="k1")[0] == 201


@pytest.mark.parametrize(("length", "status"), [(200, 201), (201, 422)])
def test_key_may_have_two_hundred_characters(hotline: System, length: int, status: int) -> None:
    assert hotline.post(body(), key="k" * length)[0] == status


def test_report_from_a_system_is_an_act_of_that_system(hotline: System) -> None:
    hotline.post(body())
    act = Act.objects.get(kind="report.received")
    assert act.actor == f"client:{hotline.id}"
    assert act.payload["source"] == f"api:{hotline.id}"


def test_description_is_openapi_3_1_and_lists_every_error(hotline: System) -> None:
    answer = interface().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found = answer.json()
    assert found["openapi"].startswith("3.1")
    operation = found["paths"][ADDRESS]["post"]
    assert set(operation["responses"]) == {"200", "201", "400", "401", "409", "413", "422", "429", "503"}
    assert set(found["paths"][f"{ADDRESS}/{{report}}"]["get"]["responses"]) >= {"200", "401", "404"}
    assert any(parameter["name"].lower() == "idempotency-key" for parameter in operation["parameters"])
    assert found["components"]["securitySchemes"]


def test_command_adds_rotates_and_revokes_a_system(capsys: pytest.CaptureFixture[str]) -> None:
    import argparse  # noqa: PLC0415 -- the command line of this one test

    from oneteam.exchange import commands  # noqa: PLC0415 -- as above

    parser = argparse.ArgumentParser()
    commands.add_commands(parser.add_subparsers())
    tokens = []
    for command in ("add", "rotate", "revoke"):
        args = parser.parse_args(["client", command, "platform"])
        assert args.run(args) == 0
        tokens += capsys.readouterr().out.split()
        answers = [
            interface().get(f"{ADDRESS}/{uuid7()}", headers={"authorization": f"Bearer {token}"}).status_code
            for token in tokens
        ]
        assert answers == {"add": [404], "rotate": [401, 404], "revoke": [401, 401]}[command]


def test_system_that_sends_too_much_is_told_when_to_go_on(
    hotline: System, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(limits, "systems", limits.Buckets(rate=0.1, burst=2))
    before = Report.objects.count()
    assert [hotline.post(body())[0] for _time in range(3)] == [201, 201, 429]
    assert Report.objects.count() == before + 2
    answer = hotline.client.get(f"{ADDRESS}/{uuid7()}", headers={"authorization": f"Bearer {hotline.token}"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert System("other").post(body())[0] == 201, "each system has its own"


def test_tokens_are_tried_by_address_which_the_trusted_proxy_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "strangers", limits.Buckets(rate=0.001, burst=2))
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 1)

    def tried(made_up: str, seen: str) -> int:
        headers = {"authorization": "Bearer guess", "x-forwarded-for": f"{made_up}, {seen}"}
        return int(interface().get(f"{ADDRESS}/{uuid7()}", headers=headers).status_code)

    assert [tried(f"10.0.0.{n}", "203.0.113.7") for n in range(3)] == [401, 401, 429], "what was made up counts nothing"
    assert tried("10.0.0.1", "203.0.113.8") == 401


def test_bucket_fills_again_and_forgets_only_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    time = [0.0]
    made = limits.Buckets(rate=2, burst=3, clock=lambda: time[0])
    assert [made.wait("a") for _time in range(4)] == [0, 0, 0, 0.5]
    time[0] = 0.5
    assert (made.wait("a"), made.wait("a")) == (0, 0.5)
    monkeypatch.setattr(limits, "KEYS", 1)
    assert made.wait("b") == 0
    assert made.wait("a") == 0, "forgotten, so full again"
