"""Whoever asks too often is told to wait, by account; nothing of what was sent is read before."""

import io
from typing import Any

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler

from oneteam.people import often
from tests.world import browser

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grant everything twice a minute."""
    monkeypatch.setattr(often, "LIMITS", dict.fromkeys(often.LIMITS, "2/m/user"))


def upload(client: Any, address: str = "/findings/new/") -> Any:
    return client.post(address, {"photos": io.BytesIO(b"x" * 100)})


@pytest.mark.usefixtures("twice")
@pytest.mark.parametrize(
    "address", ["/search/?q=1", "/search/palette/?q=1", "/directory/units.csv", "/cases/?file=xlsx"]
)
def test_third_time_in_a_minute_is_one_too_often_for_this_account_alone(address: str) -> None:
    client = browser("luo.chengye", language="en")
    assert [client.get(address).status_code for _time in range(2)] == [200, 200]
    refused = client.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Wait a minute" in refused.content.decode()
    assert client.get("/cases/").status_code == 200, "other pages are open"
    assert browser("jin.ruotong").get(address).status_code == 200, "everybody is counted alone"


@pytest.mark.usefixtures("twice")
def test_upload_that_comes_too_often_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser("luo.chengye", language="en")
    assert [upload(client).status_code for _time in range(2)] == [422, 422]

    def read(*_args: object) -> bytes:
        raise AssertionError("a byte was read")

    monkeypatch.setattr(MemoryFileUploadHandler, "receive_data_chunk", read)
    refused = upload(client)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "send it again" in refused.content.decode()
