"""What a program is told of events that do not arrive, in the log and through ``on_drop``."""

from __future__ import annotations

import re
from typing import Any

import seismo

from .support.fake_server import Reply, problem


def test_logs_what_goes_wrong_under_seismo_and_each_kind_of_drop_once(serve, caplog):
    def answer(request, index):
        return problem(500, "BUG") if index == 0 else Reply(401, body={"code": "AUTH_TOKEN_INVALID", "detail": "No."})

    server = serve(answer)
    client = seismo.Client(server.url, "shop", "sk_x", retry_min_ms=5, batch_max_events=10)
    for _ in range(40):
        client.track("a")
    assert client.flush()
    client.close()
    assert {record.name for record in caplog.records} == {"seismo"}
    retried, dropped, rest = caplog.messages
    # What its minute kept back is added up at the end.
    assert rest == "30 events dropped: a (30), refused, AUTH_TOKEN_INVALID, No."
    assert re.fullmatch(r"posting failed, will be tried again in \d\.\d s: status 500, BUG", retried)
    assert dropped == "10 events dropped: a (10), refused, AUTH_TOKEN_INVALID, No."


def test_names_the_events_that_were_dropped_and_adds_up_the_rest_at_the_end(caplog):
    client = seismo.Client("http://127.0.0.1:9", "shop", "sk_x")
    for name in ("first", "b", "b", "c", "d", "e", None):
        client.track(name, object())
    assert client.close()
    first, rest = caplog.messages
    assert first.startswith("1 event dropped: first, invalid, TypeError: JSON cannot represent")
    assert rest.startswith("6 events dropped: b (2), c, d, …, invalid, TypeError: JSON cannot represent")
    client.close()
    assert len(caplog.messages) == 2


def test_never_raises_when_the_arguments_do_not_fit(serve, make, caplog):
    server = serve()
    made = make(server.url)
    client: Any = made.client
    ended: list[seismo.Drop] = []
    client.track("order paid", amount=3, plan="pro", user="ann", done=ended.append)
    client.track()
    client.track("a", {}, {})
    client.identify("ann", plan="pro", device="d-1")
    client.identify()
    assert client.flush()
    assert server.received == []
    assert [(event.get("event"), event.get("user"), drop.reason) for event, drop in made.dropped] == [
        ("order paid", "ann", "invalid"),
        (None, None, "invalid"),
        ("a", None, "invalid"),
        ("$identify", "ann", "invalid"),
        ("$identify", None, "invalid"),
    ]
    details = [drop.detail for _, drop in made.dropped]
    assert details[0] == (
        'track: unknown arguments amount, plan: put properties in a dict, such as track("order paid", {"amount": 42})'
    )
    assert "missing 1 required positional argument: 'event'" in details[1]
    assert "positional arguments" in details[2]
    assert details[3].startswith("identify: unknown arguments plan: ")
    assert [drop.detail for drop in ended] == details[:1]
    assert caplog.messages[0].startswith("1 event dropped: order paid, invalid, track: unknown arguments amount, plan")
