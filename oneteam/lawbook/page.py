"""What the page of one matter shows: bases, kinds, ranges by party and day, versions, history."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.journal.queries import acts_on_rows
from oneteam.kernel.errors import MissingError, NotReadyError
from oneteam.lawbook.bases import Basis
from oneteam.lawbook.catalogue import Catalogue, catalogue, field_name
from oneteam.lawbook.labels import BASES, COMPETENCES, KINDS, MEASURES, PARTIES, URGENCIES
from oneteam.lawbook.matters import Kind, Mark, Matter
from oneteam.lawbook.models import CatalogueRow
from oneteam.lawbook.packs import StatuteVersion, instruments, penalty_kinds, threshold
from oneteam.lawbook.penalties import FINE, Bearer, FineRange, PartyKind, Unit, bearer_of, ranges_for
from oneteam.lawbook.queries import individual_business
from oneteam.lawbook.rules import in_yuan, transfer_failures
from oneteam.lawbook.spans import Span
from oneteam.people.shown import shown_timeline
from oneteam.web.parts import Chip, Fact, Facts, Link, PageHeader


def matter_context(code: str, *, on: date, today: date) -> dict[str, object]:
    """Return everything about one matter as it holds on a day. MissingError for a code that no version has."""
    book = catalogue()
    versions = book.versions.get(code)
    if not versions:
        raise MissingError(_("The catalogue has no matter %(code)s.") % {"code": code})
    matter = book.version(code, on) or versions[-1]
    rows = [book.ids[version.key] for version in versions]
    return {
        "header": _header(matter, on=on, today=today),
        "absent": not matter.span.holds(on),
        "on": on,
        "facts": _facts(matter, book, on=on),
        "bases": _bases(matter.bases, book, on=on),
        "duty": _bases(matter.duty, book, on=on),
        "compulsory": _bases(matter.compulsory, book, on=on),
        "penalties": _penalties(matter, on=on),
        "fines": _fines(matter, on=on),
        "versions": Facts([_version(version, matter, book) for version in reversed(versions)]),
        "timeline": shown_timeline(acts_on_rows(CatalogueRow, rows), title=_("Changes")),
    }


def _header(matter: Matter, *, on: date, today: date) -> PageHeader:
    chips = [Chip(KINDS[matter.kind], "plain")]
    if matter.two_step:
        chips.append(Chip(_("Order to correct first"), "warn"))
    if not matter.span.holds(on):
        chips.append(Chip(_("Not in force"), "danger"))
    if matter.mark is Mark.U:
        chips.append(Chip(_("Not verified"), "draft"))
    facts: list[object] = [matter.code]
    if on != today:
        facts.append(_("as of %(day)s") % {"day": on.isoformat()})
    return PageHeader(
        title=str(matter.name), crumbs=[Link(_("Matters"), reverse("matters"))], chips=chips, facts=facts,
    )  # fmt: skip


def _facts(matter: Matter, book: Catalogue, *, on: date) -> Facts:
    facts = [
        Fact(_("Field"), capfirst(field_name(matter.field or "")) or "–"),
        Fact(_("In force"), span_text(matter.span)),
        Fact(_("Urgency"), URGENCIES[matter.urgency]),
    ]
    if matter.kind is Kind.ENFORCEMENT:
        given = book.transfers.get(matter.transfer)
        missing = transfer_failures(matter, book.transfers, on=on)
        facts += [
            Fact(_("Competent"), COMPETENCES[matter.competence]),
            Fact(_("Given to the bureau by"), str(given.title) if given else Chip(_("No approval"), "danger"),
                 note=missing[0].sentence if missing else given.document if given else ""),
            Fact(_("Formerly"), matter.former_department or "–"),
        ]  # fmt: skip
    if matter.event_codes:
        facts.append(Fact(_("Types of GB/T 47678.5"), ", ".join(matter.event_codes)))
    if matter.words:
        facts.append(Fact(_("Words that callers use"), " ".join(matter.words), wide=True))
    return Facts(facts)


def _bases(bases: Iterable[Basis], book: Catalogue, *, on: date) -> Facts | None:
    facts = []
    for basis in bases:
        known = book.statutes.get(basis.statute, ())
        version = next((each for each in known if each.span.holds(on)), None)
        note = _text_of(version) if version and basis.span.holds(on) else _("not in force on that day")
        level = capfirst(str(instruments()[known[-1].level].label)) if known else _("Unknown")
        facts.append(Fact(level, str(basis.label), note=note, wide=True))
    return Facts(facts) if facts else None


def _text_of(version: StatuteVersion) -> str:
    """Say which text of a statute it is: by the day it was adopted, else since when it is in force."""
    if version.adopted > date.min:
        return _("text of %(day)s") % {"day": version.adopted.isoformat()}
    return _("in force since %(day)s") % {"day": version.in_force.isoformat()} if version.in_force else ""


def _penalties(matter: Matter, *, on: date) -> list[str]:
    kinds = matter.kinds(on)
    return [str(kind.label) for name, kind in penalty_kinds().items() if name in kinds]


def _fines(matter: Matter, *, on: date) -> Facts | None:
    """Return the ranges for each kind of party, with what of them may be imposed on the spot."""
    if FINE not in matter.kinds(on):
        return None
    facts = []
    for party, label in PARTIES.items():
        counted = individual_business("fine_range") if party == PartyKind.INDIVIDUAL_BUSINESS else Bearer.CITIZEN
        ranges = matter.fine_ranges(party, on, individual_business=counted)
        facts.append(Fact(label, ranges_text(ranges) or _("no fine"), note=_on_the_spot(party, ranges, on=on)))
    staff = ranges_for(matter.penalties, Bearer.STAFF, on)
    if staff:
        facts.append(Fact(_("Responsible staff"), ranges_text(staff)))
    return Facts(facts)


def _on_the_spot(party: str, ranges: Sequence[FineRange], *, on: date) -> str:
    if not ranges or not all(each.fixed for each in ranges):
        return ""
    counted = individual_business("on_the_spot") if party == PartyKind.INDIVIDUAL_BUSINESS else Bearer.CITIZEN
    try:
        limit = threshold(
            "on_the_spot_fine", on=on, party=bearer_of(PartyKind(party), individual_business=counted)
        ).value
    except NotReadyError:
        return ""
    least = min(each.minimum for each in ranges)
    if least > limit:
        return _("not on the spot: the limit is %(limit)s yuan") % {"limit": f"{limit:,f}"}
    most = min(limit, max(each.maximum for each in ranges))
    return _("on the spot up to %(most)s yuan") % {"most": f"{most:,f}"}


def _version(version: Matter, shown: Matter, book: Catalogue) -> Fact:
    since = version.span.since or version.span.until
    address = reverse("matter", args=[version.code]) + (f"?on={since.isoformat()}" if since else "")
    layer = book.layers[version.key]
    note = _("entered by the city") if layer == "city" else _("law pack %(pack)s") % {"pack": layer}
    return Fact(
        _("shown here") if version is shown else _("version"), Link(span_text(version.span), address), note=note
    )  # fmt: skip


def span_text(span: Span) -> str:
    """Return the days of a span in words."""
    if span.since and span.until:
        return _("%(first)s to %(last)s") % {"first": span.since.isoformat(), "last": span.until.isoformat()}
    if span.since:
        return _("from %(first)s") % {"first": span.since.isoformat()}
    if span.until:
        return _("until %(last)s") % {"last": span.until.isoformat()}
    return _("without end")


def fine_text(matter: Matter, on: date) -> str:
    """Return the ranges of a matter that meet citizens and organisations, in a few words."""
    citizen, firm = (ranges_for(matter.penalties, bearer, on) for bearer in (Bearer.CITIZEN, Bearer.ORGANISATION))
    texts = [ranges_text(citizen)] if citizen == firm else [ranges_text(citizen), ranges_text(firm)]
    return " / ".join(text for text in texts if text)


def ranges_text(ranges: Sequence[FineRange]) -> str:
    """Return ranges in words, such as "50–500 yuan" or "1–3 times of the illegal gains"."""
    return _("; ").join(_range_text(each) for each in ranges)


def _range_text(fine: FineRange) -> str:
    low, high = f"{fine.minimum.normalize():,f}", f"{fine.maximum.normalize():,f}"
    given = {"low": low, "high": high, "of": BASES.get(fine.base, ""), "per": MEASURES.get(fine.per, "")}
    if fine.unit is Unit.TIMES:
        text = _("%(low)s to %(high)s times %(of)s") if fine.minimum else _("up to %(high)s times %(of)s")
    elif fine.unit is Unit.PERCENT:
        text = _("%(low)s to %(high)s per cent %(of)s") if fine.minimum else _("up to %(high)s per cent %(of)s")
    elif fine.per:
        text = _("%(low)s to %(high)s yuan %(per)s") if fine.minimum else _("up to %(high)s yuan %(per)s")
    else:
        return str(in_yuan(fine))
    return text % given
