"""Any WSGI application, and Flask."""

from __future__ import annotations

import re
from wsgiref.util import setup_testing_defaults

import pytest

from seismo.wsgi import SeismoMiddleware

from .support.collected import Collected


def ask(app, path: str = "/", method: str = "GET", read: bool = True) -> list[bytes]:
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    setup_testing_defaults(environ)
    body = app(environ, lambda *_: None)
    try:
        return list(body) if read else [next(iter(body))]
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello ", b"world"]


def stream(environ, start_response):
    start_response("206 Partial", [])
    yield b"abc"
    yield b"de"


def broken(environ, start_response):
    raise KeyError("no such thing")


def broken_stream(environ, start_response):
    start_response("200 OK", [])
    yield b"abc"
    raise ValueError("half way")


class TestWsgi:
    def test_each_request_is_an_event(self):
        collected = Collected()
        app = SeismoMiddleware(hello, collected.client, route=lambda environ: "/items/<id>")
        assert ask(app, "/items/7", "POST") == [b"hello ", b"world"]
        [event] = collected.events
        ms = event["data"].pop("ms")
        assert 0 <= ms < 60_000
        assert (event["event"], event["data"]) == (
            "request",
            {"method": "POST", "route": "/items/<id>", "status": 200, "bytes": 11},
        )

    def test_the_address_is_never_sent(self):
        collected = Collected()
        ask(SeismoMiddleware(hello, collected.client), "/secret/4711")
        assert collected.events[0]["data"]["route"] == "(unmatched)"
        assert "4711" not in str(collected.events)

    def test_a_stream_ends_when_it_was_read(self):
        collected = Collected()
        assert ask(SeismoMiddleware(stream, collected.client)) == [b"abc", b"de"]
        data = collected.events[0]["data"]
        assert (data["status"], data["bytes"], "aborted" in data) == (206, 5, False)

    def test_a_stream_that_was_not_read_is_aborted(self):
        collected = Collected()
        ask(SeismoMiddleware(stream, collected.client), read=False)
        data = collected.events[0]["data"]
        assert (data["bytes"], data["aborted"]) == (3, True)

    @pytest.mark.parametrize(("app", "name"), [(broken, "KeyError"), (broken_stream, "ValueError")])
    def test_an_exception_is_an_event_and_goes_on(self, app, name):
        collected = Collected()
        with pytest.raises((KeyError, ValueError)):
            ask(SeismoMiddleware(app, collected.client))
        error, request = collected.events
        assert (error["event"], error["data"]["name"]) == ("error", name)
        assert re.fullmatch(r"[0-9a-f]{14}", error["data"]["stack"])
        assert re.fullmatch(r"test_wsgi\.py:\d+", error["data"]["at"])
        assert (request["event"], request["data"]["status"]) == ("request", 500)

    def test_errors_from_the_same_place_have_the_same_stack_and_their_message_may_be_left_out(self):
        collected = Collected()
        app = SeismoMiddleware(broken, collected.client, error_messages=False)
        for _ in range(2):
            with pytest.raises(KeyError):
                ask(app)
        one, _, two, _ = collected.events
        assert one["data"]["stack"] == two["data"]["stack"]
        assert "message" not in one["data"]

    def test_options(self):
        collected = Collected()
        app = SeismoMiddleware(
            hello,
            collected.client,
            event="served",
            user=lambda environ: 7,
            data=lambda environ: {"host": environ["HTTP_HOST"]},
            skip=["/health", "/static/*", re.compile(r"\.ico$")],
        )
        for path in ("/health", "/static/a.css", "/favicon.ico", "/healthy"):
            ask(app, path)
        [event] = collected.events
        assert (event["event"], event["user"], event["data"]["host"]) == ("served", "7", "127.0.0.1")

    def test_a_sample_says_how_large_it_is(self):
        collected = Collected()
        app = SeismoMiddleware(hello, collected.client, sample=0.25)
        for _ in range(2_000):
            ask(app)
        # 500 expected; the standard deviation is 19.
        assert 400 < len(collected.events) < 600
        assert {event["data"]["sample"] for event in collected.events} == {0.25}

    def test_a_function_that_fails_does_not_disturb_the_request(self):
        collected = Collected()

        def fail(*_):
            raise RuntimeError("bug")

        app = SeismoMiddleware(hello, collected.client, user=fail, data=fail, skip=fail, route=fail)
        assert ask(app) == [b"hello ", b"world"]
        assert collected.events[0]["data"]["route"] == "(unmatched)"
        assert "user" not in collected.events[0]


class TestFlask:
    @pytest.fixture
    def collected(self):
        return Collected()

    @pytest.fixture
    def app(self, collected):
        flask = pytest.importorskip("flask")
        from seismo.flask import Seismo

        app = flask.Flask("shop")
        Seismo(
            collected.client,
            app,
            user=lambda request: flask.g.get("user"),
            data=lambda request: {"agent": request.headers.get("X-Agent")},
        )

        @app.get("/items/<int:number>")
        def item(number: int):
            flask.g.user = "ann"
            return f"item {number}"

        @app.get("/broken/<name>")
        def broken(name: str):
            raise ValueError(name)

        blueprint = flask.Blueprint("admin", "admin")

        @blueprint.get("/users/<user>")
        def user(tenant: str, user: str):
            flask.abort(403)

        app.register_blueprint(blueprint, url_prefix="/admin/<tenant>")
        return app

    def test_each_request_is_an_event_with_the_pattern_of_its_route(self, app, collected):
        client = app.test_client()
        assert client.get("/items/7", headers={"X-Agent": "x"}, buffered=True).status_code == 200
        assert client.get("/admin/acme/users/bob", buffered=True).status_code == 403
        assert client.get("/nowhere", buffered=True).status_code == 404
        found = [(event.get("user"), event["data"]["route"], event["data"]["status"]) for event in collected.events]
        assert found == [
            ("ann", "/items/<int:number>", 200),
            (None, "/admin/<tenant>/users/<user>", 403),
            (None, "(unmatched)", 404),
        ]
        assert collected.events[0]["data"]["agent"] == "x"
        assert collected.events[0]["data"]["bytes"] == len("item 7")

    @pytest.mark.parametrize("propagates", [False, True])
    def test_an_exception_is_one_event(self, app, collected, propagates):
        app.config["PROPAGATE_EXCEPTIONS"] = propagates
        client = app.test_client()
        if propagates:
            with pytest.raises(ValueError, match="x"):
                client.get("/broken/x")
        else:
            assert client.get("/broken/x", buffered=True).status_code == 500
        error, request = collected.events
        assert (error["event"], error["data"]["name"], error["data"]["message"]) == ("error", "ValueError", "x")
        assert (error["data"]["route"], error["data"]["method"]) == ("/broken/<name>", "GET")
        assert (request["event"], request["data"]["status"]) == ("request", 500)

    def test_the_client_is_an_extension(self, app, collected):
        assert app.extensions["seismo"] is collected.client
