"""contract/client.json against this client, and contract/events.json through it to a real server (contract/README.md)."""

from __future__ import annotations

import datetime
import json
import re
import time
from typing import Any

import pytest

import seismo
from seismo.event import IDENTIFY
from seismo.options import NAMES

from .support.fake_server import Received, Reply, problem, stored
from .support.programs import ROOT, RealServer
from .support.values import due, sent

V7 = re.compile(r"[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}")


def cases_of(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((ROOT / "contract" / f"{name}.json").read_text())["cases"]
    return cases


def snake(name: str) -> str:
    """The spelling of Python: `batchMaxEvents` → `batch_max_events`, `queueFull` → `queue_full`."""
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def options_of(case: dict[str, Any]) -> dict[str, Any]:
    options = {snake(name): value for name, value in case.get("options", {}).items()}
    if "when_full" in options:
        options["when_full"] = snake(options["when_full"])
    return options


def reply_to(answer: Any, request: Received) -> Reply | str:
    if answer is None or answer == "taken":
        return stored(request)
    if isinstance(answer, str):
        return answer
    if "code" in answer:
        return problem(answer.get("status", 200), answer["code"], answer.get("headers"))
    body = answer.get("body", answer.get("text"))
    return Reply(answer.get("status", 200), answer.get("headers", {}), body)


def call(client: seismo.Client, given: dict[str, Any]) -> None:
    if "track" in given:
        name, data, options = [*sent(given["track"], "shop"), None, None][:3]
        client.track(name, data, **(options or {}))
    elif "identify" in given:
        user, traits, options = [*sent(given["identify"], "shop"), None, None][:3]
        client.identify(user, traits, **(options or {}))
    elif "flush" in given:
        assert client.flush()
    elif "close" in given:
        assert client.close()
    else:
        deadline = time.monotonic() + 10
        while client.pending and time.monotonic() < deadline:
            time.sleep(0.005)
        assert client.pending == 0


def compared(event: dict[str, Any], meant: dict[str, Any]) -> dict[str, Any]:
    """As it was to be sent; a time that was not given is a number of milliseconds, and a text here."""
    compared = {name: value for name, value in event.items() if name in meant or name not in ("uuid", "timestamp")}
    if isinstance(compared.get("timestamp"), int):
        time = datetime.datetime.fromtimestamp(compared["timestamp"] / 1000, datetime.timezone.utc)
        compared["timestamp"] = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return compared


@pytest.mark.parametrize("case", cases_of("client"), ids=lambda case: case["name"])
def test_client(case, serve, make, tmp_path):
    answers = case.get("answers", [])
    times: list[float] = []

    def answer(request: Received, index: int) -> Reply | str:
        times.append(time.monotonic())
        return reply_to(answers[index] if index < len(answers) else None, request)

    server = serve(answer)
    on_disk = {"directory": str(tmp_path)} if case.get("onDisk") else {}
    made = make(server.url, **{"retry_min_ms": None, "retry_max_ms": None, **on_disk, **options_of(case)})
    for each in case["calls"]:
        call(made.client, each)
    assert made.client.close()

    requests = case["requests"]
    assert len(server.received) == len(requests)
    for index, meant in enumerate(requests):
        request = server.received[index]
        assert (request.method, request.path) == ("POST", "/api/events/shop")
        # Clock skew is the server's to correct.
        assert request.sent_at is not None and abs(request.sent_at - time.time() * 1000) < 60_000
        if meant == "again":
            assert request.events == server.received[index - 1].events
            continue
        all_meant = [{"event": each} if isinstance(each, str) else each for each in meant]
        for event in request.events:
            assert "uuid" in event and "timestamp" in event
        found = [compared(event, all_meant[i] if i < len(all_meant) else {}) for i, event in enumerate(request.events)]
        assert found == due(all_meant, found, "shop")
    drops = [
        {"event": event["event"], "reason": drop.reason, **({"code": drop.code} if drop.code else {})}
        for event, drop in made.dropped
    ]
    assert drops == [{**drop, "reason": snake(drop["reason"])} for drop in case.get("drops", [])]
    for index, least in enumerate(case.get("waitsAtLeastMs", [])):
        assert (times[index + 1] - times[index]) * 1000 >= least
    uuids = list(dict.fromkeys(event["uuid"] for event in server.events))
    if not any("uuid" in each["track"][2] for each in case["calls"] if len(each.get("track", [])) > 2):
        assert uuids == sorted(uuids)
        assert all(V7.fullmatch(uuid) for uuid in uuids)


#: What a call can say. Other members of an event, and events that are no objects, have no call; `sentAt` is the client's own.
SAID = {"event", "id", "uuid", "user", "device", "session", "timestamp", "data"}


def is_said(case: dict[str, Any]) -> bool:
    given = case.get("given")
    if not isinstance(given, dict) or not set(given) <= SAID:
        return False
    name = given.get("event")
    if isinstance(name, dict) and not set(name) <= SAID:
        return False
    return name is not None or given.get("id") == f"${IDENTIFY}"


EVENTS = [case for case in cases_of("events") if is_said(case)]


@pytest.fixture(scope="module")
def drops(server: RealServer) -> dict[str, seismo.Drop]:
    found: dict[str, seismo.Drop] = {}
    clients = []
    for index, case in enumerate(EVENTS):
        app = f"case-{index}"

        def on_drop(_: Any, drop: seismo.Drop, name: str = case["name"]) -> None:
            found[name] = drop

        client = seismo.Client(server.url, app, server.key(app), on_drop=on_drop)
        given = sent(case["given"], app)
        name, data = given.pop("event", None), given.pop("data", None)
        if name is None:
            del given["id"]
            client.identify(given.pop("user"), data, **given)
        else:
            client.track(name, data, **given)
        clients.append(client)
    for client in clients:
        assert client.close()
    return found


def test_events_has_enough_that_a_client_can_say():
    assert len(EVENTS) > 40


@pytest.mark.server
@pytest.mark.parametrize(("index", "case"), list(enumerate(EVENTS)), ids=[case["name"] for case in EVENTS])
def test_events(index, case, server, drops):
    app = f"case-{index}"
    found = server.events(app)
    drop = drops.get(case["name"])
    if "code" in case:
        assert found == []
        assert drop is not None
        # What is no user's id the client finds out before it sends anything.
        is_identify = case["given"].get("event") is None
        assert (drop.reason if is_identify else drop.code) == ("invalid" if is_identify else case["code"])
        return
    assert drop is None
    assert found == [due(case["stored"], found[0], app)]


def test_calls_and_options_have_the_names_of_every_client():
    names = json.loads((ROOT / "contract/names.json").read_text())
    only = names["only"]["python"]
    members = {snake(name) for name in [*names["members"], *only["members"]]}
    assert {name for name in dir(seismo.Client) if not name.startswith("_")} == members
    assert {name for name in dir(seismo.AsyncClient) if not name.startswith("_")} == members
    assert set(NAMES) == {snake(name) for name in [*names["options"], *only["options"]]}
    for value in names["whenFull"]:
        seismo.Client("http://127.0.0.1:1", "shop", "sk_x", when_full=snake(value)).close(1)
