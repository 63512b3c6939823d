"""The HTTP interface for connected systems (OpenAPI 3.1 at /api/v1/openapi.json)."""

import logging
import math
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from oneteam.exchange import limits
from oneteam.exchange.acts import token_digest
from oneteam.intake.acts import receive_report
from oneteam.intake.labels import CHANNELS
from oneteam.intake.queries import outcome
from oneteam.intake.telling import LINE_LIMIT, Told, ToldFaultsError, point
from oneteam.journal import statements
from oneteam.journal.actors import Actor, ActorKind
from oneteam.kernel.clock import SHANGHAI, now
from oneteam.kernel.errors import (
    BadInputError,
    ConflictError,
    MissingError,
    NotAllowedError,
    NotReadyError,
    TooOftenError,
)
from oneteam.kernel.texts import TEXT_LIMIT

log = logging.getLogger(__name__)


class Token(HttpBearer):
    """`Authorization: Bearer <token>` of an active connected system."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Return the client as the actor of what follows, or None for an unknown or revoked token."""
        row = statements.run(
            "SELECT c.id, c.name FROM exchange_clienttoken t JOIN exchange_client c ON c.id = t.client_id"
            " WHERE t.digest = %s AND c.active",
            [token_digest(token)],
        ).fetchone()
        wait = limits.systems.wait(row[0]) if row else limits.strangers.wait(get_adapter().get_client_ip(request))
        if wait:
            raise TooOftenError(
                _("Too many requests; nothing of this one was taken. Send it again later."), seconds=math.ceil(wait)
            )
        return Actor(kind=ActorKind.CLIENT, id=str(row[0]), name=row[1]) if row else None


PLAIN, PROBLEM = "application/json", "application/problem+json"


class Renderer(BaseRenderer):
    """Answers as JSON."""

    media_type = PLAIN

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the JSON of what a view or a problem says."""
        return to_json(data)


class Interface(NinjaAPI):
    """The interface, whose description names problems by their own content type."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """Return the description (OpenAPI 3.1)."""
        schema = super().get_openapi_schema(**more)
        answers = (
            answer
            for path in schema["paths"].values()
            for operation in path.values()
            for answer in operation["responses"].values()
        )
        for answer in answers:
            content = answer.get("content", {})
            if content.get(PLAIN, {}).get("schema", {}).get("$ref", "").endswith("/Problem"):
                answer["content"] = {PROBLEM: content[PLAIN]}
        return schema


api = Interface(
    title="oneteam",
    version="1",
    description="Hand in reports and follow what became of them. Times are ISO 8601 with a zone; points are WGS 84.",
    auth=Token(),
    renderer=Renderer(),
    docs_url=None,
    urls_namespace="api-1",
)


# Told to who asks for the description; what is wrong with a telling is said by intake.telling, every fault at once.
Line: Any = Field("", json_schema_extra={"maxLength": LINE_LIMIT})


class ReportIn(BaseModel):
    """A report as told. Nothing of it is ever changed."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(examples=["hotline_12345"], json_schema_extra={"enum": list(map(str, CHANNELS))})
    text: str = Field(json_schema_extra={"minLength": 1, "maxLength": TEXT_LIMIT})
    told_at: datetime = Field(description="Not in the future; a time without a zone is China's")
    title: str = Line
    address: str = Line
    caller_name: str = Line
    caller_phone: str = Field("", description="5 to 20 digits, if any")
    external_id: str | None = Field(None, json_schema_extra={"maxLength": LINE_LIMIT})
    lon: Decimal | None = Field(None, description="Longitude in degrees, WGS 84, inside the city")
    lat: Decimal | None = Field(None, description="Latitude in degrees, WGS 84, inside the city")


class ReportOut(BaseModel):
    """Where a report stands."""

    id: UUID
    number: int
    state: Literal["received", "answered", "closed", "reopened"]
    received_at: datetime
    answered_at: datetime | None = None
    answer: str | None = None


class Problem(BaseModel):
    """What went wrong and what to do (RFC 9457)."""

    title: str
    status: int
    detail: str
    faults: dict[str, str] = Field(default_factory=dict)


def _problems(*statuses: int) -> dict[int, type[Problem]]:
    return dict.fromkeys(statuses, Problem)


