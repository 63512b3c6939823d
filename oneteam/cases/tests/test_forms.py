"""What the forms of a case offer to whom it is about."""

import re
from typing import Any

import pytest

from oneteam.cases import acts
from oneteam.cases.tests.making import (
    COMPANY,
    FIRST,
    fine,
    heard,
    known,
    officer,
    opened,
    ordered,
    rechecked,
    row,
)
from oneteam.things.queries import parties
from tests.world import AT, browser

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize(("party", "natural"), [(None, True), (COMPANY, False)])
def test_grounds_that_lie_in_a_natural_person_are_not_offered_for_a_firm(
    party: dict[str, Any] | None,
    natural: bool,
) -> None:
    case = known(party=party)
    ordered(case)
    rechecked(case)
    client = browser(FIRST, "officer", language="en")
    hear = client.get(f"/cases/{case}/hear/").content.decode()
    assert ("mental illness" in hear) is ("between 14 and 18" in hear) is natural
    assert "lighter or mitigated" in hear
    heard(case, fine(50))
    assert ('name="lighter"' in client.get(f"/cases/{case}/decide/").content.decode()) is False
    refused = client.post(f"/cases/{case}/hear/", {"penalty": "fine", "amount": "40", "grounds": "31"})
    assert (b"mental illness" in refused.content) is natural


def test_known_firm_is_searched_for_and_chosen_instead_of_typed() -> None:
    firm = row(known(party=COMPANY)).party_id
    assert firm is not None
    info = parties([firm])[firm]
    case = opened(certified=False)
    acts.show_certificates(actor=officer(), at=AT, case=case)
    client, address = browser(FIRST, "officer", language="en"), f"/cases/{case}/identify/"
    for words in (info.name[2:6], info.credit_code.lower()):
        assert f"?party={info.id}" in client.get(address, {"q": words}).content.decode()
    assert "No firm of this name is known" in client.get(address, {"q": "没有这家"}).content.decode()
    filled = client.get(address, {"party": str(info.id)}).content.decode()
    for value in (info.name, info.credit_code, info.address):
        assert f'value="{value}"' in filled
    assert re.search(r'value="legal_person"[^>]*checked', filled)
    assert "data-draft-over" in filled, "what was typed before it was chosen does not come back over it"


def test_citizen_is_never_found_by_name_nor_filled_in_by_a_number() -> None:
    citizen = row(known()).party_id
    case = opened(certified=False)
    acts.show_certificates(actor=officer(), at=AT, case=case)
    client, address = browser(FIRST, "officer", language="en"), f"/cases/{case}/identify/"
    assert "No firm of this name is known" in client.get(address, {"q": "林垟喆"}).content.decode()
    for party in (citizen, "1"):
        filled = client.get(address, {"party": str(party)}).content.decode()
        assert re.search(r'value="citizen"[^>]*checked', filled)
        assert 'name="name" value=' not in filled
