"""The client against a server that writes down what it gets."""

from __future__ import annotations

import itertools
import json
import logging
import re
import signal
import threading
import time
import uuid

import pytest

import seismo
from seismo import transport

from .support.fake_server import Reply, problem, stored
from .test_processes import run

V7 = re.compile(r"[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}")


def test_sends_what_was_tracked_as_one_batch_as_it_was_at_the_time(serve, make):
    server = serve()
    client = make(server.url).client
    data = {"plan": "pro", "ms": 12.5, "text": 'Zoë 🦊 "\\\n\u2028', "list": [1, None]}
    before = time.time_ns() // 1_000_000
    client.track("order paid", data, user="ann", session="s1", device="d1")
    data["plan"] = "changed later"
    client.track({"id": "x", "event": "X Y"})
    client.track("backdated", id="b", timestamp=0, uuid="my-own-id")
    client.identify("ann", {"name": "Ann"}, device="d1")
    assert client.pending == 4
    assert client.flush()
    assert client.pending == 0
    [request] = server.received
    assert (request.method, request.path) == ("POST", "/api/events/shop")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-access-token"] == "sk_write"
    assert request.sent_at is not None and request.sent_at >= before
    for index in (0, 1, 3):
        assert V7.fullmatch(request.events[index].pop("uuid"))
        assert request.events[index].pop("timestamp") >= before
    assert request.events == [
        {
            "event": "order paid",
            "user": "ann",
            "session": "s1",
            "device": "d1",
            "data": {**data, "plan": "pro"},
        },
        {"event": "X Y", "id": "x"},
        {"uuid": "my-own-id", "timestamp": 0, "event": "backdated", "id": "b"},
        {"event": "$identify", "id": "$identify", "user": "ann", "device": "d1", "data": {"name": "Ann"}},
    ]


def test_compresses_larger_bodies_unless_told_not_to(serve, make):
    server = serve()
    for setting in (True, False):
        client = make(server.url, gzip=setting).client
        client.track("a", {"text": "x" * 2_000})
        assert client.flush()
    assert [request.headers.get("content-encoding") for request in server.received] == ["gzip", None]
    assert int(server.received[0].headers["content-length"]) < 500
    assert [event["data"] for event in server.events] == [{"text": "x" * 2_000}] * 2


def test_sends_an_event_again_with_the_uuid_it_had(serve, make):
    """After a reset, a 503, an answer that is cut short and no answer in time."""
    answers = {
        0: "reset",
        1: problem(503, "JOURNAL_FULL", {"retry-after": "0"}),
        2: Reply(headers={"content-length": "1000"}, body='{"accepted"'),
        3: "hang",
    }
    server = serve(lambda request, index: answers.get(index) or stored(request))
    made = make(server.url, timeout_ms=200)
    made.client.track("a")
    made.client.track("b")
    assert made.client.flush()
    assert len(server.received) == 5
    assert len({json.dumps(request.events) for request in server.received}) == 1
    assert made.dropped == []


def test_gives_up_an_answer_that_comes_too_slowly(serve, make):
    def drip(request, index):
        if index > 0:
            return stored(request)
        time.sleep(0.3)
        return stored(request)

    server = serve(drip)
    made = make(server.url, timeout_ms=100)
    made.client.track("a")
    assert made.client.flush()
    assert len(server.received) == 2


def test_reports_each_event_that_the_server_rejects_with_its_code(serve, make):
    rejected = [{"index": 1, "code": "EVENT_TOO_OLD", "detail": "Old."}]
    server = serve(lambda *_: Reply(body={"accepted": 1, "rejectedTotal": 1, "rejected": rejected}))
    made = make(server.url)
    made.client.track("a")
    made.client.track("b", {"n": 1})
    assert made.client.flush()
    [(event, drop)] = made.dropped
    assert (event["event"], event["data"]) == ("b", {"n": 1})
    assert drop == seismo.Drop("refused", "EVENT_TOO_OLD", "Old.")


