"""What remains of an erased person's files is removed: their key is gone, nobody could read them."""

from collections.abc import Sequence

from oneteam.files.models import Blob
from oneteam.files.store import Shelf
from oneteam.journal.follow import Follower, register_follower
from oneteam.journal.models import Act, Subject


class Sweeper(Follower):
    """Removes the encrypted files of erased subjects from the folder."""

    name = "files"
    kinds = frozenset({"personal.erased"})

    def handle(self, batch: Sequence[Act]) -> None:
        """Remove each file of these subjects; harmless when they are gone."""
        for row in Blob.objects.filter(subject__in=[act.stream for act in batch]):
            Shelf(row.sha256, row.subject, None).remove()


def sweep_erased() -> None:
    """Remove the files of everybody who is erased: after a restore, whose archive may hold one that was just going."""
    for row in Blob.objects.filter(subject__in=Subject.objects.filter(wrapped=None).values("id")):
        Shelf(row.sha256, row.subject, None).remove()


register_follower(Sweeper())
