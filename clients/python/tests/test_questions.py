"""Questions: their spelling, pages, errors, and signing in."""

from __future__ import annotations

import json
import threading
import time
from urllib.parse import unquote_plus

import pytest

import seismo

from .support.fake_server import Reply, problem, stored


class TestSigningIn:
    def test_signs_in_again_when_the_token_ends_on_the_other_side_and_drops_when_it_may_not(self, serve, make):
        tokens = [0]

        def answer(request, _):
            if request.path == "/auth":
                if json.loads(request.text)["password"] != "right":
                    return problem(401, "AUTH_FAILED")
                tokens[0] += 1
                return Reply(body={"token": f"t{tokens[0]}", "expiresAt": "2100-01-01T00:00:00.000Z"})
            valid = request.headers.get("x-access-token") == f"t{tokens[0]}"
            return stored(request) if valid else problem(401, "AUTH_TOKEN_INVALID")

        server = serve(answer)
        made = make(server.url, key=None, credentials={"username": "ann", "password": "right"})
        made.client.track("a")
        assert made.client.flush()
        tokens[0] += 1
        made.client.track("b")
        assert made.client.flush()
        assert [(each.path, each.headers.get("x-access-token")) for each in server.received] == [
            ("/auth", None),
            ("/api/events/shop", "t1"),
            ("/api/events/shop", "t1"),
            ("/auth", None),
            ("/api/events/shop", "t3"),
        ]
        assert made.dropped == []
        wrong = make(server.url, key=None, credentials={"username": "ann", "password": "wrong"})
        wrong.client.track("c")
        assert wrong.client.flush()
        assert wrong.reasons == [("c", "refused", "AUTH_FAILED")]

    def test_renews_a_token_before_it_ends_once_for_all_that_ask_meanwhile(self, serve, make):
        sign_ins = [0]

        def answer(request, _):
            if request.path != "/auth":
                return Reply(body=[])
            sign_ins[0] += 1
            # The first ends in 9 s, which is too soon; the next one holds.
            ends = time.gmtime(time.time() + (9 if sign_ins[0] == 1 else 3_600))
            return Reply(body={"token": f"t{sign_ins[0]}", "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", ends)})

        server = serve(answer)
        client = make(server.url, key=None, credentials={"token": "ghp_x"}).client
        client.query()
        assert sign_ins == [1]
        threads = [threading.Thread(target=client.query) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sign_ins == [2]


class TestQuestions:
    def test_are_spelled_as_the_server_expects(self, serve, make):
        server = serve(lambda request, _: Reply(body=[] if request.path.startswith("/api/events") else {}))
        client = make(server.url, read_key="sk_read").client
        conditions = {
            "plan": "pro",
            "n": "1",
            "ok": True,
            "ms": {"gte": 500, "lt": 900},
            "path": {"starts_with": "/a"},
            "address": {"city": "Bern"},
            "a.b": 1,
            "tags": ["x", "y,z", "2"],
        }
        client.query(event="order paid", limit=5, data=conditions)
        client.report("day", {"date": "2026-01-02", "data.plan": "free"}, time_zone="Europe/Zurich")
        client.groups(attr="address.city", from_="2026-01-01", fresh=False)
        client.analyze({"kind": "trend", "series": [{"event": "order paid"}]})
        assert [f"{each.method} {unquote_plus(each.path)}" for each in server.received] == [
            'GET /api/events/shop?event=order paid&limit=5&data.plan=pro&data.n="1"&data.ok=true&data.ms[gte]=500'
            '&data.ms[lt]=900&data.path[startsWith]=/a&data.address.city=Bern&data["a.b"]=1&data.tags[in]=x,"y,z","2"',
            "GET /api/reports/day/shop?date=2026-01-02&data.plan=free&timeZone=Europe/Zurich",
            "GET /api/groups/shop?attr=address.city&from=2026-01-01&fresh=false",
            "POST /api/query/shop",
        ]
        assert json.loads(server.received[3].text) == {"kind": "trend", "series": [{"event": "order paid"}]}
        assert {each.headers["x-access-token"] for each in server.received} == {"sk_read"}

    def test_follow_the_pages_of_events(self, serve, make):
        def answer(request, _):
            if "cursor" in request.path:
                return Reply(body=[{"uuid": "3"}])
            link = '</elsewhere/api/events/shop?limit=2&cursor=c2>; rel="next"'
            return Reply(headers={"link": link}, body=[{"uuid": "1"}, {"uuid": "2"}])

        server = serve(answer)
        client = make(f"{server.url}/mounted/").client
        assert [event["uuid"] for event in client.events(limit=2)] == ["1", "2", "3"]
        assert [each.path for each in server.received] == [
            "/mounted/api/events/shop?limit=2",
            "/mounted/api/events/shop?limit=2&cursor=c2",
        ]

    def test_raise_what_the_server_said_or_that_it_said_nothing(self, serve, make):
        answers = [
            Reply(400, body={"code": "PARAMETER_INVALID", "detail": "date is not a day.", "field": "date"}),
            Reply(502, body="<html>"),
            "reset",
        ]
        client = make(serve(lambda _, index: answers[index]).url).client
        errors = []
        for _ in answers:
            with pytest.raises(seismo.SeismoError) as caught:
                client.query(date="x")
            errors.append((str(caught.value), caught.value.status, caught.value.code, caught.value.field))
        assert errors == [
            ("date is not a day.", 400, "PARAMETER_INVALID", "date"),
            ("The server answered 502.", 502, None, None),
            ("The server did not answer.", 0, None, None),
        ]
