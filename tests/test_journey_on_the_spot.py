"""A stall on a pavement, from the hotline to the closed case, in a real browser on the real server, in both languages.

The attendant finds that it is enforcement and may not go on; two officers order, check again and decide on the spot.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from oneteam.server import config, testing
from tests.everywhere import ELSEWHERE, LEADER, NO_PAGE, OPENED, address_names, look_everywhere
from tests.running import on_clone
from tests.test_browser_journey import Journey, choose, photo
from tests.walking import CHROMIUM, DESK, PHONE, Walker

pytestmark = [
    pytest.mark.browser, pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]  # fmt: skip

OFFICER, SECOND, ATTENDANT, CASHIER = "weng.shanxing", "luo.chengye", "fang.xiaohe", "test.cashier"
TEAM = f"""
import sys
import django
django.setup()
from datetime import timedelta
from oneteam.journal.actors import os_operator
from oneteam.kernel.clock import legal_day, now
from oneteam.people.acts import give_post, make_account, register_person
from oneteam.people.models import Account, Unit
from oneteam.people.standing_acts import register_certificate
at, actor = now(), os_operator()
first, last = legal_day(at) - timedelta(days=300), legal_day(at) + timedelta(days=300)
for number, username in enumerate(({OFFICER!r}, {SECOND!r})):
    person = Account.objects.get(username=username).person_id
    register_certificate(
        actor=actor, at=at, person=person, number="3399038300" + str(number), kind="enforcement", issued=first,
        valid_from=first, valid_to=last, exam_passed_on=first,
    )
cashier = register_person(actor=actor, at=at, name_zh="阮收银", name_en="Ruan Shouyin")
unit = Unit.objects.get(code="U01").id
give_post(
    actor=actor, at=at, person=cashier, unit=unit, role="cashier", title_zh="收费员", title_en="Cashier",
    valid_from=first, scope=[],
)
make_account(actor=actor, at=at, person=cashier, username={CASHIER!r}, password=sys.argv[1])
from tests.everywhere import fill_city
fill_city()
"""


@pytest.fixture(params=["zh-hans", "en"])
def journey(request: pytest.FixtureRequest, template: testing.Template, browser: Browser) -> Iterator[Journey]:
    language = str(request.param)
    with on_clone(template) as server:
        password = str(config.read_json(server.paths.root / "demo.json")["password"])
        environment = {**server.environment, "PYTHONPATH": str(config.CHECKOUT)}
        command = [sys.executable, "-c", TEAM, password]
        made = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        server.start()
        yield Journey(server, browser, language, str(server.state()["url"]).rstrip("/"), password)


def test_stall_goes_from_the_hotline_to_a_closed_case(journey: Journey, tmp_path: Path) -> None:
    with journey.person("shen.yulan") as desk:
        take(journey, desk)
        with journey.person(ATTENDANT, PHONE) as attendant:
            find_that_it_is_enforcement(journey, attendant)
            desk.go(journey.url + journey.report)
            send_officer(journey, desk)
            with journey.person(OFFICER, PHONE) as officer:
                change_post(journey, officer)
                open_case(journey, officer)
                case = up_to_the_hearing(journey, officer)
                decide(journey, officer)
                check_public_page(journey, officer, tmp_path)
                handle_order(journey, officer)
                verify(journey, attendant)
                answer(journey, desk)
                bank_the_cash(journey, case)
                close(journey, officer, case)
    look_at_every_page(journey, case)


def test_every_address_is_looked_at_or_is_no_page() -> None:
    opened = {name for names in OPENED.values() for name in names}
    others = address_names() - opened - ELSEWHERE
    assert [name for name in sorted(others) if not NO_PAGE.fullmatch(name)] == []
    assert opened | ELSEWHERE <= address_names()


def take(journey: Journey, desk: Walker) -> None:
    """The hotline's report goes to the attendant of the grid."""
    page = desk.page
    desk.go(f"{journey.url}/reports/new/")
    page.fill("[name=text]", "锦塘家园北门口人行道上有人摆摊，占了半条人行道。")
    desk.press(desk.main())
    journey.report = journey.path(page.url)
    expect(page.locator("#waiting")).to_have_count(0, timeout=20_000)
    page.fill("[name=matter_words]", "摆摊")
    expect(page.locator("[name=matter] option[value='F01-001']")).to_be_attached()
    page.select_option("[name=matter]", "F01-001")
    send(journey, desk, journey.says("方小荷", "Fang Xiaohe"))


def send(journey: Journey, desk: Walker, name: str) -> None:
    choose(journey, desk, name)
    desk.page.fill("[name=instruction]", journey.says("请到现场查看处置", "Go there, look and deal with it"))
    desk.press(desk.main())
    expect(desk.page.locator(".toast")).to_be_visible()


