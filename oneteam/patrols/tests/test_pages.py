"""The pages of the patrol: three taps, the place by device or words, matters by a tap or a word, lists and rights."""

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from oneteam.files.models import Blob
from oneteam.intake.models import Incident, Report
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.patrols import acts
from oneteam.patrols.models import Finding, FindingPhoto
from oneteam.patrols.tests.test_findings import ATTENDANT, HERE, OFFICER, found, matter, passed_on
from oneteam.people.standing_acts import enter_absence
from oneteam.places.models import Place
from tests.world import AT, actor, browser, post_of

pytestmark = pytest.mark.usefixtures("city")


def upload(colour: str = "red") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    file.seek(0)
    file.name = "photo.jpg"
    return file


def attendant(language: str = "en") -> Any:
    return browser(*ATTENDANT, language=language)


def taps(client: Any, **change: Any) -> Any:
    values = {
        "finding": str(uuid4()), "lon": str(HERE[0]), "lat": str(HERE[1]), "accuracy": "12", "address": "", "note": "",
        "matter": matter("enforcement"), "photos": upload(), **change,
    }  # fmt: skip
    return client.post("/findings/new/", {name: value for name, value in values.items() if value is not None})


def test_three_taps_lead_to_the_finding() -> None:
    client, chosen = attendant(), str(uuid4())
    for _again in range(2):
        answer = taps(client, finding=chosen)
        assert (answer.status_code, answer["Location"]) == (302, f"/findings/{chosen}/")
    assert Finding.objects.get().id == UUID(chosen)
    page = client.get(f"/findings/{chosen}/").content.decode()
    assert "Songlan Community" in page
    assert "OFF-05" in page
    assert "Act as Enforcement officer" in page


def test_photo_place_and_words_are_asked_for_before_the_buttons_that_record() -> None:
    page = attendant().get("/findings/new/").content.decode()
    places = [page.index(f'id="id_{name}"') for name in ("photos", "address", "note", "q")]
    assert [*places, page.index('name="matter"')] == sorted([*places, page.index('name="matter"')])


def test_another_content_under_the_same_id_is_said_and_gets_an_id_of_its_own() -> None:
    client, chosen = attendant(), str(uuid4())
    taps(client, finding=chosen)
    answer = taps(client, finding=chosen, note="又来了一摊")
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "又来了一摊" in content
    assert chosen not in content
    (fresh,) = re.findall(r'name="finding" value="([0-9a-f-]{36})"', content)
    assert taps(client, finding=fresh, note="又来了一摊").status_code == 302
    assert Finding.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [({"photos": None}, "Take a photo of what was found"), ({"matter": None}, "Choose what it is"),
     ({"matter": "F99-999"}, "Choose what it is from the list"),
     ({"lon": "", "lat": ""}, "Take the device&#x27;s position"),
     ({"lon": "110", "lat": "20"}, "outside the city"), ({"finding": "1"}, "valid UUID"),
     ({"lon": "", "lat": "", "address": "没有这个地方哦"}, "No place of this name is known"),
     ({"photos": "text"}, "Take a photo")],
)  # fmt: skip
def test_faulty_finding_comes_back_as_typed_and_nothing_is_kept(change: dict[str, Any], said: str) -> None:
    answer = taps(attendant(), note="占了盲道", **change)
    content = answer.content.decode()
    assert answer.status_code == 422
    assert said in content
    assert "占了盲道" in content
    assert (Finding.objects.count(), Blob.objects.count()) == (0, 0)


def test_file_that_is_no_photo_is_named() -> None:
    broken = io.BytesIO(b"<html>")
    broken.name = "a.jpg"
    assert "a.jpg: This file is no photo" in taps(attendant(), photos=broken).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"lon": HERE[0], "lat": HERE[1], "accuracy": 12}, "Songlan Community"),
     ({"address": "锦塘路"}, "Jintang Road"),
     ({"address": "锦塘社区", "lon": HERE[0], "lat": HERE[1]}, "Jintang Community"),
     ({"address": "jintang road"}, "Jintang Road"),
     ({"address": "Jintang Community", "lon": HERE[0], "lat": HERE[1]}, "Jintang Community"),
     ({"address": "jintang"}, "Several places may be meant"),
     ({"address": "这里", "lon": HERE[0], "lat": HERE[1]}, "Songlan Community"),
     ({"lon": HERE[0], "lat": HERE[1], "accuracy": 350}, "only to 350 m"),
     ({"lon": "x", "lat": "y"}, "Take the device&#x27;s position"), ({"lon": 999, "lat": 999}, "outside the city"),
     ({}, "Take the device&#x27;s position")],
)  # fmt: skip
def test_place_is_said_by_position_or_words(asked: dict[str, Any], said: str) -> None:
    content = attendant().get("/findings/place/", asked).content.decode()
    assert said in content
    assert "<html" not in content


