"""The follower that keeps the index: after an act, what it touched is read anew."""

from collections.abc import Sequence

from oneteam.directories.searchable import searchables
from oneteam.journal.erase import ERASED
from oneteam.journal.follow import Follower, register_follower
from oneteam.journal.models import Act
from oneteam.search.indexing import FOLLOWER, erased, read_anew


class Search(Follower):
    """Reads anew what acts touched. Which acts these are, the rooms say that register what can be found."""

    name = FOLLOWER
    batch = 500
    awaited = False

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override] # known when every room has registered
        """The acts after which something is read anew."""
        return frozenset({ERASED.name}).union(*(known.acts for known in searchables()))

    def handle(self, batch: Sequence[Act]) -> None:
        """Read each touched object once, however many acts touched it; doing it again changes nothing."""
        for known in searchables():
            acts = [act for act in batch if act.kind in known.acts]
            if acts:
                read_anew(known.kind, known.touched(acts))
        subjects = [act.stream for act in batch if act.kind == ERASED.name]
        if subjects:
            erased(subjects)


register_follower(Search())
