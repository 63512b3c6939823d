"""The follower that tells posts what concerns them."""

from collections.abc import Sequence
from datetime import timedelta

from oneteam.journal.follow import Follower, register_follower
from oneteam.journal.models import Act
from oneteam.kernel.clock import now
from oneteam.notices.models import Notice
from oneteam.notices.slots import notifiers

FRESH = timedelta(days=7)  # what is older when it is followed is history: nobody is told of it any more


class Notices(Follower):
    """Makes a notice for each post that an act concerns; nobody is told of an own act."""

    name = "notices"
    awaited = False

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override] # rooms register theirs after this one
        """The kinds of act of all notifiers."""
        return frozenset().union(*(notifier.acts for notifier in notifiers()))

    def handle(self, batch: Sequence[Act]) -> None:
        """Tell the posts; an act that was followed before is told once only."""
        oldest = now() - FRESH
        fresh = [act for act in batch if act.occurred_at >= oldest]
        for notifier in notifiers():
            concerned = [act for act in fresh if act.kind in notifier.acts]
            Notice.objects.bulk_create(
                [
                    Notice(post_id=post, act=act.id, kind=notifier.kind, object=act.stream, at=act.occurred_at)
                    for act, post in (notifier.find(concerned) if concerned else ())
                    if post != act.post
                ],
                ignore_conflicts=True,
            )


register_follower(Notices())
