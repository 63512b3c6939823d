"""The made-up parts of the style guide. Their clock stands still at `AT`, so that its pictures stay the same."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from oneteam.web import styleguide_forms as forms
from oneteam.web.charts import Bar, Chart, nice_top
from oneteam.web.lists import BulkAction, Column, Filter, Row, Tab, WorkList
from oneteam.web.panels import (
    Candidate,
    Choice,
    Choices,
    Entry,
    Figure,
    Figures,
    Finding,
    Findings,
    Paper,
    Photo,
    Photos,
    Proposal,
    Timeline,
    Way,
    Ways,
)
from oneteam.web.parts import (
    Banner,
    Chip,
    Clock,
    Empty,
    Fact,
    Facts,
    FailedCheck,
    Link,
    Pause,
    Refusal,
    Skipped,
    Step,
    Steps,
    duration,
)
from oneteam.web.typed import Typed

AT = datetime(2026, 11, 23, 14, 3, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE = timedelta(minutes=1)


def clocks() -> list[Clock]:
    """Running, due soon, overdue, met, late, paused, provisional, none."""

    def clock(minutes: int, left: int, **more: object) -> Clock:
        due = AT + left * MINUTE
        return Clock(_("Answer the caller"), due, AT, due - minutes * MINUTE, **more)  # type: ignore[arg-type]

    rule = _("1 working hour")
    article = _("Promise of the reform plan, point 3")
    skipped = [Skipped(date(2026, 11, 21), _("Saturday")), Skipped(date(2026, 11, 22), _("Sunday"))]
    return [
        clock(90, 65, rule=rule, article=article, since_act=_("Report received")),
        clock(90, 18, rule=rule, article=article, since_act=_("Report received")),
        clock(60, -12, rule=rule, article=article, since_act=_("Report received")),
        clock(60, 20, stopped=AT - 5 * MINUTE),
        clock(60, -20, stopped=AT - 5 * MINUTE),
        clock(9000, 3000, skipped=skipped, pauses=[Pause(AT - 90 * MINUTE, None, _("Testing by a laboratory"))]),
        clock(90 * 1440, 60 * 1440, rule=_("90 days"), skipped=skipped, provisional=True),
        Clock(_("Verify"), None, AT),
    ]


def choices() -> Choices:
    """Whom to send."""
    return Choices(
        "person",
        _("Send to"),
        [
            Choice(
                "1",
                _("Chen Guodong"),
                _("grid attendant"),
                [_("Wanghai station"), _("1 in hand"), _("no enforcement certificate")],
                _("4 min"),
                _("320 m"),
                checked=True,
            ),
            Choice(
                "2",
                _("Li Fang, He Jian"),
                _("officers"),
                [_("Binhai squad 1"), _("may fine on the spot")],
                _("9 min"),
                _("1.1 km"),
            ),
            Choice(
                "3", _("Wu Xiao"), _("grid attendant"), [_("Wanghai station"), _("4 in hand")], _("11 min"), _("1.4 km")
            ),
        ],
    )


def steps() -> Steps:
    """Lawful, blocked, done, somebody else's turn."""
    return Steps(
        [
            Step(
                _("Serve the notice of the intended penalty"), "lawful", _("Serve notice"), "#", icon="send", main=True
            ),
            Step(_("Decide on the penalty"), "blocked", checks=failed()),
            Step(_("Review by the legal department"), "other", hint=_("Sun Lü's turn, since 11-22 16:40")),
            Step(_("File the case"), "done", actor=_("Zhao Ming"), when=AT - timedelta(days=80)),
        ]
    )


def failed() -> list[FailedCheck]:
    """Two failed checks with article and cure."""
    return [
        FailedCheck(
            "NOT-01",
            _("The party was not told of the right to state its case and to defend itself."),
            _("Administrative Penalties Law, art. 44"),
            _("Serve the notice first"),
            "#",
        ),
        FailedCheck(
            "HEA-01",
            _("A fine of ¥20,000.00 opens the right to a hearing, of which the party was not told."),
            _("Administrative Penalties Law, art. 63"),
            _("Add the right to a hearing to the notice"),
            "#",
        ),
    ]


def refusal() -> Refusal:
    """The refusal panel."""
    return Refusal(_("Cannot decide: 2 conditions are not met"), failed())


def typed() -> Typed:
    """What was typed into a form that the page no longer shows."""
    return Typed([(_("Reason"), _("The grill is out again, the fumes reach the third floor."))])


