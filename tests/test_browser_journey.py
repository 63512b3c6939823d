"""A report from the caller's word to an outsider's check, in a real browser on the real server, in both languages.

The English journey takes place on 1 March 2027, whose holidays nobody has announced: its clocks are provisional.
"""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, expect

from oneteam.server import config, testing
from oneteam.server.access import role_dsn
from tests.running import Running, on_clone, run, wait_for
from tests.walking import CHROMIUM, PHONE, SMALL_PHONE, Walker, signed_in
from tests.world import HERE

pytestmark = [
    pytest.mark.browser, pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]  # fmt: skip

VERIFIER = config.CHECKOUT / "tools" / "verify_proof.py"
TOLD = "锦塘家园北门口有人占道摆摊卖烧烤，油烟很大，天天晚上这样。"
LATER = "2027-03-01T09:00+08:00"
ON_DUTY = """
import django
django.setup()
from datetime import timedelta
from oneteam.journal.actors import os_operator
from oneteam.kernel.clock import now
from oneteam.people.acts import plan_duty
from oneteam.people.models import Post
from oneteam.people.queries import on_duty
at = now()
if not on_duty(at, ("grid_attendant",)):
    for post in Post.objects.all():
        span = timedelta(hours=12)
        plan_duty(actor=os_operator(), at=at, post=post.id, starts=at - span, ends=at + span)
"""


@dataclass(slots=True)
class Journey:
    """One report's way: the server, the reader's language, and what is known so far."""

    server: Running
    browser: Browser
    language: str
    url: str
    password: str
    report: str = ""
    order: str = ""

    def person(self, username: str, size: tuple[int, int] = (1440, 900)):  # type: ignore[no-untyped-def] # as signed_in
        return signed_in(self.browser, self.url, username, self.password, language=self.language, size=size)

    def says(self, chinese: str, english: str) -> str:
        return english if self.language == "en" else chinese

    def path(self, address: str) -> str:
        return address.removeprefix(self.url)


@pytest.fixture(params=["zh-hans", "en"])
def journey(request: pytest.FixtureRequest, template: testing.Template, browser: Browser) -> Iterator[Journey]:
    language = str(request.param)
    with on_clone(template, **({"ONETEAM_CLOCK": LATER} if language == "en" else {})) as server:
        if language == "en":
            environment = {**server.environment, "PYTHONPATH": str(config.CHECKOUT)}
            planned = subprocess.run(
                [sys.executable, "-c", ON_DUTY], env=environment, check=False, capture_output=True, text=True
            )
            assert planned.returncode == 0, planned.stderr
        server.start()
        password = str(config.read_json(server.paths.root / "demo.json")["password"])
        yield Journey(server, browser, language, str(server.state()["url"]).rstrip("/"), password)


def photo(colour: str, name: str) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_report_goes_from_the_caller_to_an_outsiders_check(journey: Journey, tmp_path: Path) -> None:
    with journey.person("shen.yulan") as desk, journey.person("fang.xiaohe", PHONE) as attendant:
        take_and_send(journey, desk)
        handle(journey, attendant)
        with journey.person("luo.chengye", SMALL_PHONE) as officer:
            verify(journey, officer)
        answer_and_close(journey, desk)
        proof = download(journey, desk, tmp_path)
    check_offline(journey, proof)
    tamper(journey)


def take_and_send(journey: Journey, desk: Walker) -> None:
    page = desk.page
    desk.look(f"{journey.language}-list-empty")
    desk.go(f"{journey.url}/reports/new/")
    page.fill("[name=text]", TOLD)
    page.fill("[name=caller_name]", "林某生")
    page.fill("[name=caller_phone]", "13800005602")
    desk.look(f"{journey.language}-call")
    desk.press(desk.main())
    journey.report = journey.path(page.url)
    # The machine reads it meanwhile; the page takes the proposal in by itself.
    expect(page.locator("#waiting")).to_have_count(0, timeout=20_000)
    expect(page.locator(".proposal-first .number")).to_have_text(re.compile(r"\d+%"))
    received = page.locator(".under time").nth(1).get_attribute("datetime")
    sys.stdout.write(f"received_at {received}\n")
    if journey.language == "en":
        assert str(received).startswith("2027-03-01T09:")
        expect(page.locator(".region-time")).to_contain_text("1 Mar 2027")
    desk.look(f"{journey.language}-report-proposed")
    expect(desk.main(), "who opens a report can send at once").to_be_in_viewport(ratio=1)
    page.select_option("[name=urgency]", "urgent")
    choose(journey, desk, journey.says("方小荷", "Fang Xiaohe"))
    page.fill(
        "[name=instruction]", journey.says("请到现场劝离并拍照", "Go there, have the pavement cleared, take photos")
    )
    desk.press(desk.main())
    expect(page.locator(".toast")).to_be_visible()
    desk.look(f"{journey.language}-report-sent")
    corrected = journey.server.rows("SELECT payload->'corrected' FROM journal_act WHERE kind = 'incident.established'")
    assert "urgency" in corrected[0][0]
    journey.order = str(page.locator("a.step-title[href^='/orders/']").get_attribute("href"))


