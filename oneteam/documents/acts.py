"""Issuing and voiding documents; reserving and voiding numbers."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.documents.composing import (
    BadValuesError,
    Check,
    Composer,
    MissingValuesError,
    cleaned,
    fields_with,
    missing,
)
from oneteam.documents.declaration import Template
from oneteam.documents.models import Document, Number, State
from oneteam.documents.numbering import Drawn, draw, extend, next_serial, series_of, text_of
from oneteam.documents.queries import Labels, public_facts, template_of
from oneteam.documents.rendering import MissingGlyphsError, Rendered, render
from oneteam.documents.signatures import pictures
from oneteam.files.acts import keep_document
from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import new_subject, standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.queries import setting

ISSUERS = frozenset({"officer"})
VOIDERS = frozenset({"officer", "brigade_leader"})
BLOCK_LIMIT = 100  # numbers of a series that one person may hold in reserve
REASON_LIMIT = 200
TOKEN_BYTES = 16

register(
    ActKind(
        name="document.issued",
        text=gettext_lazy("Document issued: %(template)s %(number)s, sealed by SHA-256 %(sha256)s"),
        fields={
            "template": str, "version": int, "digest": str, "number": str, "series": str,
            "sha256": str, "renderer": str, "fonts": str, "layout": str, "shown": dict,
        },
        personal=frozenset({"values", "source"}),
        who=ISSUERS,
    )
)  # fmt: skip
label_values("document.issued", "template", Labels())
register(
    ActKind(
        name="document.voided", text=gettext_lazy("Document %(number)s declared void: %(reason)s"),
        fields={"number": str, "reason": str}, who=VOIDERS,
    )
)  # fmt: skip
register(
    ActKind(
        name="number.reserved", text=gettext_lazy("Numbers %(first)s to %(last)s reserved for the device %(device)s"),
        fields={"series": str, "year": int, "first": str, "last": str, "count": int, "device": str}, who=ISSUERS,
    )
)  # fmt: skip
register(
    ActKind(
        name="number.voided", text=gettext_lazy("Number %(number)s declared void: %(reason)s"),
        fields={"number": str, "reason": str}, who=VOIDERS,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued document. `number` is "" for one without; `token` ends the address of its public check page."""

    id: UUID
    number: str
    sha256: str
    token: str


@write
def issue(
    *,
    actor: Actor,
    at: datetime,
    template: str,
    subject: UUID | None,
    about: Sequence[UUID],
    values: Mapping[str, Any],
    number: str | None = None,
    key: str | None = None,
) -> Issued:
    """Number, render, seal and keep a document; all or nothing.

    `subject` is whose values it holds (journal.subjects): erasing that subject makes document and file unreadable.
    None gives the document a key of its own.
    `about` names the files that it belongs to. `number` is one that was reserved for this person's device; None draws
    the next. Raises MissingValuesError and BadValuesError naming every field, UnsetSettingError where the city lacks a
    setting, and for a number what `numbering.usable` raises. 行政处罚法 第五十二条 (SIM-03, SIM-04), NUM-01.
    """
    issuer = _person(actor)
    chosen = template_of(template)
    kept = cleaned(chosen, values)
    once = Once.of(key, "document.issue", template, subject, sorted(map(str, about)), kept, number)
    if done := earlier(actor=actor, once=once):
        return _issued(Document.objects.select_related("number").get(id=done.stream))
    if lacking := missing(chosen, kept):
        raise MissingValuesError(chosen, lacking)
    drawn = _number(chosen, at, number=number, holder=issuer)
    subject = standing(subject) if subject else new_subject()
    token, document = secrets.token_urlsafe(TOKEN_BYTES), uuid7()
    composer = Composer(
        chosen, kept, legal_day(at), setting, number=drawn.text if drawn else None, check=Check(check_address(token)),
        pictures=pictures(chosen, kept, about),
    )  # fmt: skip
    source, made = _rendered(composer, chosen, kept)
    blob, sha256 = keep_document(
        actor=actor, at=at, data=made.pdf, pages=made.pages, about=[document, *about], subject=subject
    )
    shown = public_facts(chosen, kept)
    act = record(
        kind="document.issued", actor=actor, at=at, stream=document, about=about, once=once,
        payload={
            "template": chosen.name, "version": chosen.version, "digest": chosen.digest,
            "number": drawn.text if drawn else "", "series": chosen.series or "", "sha256": sha256,
            "renderer": made.renderer, "fonts": made.fonts, "layout": made.layout, "shown": shown,
        },
        personal={subject: {"values": kept, "source": source}},
    )  # fmt: skip
    row = Document.objects.create(
        id=document, template=chosen.name, version=chosen.version, number=drawn.take() if drawn else None, blob_id=blob,
        sha256=sha256, token=token, subject=subject, about=list(about), shown=shown, issued_at=at,
        issued_by_id=issuer, issued_act=act.id,
    )  # fmt: skip
    return _issued(row)


def _person(actor: Actor) -> UUID:
    if actor.person_id is None or actor.role not in ISSUERS:
        raise NotAllowedError(_("Documents are issued by officers, under that post."))
    return actor.person_id


def check_address(token: str) -> str:
    """Return the address at which anybody checks a document."""
    return f"{settings.PUBLIC_ADDRESS}/d/{token}/"


