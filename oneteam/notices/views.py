"""The page of notices."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from oneteam.kernel.clock import now
from oneteam.notices.bell import bell_of
from oneteam.notices.models import Notice
from oneteam.notices.page import rows_of, target
from oneteam.notices.queries import newest
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.web.parts import Empty, PageHeader


@for_roles()
@require_GET
def notices(request: PersonRequest) -> HttpResponse:
    """The newest notices of the acting post, those first that were not opened yet."""
    rows = rows_of(request, newest(request.acting.post.id))
    empty = Empty(
        _("Nothing is new for this post."),
        _("Orders sent to you, time limits, what comes back to you and cases you are named in are told here."),
        icon="bell",
    )  # fmt: skip
    context = {
        "header": PageHeader(_("Notices")),
        "rows": rows,
        "unseen": any(not row.seen for row in rows),
        "empty": None if rows else empty,
    }
    return render(request, "notices/notices.html", context)


@for_roles()
@require_GET
def bell(request: PersonRequest) -> HttpResponse:
    """The bell anew, for a page that heard of an act."""
    [shown] = bell_of(request)
    return render(request, "web/bell.html", {"bell": shown})


@for_roles()
@require_GET
def opened(request: PersonRequest, notice_id: UUID) -> HttpResponse:
    """Go to what a notice of the acting post tells of; it is not counted any more."""
    notice = Notice.objects.filter(id=notice_id, post_id=request.acting.post.id).first()
    address = target(request, notice) if notice else None
    if notice is None or address is None:
        raise Http404
    Notice.objects.filter(id=notice_id, seen_at__isnull=True).update(seen_at=now())
    return redirect(address)


@for_roles()
@require_POST
def all_seen(request: PersonRequest) -> HttpResponse:
    """Count none of the present notices of the acting post any more."""
    Notice.objects.filter(post_id=request.acting.post.id, seen_at__isnull=True).update(seen_at=now())
    return redirect("notices")