def choose(journey: Journey, desk: Walker, name: str) -> None:
    choice = desk.page.locator("label.choice", has_text=name)
    if not choice.is_visible():
        desk.page.locator("#id_post details summary").click()
    choice.click()


def handle(journey: Journey, attendant: Walker) -> None:
    page = attendant.page
    attendant.go(f"{journey.url}/orders/")
    attendant.look(f"{journey.language}-phone-orders")
    wait_for(lambda: journey.server.rows("SELECT count(*) FROM notices_notice") == [(1,)])
    attendant.go(f"{journey.url}/orders/")
    expect(page.locator(".bell-count")).to_have_text("1")
    attendant.press(page.locator(".bar-bell"))
    attendant.look(f"{journey.language}-phone-notices")
    attendant.press(page.locator(".notices a"))
    expect(page.locator(".bell-count")).to_have_count(0)
    assert journey.path(page.url) == journey.order
    attendant.look(f"{journey.language}-phone-order")
    box = attendant.main().bounding_box()
    assert box is not None
    assert box["height"] >= 60, "the main action of a phone"
    assert box["y"] + box["height"] <= PHONE[1], "in reach of the thumb without scrolling"
    attendant.press(attendant.main())
    provisional = page.get_by_text(journey.says("暂定", "Provisional"), exact=True)
    announced = HERE.year == 2026 and journey.language != "en"
    assert (provisional.count() == 0) is announced, "a clock over holidays nobody has announced says so"
    attendant.press(attendant.main())  # arrived: what comes next by the procedure
    form = attendant.step("handle")
    form.locator("[name=before]").set_input_files([photo("red", "before.jpg")])
    form.locator("[name=after]").set_input_files([photo("green", "after.jpg")])
    expect(form.locator(".photo-shown img")).to_have_count(2)
    form.locator("[name=note]").fill(journey.says("摊主已收摊，地面已清", "The stall is gone, the pavement is clean"))
    attendant.look(f"{journey.language}-phone-handle")
    attendant.press(attendant.main())
    expect(page.locator(".photo img")).to_have_count(2)
    refuse_own_verification(journey, attendant)


def refuse_own_verification(journey: Journey, attendant: Walker) -> None:
    """The page already says that it is not lawful; a page left open from before can still ask, and is refused."""
    page = attendant.page
    expect(page.locator(".step-blocked", has_text="EVT-07").first).to_be_visible()
    attendant.look(f"{journey.language}-phone-handled")
    attendant.refusals.add(422)
    with page.expect_navigation():
        page.evaluate(
            """address => {
              const form = document.createElement('form');
              form.method = 'post';
              form.action = address;
              form.append(document.querySelector('[name=csrfmiddlewaretoken]').cloneNode());
              document.body.append(form);
              form.submit();
            }""",
            f"{journey.order}verify/",
        )
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("EVT-07")
    expect(refusal).to_be_focused()
    attendant.look(f"{journey.language}-phone-refused")


def verify(journey: Journey, officer: Walker) -> None:
    officer.go(f"{journey.url}/verify/")
    officer.look(f"{journey.language}-small-verify")
    officer.press(officer.page.locator("a.row-title").first)
    officer.look(f"{journey.language}-small-order")
    officer.press(officer.main())
    expect(officer.page.locator(".toast[data-state=ok]")).to_be_visible()
    officer.look(f"{journey.language}-small-verified")


def answer_and_close(journey: Journey, desk: Walker) -> None:
    page = desk.page
    look_for_help(journey, desk)
    find_by_palette(journey, desk)
    desk.look(f"{journey.language}-report-resolved")
    form = desk.step("answer")
    expect(form.locator("[name=result]")).to_have_value("done")
    form.locator("[name=answer]").fill(journey.says("已清理，谢谢反映", "It is cleared away; thank you for telling us"))
    desk.press(desk.main())
    desk.step("close").locator("[name=contacted]").check()
    desk.press(desk.main())
    expect(page.locator(".page-title .chip[data-state=ok]")).to_be_visible()
    reveal(journey, desk)
    for address in ("/reports/?view=closed", "/figures/", "/reports/?q=13800005602"):
        desk.go(journey.url + address)
        desk.look(f"{journey.language}-{re.sub('[^a-z0-9]+', '-', address).strip('-')}")
    expect(page.locator("a.row-title")).to_have_count(1)


