"""What taking a step did: what the engine returns and what a step's effects are handed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from oneteam.journal.acts import Recorded
from oneteam.procedures.clocks import ClockChange
from oneteam.procedures.errors import Failed


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken. `replayed`: it already stood in the journal under this key, and nothing was written now;
    the other fields then are empty, but for the act. `number`: what the step drew for the object it opened."""

    act: Recorded
    step: str
    object_id: UUID
    state: str = ""
    breaches: tuple[Failed, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    clocks: tuple[ClockChange, ...] = ()
    replayed: bool = False
    number: int = 0