def test_calls_done_once_with_what_became_of_the_event(serve, make):
    rejected = [{"index": 1, "code": "EVENT_TOO_OLD", "detail": "Old."}]
    server = serve(lambda *_: Reply(body={"accepted": 1, "rejected": rejected}))
    client = make(server.url).client
    told = []
    client.track("a", done=lambda drop: told.append(("a", drop)))
    client.track("b", done=lambda drop: told.append(("b", drop)))
    client.track("c", {"x": object()}, done=lambda drop: told.append(("c", drop.reason)))
    assert client.flush()
    assert told[0] == ("c", "invalid")
    assert sorted(told[1:], key=str) == [("a", None), ("b", seismo.Drop("refused", "EVENT_TOO_OLD", "Old."))]


def test_reports_what_json_cannot_represent_and_never_raises_whatever_the_callbacks_do(serve, caplog):
    server = serve()
    circular: dict[str, object] = {}
    circular["self"] = circular
    calls = []

    def on_drop(event, drop):
        calls.append((event.get("event"), event.get("user"), drop.reason, drop.detail))
        raise RuntimeError("The program has a bug.")

    client = seismo.Client(server.url, "shop", "sk_x", on_drop=on_drop, queue_max_events=2)
    client.track("a", circular, user="ann")
    client.track("b", {"x": object()})
    assert [call[:3] for call in calls] == [("a", "ann", "invalid"), ("b", None, "invalid")]
    assert "circular" in calls[0][3].lower()
    assert "object" in calls[1][3]
    for event in ("c", "d", "e"):
        client.track(event)
    assert len(calls) == 3
    assert client.close()
    assert [event["event"] for event in server.events] == ["d", "e"]
    assert "a callback of the program failed" in caplog.messages


@pytest.mark.parametrize("name", [None, 7, object(), b"x"])
def test_never_raises_for_what_is_no_name(serve, make, name):
    server = serve()
    made = make(server.url)
    made.client.track(name)
    made.client.track("b")
    assert made.client.flush()
    assert server.events[-1]["event"] == "b"


def test_does_not_fall_into_a_loop_when_a_drop_is_tracked(serve):
    server = serve(lambda *_: "hang")
    seen = []

    def on_drop(event, drop):
        seen.append((event["event"], drop.reason))
        client.track("event dropped")

    client = seismo.Client(server.url, "shop", "sk_x", queue_max_events=3, on_drop=on_drop)
    for event in ("a", "b", "c", "d"):
        client.track(event)
    assert seen == [("a", "queue_full")]
    assert client.pending == 3
    client.close(1)


def test_waits_for_space_with_block(serve, make):
    server = serve()
    made = make(server.url, queue_max_events=10, batch_max_events=5, when_full="block")
    for n in range(100):
        made.client.track("a", {"n": n})
        assert made.client.pending <= 10
    assert made.client.flush()
    assert [event["data"]["n"] for event in server.events] == list(range(100))
    assert made.dropped == []


def test_block_does_not_wait_for_itself_in_a_callback(serve):
    server = serve(lambda *_: Reply(400, body={"code": "EVENTS_ALL_REJECTED"}))
    client = seismo.Client(
        server.url,
        "shop",
        "sk_x",
        when_full="block",
        queue_max_events=1,
        on_drop=lambda event, _: client.track("dropped") if event["event"] == "a" else None,
    )
    client.track("a")
    assert client.flush()
    client.close(1)


def test_takes_events_from_many_threads_each_once(serve, make):
    server = serve()
    made = make(server.url, batch_max_events=50, queue_max_events=100_000)

    def work(thread: int) -> None:
        for n in range(500):
            made.client.track("a", {"thread": thread, "n": n})

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.client.flush()
    found = [(event["data"]["thread"], event["data"]["n"]) for event in server.events]
    assert sorted(found) == [(thread, n) for thread in range(8) for n in range(500)]
    # Those of one thread in the order of tracking.
    assert [n for thread, n in found if thread == 3] == list(range(500))
    assert len({event["uuid"] for event in server.events}) == 4_000


