"""Directories: a room declares one and has its list, its exports, a page an object and a page an act.

    register_directory(Directory(
        name="units", label=_("Units"), icon="people", who=READERS, rows=lambda: Unit.objects.select_related("parent"),
        title=lambda unit: localised(unit.name_zh, unit.name_en), order=("code",),
        columns=[Shown("code", _("Code"), lambda unit: unit.code, sort="code"), …],
        facts=lambda unit, at: [Fact(_("Kind"), KINDS[unit.kind]), …],
        edits=[Edit("correct", _("Correct unit"), UnitForm, acts.correct_unit, who=EDITORS, target="unit", initial=…)],
    ))

Functions get rows of `rows()`; what they need beyond a row's own columns is fetched there (select_related, annotate) or
in `load`, for all rows at once: a list of 1 and of 30 rows costs the same number of queries.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from oneteam.directories.access import Words
from oneteam.kernel.errors import MissingError
from oneteam.web.parts import Chip, Fact

Text = str | Promise


def _nothing(*_given: Any) -> Any:
    return ()


def _no_word(_name: str, _value: object) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Shown:
    """A column: `value(row)` is a text, date, Chip or Link; `sort` the field the database sorts by.

    `exported(row)` is what files hold where that is not the value's own text (a code, a date). `only_exported` columns
    stand in files alone.
    """

    name: str
    label: Text
    value: Callable[[Any], object]
    sort: str = ""
    kind: Literal["text", "time", "number"] = "text"
    exported: Callable[[Any], object] | None = None
    only_exported: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: `choices()` gives (value, label), `where(value)` the rows that stay."""

    name: str
    label: Text
    choices: Callable[[], Iterable[tuple[str, Text]]]
    where: Callable[[str], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An act that a page offers: a form, and the act called with `actor`, `at` and the form's values.

    `target` names the act's argument for the object's id; "" makes it an act of the list (something new), whose result
    is the new object's id. `initial(row, at)` fills the form. `keyed` acts take an idempotency `key`. `offered(row,
    at)` tells whether it applies to this object. `button` is verb + object. `once` labels what the act returns to be
    shown this one time (a first password), and `once_note` says what to do with it.
    """

    name: str
    button: Text
    form: type[forms.Form]
    act: Callable[..., Any]
    who: frozenset[str]
    target: str = ""
    icon: str = ""
    keyed: bool = False
    initial: Callable[[Any, datetime], Mapping[str, object]] = lambda _row, _at: {}
    offered: Callable[[Any, datetime], bool] = lambda _row, _at: True
    told: Text = ""
    once: Mapping[str, Text] = field(default_factory=dict)
    once_note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An authorised look at an object's protected values: `who` says for which of `purposes`, and sees them once.

    `act(actor=, at=, purpose=, TARGET=id)` records the look and returns the values by name; `labels` names those that
    are shown, in their order. `offered(row)` tells whether this object has such values.
    """

    act: Callable[..., Mapping[str, str]]
    target: str
    who: frozenset[str]
    purposes: Mapping[str, Text]
    labels: Mapping[str, Text]
    offered: Callable[[Any], bool] = lambda _row: True

    def form(self, *given: Any) -> forms.Form:
        """Return the form that asks for the purpose."""
        form = forms.Form(*given)
        choices = [("", _("Choose a purpose")), *self.purposes.items()]
        form.fields["purpose"] = forms.ChoiceField(label=_("Purpose"), choices=choices)
        return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory's pages; see the module. `who` may read, each `Edit` names who may take it.

    `sections(request, row, at)` gives further parts of an object's page; `hidden` names personal fields of acts that
    this page's readers may read in the timeline, `words` the words for open fields. `importer` is the importer whose
    page the list links to. `subject(row)` is the journal's stream where that is not the row's id.
    """

    name: str
    label: Text
    rows: Callable[[], QuerySet[Any]]
    title: Callable[[Any], str]
    columns: Sequence[Shown]
    who: frozenset[str]
    icon: str = "list"
    title_label: Text = ""
    note: Text = ""
    order: Sequence[str] = ("id",)
    load: Callable[[Sequence[Any]], None] = _nothing
    row_facts: Callable[[Any], Sequence[object]] = _nothing
    filters: Sequence[Filter] = ()
    search: Callable[[str], Q] | None = None
    search_label: Text = ""
    facts: Callable[[Any, datetime], Sequence[Fact]] = _nothing
    chips: Callable[[Any, datetime], Sequence[Chip]] = _nothing
    sections: Callable[[HttpRequest, Any, datetime], Sequence[object]] = _nothing
    edits: Sequence[Edit] = ()
    look: Look | None = None
    importer: str = ""
    hidden: Sequence[str] = ()
    words: Words = _no_word
    subject: Callable[[Any], UUID] = lambda row: row.pk
    position: int = 50

    def row(self, identifier: UUID) -> Any:
        """Return one row, loaded; MissingError where there is none."""
        found: Model | None = self.rows().filter(pk=identifier).first()
        if found is None:
            raise MissingError(_("There is no such entry in this directory."))
        self.load([found])
        return found

    def edit(self, name: str) -> Edit:
        """Return an act's declaration; MissingError where there is none."""
        for edit in self.edits:
            if edit.name == name:
                return edit
        raise MissingError(_("This directory has no such page."))


_directories: dict[str, Directory] = {}


def register_directory(directory: Directory) -> Directory:
    """Make a directory known. A name can be registered once."""
    if directory.name in _directories:
        raise ValueError(f"a directory {directory.name!r} is registered twice")
    _directories[directory.name] = directory
    return directory


def directories(role: str | None = None) -> list[Directory]:
    """Return all directories, or those that a role may read, in their order."""
    found = sorted(_directories.values(), key=lambda known: (known.position, known.name))
    return [known for known in found if role is None or role in known.who]


def find_directory(name: str) -> Directory:
    """Return a directory; MissingError where there is none."""
    try:
        return _directories[name]
    except KeyError:
        raise MissingError(_("There is no such directory.")) from None
