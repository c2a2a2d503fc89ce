"""
A small application, with the middleware when it is given a sink: for bench/python.py.

`app.py FRAMEWORK SINK REQUESTS`; each line is answered with µs of CPU a request, delivery included.
"""

from __future__ import annotations

import asyncio
import sys
import time
from io import BytesIO
from typing import Callable

import seismo

framework, sink, requests = sys.argv[1], sys.argv[2], int(sys.argv[3])
OPTIONS = {"server": sink, "app": "bench", "key": "sk_x"}


def wsgi(app: Callable, flush: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for n in range(requests):
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": f"/items/{n}",
                "SCRIPT_NAME": "",
                "QUERY_STRING": "",
                "SERVER_NAME": "shop",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "shop",
                "HTTP_USER_AGENT": "bench",
                "wsgi.url_scheme": "http",
                "wsgi.input": BytesIO(),
                "wsgi.errors": sys.stderr,
                "wsgi.version": (1, 0),
                "wsgi.multithread": False,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
            }
            body = app(environ, lambda *_: None)
            b"".join(body)
            close = getattr(body, "close", None)
            if close is not None:
                close()
        flush()

    return run


def django_app() -> Callable[[], None]:
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import JsonResponse
    from django.urls import path

    sys.modules["urls"] = module = type(sys)("urls")
    module.urlpatterns = [path("items/<int:id>", lambda request, id: JsonResponse({"id": id}))]  # type: ignore[attr-defined]
    own = ["seismo.django.SeismoMiddleware"] if sink else []
    common = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
    settings.configure(
        ROOT_URLCONF="urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"], MIDDLEWARE=[*own, *common], SEISMO=OPTIONS
    )
    django.setup()
    if not sink:
        return wsgi(get_wsgi_application(), lambda: None)
    from seismo.django import get_client

    return wsgi(get_wsgi_application(), get_client().flush)


def flask_app() -> Callable[[], None]:
    import flask

    app = flask.Flask("bench")
    app.get("/items/<int:id>")(lambda id: {"id": id})
    if not sink:
        return wsgi(app, lambda: None)
    from seismo.flask import Seismo

    client = seismo.Client(**OPTIONS)
    Seismo(client, app)
    return wsgi(app, client.flush)


def fastapi_app() -> Callable[[], None]:
    import fastapi

    app = fastapi.FastAPI()

    @app.get("/items/{id}")
    async def item(id: int) -> dict[str, int]:
        return {"id": id}

    client = None
    if sink:
        from seismo.asgi import SeismoMiddleware

        client = seismo.Client(**OPTIONS)
        app.add_middleware(SeismoMiddleware, client=client)
    loop = asyncio.new_event_loop()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        pass

    async def ask() -> None:
        for n in range(requests):
            scope = {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": "GET",
                "path": f"/items/{n}",
                "raw_path": f"/items/{n}".encode(),
                "root_path": "",
                "scheme": "http",
                "query_string": b"",
                "headers": [(b"host", b"shop"), (b"user-agent", b"bench")],
                "client": ("127.0.0.1", 1),
                "server": ("127.0.0.1", 80),
            }
            await app(scope, receive, send)

    def run() -> None:
        loop.run_until_complete(ask())
        if client is not None:
            client.flush()

    return run


run = {"django": django_app, "flask": flask_app, "fastapi": fastapi_app}[framework]()
print("ready", flush=True)
for _ in sys.stdin:
    before = time.process_time()
    run()
    print((time.process_time() - before) / requests * 1e6, flush=True)
