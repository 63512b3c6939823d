"""Switches, error pages, the shell and the tags, as a browser gets them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from http.cookies import SimpleCookie

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from django.utils import translation

from oneteam.kernel.errors import BadInputError
from oneteam.web import views
from oneteam.web.context_processors import shell
from oneteam.web.parts import Chip
from oneteam.web.slots import NAVIGATION, NavigationEntry, register
from oneteam.web.styleguide import SAMPLES, SampleActor
from oneteam.web.templatetags.web import day, day_time, keep, moment, told
from oneteam.web.tests import settings as own


@pytest.fixture
def client() -> Iterator[Client]:
    names = ["INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES", "REGION_NAME", "DEBUG", "LANGUAGE_CODE"]
    changed = {name: getattr(own, name) for name in names} | {"DEBUG": False}
    with override_settings(**changed):
        yield Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.mark.parametrize("name", ["", *(f"{name}/" for name in SAMPLES)])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_style_guide_renders_every_page_in_both_languages(client: Client, name: str, language: str) -> None:
    response = client.get(f"/style/{name}", headers={"accept-language": language})
    assert response.status_code == 200
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in response.content.decode()


def test_style_guide_of_an_unknown_page_is_not_found(client: Client) -> None:
    assert client.get("/style/nothing/").status_code == 404


def test_language_is_kept_in_its_cookie_and_leads_back(client: Client) -> None:
    response = client.post("/language/", {"language": "en", "next": "/style/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/style/?a=1")
    assert client.cookies["django_language"].value == "en"


def test_language_unknown_changes_nothing(client: Client) -> None:
    client.post("/language/", {"language": "xx"})
    assert "django_language" not in client.cookies


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_language_never_leads_off_the_site(client: Client, target: str) -> None:
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


@pytest.mark.parametrize("url", ["/language/", "/theme/"])
def test_switches_take_only_post(client: Client, url: str) -> None:
    assert client.get(url).status_code == 405


def test_theme_is_kept_and_given_back_to_the_device(client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    assert client.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client.get("/style/").content.decode()
    client.post("/theme/", {"theme": ""})
    assert client.cookies["theme"].value == ""
    assert '<html lang="en">' in client.get("/style/").content.decode()


def test_theme_cookie_with_something_else_is_ignored(client: Client) -> None:
    client.cookies = SimpleCookie({"theme": '"><script>'})
    assert '<html lang="en">' in client.get("/style/").content.decode()


@pytest.mark.parametrize(
    ("kind", "status"),
    [("bad", 400), ("not-allowed", 403), ("missing", 404), ("conflict", 409), ("not-ready", 503), ("other", 400)],
)
def test_errors_for_people_become_pages_with_their_text(client: Client, kind: str, status: int) -> None:
    response = client.get(f"/fail/{kind}/")
    assert response.status_code == status
    assert "Line 3: the date 2026-02-30 does not exist." in response.content.decode()
    assert "Traceback" not in response.content.decode()


def test_errors_reach_htmx_as_one_sentence(client: Client) -> None:
    response = client.get("/fail/conflict/", headers={"hx-request": "true"})
    assert (response.status_code, response["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert response.content.decode() == "Somebody was faster: Line 3: the date 2026-02-30 does not exist."


def test_error_with_many_lines_is_cut_and_counted() -> None:
    error = BadInputError("\n".join(f"line {number}" for number in range(60)))
    with translation.override("en"):
        text = views.of_error(RequestFactory().get("/", headers={"hx-request": "true"}), error).content.decode()
    assert "line 49" in text
    assert "line 50" not in text
    assert "10 more" in text


@pytest.mark.parametrize(("view", "status"), [(views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404)])
def test_handlers_answer_with_help_and_a_way_back(client: Client, view: object, status: int) -> None:
    response = view(RequestFactory().get("/x"), PermissionDenied())  # type: ignore[operator]
    assert response.status_code == status
    assert 'href="/"' in response.content.decode()


def test_error_page_of_a_person_keeps_the_post_menu_that_cures_it(client: Client) -> None:
    request = RequestFactory().get("/x")
    actor = request.oneteam_actor = SampleActor()  # type: ignore[attr-defined]
    assert actor.name in views.forbidden(request, PermissionDenied()).content.decode()
    assert actor.name not in views.server_error(request).content.decode()


def test_server_error_and_csrf_failure_need_no_database(client: Client) -> None:
    assert views.server_error(RequestFactory().get("/x")).status_code == 500
    assert views.csrf_failure(RequestFactory().post("/x"), "no cookie").status_code == 403


def test_every_answer_carries_the_policy_and_stays_out_of_caches(client: Client) -> None:
    response = client.get("/style/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_live_gives_the_time_and_is_never_cached(client: Client) -> None:
    response = client.get("/live/")
    assert len(response.content) == 5
    assert "no-cache" in response["Cache-Control"]


def test_shell_without_person_has_no_rail(client: Client) -> None:
    shown = shell(RequestFactory().get("/"))["shell"]
    assert isinstance(shown, dict)
    assert (shown["navigation"], shown["actor"]) == ([], None)


def test_shell_shows_what_the_person_may_see_and_marks_where_they_are(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NAVIGATION, "functions", [])

    def entries(request: HttpRequest) -> list[NavigationEntry]:
        return [
            NavigationEntry("web:style", "list", "Style", order=20),
            NavigationEntry("web:live", "heart", "Live", order=10),
            NavigationEntry("no:such", "heart", "Gone", order=30),
            NavigationEntry("web:theme", "sun", "Hidden", visible=lambda request: False),
        ]

    register(NAVIGATION, entries)
    request = RequestFactory().get("/style/list/")
    request.oneteam_actor = object()  # type: ignore[attr-defined]
    shown = shell(request)["shell"]
    assert isinstance(shown, dict)
    assert [(entry.label, entry.current) for entry in shown["navigation"]] == [("Live", False), ("Style", True)]


def _always(entries: list[NavigationEntry], request: HttpRequest) -> list[NavigationEntry]:
    return entries


def test_shell_moves_the_fourth_of_five_entries_under_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    request = RequestFactory().get("/")
    request.oneteam_actor = object()  # type: ignore[attr-defined]
    for number, late in ((4, 0), (5, 2)):
        monkeypatch.setattr(NAVIGATION, "functions", [])
        entries = [NavigationEntry("web:live", "x", "x")] * number
        register(NAVIGATION, partial(_always, entries))
        shown = shell(request)["shell"]
        assert isinstance(shown, dict)
        assert len(shown["navigation_late"]) == late


# --- Tags ---------------------------------------------------------------------------------------------------------

WHEN = datetime(2026, 11, 23, 16, 3, 5, tzinfo=UTC)  # already the 24th in Shanghai


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ("24 Nov 2026", "24 Nov 2026, 00:03")), ("zh-hans", ("2026年11月24日", "2026年11月24日 00:03"))],
)
def test_dates_are_shown_in_legal_time_and_in_the_readers_language(language: str, expected: tuple[str, str]) -> None:
    with translation.override(language):
        assert (day(WHEN), day_time(WHEN)) == expected
        assert moment(WHEN) == "11-24 00:03"


def test_dates_without_time_of_day_invent_none() -> None:
    assert moment(date(2026, 11, 16)) == "2026-11-16"
    assert (day(None), day_time(None), moment(None)) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("a <b> fumes", ["fumes"], "a &lt;b&gt; <mark>fumes</mark>"),
        ("fumes fumes", ["fumes"], "<mark>fumes</mark> <mark>fumes</mark>"),
        ("油烟扰民", ["油烟", "油烟扰"], "<mark>油烟扰</mark>民"),
        ("<script>", ["<script>"], "<mark>&lt;script&gt;</mark>"),
        ("nothing", ["", "x"], "nothing"),
        ("", ["x"], ""),
    ],
)
def test_told_text_is_escaped_and_its_words_marked(text: str, words: list[str], shown: str) -> None:
    assert told(text, words) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Penalties Law, art. 44", "Penalties Law, art.\u00a044"), ("15 m", "15\u00a0m"), ("two words", "two words")],
)
def test_numbers_stay_with_their_word(text: str, shown: str) -> None:
    assert keep(text) == shown


def test_show_escapes_texts_and_renders_parts(client: Client) -> None:
    template = Template("{% show text %}|{% show chip %}|{% show nothing %}")
    shown = template.render(Context({"text": "<b>", "chip": Chip("late & sorry", "overdue"), "nothing": None}))
    assert "&lt;b&gt;|" in shown
    assert 'data-state="overdue"' in shown
    assert "late &amp; sorry" in shown
    assert shown.endswith('<span class="quiet">–</span>')
