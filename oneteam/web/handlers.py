"""Which layers a request passes: all those of pages, or only what the interface for systems needs."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.utils.module_loading import import_string

INTERFACE = "/api/"


class InterfaceLayers(BaseHandler):
    """A handler with the layers that settings.INTERFACE_MIDDLEWARE names.

    They only see requests and answers: a layer that hooks into views or exceptions belongs to pages.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 -- Django's signature
        """Build the chain."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined] # the stubs lack it
        for name in reversed(settings.INTERFACE_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self._middleware_chain = chain


class InterfaceHandler(InterfaceLayers, WSGIHandler):
    """Answers connected systems, which have a token: no session, no form, no static file."""


class ByAddress:
    """The WSGI application: hands each request to the handler of pages or of the interface."""

    def __init__(self) -> None:
        self.pages, self.interface = WSGIHandler(), InterfaceHandler()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        handler = self.interface if environ["PATH_INFO"].startswith(INTERFACE) else self.pages
        return handler(environ, start_response)
