"""Reading notices."""

from collections.abc import Sequence
from uuid import UUID

from oneteam.notices.models import Notice

MOST = 100
COUNTED = 100  # the bell says 99+ from here on


def unseen(post: UUID) -> int:
    """Return how many notices of a post were not opened yet, counted up to `COUNTED`."""
    return len(Notice.objects.filter(post_id=post, seen_at__isnull=True).values_list("id")[:COUNTED])


def newest(post: UUID) -> Sequence[Notice]:
    """Return the newest notices of a post: what was not opened yet first."""
    fresh = list(Notice.objects.filter(post_id=post, seen_at__isnull=True).order_by("-at", "-id")[:MOST])
    rest = MOST - len(fresh)
    return [*fresh, *Notice.objects.filter(post_id=post, seen_at__isnull=False).order_by("-at", "-id")[:rest]]
