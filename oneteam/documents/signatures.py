"""Signatures given on a screen: kept pictures, drawn on white at the size of a signature line."""

import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from PIL import Image

from oneteam.documents.composing import BadValuesError
from oneteam.documents.declaration import Template
from oneteam.documents.values import Kind
from oneteam.files.queries import kept_about, original

EDGE = 800  # pixels of the longer edge: 14 mm high, it prints at well over 300 dpi


def pictures(template: Template, values: Mapping[str, Any], about: Sequence[UUID]) -> dict[str, bytes]:
    """Return the PNG of each signature among cleaned values, by field.

    Raises BadValuesError for a picture that was not kept for one of the files in `about`: nobody's signature is taken
    over from another file.
    """
    found: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for name, value in values.items():
        if template.fields[name].kind is Kind.SIGNATURE:
            blob = UUID(value)
            if kept_about(blob) & set(about):
                found[name] = on_white(original(blob))
            else:
                problems[name] = _("this signature was not given for this file")
    if problems:
        raise BadValuesError(template, problems)
    return found


def on_white(data: bytes) -> bytes:
    """Return a picture as an opaque PNG: what a screen leaves transparent is white on paper."""
    with Image.open(io.BytesIO(data)) as picture:
        drawn = picture.convert("RGBA")
    drawn.thumbnail((EDGE, EDGE))
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()
