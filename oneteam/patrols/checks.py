"""The check of settling on the spot, scopes and facts of findings."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.lawbook.catalogue import matters
from oneteam.patrols.models import Finding
from oneteam.procedures.registry import Context, Failure, check, facts, scope

SERVICE = "service"


@check("OT-07", needs=("handling", "matter"))
def only_service_is_settled(context: Context) -> Failure | None:
    """What is settled on the spot is service; everything else goes to those who may. Facts: `handling`, `matter`."""
    if context.fact("handling") == SERVICE:
        return None
    known = matters().get(context.fact("matter"))
    return Failure({"matter": known.name if known else context.fact("matter")})


@scope("finder", text=_("who found it"), needs=("finder",))
def finder(context: Context) -> bool:
    """Tell whether the actor found it, under whatever post."""
    return bool(context.actor.person_id == context.fact("finder"))


@scope("taker", text=_("who took it over"), needs=("taker",))
def taker(context: Context) -> bool:
    """Tell whether the actor took it over."""
    return bool(context.actor.person_id == context.fact("taker"))


@facts("finding", gives=("handling", "matter", "finder", "taker"))
def finding_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give what was found, by whom, and who took it over."""
    rows = Finding.objects.filter(id__in=list(ids)).values_list("id", "handling", "matter", "found_by", "taken_by")
    names = ("handling", "matter", "finder", "taker")
    return {finding: dict(zip(names, values, strict=True)) for finding, *values in rows}
