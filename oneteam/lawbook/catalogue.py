"""The catalogue of matters in force, read once from the law packs."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.matters import Field, Matter, load_fields, load_matters
from oneteam.lawbook.text import reader_language


def catalogue_file() -> Path:
    """Return the file that declares the matters; NotReadyError where no law pack has one."""
    for folder in settings.LAW_DIRS:
        path = Path(folder) / "cn" / "matters.yaml"
        if path.exists():
            return path
    raise NotReadyError("No law pack declares matters (law/cn/matters.yaml).")


@cache
def matters() -> Mapping[str, Matter]:
    """Return all matters by code, in the catalogue's order."""
    return {matter.code: matter for matter in load_matters(catalogue_file())}


@cache
def branches() -> Mapping[str, Field]:
    """Return the fields (branches of matters) by code, in the catalogue's order."""
    return {field.code: field for field in load_fields(catalogue_file())}


def matter_name(code: str) -> str:
    """Return a matter's name in the reader's language; the code itself where the catalogue no longer has it."""
    matter = matters().get(code)
    return (matter.zh if reader_language() == "zh" else matter.en) if matter else code


def field_name(code: str) -> str:
    """Return a field's name in the reader's language, or an empty text where there is none."""
    field = branches().get(code)
    return (field.zh if reader_language() == "zh" else field.en) if field else ""
