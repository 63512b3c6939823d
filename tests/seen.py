"""Who may see what, written down by hand: every address with its roles, every object with those of them who may see it.

The crawl (test_crawl.py) holds each answer of the server against this table; an address that is not in it fails.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oneteam.people.models import Role


def roles(words: str) -> frozenset[str]:
    """Return the roles that are named, each of which exists."""
    found = frozenset(words.split())
    assert found <= set(Role.values), found - set(Role.values)
    return found


ALL = frozenset(Role.values)
STAFF = ALL - roles("contractor_manager contractor_crew")
LAW = roles("legal_reviewer stationed_lawyer head auditor")
REPORTS = roles("dispatcher brigade_leader") | LAW
FIELD = roles("dispatcher grid_attendant officer brigade_leader")
SENT_TO = roles("grid_attendant officer")
ORDERS = FIELD | LAW
CASES = roles("officer brigade_leader cashier") | LAW
DOCUMENTS = roles("officer brigade_leader") | LAW
DESK = roles("dispatcher")
THINGS = ORDERS | roles("cashier guest trainer system_admin")
KEEPER = roles("system_admin")
PLANNERS = roles("brigade_leader dispatcher system_admin")
TIED = (ORDERS | roles("cashier guest")) - {"auditor"}
PUBLIC = frozenset(
    {"story", "account_login", "check-any", "check", "live", "language", "theme", "style", "style_sample"}
)
"""What somebody sees who is not signed in."""

ROLES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("home", "search", "posts", "passkeys", "password", "figures", "figure", "figures-strip"), ALL),
    "directories": ALL,
    **dict.fromkeys(("matters", "matter", "matters-export", "offer-matters", "import-run", "import-faults"), ALL),
    **dict.fromkeys(("import-confirm", "file", "photo", "account_logout"), ALL),
    "story": ALL,
    **dict.fromkeys(("notices", "notices-open", "notices-bell", "help", "search-palette"), ALL),
    **dict.fromkeys(("reports", "reports-file", "report", "report-proof", "report-proposal"), REPORTS),
    **dict.fromkeys(("report-answer", "report-close", "report-review", "report-reopen"), REPORTS),
    "report-new": roles("dispatcher grid_attendant"),
    "report-caller": roles("dispatcher brigade_leader"),
    **dict.fromkeys(("desk", "handover", "handover-take", "desk-merge", "offer-places", "offer-people"), DESK),
    **dict.fromkeys(("report-decide", "report-split", "report-join", "report-resolve", "incident-correct"), DESK),
    **dict.fromkeys(("map", "map-now", "wall", "wall-now", "wall-stay"), roles("dispatcher brigade_leader head")),
    **dict.fromkeys(("leader", "leader-list"), roles("brigade_leader head")),
    "orders": SENT_TO, "order": ORDERS, "verify": FIELD, "escalated": roles("brigade_leader head"),
    **{f"order-{verb}": FIELD for verb in (
        "accept", "arrive", "handle", "return", "verify", "refuse", "ask_extension", "extend", "suspend", "resume",
        "recall",
    )},
    "order-urge": roles("dispatcher brigade_leader head"),
    **dict.fromkeys(("findings", "finding"), ORDERS),
    **dict.fromkeys(("finding-new", "finding-place", "finding-matters", "finding-correct", "finding-settle"), SENT_TO),
    **dict.fromkeys(("finding-pass_on", "finding-take_over", "finding-give_back"), SENT_TO),
    **dict.fromkeys(("cases", "case", "case-proof"), CASES),
    **dict.fromkeys(("documents", "document", "document-look", "numbers", "number"), DOCUMENTS),
    "document-void": roles("officer brigade_leader"),
    **dict.fromkeys(("templates", "template"), DOCUMENTS | KEEPER),
    "ties": TIED,
    **dict.fromkeys(("file-original", "file-compare"), DOCUMENTS),
    "file-hand-over": roles("officer brigade_leader"),
}  # fmt: skip
"""Whose role may open an address at all. A case's steps are asked of everybody: the act says whose they are."""

DIRECTORIES: Mapping[str, frozenset[str]] = {
    "units": STAFF | roles("contractor_manager"), "places": STAFF | roles("contractor_manager"),
    **dict.fromkeys(("people", "posts", "certificates", "duties", "rosters"), STAFF),
    "ties": roles("brigade_leader head system_admin"),
    "absences": roles("auditor brigade_leader dispatcher head system_admin"),
    **dict.fromkeys(("parties", "premises", "licences", "devices"), THINGS),
    "components": THINGS | roles("contractor_manager contractor_crew"),
}  # fmt: skip
EDITS: Mapping[str, frozenset[str]] = {
    **{f"{name}/{edit}": KEEPER for name, edits in {
        "units": "register correct close", "people": "register post correct", "posts": "give end head",
        "certificates": "register end", "places": "register correct redraw close", "parties": "end",
        "components": "register", "devices": "register retire",
    }.items() for edit in edits.split()},
    **{f"people/{edit}": roles("security_admin") for edit in ("account", "enable", "password", "passkeys", "disable")},
    **dict.fromkeys(("people/tie", "ties/end"), roles("brigade_leader head system_admin")),
    **dict.fromkeys(("duties/plan", "rosters/plan", "rosters/cut"), PLANNERS),
    **dict.fromkeys(("absences/enter", "absences/back"), PLANNERS | roles("head")),
    "parties/correct": roles("brigade_leader officer system_admin"),
    **dict.fromkeys(("parties/tie", "premises/tie"), TIED),
    **dict.fromkeys(
        ("parties/register", "licences/end", *(f"premises/{edit}" for edit in (
            "register", "correct", "licence", "hand_over", "close",
        ))), FIELD | KEEPER,
    ),
    "components/change": roles("contractor_crew contractor_manager dispatcher grid_attendant officer system_admin"),
}  # fmt: skip
PARTY_LOOKERS = roles("officer brigade_leader head legal_reviewer cashier")
IMPORTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("boundaries", "certificates", "components", "devices", "doors", "licences", "parties"), KEEPER),
    **dict.fromkeys(("places", "posts", "premises", "units"), KEEPER),
    "people": frozenset(),  # passwords come of it: on the command line alone
    **dict.fromkeys(("absences", "duties"), PLANNERS),
    "reports": roles("dispatcher system_admin"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who opens pages: a name for the report of a failed test, the user name, the role."""

    name: str
    username: str
    role: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: its name for a failed test, its id, who may see it, and words that only its readers may read."""

    name: str
    key: Any
    seen: Callable[[Somebody], bool]
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is asked for: `may` who opens it; whether it answers to GET, and to a form."""

    name: str
    path: str
    may: Callable[[Somebody], bool]
    get: bool = True
    post: bool = False


def anybody(_who: Somebody) -> bool:
    """See what everybody sees whose role opens the page."""
    return True


def by(*usernames: str, role: str | None = None, others: frozenset[str] = frozenset()) -> Callable[[Somebody], bool]:
    """See what these persons (under this role) and all of the other roles see."""
    return lambda who: who.role in others or (who.username in usernames and role in (None, who.role))


def of_role(found: frozenset[str], thing: Thing | None = None) -> Callable[[Somebody], bool]:
    """Open what a role opens, where the object may be seen."""
    return lambda who: who.role in found and (thing is None or thing.seen(who))