def test_a_signal_handler_may_track_while_an_event_is_tracked(serve, make):
    server = serve()
    made = make(server.url, queue_max_events=1_000_000)
    # In one step: the handler is interrupted by the next signal too.
    numbers = itertools.count()
    tracked = set()

    def handler(*_: object) -> None:
        number = next(numbers)
        made.client.track("signal", {"n": number})
        tracked.add(number)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    n = 0
    try:
        while len(tracked) < 200:
            made.client.track("loop", {"n": n})
            n += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert made.client.flush()
    events = server.events
    assert [event["data"]["n"] for event in events if event["event"] == "loop"] == list(range(n))
    assert sorted(event["data"]["n"] for event in events if event["event"] == "signal") == sorted(tracked)
    assert made.dropped == []


def test_gives_up_a_flush_in_time_and_drops_at_the_end_what_could_not_be_sent(serve, make):
    server = serve(lambda *_: "hang")
    made = make(server.url)
    made.client.track("a")
    assert made.client.flush(20) is False
    assert made.client.pending == 1
    assert made.client.close(20) is False
    made.client.track("b")
    assert made.reasons == [("a", "closed", None), ("b", "closed", None)]


def test_a_flush_waits_for_what_was_tracked_before_it_alone(serve, make):
    gate = threading.Event()

    def answer(request, index):
        if index == 1:
            gate.wait(10)
        return stored(request)

    server = serve(answer)
    client = make(server.url, batch_max_events=1).client
    client.track("a")
    client.track("b")
    done = []
    client.track("a", done=lambda _: done.append(1))
    started = threading.Thread(target=client.flush)
    started.start()
    started.join(0.2)
    assert started.is_alive()
    gate.set()
    started.join(10)
    assert not started.is_alive()
    assert done == [1]


def test_is_a_context_manager(serve):
    server = serve()
    with seismo.Client(server.url, "shop", "sk_x") as client:
        client.track("a")
    assert [event["event"] for event in server.events] == ["a"]


def test_keeps_its_connection_open(serve, make):
    server = serve()
    client = make(server.url).client
    for _ in range(5):
        client.track("a")
        assert client.flush()
    assert len(server.received) == 5
    assert server.connections == 1


def test_opens_a_new_connection_when_one_was_idle_for_long(serve, make, monkeypatch):
    server = serve()
    client = make(server.url).client
    monkeypatch.setattr(transport, "_IDLE_S", 0)
    for _ in range(2):
        client.track("a")
        assert client.flush()
    assert server.connections == 2


def test_says_nothing_where_logging_is_not_set_up():
    output = run(
        """
        import seismo
        client = seismo.Client("http://127.0.0.1:9", "shop", "sk_x", exit_timeout_ms=100)
        client.track("a", {"x": object()})
        client.track("b")
        client.flush(100)
        """
    )
    assert output == ""


class TestIdentify:
    @pytest.mark.parametrize(
        "user", [None, "", " ", "null", "None", "undefined", "0", 0, "Anonymous", float("nan"), {}, []]
    )
    def test_reports_what_is_no_id_and_warns_once(self, serve, make, caplog, user):
        server = serve()
        made = make(server.url)
        made.client.identify(user, {"plan": "pro"})
        made.client.identify(user)
        assert made.client.flush()
        assert server.received == []
        assert made.reasons == [("$identify", "invalid", None)] * 2
        assert len([message for message in caplog.messages if message.startswith("identify")]) == 1

    def test_takes_numbers_and_uuids(self, serve, make):
        server = serve()
        client = make(server.url).client
        client.identify(7)
        client.identify(uuid.UUID(int=1))
        assert client.flush()
        assert [event["user"] for event in server.events] == ["7", "00000000-0000-0000-0000-000000000001"]


@pytest.fixture(autouse=True)
def _logged(caplog):
    caplog.set_level(logging.DEBUG, "seismo")
