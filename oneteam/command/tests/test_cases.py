"""The page of an order and the case decided on the spot: who may open one there, and who is told why not."""

import pytest

from oneteam.command.acts import send_order
from oneteam.command.tests.test_orders import incident
from tests.world import AT, actor, browser, post_of

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize(("username", "role"), [("weng.shanxing", "officer"), ("weng.shanxing", "grid_attendant")])
def test_order_page_opens_a_case_for_officers_and_says_to_attendants_why_not(username: str, role: str) -> None:
    about = incident()
    post = post_of(username, role).id
    sent = send_order(actor=actor("shen.yulan"), at=AT, incident=about, post=post, instruction="请处置")
    shown = browser(username, role, language="en").get(f"/orders/{sent.id}/").content.decode().replace("\xa0", " ")
    assert (f"/cases/new/?incident={about}" in shown) is (role == "officer")
    for word in ("OFF-05", "art. 30"):
        assert (word in shown) is (role == "grid_attendant")
