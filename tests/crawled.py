"""The city that is crawled: somebody of every role, objects that not everybody may see, and all addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from oneteam.cases import acts as case_acts
from oneteam.cases.models import CasePhoto
from oneteam.cases.tests import making as case
from oneteam.cases.wizard import PAGES
from oneteam.command import acts as command
from oneteam.command import handover
from oneteam.command.models import OrderPhoto
from oneteam.command.tests.test_orders import handled, incident, photo, post
from oneteam.directories import runs
from oneteam.directories.importing import find_importer, importers
from oneteam.directories.pages import directories
from oneteam.documents.acts import reserve_numbers
from oneteam.documents.models import Document, Number
from oneteam.journal.actors import operator
from oneteam.journal.queries import acts
from oneteam.kernel.clock import legal_day
from oneteam.notices.follower import Notices
from oneteam.notices.models import Notice
from oneteam.patrols.models import FindingPhoto
from oneteam.patrols.tests.test_findings import found, passed_on
from oneteam.people.acts import give_post, make_account, register_person
from oneteam.people.models import Role, Unit
from tests.everywhere import fill_city
from tests.seen import (
    ALL,
    CASES,
    DIRECTORIES,
    DOCUMENTS,
    EDITS,
    IMPORTS,
    ORDERS,
    PARTY_LOOKERS,
    REPORTS,
    ROLES,
    SENT_TO,
    Address,
    Somebody,
    Thing,
    anybody,
    by,
    of_role,
)  # fmt: skip
from tests.world import AT, actor, receive

CLERK = operator("clerk")
PHONE, NAME = "13957712345", "钱蔚然"
BORN = "19831207"
KNOWN = {
    "dispatcher": "shen.yulan", "grid_attendant": "fang.xiaohe", "officer": "weng.shanxing",
    "brigade_leader": "xie.lianfang", "head": "he.jingyuan", "stationed_lawyer": "mei.zhiyan",
    "auditor": "bao.zhengheng", "system_admin": "gu.weichen",
}  # fmt: skip
SENT = {
    "idempotency_key": "crawl", "reason": "看一看", "note": "看一看", "purpose": "case", "way": "handed",
    "text": "看一看", "result": "done", "until": "2026-12-01T10:00", "receiver": "officers", "to": "法院",
}  # fmt: skip
"""What is sent by who may not: whole enough to be taken, were it not for who sends it."""


@dataclass(slots=True)
class World:
    """Somebody of each role, others in the same roles to whom other objects belong, and the objects by kind."""

    people: list[Somebody]
    others: list[Somebody] = field(default_factory=list)
    things: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, kind: str, name: str, key: Any, seen: Any, *words: str) -> None:
        """Take an object in."""
        self.things.setdefault(kind, []).append(Thing(name, key, seen, words))

    def of(self, kind: str) -> Sequence[Thing]:
        """Return the objects of a kind."""
        return self.things[kind]


def world() -> World:
    """Fill the city and tell who is in it and what."""
    fill_city()
    made = World([_somebody(role) for role in Role.values])
    made.others += [
        Somebody("officer of another brigade", "jin.ruotong", "officer"),
        Somebody("attendant elsewhere", "tao.suqin", "grid_attendant"),
        Somebody("officer as an attendant", "weng.shanxing", "grid_attendant"),
    ]
    _service(made)
    _cases(made)
    _rest(made)
    return made


def _somebody(role: str) -> Somebody:
    if role in KNOWN:
        return Somebody(role, KNOWN[role], role)
    username = role.replace("_", ".")
    person = register_person(actor=CLERK, at=AT, name_zh="甄有职", name_en=role)
    make_account(actor=CLERK, at=AT, person=person, username=username, password="a long made-up word")
    give_post(
        actor=CLERK, at=AT, person=person, unit=Unit.objects.get(code="U01").id, role=role, title_zh="岗",
        title_en="Post", valid_from=legal_day(AT),
    )  # fmt: skip
    return Somebody(role, username, role)


def _service(made: World) -> None:
    """Reports, orders, findings."""
    words = {one: f"{one}街口第{one}摊油烟呛人" for one in "甲乙丙丁"}
    rest = ORDERS - SENT_TO
    alone = receive(words["甲"], caller_name=NAME, caller_phone=PHONE)
    made.add("report", "report without order", alone.id, by(others=REPORTS), words["甲"])
    for letter, username, role in (("乙", "fang.xiaohe", "grid_attendant"), ("丙", "luo.chengye", "officer")):
        order = command.send_order(
            actor=actor("shen.yulan"), at=AT, incident=incident(words[letter]), post=post(username),
            instruction=f"{letter}处先看后劝",
        ).id  # fmt: skip
        seen = by(username, role=role, others=rest)
        made.add("order", f"order to {username}", order, seen, words[letter], f"{letter}处先看后劝")
    Notices().handle(list(acts(kinds=["order.sent"])))
    notice = Notice.objects.get(post=post("fang.xiaohe"))
    made.add("notice", "notice to the attendant", notice.id, by("fang.xiaohe", role="grid_attendant"))
    order = handled(
        command.send_order(
            actor=actor("shen.yulan"), at=AT, incident=incident(words["丁"]), post=post("fang.xiaohe"), instruction="去"
        ).id
    )
    made.add("order", "order to verify", order, by(others=ORDERS), words["丁"])
    made.add("blob", "photo of the order", OrderPhoto.objects.get(order=order).blob_id, by(others=ORDERS))
    mine, open_to_officers = found(note="戊巷盲道被占"), passed_on(note="己巷盲道被占")
    made.add("finding", "own finding", mine, by("weng.shanxing", others=rest), "戊巷盲道被占")
    made.add(
        "finding", "finding passed on", open_to_officers,
        by("weng.shanxing", others=rest | {"officer"}), "己巷盲道被占",
    )  # fmt: skip
    blob = FindingPhoto.objects.get(finding=mine).blob_id
    made.add("blob", "photo of the finding", blob, by("weng.shanxing", others=rest))
    made.add(
        "handover", "hand-over", handover.hand_over(actor=actor("shen.yulan"), at=AT, note="庚处要盯"),
        by(others=frozenset({"dispatcher"})), "庚处要盯",
    )  # fmt: skip


def _cases(made: World) -> None:
    """Two cases of different officers; the first with its photo and documents."""
    rest = CASES - {"officer"}
    first = by("weng.shanxing", "luo.chengye", role="officer", others=rest)
    one = case.opened()
    case_acts.show_certificates(actor=case.officer(), at=AT, case=one)
    case.identified(one, id_number=case.id_number(BORN))
    case.noted(one, act="辛处占道摆摊约三平方米。", photos=[photo("green")])
    case.ordered(one)
    made.add("case", "case", one, first, "辛处占道摆摊约三平方米")
    made.add("case", "case of others", _foreign(), by(others=rest), "壬处占道摆摊约五平方米")
    papers = DOCUMENTS - {"officer"}
    document = Document.objects.order_by("issued_at").first()
    assert document is not None
    reads = by("weng.shanxing", "luo.chengye", role="officer", others=papers)
    made.add("document", "document of the case", document.id, reads)
    made.add("document blob", "document's file", document.blob_id, reads)
    made.add("token", "document's code", document.token, anybody)
    made.add("blob", "photo of the case", CasePhoto.objects.get(case=one).blob_id, first)
    reserve_numbers(actor=case.officer("luo.chengye"), at=AT, series="on_the_spot", count=1, device="手机")
    number = Number.objects.get(state="reserved")
    made.add("number", "reserved number", number.id, by("luo.chengye", role="officer", others=papers))


def _foreign() -> UUID:
    """Return a case of two officers of whom nobody crawls."""
    case.certify("dai.haiping")
    mine: dict[str, Any] = {"actor": case.officer("dai.haiping"), "at": AT}
    made = case_acts.open_case(**mine, second=case.person("luo.chengye"))
    case_acts.show_certificates(**mine, case=made)
    case_acts.identify_party(
        **mine, case=made, kind="citizen", name="吴垟溪", id_number=case.id_number(BORN, "345"), address="渔港路3号"
    )
    case_acts.note_facts(
        **mine, case=made, matter=case.STALL, found_at=AT, where="渔港路", act="壬处占道摆摊约五平方米。"
    )
    return made


def _rest(made: World) -> None:
    """An import, and an object of every directory."""
    run = runs.upload(
        importer=find_importer("units"), actor=actor("gu.weichen"), at=AT, filename="癸表.csv", data=b"x\n1\n",
        options={},
    )  # fmt: skip
    made.add("run", "import", run, by("gu.weichen"), "癸表.csv")
    for known in directories():
        row = known.rows().first()
        if row is not None:
            made.add(f"row of {known.name}", known.name, row.pk, by(others=DIRECTORIES[known.name]))


def nobody(_who: Somebody) -> bool:
    """See nothing: there is no such page."""
    return False


def addresses(made: World) -> Iterator[Address]:
    """Return every address of the rooms, once for each object that stands behind it."""
    yield from of_objects(made)
    yield from _plain()
    yield from _of_directories(made)
    for known in importers():
        yield Address("import", reverse("import", args=[known.name]), of_role(IMPORTS[known.name]))
    for name in ("people", "reports", "units"):
        yield Address("import-template", reverse("import-template", args=[name, "csv"]), of_role(IMPORTS[name]))


def _plain() -> Iterator[Address]:
    """Return the addresses that name no object."""
    for name in (
        "home", "search", "posts", "passkeys", "password", "figures", "figures-strip", "directories", "matters",
        "offer-matters", "reports", "report-new", "desk", "handover", "offer-places", "orders", "verify", "escalated",
        "findings", "finding-new", "finding-place", "finding-matters", "cases", "documents", "numbers", "templates",
        "ties", "map", "map-now", "wall", "wall-now", "leader", "notices", "notices-bell", "help", "story",
        "search-palette",
    ):  # fmt: skip
        yield Address(name, reverse(name), of_role(ROLES[name]))
    for which in ("overdue", "due", "unaccepted", "away", "verify", "in_hand"):
        yield Address("leader-list", reverse("leader-list", args=[which]), of_role(ROLES["leader-list"]))
    yield Address("wall-stay", reverse("wall-stay"), of_role(ROLES["wall-stay"]), get=False, post=True)
    yield Address("case-new", reverse("case-new"), of_role(frozenset({"officer"})))
    yield Address("desk-merge", reverse("desk-merge"), of_role(ROLES["desk-merge"]), get=False, post=True)
    yield Address("figure", reverse("figure", args=["reports"]), of_role(ALL))
    yield Address("matter", reverse("matter", args=["F01-001"]), of_role(ALL))
    yield Address("template", reverse("template", args=["decision_on_the_spot"]), of_role(ROLES["template"]))
    for kind in ("csv", "xlsx"):
        yield Address("reports-file", reverse("reports-file", args=[kind]), of_role(ROLES["reports-file"]))
        yield Address("figure", f"{reverse('figure', args=['reports'])}?file={kind}", of_role(ALL))
        for name in ("orders", "verify", "escalated", "findings", "cases"):
            yield Address(name, f"{reverse(name)}?file={kind}&view=all", of_role(ROLES[name]))
    yield Address("matters-export", reverse("matters-export", args=["csv"]), of_role(ALL))
    for name in ("cases", "findings", "reports", "desk"):
        yield Address(name, f"{reverse(name)}?view=all&tab=all", of_role(ROLES[name]))
    for words in ("油烟呛人", "先看后劝", "盲道被占", "占道摆摊", PHONE):
        yield Address("search", f"{reverse('search')}?q={words}", of_role(ALL))
        yield Address("search-palette", f"{reverse('search-palette')}?q={words}", of_role(ALL))
    yield Address("help-page", reverse("help-page", args=["case"]), of_role(ALL))
    yield Address("notices-seen", reverse("notices-seen"), of_role(ALL), get=False, post=True)
    for name in ("account_login", "mfa_authenticate"):
        yield Address(name, reverse(name), anybody)
    for name in ("account_signup", "account_reset_password", "account_inactive", "account_reauthenticate"):
        yield Address(name, reverse(name), nobody)
    yield Address("account_logout", reverse("account_logout"), anybody)  # GET asks; it ends nothing
    yield Address("check-any", reverse("check-any"), anybody)
    yield Address("live", reverse("web:live"), anybody)
    yield Address("language", reverse("web:language"), anybody, get=False)
    yield Address("theme", reverse("web:theme"), anybody, get=False)


OF_OBJECTS = {
    "report": (
        ("report", "report-proof", "report-proposal", "offer-people"),
        (
            "report-answer", "report-close", "report-review", "report-reopen", "report-caller", "report-decide",
            "report-split", "report-join", "report-resolve", "incident-correct",
        ),
    ),
    "order": (("order",), tuple(name for name in ROLES if name.startswith("order-"))),
    "finding": (
        ("finding",),
        ("finding-correct", "finding-settle", "finding-pass_on", "finding-take_over", "finding-give_back"),
    ),
    "case": (("case", "case-proof"), ()),
    "document": (("document",), ("document-look", "document-void")),
    "number": (("number",), ()),
    "blob": (("file", "photo"), ("file-original", "file-hand-over", "file-compare")),
    "document blob": (("file",), ("file-original", "file-hand-over", "file-compare")),
    "notice": (("notices-open",), ()),
    "run": (("import-run",), ("import-confirm",)),
    "handover": ((), ("handover-take",)),
}  # fmt: skip
"""The addresses of each kind of object: those that answer to GET, and those that forms are sent to."""


def of_objects(made: World) -> Iterator[Address]:
    for kind, (shown, sent_to) in OF_OBJECTS.items():
        for place, thing in enumerate(made.of(kind)):
            for name in (*shown, *(sent_to if place == 0 else ())):
                may, get = of_role(ROLES[name], thing), name in shown
                yield Address(name, reverse(name, args=[thing.key]), may, get=get, post=not get)
    mine, foreign = made.of("case")
    for verb in PAGES:
        name = f"case_on_the_spot-{verb}"
        yield Address(name, reverse(name, args=[mine.key]), of_role(CASES, mine))
        yield Address(
            name, reverse(name, args=[foreign.key]), of_role(CASES & {"officer"}, foreign), get=False, post=True
        )
    for thing in made.of("run"):
        yield Address("import-faults", reverse("import-faults", args=[thing.key]), of_role(ALL, thing))
    [token] = made.of("token")
    yield Address("check", reverse("check", args=[token.key]), anybody)


def _of_directories(made: World) -> Iterator[Address]:
    offers = reverse("directory-offer", args=["ties", "end", "nothing"])
    yield Address("directory-offer", offers, nobody)
    for known in directories():
        reads = of_role(DIRECTORIES[known.name])
        yield Address("directory", reverse("directory", args=[known.name]), reads)
        for kind in ("csv", "xlsx") if known.look else ("csv",):
            yield Address("directory-file", reverse("directory-file", args=[known.name, kind]), reads)
        rows = made.things.get(f"row of {known.name}", ())
        for thing in rows:
            yield Address("directory-row", reverse("directory-row", args=[known.name, thing.key]), reads)
            if known.look:
                looks = reverse("directory-look", args=[known.name, thing.key])
                yield Address("directory-look", looks, of_role(PARTY_LOOKERS), get=False, post=True)
        for edit in known.edits:
            may = of_role(EDITS[f"{known.name}/{edit.name}"])
            for thing in rows if edit.target else ():
                yield Address("directory-edit", reverse("directory-edit", args=[known.name, thing.key, edit.name]), may)
            if not edit.target:
                yield Address("directory-new", reverse("directory-new", args=[known.name, edit.name]), may)
