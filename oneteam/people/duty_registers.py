"""The directories of duty, rosters and absences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import minute, span, to_row
from oneteam.directories.pages import Directory, Edit, Filter, Shown, register_directory
from oneteam.people import acts, rosters, standing_acts
from oneteam.people.importing import PLANNERS
from oneteam.people.labels import ABSENCES, ROLES
from oneteam.people.models import Absence, Duty, Role, Roster
from oneteam.people.register_forms import AbsenceForm, BackForm, DutyForm, name_of, post_title, unit_name
from oneteam.people.registers import LEADERS, READERS, by_name
from oneteam.people.roster_form import CutForm, RosterForm
from oneteam.web.parts import Fact

PRIVATE = LEADERS | {Role.DISPATCHER.value, Role.AUDITOR.value}


def _words(mapping: Mapping[str, Any], field: str) -> Any:
    """Return the word for one open field's value in timelines."""
    return lambda name, value: str(mapping[value]) if name == field and value in mapping else None


register_directory(Directory(
    name="duties", label=gettext_lazy("Duty"), icon="clock", who=READERS, position=50,
    rows=lambda: Duty.objects.select_related("post__person", "post__unit"),
    title=lambda row: f"{name_of(row.post.person)} {post_title(row.post)}", title_label=gettext_lazy("Post"),
    order=("-starts", "id"), importer="duties",
    # A turn of a roster stands in the roster's file.
    subject=lambda row: row.roster_id or row.pk,
    columns=[
        Shown("unit", gettext_lazy("Unit"), lambda row: unit_name(row.post.unit),
              sort="post__unit__code"),
        Shown("starts", gettext_lazy("From"), lambda row: minute(row.starts), sort="starts"),
        Shown("ends", gettext_lazy("Until"), lambda row: minute(row.ends), sort="ends"),
    ],
    filters=[Filter("role", gettext_lazy("Role"), lambda: list(ROLES.items()), lambda value: Q(post__role=value))],
    search=by_name("post__person__"), search_label=gettext_lazy("Name or user name"),
    facts=lambda row, _at: [
        Fact(_("Post"), to_row("posts", row.post_id, post_title(row.post))),
        Fact(_("From"), minute(row.starts)),
        Fact(_("Until"), minute(row.ends)),
    ],
    edits=[
        Edit(name="plan", button=gettext_lazy("Plan duty"), form=DutyForm, act=acts.plan_duty,
             who=PLANNERS - {"operator"}, icon="plus", told=gettext_lazy("Duty planned")),
    ],
))  # fmt: skip


def _roster_facts(row: Any, _at: datetime) -> list[Fact]:
    pattern = rosters.pattern_of(row)
    return [
        Fact(_("Unit"), to_row("units", row.unit_id, unit_name(row.unit))),
        Fact(_("Days"), span(row.first, row.last)),
        Fact(_("Shifts"), _(", ").join(f"{s.name} {s.starts:%H:%M} {s.hours} h" for s in pattern.shifts)),
        Fact(_("Order of shifts"), _(", ").join(name or "–" for name in pattern.cycle)),
        Fact(_("Covered"), _("the whole day, without a hole") if pattern.whole_day else _("as planned")),
        Fact(_("Turns"), row.planned),
    ]


register_directory(Directory(
    name="rosters", label=gettext_lazy("Rosters"), icon="calendar", who=READERS, position=55,
    rows=lambda: Roster.objects.select_related("unit").annotate(planned=Count("turns")),
    title=lambda row: f"{unit_name(row.unit)} {span(row.first, row.last)}", title_label=gettext_lazy("Roster"),
    order=("-first", "id"), facts=_roster_facts, importer="duties",
    columns=[
        Shown("first", gettext_lazy("First day"), lambda row: row.first, sort="first"),
        Shown("last", gettext_lazy("Last day"), lambda row: row.last, sort="last"),
        Shown("turns", gettext_lazy("Turns"), lambda row: row.planned, sort="planned", kind="number"),
    ],
    edits=[
        Edit(name="plan", button=gettext_lazy("Plan roster"), form=RosterForm, act=rosters.plan_roster,
             who=PLANNERS - {"operator"}, icon="plus", told=gettext_lazy("Roster planned")),
        Edit(name="cut", button=gettext_lazy("Take turns back"), form=CutForm, act=rosters.cut_roster,
             who=PLANNERS - {"operator"}, target="roster", icon="cross", told=gettext_lazy("Turns taken back")),
    ],
))  # fmt: skip

register_directory(Directory(
    name="absences", label=gettext_lazy("Absences"), icon="leave", who=PRIVATE, position=60,
    rows=lambda: Absence.objects.select_related("person"), title=lambda row: name_of(row.person),
    title_label=gettext_lazy("Person"), order=("-starts", "id"), importer="absences",
    columns=[
        Shown("reason", gettext_lazy("Reason"), lambda row: ABSENCES[row.reason], sort="reason",
              exported=lambda row: str(ABSENCES[row.reason])),
        Shown("starts", gettext_lazy("From"), lambda row: minute(row.starts), sort="starts"),
        Shown("ends", gettext_lazy("Until"), lambda row: minute(row.ends), sort="ends"),
    ],
    filters=[
        Filter("reason", gettext_lazy("Reason"), lambda: list(ABSENCES.items()), lambda value: Q(reason=value)),
    ],
    search=by_name("person__"), search_label=gettext_lazy("Name or user name"), words=_words(ABSENCES, "reason"),
    facts=lambda row, _at: [
        Fact(_("Person"), to_row("people", row.person_id, name_of(row.person))),
        Fact(_("Reason"), ABSENCES[row.reason]),
        Fact(_("From"), minute(row.starts)),
        Fact(_("Until"), minute(row.ends)),
    ],
    edits=[
        Edit(name="enter", button=gettext_lazy("Enter absence"), form=AbsenceForm, act=standing_acts.enter_absence,
             who=LEADERS | {Role.DISPATCHER.value}, icon="plus", told=gettext_lazy("Absence entered")),
        Edit(name="back", button=gettext_lazy("End absence earlier"), form=BackForm, act=standing_acts.shorten_absence,
             who=LEADERS | {Role.DISPATCHER.value}, target="absence", icon="back",
             told=gettext_lazy("Absence ended earlier")),
    ],
))  # fmt: skip
