"""Directories of people: every page opens and costs the same for 1 row and 30; files are refused by line or taken."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client

from oneteam.journal.models import Act
from oneteam.people import acts, rosters, standing_acts
from oneteam.people.models import Absence, Account, Certificate, Duty, Interest, Person, Post, Roster, Unit
from tests.pages import CLERK, costs, faults, open_all, page, take
from tests.world import AT, HERE, actor, browser

pytestmark = pytest.mark.usefixtures("city")

NAMES = ("people", "posts", "certificates", "duties", "rosters", "absences", "ties")
DAY = date(2026, 11, 25)


def people(count: int, first: int = 0) -> Iterator[Person]:
    bureau = Unit.objects.get(code="U01")
    for number in range(first, first + count):
        person = acts.register_person(actor=CLERK, at=AT, name_zh=f"测{number}", name_en=f"Test {number:02}")
        post = acts.give_post(
            actor=CLERK, at=AT, person=person, unit=bureau.id, role="trainer", title_zh="教员", title_en="Trainer",
            valid_from=DAY,
        )  # fmt: skip
        standing_acts.register_certificate(
            actor=CLERK, at=AT, person=person, number=f"T-{number:03}", kind="supervision", issued=DAY,
            valid_from=DAY, valid_to=DAY + timedelta(days=900), exam_passed_on=DAY,
        )  # fmt: skip
        start = AT + timedelta(days=number)
        standing_acts.enter_absence(
            actor=CLERK, at=AT, person=person, starts=start, ends=start + timedelta(hours=4), reason="leave"
        )
        standing_acts.declare_interest(
            actor=CLERK, at=AT, person=person, kind="kinship", valid_from=DAY, name=f"亲戚{number}"
        )
        acts.plan_duty(actor=CLERK, at=AT, post=post, starts=start, ends=start + timedelta(hours=8))
        yield Person.objects.get(id=person)


def test_lists_of_thirty_rows_cost_what_one_row_costs() -> None:
    client = browser("gu.weichen")
    list(people(1))
    one = costs(client, NAMES, "测")
    list(people(29, 1))
    assert costs(client, NAMES, "测") == one


def test_every_page_of_people_opens_in_both_languages() -> None:
    list(people(1))
    rosters.plan_roster(
        actor=CLERK, at=AT, unit=Unit.objects.get(code="U01").id, teams=[[Post.objects.get(person__name_zh="测0").id]],
        pattern=rosters.Pattern([rosters.Shift("day", time(8), 8)], ["day"], whole_day=False), first=date(2028, 5, 3),
        last=date(2028, 5, 3),
    )  # fmt: skip
    open_all("gu.weichen", NAMES)


def _password(answer: Any) -> str:
    found = re.search(r">\s*([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})\s*<", answer.content.decode())
    assert found, "the password is shown"
    return found[1]


def test_somebody_new_gets_a_post_of_one_administrator_an_account_of_another_and_signs_in() -> None:
    [safe] = people(1)
    acts.give_post(
        actor=CLERK, at=AT, person=safe.id, unit=Unit.objects.get(code="U01").id, role="security_admin",
        title_zh="安全管理员", title_en="Security administrator", valid_from=DAY,
    )  # fmt: skip
    acts.make_account(actor=CLERK, at=AT, person=safe.id, username="safe", password="a long made-up word")
    keeper, keys = browser("gu.weichen", language="en"), browser("safe", "security_admin", "en")

    def send(client: Any, address: str, **values: str) -> Any:
        """Send a form as its page was filled in, with these values."""
        seen = re.search(r'name="seen" value="([0-9a-f-]{36})"', page(client, address))
        return client.post(address, {**values, **({"seen": seen[1]} if seen else {})})

    assert "/directory/people/new/register/" in page(keeper, "/directory/people/")
    assert "/directory/people/new/register/" not in page(keys, "/directory/people/")
    here = send(keeper, "/directory/people/new/register/", name_zh="尹新来", name_en="Yin Xinlai")["Location"]
    shown = page(keeper, here)
    assert "none yet; a security administrator gives the account" in shown
    assert f"{here}account/" not in shown
    assert keeper.get(f"{here}account/").status_code == 403
    held = {"unit": str(Unit.objects.get(code="U07").id), "role": "grid_attendant", "title_zh": "网格员"}
    post = {**held, "title_en": "Grid attendant", "valid_from": "2026-11-25", "valid_to": ""}
    assert send(keeper, f"{here}post/", **post)["Location"] == here
    assert 'value="yin.xinlai"' in page(keys, f"{here}account/")
    assert send(keys, f"{here}account/", username="Yin Xinlai!").status_code == 422
    made = send(keys, f"{here}account/", username="Yin.Xinlai")
    password = _password(made)
    assert made["Cache-Control"] == "no-store"
    assert password not in page(keys, here), "and this once"
    client = Client()
    assert client.post("/accounts/login/", {"login": "yin.xinlai", "password": password}).status_code == 302
    assert client.get("/orders/").status_code == 200
    assert send(keys, f"{here}disable/")["Location"] == here
    assert client.get("/orders/").status_code == 302, "the session has ended"
    assert "may not sign in" in page(keys, here)
    assert send(keys, f"{here}enable/")["Location"] == here
    newer = _password(send(keys, f"{here}password/"))
    assert client.post("/accounts/login/", {"login": "yin.xinlai", "password": password}).status_code == 200
    assert client.post("/accounts/login/", {"login": "yin.xinlai", "password": newer}).status_code == 302


def test_a_tie_is_declared_and_ended_on_its_pages_by_the_head_of_the_unit() -> None:
    client = browser("gu.weichen", language="en")
    empty = page(client, "/directory/ties/")
    assert "Nothing is registered here yet." in empty
    assert "import a file" not in empty  # ties begin on a person's page
    (person,) = people(1)

    def send(address: str, values: dict[str, str]) -> Any:
        seen = page(client, address).split('name="seen" value="')[1][:36]
        return client.post(address, {**values, "seen": seen})

    values = {"kind": "work", "name": "陈老板", "valid_from": "2026-11-01"}
    assert send(f"/directory/people/{person.id}/tie/", values).status_code == 302
    row = Interest.objects.get(person=person, kind="work")
    shown = page(client, f"/directory/ties/{row.id}/")
    assert "somebody by name" in shown
    assert "陈老板" not in shown
    refused = send(f"/directory/ties/{row.id}/end/", {"valid_to": "2026-10-31"})
    assert "cannot end before it begins" in refused.content.decode()
    assert send(f"/directory/ties/{row.id}/end/", {"valid_to": "2026-12-31"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == date(2026, 12, 31)
    assert browser("luo.chengye").get("/directory/ties/").status_code == 403


def test_history_of_an_absence_tells_its_times_as_people_write_them() -> None:
    (person,) = people(1)
    address = f"/directory/absences/{Absence.objects.get(person=person).id}/"
    ends = HERE + timedelta(hours=4)
    english = [f"{at.day} {at:%b %Y, %H:%M}" for at in (HERE, ends)]
    assert "Absent from {} to {}".format(*english) in page(browser("gu.weichen", language="en"), address)
    chinese = page(browser("gu.weichen"), address)
    assert f"{HERE.year}年{HERE.month}月{HERE.day}日 {HERE:%H:%M}" in chinese
    assert f"T{HERE:%H:%M}" not in chinese.split("timeline-text")[1].split("</div>")[0]


def test_somebody_among_many_is_found_by_typing_their_name_or_its_pinyin() -> None:
    list(people(16))
    client = browser("gu.weichen")
    form = page(client, "/directory/absences/new/enter/")
    assert '<option value="" selected>请选择人员</option>' in form
    assert 'hx-get="/directory/absences/offer/enter/person/"' in form

    def found(words: str) -> list[str]:
        answer = client.get("/directory/absences/offer/enter/person/", {"person_words": words})
        assert answer.status_code == 200
        return re.findall(r"<option[^>]*>([^<]*)</option>", answer.content.decode())

    assert found("骆承") == found("luo cheng") == ["骆承野"]
    assert found("没有这个人") == ["没有这样的名称"]
    assert found("")[0] == "请选择人员"
    assert len(found("")) == Person.objects.count() + 1
    assert client.get("/directory/absences/offer/enter/starts/").status_code == 404
    assert browser("fang.xiaohe").get("/directory/absences/offer/enter/person/").status_code == 403


def test_absences_are_for_those_who_plan() -> None:
    assert browser("shen.yulan").get("/directory/absences/").status_code == 200
    assert browser("fang.xiaohe").get("/directory/absences/").status_code == 403


def test_certificate_by_its_form_takes_a_reason_for_an_old_exam() -> None:
    client = browser("gu.weichen", language="en")
    officer = Post.objects.filter(role="dispatcher").order_by("id").first()
    assert officer is not None
    values = {
        "person": str(officer.person_id), "number": "33-9", "kind": "supervision", "issued": "2026-11-25",
        "valid_from": "2026-11-25", "valid_to": "2031-11-24", "exam_passed_on": "", "reason": "",
    }  # fmt: skip
    refused = client.post("/directory/certificates/new/register/", values)
    assert refused.status_code == 422
    assert "OFF-02" in refused.content.decode()
    assert not Certificate.objects.filter(number="33-9").exists()
    assert (
        client.post("/directory/certificates/new/register/", {**values, "reason": "Exam is next week"}).status_code
        == 302
    )
    assert Certificate.objects.filter(number="33-9").exists()


def test_roster_is_planned_by_its_form_and_a_hole_is_named() -> None:
    client = browser("gu.weichen", language="en")
    posts = list(Post.objects.filter(role="dispatcher").select_related("person__account", "unit").order_by("id")[:2])
    values = {
        "unit": str(posts[0].unit_id), "role": "dispatcher", "first": "2028-05-03", "last": "2028-05-04",
        "shifts": "day 08:00 12\nnight 20:00 12", "cycle": "day night", "whole_day": "on",
        "teams": "\n".join(post.person.account.username for post in posts if post.unit_id == posts[0].unit_id),
    }  # fmt: skip
    hole = client.post("/directory/rosters/new/plan/", {**values, "cycle": "day -"})
    assert hole.status_code == 422
    assert "Nobody is on duty" in hole.content.decode()
    unclear = client.post("/directory/rosters/new/plan/", {**values, "shifts": "day 8 12", "teams": "nobody"})
    assert "is no shift" in unclear.content.decode()
    assert client.post("/directory/rosters/new/plan/", values).status_code == 302
    assert Roster.objects.get(first=date(2028, 5, 3)).turns.count() == 4


def test_people_come_with_accounts_whose_password_nobody_knows() -> None:
    known = Account.objects.order_by("id").first()
    assert known is not None
    head = "username,name_zh,name_en\n"
    found = faults("people", f"{head}{known.username},甲,\nLin An,乙,\n,丙,\n")
    assert found[0].startswith("2:username: somebody has the account")
    assert found[1].startswith("3:username: “Lin An” cannot be a user name; take up to 60 small letters")
    assert found[2:] == ["4:username: this must be filled in; write it like lin.an"]
    assert take("people", f"{head}Lin.an,林安,Lin An\nyu.bo,余波,\n") == 2
    assert Account.objects.get(username="yu.bo").person.name_en == "余波"
    assert Act.objects.filter(kind="account.made").count() >= 2


def test_posts_certificates_and_absences_are_refused_by_line() -> None:
    name = Account.objects.filter(person__posts__role="officer").order_by("id").values_list("username", flat=True)[0]
    posts = "username,unit,role,title_zh,valid_from,valid_to,scope\n"
    found = faults(
        "posts",
        f"{posts}nobody.here,U01,trainer,教员,2026年3月5日,,\n{name},U1,trainer,教员,2026-03-05,,\n"
        f"{name},U01,trainer,教员,2026-03-05,,\n{name},U01,trainer,教员,2026-05-05,,\n{name},U01,cashier,收,2026-03-05,,C00\n",
    )
    assert [line.split(": ")[0] for line in found] == ["2:username", "3:unit", "5:valid_from", "6:scope"]
    assert "already holds this post in that span" in found[2]
    assert "did you mean U" in found[1]
    certificates = "username,number,kind,issued,valid_from,valid_to,exam_passed_on\n"
    rows = f"{name},N-1,supervision,2026-03-05,2026-03-05,2030-01-01,2026-01-05\n"
    rows += f"{name},N-2,supervision,2026-03-05,2028-01-01,2032-01-01,2026-01-05\n"
    assert faults("certificates", certificates + rows) == [
        "3:valid_from: The span overlaps certificate N-1 (2026-03-05 to 2030-01-01); end that one first."
    ]
    assert not Certificate.objects.filter(number="N-1").exists(), "what was tried is taken back"
    absences = "username,starts,ends,reason\n"
    assert take("absences", f"{absences}{name},2026-12-01 00:00,2026-12-04 00:00,休假\n") == 1
    assert Absence.objects.get(person__account__username=name).reason == "leave"


def test_turns_with_a_hole_are_refused_where_the_whole_day_is_asked_for() -> None:
    post = Post.objects.filter(role="dispatcher").select_related("person__account", "unit").order_by("id")[0]
    who = f"{post.person.account.username},dispatcher,{post.unit.code}"
    rows = (
        "username,role,unit,starts,ends\n"
        f"{who},2028-05-03 08:00,2028-05-03 20:00\n{who},2028-05-03 22:00,2028-05-04 08:00\n"
    )
    told = (
        f"3:starts: nobody is on duty as Dispatcher {post.unit.code} from 2028-05-03 20:00 to 2028-05-03 22:00; "
        "add a turn, or do not ask for the whole day"
    )
    assert faults("duties", rows, cover="day") == [told]
    before = Duty.objects.count()
    assert take("duties", rows) == 2
    assert Duty.objects.count() == before + 2
    acts.end_post(actor=actor("gu.weichen"), at=AT, post=post.id, valid_to=date(2028, 5, 31))
    late = f"username,role,unit,starts,ends\n{who},2028-06-03 08:00,2028-06-03 20:00\n"
    assert faults("duties", late)[0].endswith("it ended on 2028-05-31")
