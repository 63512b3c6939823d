"""Made-up things for the tests of this room; the credit codes and identity numbers are nobody's."""

from datetime import date
from typing import Any
from uuid import UUID

from oneteam.journal.actors import operator
from oneteam.kernel.idnumbers import credit_code_check, resident_id_check
from oneteam.people.models import Unit
from oneteam.places.models import Place
from oneteam.things import component_acts, party_acts, premises_acts
from tests.world import AT

CLERK = operator("clerk")


def credit(number: int, *, leading: str = "91") -> str:
    """Return a unified social credit code with a right check character."""
    body = f"{leading}990383MA{number:07}"
    return body + credit_code_check(body)


def resident(number: int, born: str = "19900307") -> str:
    """Return an identity number with a right check character."""
    body = f"990101{born}{number:03}"
    return body + resident_id_check(body)


def firm(number: int = 1, **values: Any) -> UUID:
    """Register a firm."""
    given = {"kind": "legal_person", "name": f"云屿彩印{number}有限公司", "credit_code": credit(number), **values}
    return party_acts.register_party(actor=CLERK, at=AT, **given)


def citizen(number: int = 1, **values: Any) -> UUID:
    """Register a citizen."""
    given = {"kind": "citizen", "name": "林小生", "id_number": resident(number), "phone": "138 0000 5602", **values}
    return party_acts.register_party(actor=CLERK, at=AT, **given)


def shop(party: UUID, **values: Any) -> UUID:
    """Register premises in the Haitang community."""
    grid = Place.objects.get(code="990383000012001")
    given = {
        "party": party, "name": "阿海面馆", "address": "海棠路88号", "fields": ["F01", "F28"], "lon": grid.lon,
        "lat": grid.lat, "opened_on": date(2024, 5, 1), **values,
    }  # fmt: skip
    return premises_acts.register_premises(actor=CLERK, at=AT, **given)


def component(serial: int = 1, **values: Any) -> UUID:
    """Register a street lamp in the first grid of the Haitang community."""
    grid = Place.objects.get(code="990383000012001")
    given = {
        "code": f"99038301037{serial:06}", "name": "路灯", "unit": Unit.objects.get(code="U03").id,
        "department_code": credit(9, leading="11"), "lon": grid.lon, "lat": grid.lat, "first_date": date(2025, 3, 1),
        "accuracy": "A", **values,
    }  # fmt: skip
    return component_acts.register_component(actor=CLERK, at=AT, **given)
