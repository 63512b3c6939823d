"""Issued documents are kept: what they say of a person is not erased because somebody asks for it (PIPL 47(2))."""

from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.documents.models import Document
from oneteam.journal.erase import Ground, keep_where_law_says

# Case files are kept for a period that the archives authority approves (档案法实施条例 第十九条); it is
# over, or a law or a court says otherwise, or nothing is erased.
ALLOWED = frozenset({Ground.PERIOD_EXPIRED, Ground.LAW_REQUIRES, Ground.UNLAWFUL})


@keep_where_law_says
def issued_documents(subject: UUID, ground: Ground) -> str | None:
    """Say how many documents hold the values of a subject, where the ground does not reach them."""
    count = 0 if ground in ALLOWED else Document.objects.filter(subject=subject).count()
    if not count:
        return None
    message = _("%(count)d issued documents hold these values and must be kept; erasing needs one of: %(grounds)s")
    return message % {"count": count, "grounds": ", ".join(sorted(ALLOWED))}