def test_words_correct_the_device() -> None:
    client = attendant()
    assert taps(client, address="锦塘路").status_code == 302
    newest = Finding.objects.select_related("place").order_by("-number")[0]
    assert newest.place is not None
    assert newest.place.name_zh == "锦塘路"


def test_place_chosen_of_several_comes_before_words_and_device() -> None:
    chosen, client = Place.objects.get(name_zh="海棠路"), attendant()
    asked = {"address": "锦塘路", "place": chosen.id, "lon": HERE[0], "lat": HERE[1]}
    content = client.get("/findings/place/", asked).content.decode()
    assert "Haitang Road" in content
    assert f'<input type="hidden" name="place" value="{chosen.id}">' in content, "kept when the form comes back"
    assert taps(client, **asked).status_code == 302
    assert Finding.objects.get().place_id == chosen.id
    assert taps(client, place=uuid4()).status_code == 302, "an unknown one is left out"


def test_matters_are_proposed_by_what_the_person_found_and_found_by_words() -> None:
    client, mine = attendant(), "F03-053"
    taps(client, matter=mine)
    page = client.get("/findings/new/").content.decode()
    assert re.findall(r'name="matter" value="([^"]+)"', page)[0] == mine
    searched = client.get("/findings/matters/", {"q": "井盖"}).content.decode()
    assert 'value="F03-052"' in searched
    assert 'value="F03-052"' in client.get("/findings/matters/", {"q": "MANHOLE cover"}).content.decode()
    assert "No matter has these words" in client.get("/findings/matters/", {"q": "qqqq"}).content.decode()


def test_settled_by_page_with_a_photo_of_after() -> None:
    client, finding = attendant(), found("service")
    without = client.post(f"/findings/{finding}/settle/", {"idempotency_key": "s", "note": "扫了"})
    assert without.status_code == 422
    assert "扫了" in without.content.decode()
    sent = {"idempotency_key": "s", "note": "扫了", "after": upload("green")}
    assert client.post(f"/findings/{finding}/settle/", sent).status_code == 302
    page = client.get(f"/findings/{finding}/").content.decode()
    assert page.count('class="photo"') == 2
    assert "扫了" in page


def test_off_05_is_told_on_the_page_and_the_post_is_changed_in_one_click() -> None:
    client, finding = attendant(), passed_on()
    refused = client.post(f"/findings/{finding}/take-over/", {"idempotency_key": "t"})
    content = refused.content.decode()
    assert refused.status_code == 422
    assert "OFF-05" in content
    assert "art.\N{NO-BREAK SPACE}30" in content
    assert not Incident.objects.exists()
    changed = client.post("/posts/", {"post": str(post_of(*OFFICER).id), "next": f"/findings/{finding}/"})
    assert changed["Location"] == f"/findings/{finding}/"
    for _again in range(2):
        taken = client.post(f"/findings/{finding}/take-over/", {"idempotency_key": "t2"})
        assert taken.status_code == 302
    assert Incident.objects.count() == 1
    back = client.post(f"/findings/{finding}/give-back/", {"reason": "要另派人", "idempotency_key": "g"})
    assert back.status_code == 302


def test_correcting_by_page() -> None:
    client, finding = attendant(), found("service")
    sent = {"matter": matter("enforcement"), "address": "没有这个地方哦", "idempotency_key": "c"}
    assert "No place of this name" in client.post(f"/findings/{finding}/correct/", sent).content.decode()
    assert client.post(f"/findings/{finding}/correct/", {**sent, "address": "锦塘路"}).status_code == 302
    row = Finding.objects.select_related("place").get()
    assert row.place is not None
    assert (row.handling, row.place.name_zh) == ("enforcement", "锦塘路")
    again = {"matter": row.matter, "address": "", "idempotency_key": "c2"}
    assert "Nothing was changed" in client.post(f"/findings/{finding}/correct/", again).content.decode()