def facts() -> Facts:
    """Facts of a report."""
    return Facts(
        [
            Fact(_("Place"), _("Pavement beside 88 Wanghai Road"), _("to within 15 m")),
            Fact(_("Grid"), _("Binhai 03-017")),
            Fact(_("Caller"), _("Lin*sheng 138****5602")),
            Fact(_("Joint station"), _("Wanghai station")),
            Fact(_("Received"), AT - 12 * MINUTE),
            Fact(_("Fine"), None),
        ]
    )


def photos() -> Photos:
    """Two tiles."""
    picture = "/static/web/style/sample.svg"
    return Photos(
        [
            Photo(
                picture,
                _("Barbecue grill on the pavement"),
                _("Before"),
                _("Chen Guodong"),
                AT,
                hash_state=Chip(_("unaltered"), "ok"),
            ),
            Photo(
                picture,
                _("The pavement is clear"),
                _("After"),
                _("Chen Guodong"),
                AT,
                hash_state=Chip(_("unaltered"), "ok"),
            ),
        ]
    )


def paper() -> Paper:
    """A sealed document of one page."""
    return Paper(
        _("Order to correct"), ["/static/web/style/sample.svg"], [Chip(_("sealed"), "sealed")], number="No. 2026-00001",
        notes=[Banner(_("Missing: name of the party"), "warn")],
    )  # fmt: skip


def timeline() -> Timeline:
    """Three acts, one with details, one without time of day."""
    details = Facts([Fact(_("Act"), "17"), Fact(_("Device"), _("duty desk 3"))])
    return Timeline(
        [
            Entry(
                AT - 11 * MINUTE,
                _("Triage"),
                _("placed it in grid Binhai 03-017 and proposed a matter"),
                "spark",
                details=details,
            ),
            Entry(
                AT - 12 * MINUTE,
                _("Hotline 12345"),
                _("handed over the report"),
                "inbox",
                note=_("to be answered within 1 h 30 min"),
            ),
            Entry(
                date(2026, 11, 16),
                _("Chen Guodong"),
                _("persuaded the owner, took 2 photographs"),
                chips=[Chip(_("already late when recorded"), "overdue")],
            ),
        ],
        proof=Link(_("Download proof"), "#"),
        older=Link(_("Older acts"), "#"),
    )


def proposal() -> Proposal:
    """Two candidates and the words that decided."""
    return Proposal(
        [
            Candidate(_("Trading on the pavement"), 0.91, "F07-002"),
            Candidate(_("Fumes of an open-air barbecue"), 0.74, "F03-011"),
        ],
        _("model of 18 Nov 2026"),
        [_("pavement"), _("fumes"), _("put out")],
        facts=Facts([Fact(_("Urgency"), _("general")), Fact(_("Perhaps the same"), Link("SQ-20261116-0288", "#"))]),
    )


def abstained() -> Proposal:
    """The machine is not sure and says so."""
    return Proposal(
        [Candidate(_("Trading on the pavement"), 0.41)],
        _("model of 18 Nov 2026"),
        abstained=_("No proposal: the most likely matter has 41 %, below the 60 % that a proposal needs. Choose one."),
    )


def figures() -> Figures:
    """The three intervals: one met, one below its target, one without acts yet."""

    def facts(share: str, p90: str, promise: str, before: str) -> list[Fact]:
        was = _("was %(before)s") % {"before": before}
        return [Fact(_("Within promise"), share), Fact(_("90th percentile"), p90), Fact(_("Promise"), promise, was)]

    return Figures(
        [
            Figure(
                _("Complaint handled"), _("41 min"), _("median"), f"{_('received')} → {_('answered')}", 96,
                facts("96%", _("58 min"), _("1 h"), _("3 working days")), url="#",
            ),
            Figure(
                _("Investigated before filing"), _("19 h"), _("median"), f"{_('lead')} → {_('filed')}", 82,
                facts("82%", _("3 d"), _("1 d"), _("7 d")), missed=_("Below target %(target)d%%") % {"target": 95},
            ),
            Figure(
                _("Joint operation"), "", way=f"{_('requested')} → {_('carried out')}",
                facts=facts("–", "–", _("2 d"), _("15 d")), empty=_("No finished case yet"),
            ),
        ]
    )  # fmt: skip


