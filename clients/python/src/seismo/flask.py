"""Flask: an event for each request and each exception, and the client as ``app.extensions["seismo"]``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, got_request_exception, request

from .request_events import UNMATCHED, AnyClient
from .wsgi import FAILED, ROUTE, Environ, SeismoMiddleware

log = logging.getLogger("seismo")


class Seismo:
    """
    ``Seismo(client, app)``, or ``Seismo(client)`` and ``init_app(app)`` later.

    :param options: of :class:`seismo.request_events.RequestEvents`. ``user`` and ``data`` get Flask's request, within its context, so that
        ``flask.g``, ``flask.session`` and ``current_user`` work in them; ``skip`` gets the environ.
    """

    def __init__(self, client: AnyClient, app: Flask | None = None, **options: Any) -> None:
        self.client = client
        self._options = options
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        asked = {name: self._options[name] for name in ("user", "data") if self._options.get(name) is not None}
        options = {**self._options, **{name: _said(name) for name in asked}}
        middleware = SeismoMiddleware(app.wsgi_app, self.client, **options)
        app.wsgi_app = middleware  # type: ignore[method-assign]
        app.extensions["seismo"] = self.client

        @app.before_request
        def find_route() -> None:
            if request.url_rule is not None:
                request.environ[ROUTE] = request.url_rule.rule

        @app.teardown_request
        def ask(_error: BaseException | None = None) -> None:
            # While the request's context is there.
            for name, function in asked.items():
                try:
                    request.environ[f"seismo.{name}"] = function(request)
                except Exception:
                    log.debug("a function of the program failed", exc_info=True)

        def fail(_sender: Flask, exception: BaseException, **_: Any) -> None:
            ask()
            where = {"method": request.method, "route": request.environ.get(ROUTE, UNMATCHED)}
            middleware.events.failed(request.environ, exception, where)
            # It may be raised again, and reach the middleware.
            request.environ[FAILED] = True

        got_request_exception.connect(fail, app, weak=False)


def _said(name: str) -> Callable[[Environ], Any]:
    return lambda environ: environ.get(f"seismo.{name}")