def find_that_it_is_enforcement(journey: Journey, attendant: Walker) -> None:
    """The page of the order says why it is not for an attendant; it goes back to the desk."""
    page = attendant.page
    attendant.go(f"{journey.url}/orders/")
    attendant.press(page.locator("a.row-title").first)
    attendant.press(attendant.main())
    expect(page.locator(".step-blocked", has_text="OFF-05")).to_be_visible()
    attendant.look(f"spot-{journey.language}-attendant-order")
    form = attendant.step("return")
    form.locator("[name=reason]").fill(journey.says("属执法，请派执法人员", "Enforcement: send officers"))
    attendant.press(form.locator("button"))


def send_officer(journey: Journey, desk: Walker) -> None:
    send(journey, desk, journey.says("翁山行 执法队员", "Weng Shanxing Enforcement"))
    sent = journey.server.rows(
        "SELECT role FROM people_post p JOIN command_order o ON o.post_id = p.id ORDER BY o.number"
    )
    assert sent == [("grid_attendant",), ("officer",)]


def change_post(journey: Journey, officer: Walker) -> None:
    """Under the attendant's post it is refused with OFF-05 and its articles; one click changes the post."""
    page = officer.page
    page.locator("label.choice", has_text=journey.says("网格员", "Grid attendant")).click()
    officer.press(officer.main())
    officer.refusals.add(403)
    page.goto(f"{journey.url}/cases/new/")
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("OFF-05")
    expect(refusal).to_contain_text(journey.says("第三十条", "art. 30"))
    officer.look(f"spot-{journey.language}-phone-attendant-refused")
    officer.press(officer.main())
    expect(page.locator("[name=second]")).to_be_visible()


def open_case(journey: Journey, officer: Walker) -> None:
    page = officer.page
    officer.go(f"{journey.url}/orders/")
    officer.press(page.locator("a.row-title").first)
    journey.order = journey.path(page.url)
    officer.press(officer.main())
    with page.expect_navigation():
        page.locator("a[href*='/cases/new/?incident=']").click()
    option = page.locator("[name=second] option", has_text=journey.says("骆承野", "Luo Chengye"))
    page.select_option("[name=second]", str(option.get_attribute("value")))
    officer.look(f"spot-{journey.language}-phone-1-open")
    officer.press(officer.main())


def up_to_the_hearing(journey: Journey, officer: Walker) -> str:
    """Certificates, party (a draft survives reloading), facts with a photo, order at once, re-check: refused."""
    page, language = officer.page, journey.language
    officer.look(f"spot-{language}-phone-2-show")
    box = officer.main().bounding_box()
    assert box is not None
    assert box["height"] >= 60, "the main action of a phone"
    assert box["y"] + box["height"] <= PHONE[1], "in reach of the thumb without scrolling"
    case = journey.path(page.url).removesuffix("show/")
    officer.press(officer.main())
    page.fill("[name=name]", party(journey))
    page.fill("[name=id_number]", id_number()[:-1] + "0")
    expect(page.locator("[name=credit_code]")).to_be_hidden()
    expect(page.locator("[data-draft-state]")).not_to_be_empty()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=name]")).to_have_value(party(journey))
    officer.look(f"spot-{language}-phone-3-identify")
    officer.refusals.add(422)
    officer.press(officer.main())
    expect(page.locator(".field-error, .error-summary").first).to_be_visible()
    page.fill("[name=id_number]", id_number())
    officer.press(officer.main())
    page.fill("[name=where]", journey.says("锦塘家园北门口人行道", "Pavement at the north gate"))
    page.fill("[name=act]", journey.says("占用人行道约三平方米摆摊。", "A stall on three square metres of pavement."))
    page.locator("[name=photos]").set_input_files([photo("red", "stall.jpg")])
    officer.look(f"spot-{language}-phone-4-note")
    officer.press(officer.main())
    page.fill("[name=demand]", journey.says("立即收摊，清理人行道。", "Take the stall away, clear the pavement."))
    expect(page.locator("[name=deadline]")).to_be_hidden()
    officer.look(f"spot-{language}-phone-5-order")
    officer.press(officer.main())
    page.locator("[name=correction][value=refused]").check()
    page.fill("[name=note]", journey.says("当事人拒不收摊。", "The party refuses."))
    officer.look(f"spot-{language}-phone-6-recheck")
    officer.press(officer.main())
    return case


def party(journey: Journey) -> str:
    return journey.says("林垟喆", "Lin Yangzhe")


def id_number() -> str:
    from oneteam.kernel.idnumbers import resident_id_check  # noqa: PLC0415 -- as the test of the room does

    return "33038319700101123" + resident_id_check("33038319700101123")


