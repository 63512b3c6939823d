"""The reasons that a proposal gives, as codes for the journal and as sentences for the screen."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Note(StrEnum):
    """One reason; stored as its value, shown as its sentence."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    NO_WORDS = "no_words"
    UNSURE = "unsure"
    CLOSE = "close"
    ASKING = "asking"
    LIKENESS_ONLY = "likeness_only"
    DANGER = "danger"
    DANGER_DENIED = "danger_denied"
    DANGER_OVER = "danger_over"
    DANGER_FEARED = "danger_feared"
    DANGER_MENTIONED = "danger_mentioned"
    DRILL = "drill"
    VULNERABLE = "vulnerable"
    MANY = "many"
    NOT_PRESSING = "not_pressing"
    MATTER_DEFAULT = "matter_default"
    PLACE_WIDER = "place_wider"
    PLACE_AMBIGUOUS = "place_ambiguous"
    PLACE_CONFLICT = "place_conflict"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_NONE = "place_none"


_SENTENCES: dict[Note, Promise] = {
    Note.EMPTY: _("There is nothing to read."),
    Note.TRUNCATED: _("The text is long; only its first 4,000 characters were read."),
    Note.NO_WORDS: _("No word of the catalogue stands in the text."),
    Note.UNSURE: _("Not sure enough to propose anything."),
    Note.CLOSE: _("Two matters are almost equally near."),
    Note.ASKING: _("The caller asks for information."),
    Note.LIKENESS_ONLY: _("No declared word was found; the text only resembles the matter."),
    Note.DANGER: _("The text speaks of danger to life."),
    Note.DANGER_DENIED: _("A danger is mentioned, but denied."),
    Note.DANGER_OVER: _("A danger is mentioned, but it is over."),
    Note.DANGER_FEARED: _("A danger is feared or lies in the past."),
    Note.DANGER_MENTIONED: _("A danger is mentioned in passing."),
    Note.DRILL: _("The text speaks of a drill."),
    Note.VULNERABLE: _("Children, old or ill people are mentioned."),
    Note.MANY: _("Many people are concerned."),
    Note.NOT_PRESSING: _(
        "People or dangers are mentioned, but nothing that presses: no danger now, no call to come now."
    ),
    Note.MATTER_DEFAULT: _("This matter is always treated as pressing."),
    Note.PLACE_WIDER: _("Several places are named; proposed is the community or area they share."),
    Note.PLACE_AMBIGUOUS: _("The name fits several places."),
    Note.PLACE_CONFLICT: _("The places named do not lie in one area."),
    Note.PLACE_UNKNOWN: _("A place is named that the gazetteer does not know."),
    Note.PLACE_NONE: _("No place is named."),
}


def sentence(note: Note) -> str:
    """Return the sentence of a reason in the reader's language."""
    return str(_SENTENCES[note])