@api.post(
    "/reports",
    response={200: ReportOut, 201: ReportOut, **_problems(400, 401, 409, 413, 422, 429, 503)},
    summary="Hand in a report",
    description="201: taken now. 200: the same report was taken before (same key or external id, same content).",
)
def post_report(
    request: HttpRequest,
    body: ReportIn,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)] = None,
) -> Status[ReportOut]:
    """Take a report from a connected system."""
    actor: Actor = request.auth  # type: ignore[attr-defined] # set by ninja
    told_at = body.told_at if body.told_at.tzinfo else body.told_at.replace(tzinfo=SHANGHAI)
    place = _point(body)
    told = Told(
        channel=body.channel, text=body.text, told_at=told_at, title=body.title, address=body.address,
        caller_name=body.caller_name, caller_phone=body.caller_phone, external_id=body.external_id or None,
        lon=place[0] if place else None, lat=place[1] if place else None,
    )  # fmt: skip
    moment = now()
    received = receive_report(actor=actor, at=moment, told=told, source=f"api:{actor.id}", key=idempotency_key or None)
    if received.known:
        return Status(200, _outcome(received.id, actor))
    return Status(201, ReportOut(id=received.id, number=received.number, state="received", received_at=moment))


def _point(body: ReportIn) -> tuple[Decimal, Decimal] | None:
    if body.lon is None and body.lat is None:
        return None
    if body.lon is None or body.lat is None:
        raise ToldFaultsError({"lon": _("A point needs a longitude and a latitude.")})
    try:
        return point(str(body.lon), str(body.lat))
    except BadInputError as error:
        raise ToldFaultsError({"lon": str(error)}) from error


@api.get(
    "/reports/{report}",
    response={200: ReportOut, **_problems(401, 404, 422, 429, 503)},
    summary="Follow a report",
)
def get_report(request: HttpRequest, report: UUID) -> ReportOut:
    """Tell a connected system what became of a report it handed in."""
    actor: Actor = request.auth  # type: ignore[attr-defined] # set by ninja
    return _outcome(report, actor)


def _outcome(report: UUID, actor: Actor) -> ReportOut:
    found = outcome(report, source=f"api:{actor.id}")
    if found is None:
        raise MissingError(_("There is no such report of yours."))
    return ReportOut(**found)


_STATUS: dict[type[Exception], tuple[int, str]] = {
    ConflictError: (409, "Conflict"),
    BadInputError: (422, "Cannot be taken"),
    MissingError: (404, "Not found"),
    NotAllowedError: (403, "Not allowed"),
    NotReadyError: (503, "Not ready"),
    TooOftenError: (429, "Too often"),
}


def _problem(request: HttpRequest, status: int, title: str, detail: str, faults: dict[str, str]) -> HttpResponse:
    content = {"title": title, "status": status, "detail": detail, "faults": faults}
    response = api.create_response(request, content, status=status)
    response["Content-Type"] = PROBLEM
    return response


def _refused(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    status, title = next(known for kind, known in _STATUS.items() if isinstance(error, kind))
    faults = error.faults if isinstance(error, ToldFaultsError) else {}
    response = _problem(request, status, title, str(error), faults)
    if isinstance(error, TooOftenError):
        response["Retry-After"] = str(error.seconds)
    return response


for _kind in _STATUS:
    api.add_exception_handler(_kind, _refused)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is no JSON."""
    detail = _("The body is no JSON that can be read: %(error)s") % {"error": error.message}
    return _problem(request, error.status_code, "Cannot be read", detail, {})


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
    detail = _("A request may have %(limit)d MB at most; put long material into an attachment.") % {"limit": limit}
    return _problem(request, 413, "Too large", detail, {})


@api.exception_handler(DatabaseError)
def _database_away(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """Say that the database is away; anything else it says is a fault of ours and stays one."""
    if not isinstance(error, OperationalError | InterfaceError):
        raise error
    log.warning("the database was away: %s", error)
    detail = _("The database is away for a moment. Nothing was taken; send it again with the same idempotency key.")
    response = _problem(request, 503, "Not ready", detail, {})
    response["Retry-After"] = "2"
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = {".".join(str(part) for part in fault["loc"][2:] or fault["loc"]): fault["msg"] for fault in error.errors}
    return _problem(request, 422, "Cannot be taken", "; ".join(f"{at}: {what}" for at, what in faults.items()), faults)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _problem(
        request, 401, "Unknown token", _("Send “Authorization: Bearer …” with the token of a connected system."), {}
    )
    response["WWW-Authenticate"] = "Bearer"
    return response