def look_for_help(journey: Journey, desk: Walker) -> None:
    """The help opens beside what one is doing and closes again without leaving the page."""
    page, before = desk.page, desk.page.url
    page.locator(".bar-help").click()
    expect(page.locator("#beside")).to_contain_text("OT-01")
    desk.look(f"{journey.language}-help")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).not_to_be_visible()
    assert page.url == before


def find_by_palette(journey: Journey, desk: Walker) -> None:
    """Ctrl+K finds the report by its number from any page; Enter opens it."""
    page = desk.page
    desk.go(f"{journey.url}/figures/")
    page.keyboard.press("Control+k")
    page.keyboard.type(journey.says("诉求1", "report 1"))
    option = page.locator("#palette [role=option]").first
    expect(option).to_have_attribute("href", journey.report)
    expect(option).to_have_attribute("aria-selected", "true")
    desk.look(f"{journey.language}-palette", words=False)  # told in Chinese in every language
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert journey.path(page.url) == journey.report


def reveal(journey: Journey, desk: Walker) -> None:
    """The caller is masked; looking is recorded with its purpose, and what was shown is gone after a minute."""
    page = desk.page
    page.clock.install()
    desk.go(journey.url + journey.report)
    expect(page.locator("#caller")).to_contain_text("138****5602")
    page.locator("#caller summary").click()
    page.locator("#caller button").click()
    expect(page.locator("#caller-shown")).to_contain_text("13800005602")
    desk.look(f"{journey.language}-report-closed")
    page.clock.fast_forward(61_000)
    expect(page.locator("#caller-shown")).to_be_empty()
    looks = journey.server.rows("SELECT payload->>'purpose' FROM journal_act WHERE kind = 'personal.looked_at'")
    assert looks == [("call_back",)]


def download(journey: Journey, desk: Walker, folder: Path) -> Path:
    """Wait until every act is sealed, then take the proof from the page as a person does."""
    wait_for(lambda: journey.server.rows("SELECT count(*) FROM journal_act a WHERE NOT EXISTS"
                                         " (SELECT FROM journal_leaf l WHERE l.act_id = a.id)") == [(0,)])  # fmt: skip
    desk.go(journey.url + journey.report)
    with desk.page.expect_download() as found:
        desk.page.locator(f"a[href='{journey.report}proof/']").click()
    proof = folder / "proof.json"
    found.value.save_as(proof)
    return proof


def check_offline(journey: Journey, proof: Path) -> None:
    """An outsider's check: a script that needs nothing of ours, with the key got by another way."""
    key = journey.server.paths.root / "sealer.key.pub"
    good = outsider(proof, key)
    assert good.returncode == 0, good.stdout + good.stderr
    text = proof.read_text("utf-8")
    changed = re.sub(r'(\\"photos\\",)2', r"\g<1>3", text, count=1)
    assert len(changed) == len(text)
    assert changed != text, "one byte: three photos instead of two"
    proof.write_text(changed, "utf-8")
    bad = outsider(proof, key)
    [(handled,)] = journey.server.rows("SELECT id FROM journal_act WHERE kind = 'order.handled'")
    assert bad.returncode == 1
    assert str(handled) in bad.stdout + bad.stderr, bad.stdout + bad.stderr


def outsider(proof: Path, key: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(VERIFIER), str(proof), "--key", str(key)]
    return subprocess.run(command, cwd=proof.parent, env={}, capture_output=True, text=True, check=False)


def tamper(journey: Journey) -> None:
    """Change one byte behind the application's back, as owner with the triggers off: the verification names the act."""
    server = journey.server
    code, output, errors = run(["journal", "verify"], server.environment)
    assert code == 0, output + errors
    [(answered,)] = server.rows("SELECT id FROM journal_act WHERE kind = 'report.answered'")
    dsn = role_dsn(server.city, "owner", dbname=server.dbname, data=server.data)
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        changed = owner.execute(
            """UPDATE journal_act SET payload = jsonb_set(payload, '{result}', '"dune"') WHERE id = %s""",
            [UUID(str(answered))],
        )
        assert changed.rowcount == 1
        owner.execute("ALTER TABLE journal_act ENABLE TRIGGER USER")
    code, output, errors = run(["journal", "verify"], server.environment)
    assert code == 1, output + errors
    assert str(answered) in output, output