def _issued(row: Document) -> Issued:
    return Issued(row.id, row.number.text if row.number else "", row.sha256, row.token)


def _number(template: Template, at: datetime, *, number: str | None, holder: UUID | None) -> Drawn | None:
    if template.series is None:
        if number is not None:
            raise BadInputError(_("A document “%(name)s” has no number of its own.") % {"name": template.label})
        return None
    return draw(series_of(template.series), at, number=number, holder=holder)


def _rendered(composer: Composer, template: Template, kept: Mapping[str, Any]) -> tuple[dict[str, Any], Rendered]:
    source = composer.document()
    try:
        return source, render(source, day=composer.issued_on, images=composer.images)
    except MissingGlyphsError as error:
        held = fields_with(template, kept, error.characters)
        message = _("no font has: %(characters)s; add one that does (ONETEAM_FONTS) or write it otherwise")
        problems = {name: message % {"characters": " ".join(characters)} for name, characters in held.items()}
        raise BadValuesError(template, problems) from error


@write
def void(*, actor: Actor, at: datetime, document: UUID, reason: str, key: str | None = None) -> Recorded:
    """Declare an issued document void; it and its number stay in the register for ever, with the reason (NUM-01).

    An officer voids what the officer issued, a brigade leader any. The reason stays readable for ever: it names nobody.
    Raises ConflictError for a document that is void, NotAllowedError for somebody else's.
    """
    once = Once.of(key, "document.void", document, reason)
    if done := earlier(actor=actor, once=once):
        return done
    row = Document.objects.select_for_update(of=("self",)).select_related("number").filter(id=document).first()
    if row is None:
        raise MissingError(_("There is no such document."))
    if row.voided_at is not None:
        raise ConflictError(_("This document is void already."))
    if actor.role == "officer" and row.issued_by_id != actor.person_id:
        raise NotAllowedError(_("Only who issued a document, or a brigade leader, may declare it void."))
    why = _reason(reason)
    act = record(
        kind="document.voided", actor=actor, at=at, stream=document, about=row.about, once=once,
        payload={"number": row.number.text if row.number else "", "reason": why},
    )  # fmt: skip
    Document.objects.filter(id=document).update(voided_at=at, void_reason=why)
    if row.number is not None:
        Number.objects.filter(id=row.number.id).update(state=State.VOID, reason=why)
    return act


@write
def reserve_numbers(
    *, actor: Actor, at: datetime, series: str, count: int, device: str, key: str | None = None
) -> list[str]:
    """Reserve the next numbers of a series for a person's device, to be used without signal; returns them.

    Each must be used or voided within the year. Raises BadInputError for more than BLOCK_LIMIT in one hand.
    """
    holder, known, name = _person(actor), series_of(series), device.strip()
    if not name or len(name) > 60:
        raise BadInputError(_("Name the device, in 60 characters at most."))
    once = Once.of(key, "number.reserve", series, count, name)
    if done := earlier(actor=actor, once=once):
        return _block(done.stream)
    year = legal_day(at).year
    first = next_serial(known, year)
    held = Number.objects.filter(holder=holder, state=State.RESERVED, count__series=series).count()
    if not 1 <= count <= BLOCK_LIMIT - held:
        message = _("From 1 to %(most)d more numbers can be reserved; use or void those that you hold (%(held)d).")
        raise BadInputError(message % {"most": max(0, BLOCK_LIMIT - held), "held": held})
    texts = [text_of(known, year, first + n) for n in range(count)]
    block = uuid7()
    record(
        kind="number.reserved", actor=actor, at=at, stream=block, once=once,
        payload={"series": series, "year": year, "first": texts[0], "last": texts[-1], "count": count, "device": name},
    )  # fmt: skip
    extend(known, year, first, texts, state=State.RESERVED, holder=holder, device=name, block=block)
    return texts


def _block(block: UUID) -> list[str]:
    return list(Number.objects.filter(block=block).order_by("serial").values_list("text", flat=True))


@write
def void_number(*, actor: Actor, at: datetime, number: str, reason: str, key: str | None = None) -> Recorded:
    """Declare a reserved number void (a form torn, a device lost); it stays void, with the reason (NUM-01).

    Raises ConflictError for one that is used or void, NotAllowedError for an officer who does not hold it.
    """
    once = Once.of(key, "number.void", number, reason)
    if done := earlier(actor=actor, once=once):
        return done
    row = Number.objects.select_for_update().filter(text=number).first()
    if row is None:
        raise MissingError(_("There is no number %(number)s.") % {"number": number})
    if row.state != State.RESERVED:
        raise ConflictError(_("The number %(number)s is not in reserve any more.") % {"number": number})
    if actor.role == "officer" and row.holder_id != actor.person_id:
        raise NotAllowedError(_("Only who holds a number, or a brigade leader, may declare it void."))
    why = _reason(reason)
    act = record(
        kind="number.voided", actor=actor, at=at, stream=row.id, payload={"number": number, "reason": why}, once=once
    )
    Number.objects.filter(id=row.id).update(state=State.VOID, reason=why)
    return act


def _reason(reason: str) -> str:
    text = " ".join(reason.split())
    if not text or len(text) > REASON_LIMIT:
        raise BadInputError(_("Write the reason, in %(most)d characters at most.") % {"most": REASON_LIMIT})
    return text