def seen(username: str, role: str | None, finding: UUID) -> tuple[int, int]:
    client = browser(username, role)
    (blob,) = FindingPhoto.objects.filter(finding=finding).values_list("blob_id", flat=True)
    photo = client.get(f"/files/{blob}/")
    photo.close()
    return client.get(f"/findings/{finding}/").status_code, photo.status_code


@pytest.mark.parametrize(
    ("username", "role", "before", "after"),
    [("weng.shanxing", "grid_attendant", (200, 200), (200, 200)), ("weng.shanxing", "officer", (200, 200), (200, 200)),
     ("fang.xiaohe", None, (403, 404), (403, 404)), ("luo.chengye", None, (403, 404), (200, 200)),
     ("shen.yulan", None, (200, 200), (200, 200)), ("gu.weichen", None, (403, 404), (403, 404))],
)  # fmt: skip
def test_finding_is_seen_by_its_finder_by_officers_once_passed_on_and_by_who_reads_all(
    username: str, role: str | None, before: tuple[int, int], after: tuple[int, int]
) -> None:
    finding = found()
    assert seen(username, role, finding) == before
    acts.pass_on(actor=actor(*ATTENDANT), at=AT, finding=finding, receiver="officers")
    assert seen(username, role, finding) == after


def test_lists_today_to_do_and_to_take_over() -> None:
    first, other = passed_on(), found("service")
    mine = browser(*OFFICER, language="en")
    assert str(other) in mine.get("/findings/").content.decode()
    assert str(other) in mine.get("/findings/?view=open").content.decode()
    waiting = mine.get("/findings/?view=waiting").content.decode()
    assert str(first) in waiting
    assert str(other) not in waiting
    assert str(first) in browser("luo.chengye").get("/findings/?view=waiting").content.decode()
    assert str(first) not in browser("fang.xiaohe").get("/findings/?view=waiting").content.decode()
    assert str(first) in browser("shen.yulan").get("/findings/").content.decode()
    acts.take_over(actor=actor(*OFFICER), at=AT, finding=first)
    assert str(first) in mine.get("/findings/?view=mine").content.decode()
    assert browser("gu.weichen").get("/findings/").status_code == 403
    assert browser("shen.yulan").get("/findings/new/").status_code == 403


@pytest.mark.parametrize("address", ["/findings/?view=waiting", "/findings/"])
def test_list_costs_the_same_for_one_finding_and_thirty(address: str) -> None:
    passed_on()
    client = browser(*OFFICER)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _number in range(29):
        passed_on()
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).content.decode().count("data-row") == 30
    assert len(many) == len(one)


def test_unknown_finding_is_not_there() -> None:
    assert attendant().get(f"/findings/{uuid4()}/").status_code == 404
    assert attendant().post(f"/findings/{uuid4()}/take-over/").status_code == 404
    assert Report.objects.count() == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("address", ["/findings/", "/orders/", "/verify/"])
def test_lists_of_the_phone_are_files_too(kind: str, address: str) -> None:
    found()
    answer = attendant().get(f"{address}?file={kind}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'.{kind}"')


def test_off_duty_no_position_is_taken_and_the_place_is_asked_for() -> None:
    person = actor(*ATTENDANT).person_id
    assert person is not None
    enter_absence(
        actor=operator("clerk"), at=AT, person=person, starts=AT - timedelta(hours=1), ends=AT + timedelta(hours=1),
        reason="leave",
    )  # fmt: skip
    client, told = attendant(), "so the position of your device is not taken"
    page = client.get("/findings/new/").content.decode()
    assert "data-position" not in page
    assert told in page
    place = client.get("/findings/place/", {"lon": HERE[0], "lat": HERE[1], "accuracy": 12}).content.decode()
    assert told in place
    assert "Songlan" not in place
    refused = taps(client)
    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert not Finding.objects.exists()
    assert not Act.objects.filter(place=f"{HERE[0]},{HERE[1]}").exists()
    assert taps(client, address="锦塘路88号").status_code == 302, (
        "who writes the place records the finding all the same"
    )
    assert (Finding.objects.get().lon, Finding.objects.get().lat) != HERE
    [shown] = Act.objects.filter(kind="finding.made").values_list("place", flat=True)
    assert shown != f"{HERE[0]},{HERE[1]}"
