"""How large a request with files may be: refused by the size it announces, before a byte of it is stored."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

BODY_LIMIT = 320 * 1024 * 1024  # bytes of one request: twelve photos of the largest size and what goes with them
STRANGERS_LIMIT = 32 * 1024 * 1024  # of who is not signed in: the one document that anybody may have compared


class BoundedBody(FileUploadHandler):
    """Refuses a body that is too large; the handlers after it store the files. RequestDataTooBig is answered 413."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 -- Django's name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Compare the announced length with the limit."""
        user = getattr(self.request, "user", None)
        if content_length > (BODY_LIMIT if user is not None and user.is_authenticated else STRANGERS_LIMIT):
            raise RequestDataTooBig(f"{content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the bytes on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that stored it."""
