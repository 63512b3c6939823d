"""Every page of a city in which something happened, opened by who may see it, each held to the walker's rules.

Every address is named here: as a page with who opens it, as walked by another journey, or as what is no page.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from oneteam.cases.wizard import PAGES
from oneteam.directories.importing import importers
from tests.running import Running
from tests.walking import DESK, Walker

DISPATCHER, OFFICER, LEADER, KEEPER = "shen.yulan", "weng.shanxing", "xie.lianfang", "gu.weichen"
FIRST: Mapping[str, str] = {
    "report": "SELECT id FROM intake_report ORDER BY number DESC LIMIT 1",
    "order": "SELECT id FROM command_order ORDER BY number DESC LIMIT 1",
    "finding": "SELECT id FROM patrols_finding ORDER BY number LIMIT 1",
    "case": "SELECT id FROM cases_case ORDER BY number LIMIT 1",
    "document": "SELECT id FROM documents_document ORDER BY issued_at LIMIT 1",
    "number": "SELECT number_id FROM documents_document WHERE number_id IS NOT NULL ORDER BY issued_at LIMIT 1",
    "file": "SELECT blob_id FROM cases_casephoto ORDER BY id LIMIT 1",
    "check": "SELECT token FROM documents_document ORDER BY issued_at LIMIT 1",
}
"""The object that is opened of each kind."""
FIXED = {
    "matter": "F01-001", "help-page": "case", "template": "decision_on_the_spot", "figure": "reports",
    "leader-list": "in_hand",
}  # fmt: skip
OPENED: Mapping[str, tuple[str, ...]] = {
    DISPATCHER: (
        "desk", "handover", "reports", "report-new", "report", "order", "figures", "figure", "import", "map", "wall",
    ),
    OFFICER: (
        "orders", "order", "verify", "findings", "finding-new", "finding", "cases", "case-new", "case", "file",
        "posts", "documents", "document", "matters", "matter", "passkeys", "password", "search", "ties",
        "notices", "help", "help-page", "story",
    ),
    LEADER: (
        "leader", "leader-list", "cases", "case", "escalated", "numbers", "number", "templates", "template",
        "check-any", "check",
    ),
    KEEPER: ("directories", "import"),
}  # fmt: skip
"""The pages by who opens them; the keeper of the directories also opens every directory, an object and its acts."""
WITH: Mapping[str, tuple[str, ...]] = {
    "search": ("?q=锦塘", "?q=zzzz"), "cases": ("?view=all",), "findings": ("?view=waiting",),
    "reports": ("?view=all",), "desk": ("", "?tab=all"), "matters": ("?q=摊",),
    "figure": ("", "?by=channel"),
}  # fmt: skip
ELSEWHERE = {
    "home", "account_login", "mfa_authenticate", "directory", "directory-row", "directory-new",
    "directory-edit", "import-run", *(f"case_on_the_spot-{verb}" for verb in PAGES),
}  # fmt: skip
"""Pages that journeys look at on their way: signing in, imports, and each step of a case when it is due."""
NO_PAGE = re.compile(
    r"(directory|reports|import)-(file|template|faults|look|offer)|import-confirm|matters-export|(case|report)-proof|photo"
    r"|file-(original|hand-over|compare)|document-(look|void)|report-(answer|close|review|reopen|caller|join|decide"
    r"|split|resolve|proposal)|incident-correct|desk-merge|handover-take|offer-(matters|places|people)|finding-(place|matters|correct"
    r"|settle|pass_on|take_over|give_back)|order-\w+|figures-strip|(map|wall)-now|wall-stay|account_(logout|signup|reset_password|inactive"
    r"|reauthenticate)|search-palette|notices-(seen|open|bell)"
)
"""Files, pieces of pages, forms that are sent to (they show the page they came from), and what is switched off."""


CHINESE = re.compile("/(d|matters|directory|documents/templates)/.")
"""Pages of data that is Chinese in every language: names, addresses, words of the trade."""


def fill_city() -> None:
    """Put something into every directory, and a finding that was passed on to officers."""
    from oneteam.patrols.tests.test_findings import passed_on  # noqa: PLC0415 -- models are there only after the setup
    from oneteam.people.models import Post, Unit  # noqa: PLC0415 -- as above
    from oneteam.people.rosters import Pattern, Shift, plan_roster  # noqa: PLC0415 -- as above
    from oneteam.people.tests.test_registers import people  # noqa: PLC0415 -- as above
    from oneteam.things.component_acts import register_device  # noqa: PLC0415 -- as above
    from oneteam.things.tests.making import component, firm, shop  # noqa: PLC0415 -- as above
    from oneteam.things.tests.test_premises import licence  # noqa: PLC0415 -- as above
    from tests.pages import CLERK  # noqa: PLC0415 -- as above
    from tests.world import AT  # noqa: PLC0415 -- as above

    licence(shop(firm()))
    component()
    unit, day = Unit.objects.get(code="U01").id, AT.date() + timedelta(days=400)
    register_device(
        actor=CLERK, at=AT, code="V-1", kind="vehicle", name="巡逻车", unit=unit, used_from=AT.date(), plate="浙C12345"
    )
    [person] = people(1)
    plan_roster(
        actor=CLERK, at=AT, unit=unit, teams=[[Post.objects.get(person=person).id]], first=day, last=day,
        pattern=Pattern([Shift("白班", time(8), 8)], ["白班"], whole_day=False),
    )  # fmt: skip
    passed_on(address="锦塘路88号")


def address_names() -> set[str]:
    """Return the names of all addresses of the city's rooms; the design system's and the interface's have their own."""

    def names(patterns: list[Any]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and not pattern.namespace:
                yield from names(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                yield str(pattern.name)

    return set(names(get_resolver("oneteam.urls").url_patterns))


def addresses(server: Running, username: str) -> Iterator[str]:
    """Return the addresses that somebody opens."""
    for name in OPENED[username]:
        if name == "import":
            role = {DISPATCHER: "dispatcher", KEEPER: "system_admin"}[username]
            known = [one.name for one in importers() if role in one.who]
            # The page is made by one kit from the declaration: a plain one, and the one with choices of its own.
            yield from (reverse("import", args=[one]) for one in known if one in ("reports", "boundaries"))
            continue
        if name in FIRST:
            [(key,)] = server.rows(FIRST[name])
            args = [key]
        else:
            args = [FIXED[name]] if name in FIXED else []
        yield from (reverse(name, args=args) + more for more in WITH.get(name, ("",)))


def look_everywhere(walker: Walker, server: Running, url: str) -> None:
    """Open all that is somebody's to open, and look at each; whoever has two posts goes as an officer."""
    if walker.page.url.endswith(reverse("posts")):
        walker.look(f"all-{walker.width}-posts")
        walker.page.locator("label.choice", has_text=re.compile("执法队员|Enforcement officer")).click()
        walker.press(walker.main())
    # Whether a page is open to all is asked once, as its people have it before them: officers walk, the others sit.
    own = (walker.width < DESK[0]) == (walker.name == OFFICER)
    for address in addresses(server, walker.name):
        _look(walker, url, address, axe=own)
    if walker.name == KEEPER:
        _look_at_directories(walker, url)


def _look(walker: Walker, url: str, address: str, *, axe: bool) -> None:
    answer = walker.page.goto(f"{url}{address}")
    if answer is None or not answer.ok:
        walker.faults.append(f"{walker.name} may not open {address}")
        return
    shot = f"all-{walker.width}-{walker.name}{re.sub('[^A-Za-z0-9?=-]+', '_', address)}"
    walker.look(shot, words=not (walker.language == "en" and CHINESE.match(address)), axe=axe)


def _look_at_directories(keeper: Walker, url: str) -> None:
    keeper.go(f"{url}{reverse('directories')}")
    for listed in _links(keeper, r"^/directory/[\w-]+/$"):
        _look(keeper, url, listed, axe=keeper.width >= DESK[0])
        acts = _links(keeper, rf"^{listed}new/\w+/$")
        rows = _links(keeper, rf"^{listed}[0-9a-f-]{{36}}/$")
        for row in rows[:1]:
            _look(keeper, url, row, axe=keeper.width >= DESK[0])
            acts += _links(keeper, rf"^{row}\w+/$")
        for act in acts if keeper.width < DESK[0] else ():  # one kit makes all forms: the narrow one is the harder one
            _look(keeper, url, act, axe=True)


def _links(walker: Walker, pattern: str) -> list[str]:
    """Return the links of the page in front that match, each once, in their order."""
    found = walker.page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(href for href in found if re.match(pattern, href)))
