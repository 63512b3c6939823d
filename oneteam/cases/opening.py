"""The page that opens a case: who is the second officer."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.cases.forms import OpenForm
from oneteam.kernel.clock import legal_day
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import on_duty, posts_on
from oneteam.people.standing import certificates_on
from oneteam.procedures.shown import Returned
from oneteam.web.parts import Link, PageHeader, Step


def officers_for(request: PersonRequest, at: datetime) -> list[tuple[str, str]]:
    """Return who may be the second officer, those of the same unit and on duty first; each says what is lacking."""
    own = request.acting.post
    held = {post.person: post for post in posts_on(legal_day(at), roles=["officer"]) if post.person != own.person}
    certified, here = certificates_on(held, legal_day(at)), {post.person for post in on_duty(at, ["officer"])}

    def rank(post: Any) -> tuple[bool, bool, bool, str]:
        return post.person not in certified, post.unit_code != own.unit_code, post.person not in here, post.pinyin

    return [
        (str(post.person), _label(post.name, post.unit, on=post.person in here, certified=post.person in certified))
        for post in sorted(held.values(), key=rank)
    ]


def _label(name: str, unit: str, *, on: bool, certified: bool) -> str:
    notes = [unit] if on else [unit, _("off duty")]
    return f"{name} ({_(', ').join(notes if certified else [*notes, _('no certificate valid today')])})"


def open_context(
    request: PersonRequest, form: OpenForm | None, *, at: datetime, returned: Returned | None = None, key: str = ""
) -> dict[str, Any]:
    """Return what the page shows; without a form only why it cannot be."""
    title = _("Open on-the-spot case")
    step = Step(title, "lawful", button=title, action=reverse("case-new"), main=True, form=form, key=key, icon="right")
    return {
        "header": PageHeader(title=_("Who is the second officer?"), crumbs=[Link(_("Cases"), reverse("cases"))]),
        "refusal": returned.refusal if returned else None,
        "sent_back": returned.above([], {}) if returned and form else None,
        "step": step,
        "posts": request.acting.posts,
    }
