"""The style guide at /style/: every component in all its states, and the pages built from them, with made-up data.

Only the demo region and DEBUG have its addresses.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from oneteam.web import styleguide_forms as forms
from oneteam.web import styleguide_parts as made
from oneteam.web.context_processors import PostChoice, ShownEntry, shell
from oneteam.web.panels import Choice, Choices, Photos
from oneteam.web.parts import Banner, Chip, Clocks, Empty, FailedCheck, Link, PageHeader, Step, Steps

Context = dict[str, object]


class SampleActor:
    """Who is signed in on the samples."""

    def __init__(self) -> None:
        self.name = _("Zhou Min")
        self.post = _("duty dispatcher")
        self.ways = [Link(_("My ties"), "#")]
        self.leave_url = "#"
        self.posts = [PostChoice(_("duty dispatcher"), "#", current=True), PostChoice(_("auditor"), "#")]


def guide(request: HttpRequest) -> HttpResponse:
    """All components on one page."""
    form = forms.Sample({"title": "", "phone": "138"})
    form.is_valid()
    context = {
        "header": PageHeader(_("Style guide"), facts=[_("Every component in all its states"), made.AT]),
        "states": [
            Chip(_("to be sent"), "info", "inbox"),
            Chip(_("handled"), "ok"),
            Chip(_("due soon"), "warn"),
            Chip(_("wrong place"), "danger"),
            Chip(_("overdue"), "overdue"),
            Chip(_("draft"), "draft"),
            Chip(_("sealed"), "sealed"),
            Chip(_("on its way")),
            Chip(_("overdue"), "overdue", solid=True),
            Chip(_("danger to life"), "danger", solid=True),
        ],
        "clock_states": made.clocks(),
        "clocks": Clocks(made.clocks()[:3]),
        "banners": [
            Banner(_("12 reports came from the hotline and wait for you."), "info"),
            Banner(_("The report was sent to Chen Guodong."), "ok"),
            Banner(_("No signal: 2 items are kept on the phone and go out by themselves."), "warn"),
            Banner(_("The sealer has not run since 13:20."), "danger", _("Journal:"), Link(_("What to do"), "#")),
        ],
        "form": form,
        "clean_form": forms.Sample(),
        "choices": made.choices(),
        "steps": made.steps(),
        "refusal": made.refusal(),
        "typed": made.typed(),
        "facts": made.facts(),
        "photos": made.photos(),
        "paper": made.paper(),
        "timeline": made.timeline(),
        "proposal": made.proposal(),
        "abstained": made.abstained(),
        "figures": made.figures(),
        "charts": made.charts(),
        "findings": made.findings(),
        "ways": made.ways(),
        "list": made.work_list(),
        "empty": Empty(
            _("No report waits to be sent."), _("The last one was sent at 14:01."), Link(_("All reports"), "#")
        ),
    }
    return _render(request, "web/style/guide.html", context)


def sample(request: HttpRequest, name: str) -> HttpResponse:
    """One whole page built from the parts: list, report, order, call, figures, doctor, sign-in, post, proof."""
    build = SAMPLES.get(name)
    if build is None:
        raise Http404
    return _render(request, f"web/style/{name.replace('-', '_')}.html", build(), signed_in=name != "sign-in")


def _render(request: HttpRequest, template: str, context: Context, *, signed_in: bool = True) -> HttpResponse:
    request.oneteam_actor = SampleActor() if signed_in else None  # type: ignore[attr-defined]
    shown = shell(request)["shell"]
    assert isinstance(shown, dict)
    words = [
        ("inbox", _("Duty")),
        ("order", _("Orders")),
        ("inspect", _("Visits")),
        ("case", _("Cases")),
        ("map", _("Map")),
        ("chart", _("Figures")),
    ]
    entries = [
        ShownEntry(url="#", icon=icon, label=label, current=place == 0, late=place > 2)
        for place, (icon, label) in enumerate(words)
    ]
    shown.update(navigation=entries, navigation_late=entries[3:], search_url="#")
    return render(request, template, {"shell": shown, **context})


def list_page() -> Context:
    """The report list."""
    links = [Link(_("Record a call"), "/style/call/")]
    return {"header": PageHeader(_("Reports"), links=links), "list": made.work_list()}


def report_page() -> Context:
    """One report with everything."""
    return {
        "header": PageHeader(
            _("Barbecue smoke at night, windows stay shut"),
            [Link(_("Duty"), "/style/list/"), Link(_("To send"), "/style/list/"), Link("SQ-20261123-0412", "")],
            [made.clocks()[1], Chip(_("to be sent"), "info", "inbox")],
            [_("Hotline 12345"), _("told at 13:51"), _("reported for the 2nd time")],
        ),
        "told": _(
            "I live on the third floor of 88 Wanghai Road. The “Aqiang Barbecue” downstairs has put out its grill on "
            "the pavement, the fumes come straight into our flat, and a child of two keeps coughing. I rang last week; "
            "after somebody came it was better for two days, now it is all out there again."
        ),
        "words": [_("88 Wanghai Road"), _("pavement"), _("fumes")],
        "proposal": made.proposal(),
        "facts": made.facts(),
        "form": forms.Send(),
        "choices": made.choices(),
        "clocks": Clocks(made.clocks()[1:2]),
        "steps": Steps(made.steps().steps[1:]),
        "timeline": made.timeline(),
        "photos": Photos([]),
    }


def order_page() -> Context:
    """An order on a phone."""
    return {
        "header": PageHeader(
            _("Grill on the pavement, fumes disturb neighbours"),
            [Link(_("Orders"), "#"), Link("GD-20261123-0412", "")],
            [made.clocks()[1]],
            [_("Pavement beside 88 Wanghai Road")],
        ),
        "steps": Steps(
            [
                Step(_("Accept"), "done", when=made.AT - 20 * made.MINUTE),
                Step(_("Arrive"), "done", when=made.AT - 13 * made.MINUTE),
                Step(
                    _("Report it handled"),
                    "blocked",
                    checks=[
                        FailedCheck(
                            "ORD-04",
                            _("A photograph taken at the place is missing."),
                            "",
                            _("Take it below"),
                            "#id_photos",
                        )
                    ],
                ),
            ],
            _("What to do"),
        ),
        "form": forms.Handled(),
        "told": _("The grill is on the pavement again, the fumes come straight into our flat."),
    }


def post_page() -> Context:
    """Which post to take."""
    posts = [
        Choice("1", _("duty dispatcher"), _("Binhai brigade"), [_("until 31 Dec 2026")], checked=True),
        Choice("2", _("grid attendant"), _("Wanghai station"), [_("no end")]),
    ]
    return {"choices": Choices("post", _("Under which post do you work now?"), posts)}


SAMPLES: dict[str, Callable[[], Context]] = {
    "list": list_page,
    "report": report_page,
    "order": order_page,
    "call": lambda: {"header": PageHeader(_("Record a call")), "form": forms.Call()},
    "figures": lambda: {"header": PageHeader(_("Figures"), facts=[_("last 30 days")]), "figures": made.figures()},
    "doctor": lambda: {
        "header": PageHeader(_("System status"), chips=[Chip(_("1 fault"), "danger")]),
        "findings": made.findings(),
    },
    "sign-in": lambda: {"form": forms.SignIn()},
    "post": post_page,
    "proof": lambda: {
        "header": PageHeader(_("Proof of report SQ-20261123-0412")),
        "form": forms.Proof(),
        "facts": made.facts(),
    },
}