def decide(journey: Journey, officer: Walker) -> None:
    """51 yuan is refused with DEC-08, 50 taken; cash under article 68(1) with its receipt; handed over; reported."""
    page, language = officer.page, journey.language
    page.fill("[name=amount]", "51")
    page.locator("[name=told]").check()
    said = journey.says("生意不好，请求从轻。", "Business is bad; please be lenient.")
    page.fill("[name=statement]", said)
    officer.look(f"spot-{language}-phone-7-hear")
    officer.press(officer.main())
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("DEC-08")
    expect(refusal).to_be_focused()
    expect(page.locator("[name=statement]")).to_have_value(said)
    officer.look(f"spot-{language}-phone-7-refused")
    page.fill("[name=amount]", "50")
    officer.press(officer.main())
    page.locator("[name=clear]").check()
    expect(page.locator("[name=receipt_number]")).to_be_hidden()
    page.locator("[name=payment][value=cash]").check()
    page.select_option("[name=cash_ground]", "small")
    page.fill("[name=receipt_number]", "330000001")
    expect(page.locator(".paper-pages img").first).to_be_visible()
    officer.look(f"spot-{language}-phone-8-decide")
    officer.press(officer.main())
    officer.look(f"spot-{language}-phone-9-deliver")
    officer.press(officer.main())
    officer.press(officer.main())  # reported for the record
    expect(page.locator(".step-blocked", has_text="OT-23")).to_be_visible()
    officer.look(f"spot-{language}-phone-case")


def check_public_page(journey: Journey, officer: Walker, folder: Path) -> None:
    """The document as it was issued is true; with one byte changed it is not."""
    page = officer.page
    [(document, token)] = journey.server.rows(
        "SELECT id, token FROM documents_document WHERE template = 'decision_on_the_spot'"
    )
    officer.go(f"{journey.url}/documents/{document}/")
    form = page.locator("form[action$='/original/']")
    form.locator("[name=purpose]").select_option("case")
    with page.expect_download() as found:
        form.locator("button").click()
    issued, changed = folder / "decision.pdf", folder / "changed.pdf"
    found.value.save_as(issued)
    data = bytearray(issued.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    public = journey.browser.new_context(locale="en-GB" if journey.language == "en" else "zh-CN")
    public.add_cookies([{"name": "django_language", "value": journey.language, "url": journey.url}])
    outside = public.new_page()
    outside.goto(f"{journey.url}/d/{token}/")
    expect(outside.locator(".banner")).to_contain_text(journey.says("真实", "True."))
    for file, word in ((issued, journey.says("逐字节", "byte for byte")), (changed, journey.says("改动", "Changed."))):
        outside.locator("[name=file]").set_input_files(file)
        with outside.expect_navigation():
            outside.locator(".button-main").click()
        expect(outside.locator(".banner")).to_contain_text(word)
    public.close()


def handle_order(journey: Journey, officer: Walker) -> None:
    officer.go(journey.url + journey.order)
    expect(officer.page.locator("main a[href^='/cases/']").first).to_be_visible()
    officer.press(officer.main())  # arrived
    form = officer.step("handle")
    form.locator("[name=note]").fill(journey.says("已当场处罚，摊位已撤", "Fined on the spot; the stall is gone"))
    form.locator("[name=after]").set_input_files([photo("green", "after.jpg")])
    officer.press(officer.main())


def verify(journey: Journey, attendant: Walker) -> None:
    """Somebody else than the handler looks (EVT-07)."""
    attendant.go(f"{journey.url}/verify/")
    attendant.press(attendant.page.locator("a.row-title").first)
    attendant.press(attendant.main())


def answer(journey: Journey, desk: Walker) -> None:
    desk.go(journey.url + journey.report)
    form = desk.step("answer")
    form.locator("[name=answer]").fill(journey.says("已依法处理", "It was dealt with by law"))
    desk.press(desk.main())
    desk.step("close").locator("[name=contacted]").check()
    desk.press(desk.main())
    expect(desk.page.locator(".page-title .chip[data-state=ok]")).to_be_visible()


def bank_the_cash(journey: Journey, case: str) -> None:
    """Who decided does not bank the money: the cashier takes it in and pays it in."""
    with journey.person(CASHIER) as cashier:
        cashier.go(journey.url + case)
        for _n in range(2):
            with cashier.page.expect_navigation():
                cashier.main().click()
            if cashier.page.locator("[name=slip]").count():
                cashier.page.fill("[name=slip]", "B-2026-1")
            cashier.press(cashier.main())
            cashier.go(journey.url + case)
        cashier.look(f"spot-{journey.language}-cashier-case")


def close(journey: Journey, officer: Walker, case: str) -> None:
    officer.go(f"{journey.url}{case}close/")
    officer.press(officer.main())
    expect(officer.page.locator(".page-title .chip[data-state=ok]")).to_be_visible()


def look_at_every_page(journey: Journey, case: str) -> None:
    """All pages of the city, in Chinese on a wide screen, in English on a phone; the party's name is masked."""
    for username in OPENED:
        with journey.person(username, DESK if journey.language == "zh-hans" else PHONE) as somebody:
            look_everywhere(somebody, journey.server, journey.url)
            if username == LEADER:
                somebody.go(journey.url + case)
                expect(somebody.page.get_by_text(party(journey))).to_have_count(0)
