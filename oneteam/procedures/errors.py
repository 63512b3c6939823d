"""A refusal explains: every failed check at once, with its id, article, sentence and cure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from oneteam.kernel.errors import UnlawfulError
from oneteam.lawbook.checks import CheckInfo, Severity


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that failed. Its texts come in the language of whoever reads them."""

    info: CheckInfo
    fields: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The check's id, such as EVT-07."""
        return self.info.id

    @property
    def severity(self) -> Severity:
        """Whether it blocks, asks for a reason, or is only watched."""
        return self.info.severity

    @property
    def article(self) -> str:
        """The law or rule behind the check."""
        return str(self.info.article)

    @property
    def sentence(self) -> str:
        """What stands against the step."""
        return str(self.info.sentence.filled(self.fields))

    @property
    def cure(self) -> str:
        """What would make the step lawful."""
        return str(self.info.cure.filled(self.fields))

    @property
    def needs_reason(self) -> bool:
        """Whether a person may go on with a reason (an override)."""
        return self.severity is Severity.WARN

    def __str__(self) -> str:
        return f"{self.id}: {self.sentence} ({self.article}) → {self.cure}"


class RefusedError(UnlawfulError):
    """The proposed step is not lawful now; nothing was written. `failures` holds every failed check."""

    def __init__(self, step: str, failures: Iterable[Failed]) -> None:
        self.step = step
        self.failures: tuple[Failed, ...] = tuple(failures)
        super().__init__(step)

    def __str__(self) -> str:
        return "\n".join([_("This step is refused:"), *map(str, self.failures)])
