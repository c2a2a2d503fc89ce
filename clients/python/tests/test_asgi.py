"""FastAPI, Starlette and any other ASGI application."""

from __future__ import annotations

import asyncio
import re

import pytest

from seismo import AsyncClient
from seismo.asgi import SeismoMiddleware

from .support.collected import Collected


def ask(app, path: str = "/", method: str = "GET", **scope):
    """Without any framework's client, which would hide what the middleware sends on."""
    sent = []
    messages = [{"type": "http.request", "body": b"", "more_body": False}]
    base = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "root_path": ""}

    async def main() -> None:
        async def receive():
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message) -> None:
            sent.append(message)

        await app({**base, **scope}, receive, send)

    asyncio.run(main())
    return sent


async def hello(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": b"hello ", "more_body": True})
    await send({"type": "http.response.body", "body": b"world"})


@pytest.fixture
def collected():
    return Collected()


def routes_of(collected) -> list[tuple[str, int]]:
    return [(each["data"]["route"], each["data"]["status"]) for each in collected.events if each["event"] == "request"]


class TestAsgi:
    def test_each_request_is_an_event(self, collected):
        app = SeismoMiddleware(hello, collected.client, route=lambda scope: "/items/{id}", user=lambda scope: "ann")
        assert [message["type"] for message in ask(app, "/items/7", "PUT")] == [
            "http.response.start",
            "http.response.body",
            "http.response.body",
        ]
        [event] = collected.events
        assert 0 <= event["data"].pop("ms") < 60_000
        assert (event["event"], event["user"]) == ("request", "ann")
        assert event["data"] == {"method": "PUT", "route": "/items/{id}", "status": 201, "bytes": 11}

    def test_an_exception_is_an_event_and_goes_on(self, collected):
        async def broken(scope, receive, send) -> None:
            raise KeyError("x")

        with pytest.raises(KeyError):
            ask(SeismoMiddleware(broken, collected.client))
        error, request = collected.events
        assert (error["data"]["name"], error["data"]["route"]) == ("KeyError", "(unmatched)")
        assert re.fullmatch(r"test_asgi\.py:\d+", error["data"]["at"])
        assert (request["data"]["status"], "aborted" in request["data"]) == (500, False)

    def test_a_request_whose_task_was_cancelled_is_aborted(self, collected):
        async def cancelled(scope, receive, send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            ask(SeismoMiddleware(cancelled, collected.client))
        [event] = collected.events
        assert (event["data"]["status"], event["data"]["aborted"]) == (200, True)

    def test_skips_and_leaves_other_kinds_of_connections_alone(self, collected):
        app = SeismoMiddleware(hello, collected.client, skip=["/health"])
        ask(app, "/health")
        ask(app, "/", type="websocket")
        assert collected.events == []

    @pytest.mark.parametrize("is_async", [False, True])
    def test_sends_what_waits_before_the_application_has_shut_down(self, serve, make, is_async):
        server = serve()
        client = AsyncClient(server.url, "shop", "sk_x") if is_async else make(server.url).client
        sent_before = []

        async def lifespan(scope, receive, send) -> None:
            client.track("a")
            await send({"type": "lifespan.shutdown.complete"})
            sent_before.append(len(server.events))

        ask(SeismoMiddleware(lifespan, client), type="lifespan")
        assert sent_before == [1]


class TestStarlette:
    def test_the_pattern_of_the_route_with_those_of_what_is_mounted(self, collected):
        pytest.importorskip("starlette")
        from starlette.applications import Starlette
        from starlette.responses import PlainTextResponse
        from starlette.routing import Mount, Route

        def answer(request):
            return PlainTextResponse("ok")

        inner = Starlette(routes=[Route("/users/{user}", answer)])
        app = Starlette(
            routes=[
                Route("/", answer),
                Route("/items/{id:int}", answer, methods=["GET"]),
                Route("/items/{id:int}", answer, methods=["POST"]),
                Mount("/shops/{shop}", routes=[Route("/orders/{order}", answer), Route("/", answer)]),
                Mount("/admin", app=inner),
            ]
        )
        app.add_middleware(SeismoMiddleware, client=collected.client)
        for path in (
            "/",
            "/items/7",
            "/shops/42/orders/9",
            "/shops/42/",
            "/admin/users/ann",
            "/nowhere",
            "/shops/42/x",
        ):
            ask(app, path)
        ask(app, "/items/7", "POST")
        ask(app, "/items/7", "DELETE")
        assert routes_of(collected) == [
            ("/", 200),
            ("/items/{id}", 200),
            ("/shops/{shop}/orders/{order}", 200),
            ("/shops/{shop}/", 200),
            ("/admin/users/{user}", 200),
            ("(unmatched)", 404),
            ("(unmatched)", 404),
            ("/items/{id}", 200),
            ("/items/{id}", 405),
        ]


class TestFastApi:
    @pytest.fixture
    def app(self, collected):
        fastapi = pytest.importorskip("fastapi")
        app = fastapi.FastAPI()
        app.add_middleware(SeismoMiddleware, client=collected.client)
        router = fastapi.APIRouter(prefix="/shops/{shop}")
        mounted = fastapi.FastAPI()

        @app.get("/items/{id:int}")
        async def item(id: int):
            return {"id": id}

        @router.get("/orders/{order}")
        def order(shop: str, order: str):
            return {}

        @mounted.get("/users/{user}")
        def user(user: str):
            return {}

        @app.get("/broken")
        def broken():
            raise ValueError("x")

        @app.get("/forbidden")
        def forbidden():
            raise fastapi.HTTPException(403)

        app.include_router(router)
        app.mount("/admin", mounted)
        return app

    def test_the_pattern_of_the_route(self, app, collected):
        for path in ("/items/7", "/shops/42/orders/9", "/admin/users/ann", "/forbidden", "/nowhere"):
            ask(app, path)
        assert routes_of(collected) == [
            ("/items/{id}", 200),
            ("/shops/{shop}/orders/{order}", 200),
            ("/admin/users/{user}", 200),
            ("/forbidden", 403),
            ("(unmatched)", 404),
        ]

    def test_an_exception_is_an_event(self, app, collected):
        with pytest.raises(ValueError, match="x"):
            ask(app, "/broken")
        error, request = collected.events
        assert (error["data"]["name"], error["data"]["message"], error["data"]["route"]) == (
            "ValueError",
            "x",
            "/broken",
        )
        assert (request["data"]["route"], request["data"]["status"]) == ("/broken", 500)