def charts() -> list[Chart]:
    """Columns with a promise, bars, and one without values."""
    columns, bars = (
        [Column(_("Hour")), Column(_("Median"), "number")],
        [Column(_("Channel")), Column(_("Part"), "number")],
    )
    promise = _("Promise %(time)s") % {"time": _("1 h")}
    empty = Empty(_("Nothing to draw for these days"), icon="chart")
    minutes = [38, 41, 52, 75, 60, 33]
    by_hour = [(f"{8 + hour:02}:00", value, duration(timedelta(minutes=value))) for hour, value in enumerate(minutes)]
    by_channel = [(_("12345 hotline"), 62, "62%"), (_("Grid patrol"), 31, "31%"), (_("Letter"), 7, "7%")]
    told = _("%(title)s. Highest: %(label)s, %(value)s. All values stand in the table.")
    return [
        Chart(
            "hours", _("Complaint handled"), "columns", [Bar(*each) for each in by_hour],
            told % {"title": _("Complaint handled"), "label": "11:00", "value": by_hour[3][2]}, columns,
            [(label, shown) for label, _value, shown in by_hour], empty, (60.0, promise),
            nice_top(75), duration(timedelta(minutes=80)), [Link("CSV", "#"), Link("Excel", "#")],
        ),
        Chart(
            "channels", _("Figures"), "bars", [Bar(*each) for each in by_channel],
            told % {"title": _("Figures"), "label": by_channel[0][0], "value": "62%"}, bars,
            [(label, shown) for label, _value, shown in by_channel], empty, top=100.0,
        ),
        Chart("nothing", _("Joint operation"), "bars", [], "", bars, [], empty),
    ]  # fmt: skip


def ways() -> Ways:
    """With a number, a chip and nothing at the end."""
    return Ways(
        _("Directories"),
        [
            Way(_("Units"), "#", "team", 38),
            Way(_("Premises"), "#", "home", "12,000"),
            Way("premises-2026.xlsx", "#", "file", Chip(_("Imported"), "ok")),
        ],
    )


def findings() -> Findings:
    """The doctor's list: well, warning, fault."""
    return Findings(
        [
            Finding(_("Database"), Chip(_("reachable"), "ok"), _("PostgreSQL 18, all migrations applied")),
            Finding(
                _("Calendar"),
                Chip(_("provisional"), "warn"),
                _("2027 is not announced yet."),
                _("Load the State Council's notice when it comes."),
            ),
            Finding(
                _("Sealer"),
                Chip(_("not running"), "danger"),
                _("412 acts are not sealed, the oldest since 13:20."),
                _("Start it:"),
                "./run serve",
            ),
        ]
    )


def work_list() -> WorkList:
    """A work list with tabs, filters, sorting, selection and new rows."""
    titles = [
        (_("Road surface sunk by half a metre"), _("Dongwan, Jianshe crossing"), _("four platforms")),
        (_("Billboard loose above a primary school gate"), _("Wanghai, Yucai school"), "12345"),
        (_("Barbecue smoke at night, windows stay shut"), _("Wanghai, 88 Wanghai Road"), "12345"),
        (_("Pile driving at night, nobody sleeps"), _("Nanpu, Chuangxin Avenue"), "12345"),
        (_("Shared bicycles block the tactile paving"), _("Wanghai, metro exit B"), _("grid patrol")),
    ]
    states: list[object] = [
        clocks()[2],
        Chip(_("danger to life"), "danger", solid=True),
        clocks()[1],
        clocks()[0],
        clocks()[6],
    ]
    rows = [
        Row(
            str(place),
            title,
            "#",
            [source, states[place], AT - (11 + 7 * place) * MINUTE],
            [f"SQ-20261123-04{12 - place}", where],
        )
        for place, (title, where, source) in enumerate(titles)
    ]
    return WorkList(
        "reports",
        _("Reports to be sent"),
        _("Report"),
        [
            Column(_("Source"), word_on_phone=False),
            Column(_("Deadline"), sort_url="?sort=due", sorted="ascending", word_on_phone=False),
            Column(_("Received"), "time", sort_url="?sort=-received"),
        ],
        rows,
        Empty(_("No report waits to be sent."), _("The last one was sent at 14:01.")),
        tabs=[
            Tab(_("To send"), "#", 23, current=True),
            Tab(_("Due soon"), "?tab=soon", 6),
            Tab(_("Overdue"), "#", 2),
            Tab(_("Sent by me"), "#", 148),
        ],
        filters=[Filter(_("Area"), _("Binhai"), "#"), Filter(_("Source"), "12345", "#")],
        filter_form=forms.Filters(),
        search_label=_("Number, place, words"),
        count=23,
        older="?after=5",
        exports=[Link("CSV", "#"), Link("Excel", "#")],
        news="report.received",
        bulk_action="#",
        bulk=[BulkAction(_("Mark as the same"), "merge", "merge"), BulkAction(_("Transfer"), "transfer", "swap")],
    )
