"""The middleware of Django, in a project of one file, each time in a process of its own: its settings cannot be changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from .test_processes import SOURCES

pytest.importorskip("django")

PROJECT = """
import asyncio, json, sys, django
from django.conf import settings

sent = []

def send(request):
    import gzip, seismo
    body = gzip.decompress(request.body) if "Content-Encoding" in request.headers else request.body
    events = json.loads(body)["events"]
    sent.extend(events)
    return seismo.HttpAnswer(200, {}, json.dumps({"accepted": len(events), "rejected": []}).encode())

def user_of(request):
    return request.headers.get("X-User")

def data_of(request):
    return {"agent": request.headers.get("X-Agent")}

settings.configure(
    ROOT_URLCONF="__main__",
    SECRET_KEY="x",
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["seismo.django.SeismoMiddleware", *MIDDLEWARE],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    SEISMO={"server": "http://127.0.0.1:9", "app": "shop", "key": "sk_x", "send": send, **SEISMO},
)
django.setup()

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from seismo.django import get_client

def item(request, number): return HttpResponse("item")
async def item_async(request, number): return HttpResponse("item")
def broken(request): raise ValueError("x")
def stream(request): return StreamingHttpResponse(iter([b"abc", b"de"]))
def who(request): return HttpResponse(str(request.user))

urlpatterns = [
    path("items/<int:number>/", item),
    path("async/<int:number>/", item_async),
    path("broken/", broken),
    path("stream/", stream),
    path("who/", who),
    path("shops/<slug:shop>/", include([path("orders/<int:number>/", lambda request, shop, number: HttpResponse("x"))])),
    re_path(r"^old/(?P<year>[0-9]{4})/$", lambda request, year: HttpResponse("x")),
]

def finish():
    assert get_client().flush()
    print(json.dumps(sent))
"""


def run(program: str, middleware: str = "[]", seismo: str = "{}") -> list[dict]:
    source = f"MIDDLEWARE = {middleware}\nSEISMO = {seismo}\n{PROJECT}\n{textwrap.dedent(program)}\nfinish()\n"
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    result = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    events: list[dict] = json.loads(result.stdout.splitlines()[-1])
    return events


CLIENT = "from django.test import Client; client = Client(raise_request_exception=False)\n"


def test_each_request_is_an_event_with_the_pattern_of_its_route():
    events = run(
        CLIENT
        + textwrap.dedent(
            """
            for path in ("/items/7/", "/shops/acme/orders/9/", "/old/2012/", "/nowhere/?secret=1"):
                client.get(path)
            client.post("/items/7/")
            """
        )
    )
    found = [(each["data"]["method"], each["data"]["route"], each["data"]["status"]) for each in events]
    assert found == [
        ("GET", "/items/<int:number>/", 200),
        ("GET", "/shops/<slug:shop>/orders/<int:number>/", 200),
        ("GET", "/old/(?P<year>[0-9]{4})/$", 200),
        ("GET", "(unmatched)", 404),
        ("POST", "/items/<int:number>/", 200),
    ]
    assert [each["event"] for each in events] == ["request"] * 5
    assert events[0]["data"]["bytes"] == 4
    assert 0 <= events[0]["data"]["ms"] < 60_000


def test_an_exception_is_an_event():
    error, request = run(CLIENT + "client.get('/broken/')")
    assert (error["event"], error["data"]["name"], error["data"]["message"]) == ("error", "ValueError", "x")
    assert error["data"]["route"] == "/broken/"
    assert (request["event"], request["data"]["status"]) == ("request", 500)


def test_a_stream_is_an_event_when_it_has_been_sent():
    [event] = run(CLIENT + "assert not sent; list(client.get('/stream/').streaming_content)")
    assert (event["data"]["route"], event["data"]["status"], "bytes" in event["data"]) == ("/stream/", 200, False)


def test_requests_of_asgi_are_events_too():
    events = run(
        """
        from django.test import AsyncClient
        async def main():
            client = AsyncClient(raise_request_exception=False)
            for path in ("/async/7/", "/items/7/", "/broken/"):
                await client.get(path)
        asyncio.run(main())
        """
    )
    assert [(each["event"], each["data"]["route"]) for each in events] == [
        ("request", "/async/<int:number>/"),
        ("request", "/items/<int:number>/"),
        ("error", "/broken/"),
        ("request", "/broken/"),
    ]


AUTH = '["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"]'


def test_the_user_is_who_is_signed_in_if_the_view_looked_and_costs_no_query_otherwise():
    events = run(
        CLIENT
        + textwrap.dedent(
            """
            from django.core.management import call_command
            from django.contrib.auth.models import User
            from django.db import connection
            from django.test.utils import CaptureQueriesContext
            call_command("migrate", verbosity=0)
            ann = User.objects.create_user("ann", password="x")
            client.get("/who/")
            client.force_login(ann)
            client.get("/who/")
            with CaptureQueriesContext(connection, ) as queries:
                client.get("/items/7/")
            assert len(queries) == 0, queries.captured_queries
            """
        ),
        AUTH,
    )
    assert [each.get("user") for each in events] == [None, "1", None]


def test_settings_name_functions_by_their_path_and_the_options_of_the_client():
    settings = (
        "{'user': '__main__.user_of', 'data': '__main__.data_of', 'event': 'served', 'skip': ['/old/*'],"
        " 'error_messages': False, 'queue_max_events': 5}"
    )
    events = run(
        CLIENT
        + textwrap.dedent(
            """
            client.get("/old/2012/")
            client.get("/items/7/", HTTP_X_USER="ann", HTTP_X_AGENT="x")
            client.get("/broken/")
            """
        ),
        seismo=settings,
    )
    assert [(each["event"], each.get("user")) for each in events] == [
        ("served", "ann"),
        ("error", None),
        ("served", None),
    ]
    assert events[0]["data"]["agent"] == "x"
    assert "message" not in events[1]["data"]


def test_events_of_your_own():
    [event] = run("get_client().track('order paid', {'amount': 42}, user='ann')")
    assert (event["event"], event["user"], event["data"]) == ("order paid", "ann", {"amount": 42})
