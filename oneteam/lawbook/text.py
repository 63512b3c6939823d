"""A text of the law pack in both languages. Law data carries its own words; gettext is for the interface."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language


def reader_language() -> str:
    """Return "zh" or "en", whichever the reader of this request, or the city, uses."""
    return "zh" if (get_language() or settings.LANGUAGE_CODE).startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and in English. `str(text)` is the one in the reader's language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if reader_language() == "zh" else self.en

    def filled(self, fields: Mapping[str, object]) -> "Text":
        """Return the text with its named fields put in; a field may itself be a Text."""

        def put(language: str, template: str) -> str:
            chosen = {n: getattr(v, language) if isinstance(v, Text) else str(v) for n, v in fields.items()}
            return template.format_map(chosen)

        return Text(put("zh", self.zh), put("en", self.en))
