"""The client of asyncio programs."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

import seismo

from .support.fake_server import Reply, stored


def test_tracks_without_await_and_sends_what_waits_at_the_end(serve):
    server = serve()

    async def main() -> None:
        async with seismo.AsyncClient(server.url, "shop", "sk_x") as client:
            client.track("a", {"n": 1}, user="ann")
            await client.track("b")
            client.identify("ann", {"plan": "pro"})
            assert client.pending == 3
            assert await client.flush()
            assert client.pending == 0
            client.track("c")

    asyncio.run(main())
    assert [event["event"] for event in server.events] == ["a", "b", "$identify", "c"]


def test_never_raises_when_the_arguments_do_not_fit(serve):
    server = serve()
    dropped: list[tuple[object, str]] = []

    async def main() -> None:
        for when_full in ("drop_oldest", "block"):
            options = {
                "when_full": when_full,
                "on_drop": lambda event, drop: dropped.append((event.get("event"), drop.reason)),
            }
            async with seismo.AsyncClient(server.url, "shop", "sk_x", **options) as client:
                await client.track("a", amount=3)  # type: ignore[call-arg]
                await client.identify()  # type: ignore[call-arg]

    asyncio.run(main())
    assert dropped == [("a", "invalid"), ("$identify", "invalid")] * 2
    assert server.received == []


def test_waits_for_space_with_block_and_does_not_stop_the_loop(serve):
    server = serve()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    async def main() -> None:
        client = seismo.AsyncClient(
            server.url, "shop", "sk_x", queue_max_events=10, batch_max_events=5, when_full="block"
        )
        other = asyncio.create_task(tick())
        for n in range(100):
            await client.track("a", {"n": n})
            assert client.pending <= 10
        assert await client.close()
        other.cancel()

    asyncio.run(main())
    assert [event["data"]["n"] for event in server.events] == list(range(100))
    assert ticks > 100


def test_many_tasks_that_wait_for_space_get_it_in_order(serve):
    server = serve()

    async def main() -> None:
        client = seismo.AsyncClient(server.url, "shop", "sk_x", queue_max_events=2, when_full="block")
        await asyncio.gather(*(client.track("a", {"n": n}) for n in range(50)))
        assert await client.close()

    asyncio.run(main())
    assert [event["data"]["n"] for event in server.events] == list(range(50))


def test_a_task_that_gave_up_waiting_does_no_harm(serve):
    gate = threading.Event()

    def answer(request, _):
        gate.wait(30)
        return stored(request)

    server = serve(answer)

    async def main() -> None:
        client = seismo.AsyncClient(server.url, "shop", "sk_x", queue_max_events=1, when_full="block")
        client.track("a")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.ensure_future(client.track("b")), 0.05)
        gate.set()
        assert await client.close()

    asyncio.run(main())
    assert [event["event"] for event in server.events] == ["a", "b"]


def test_asks(serve):
    def answer(request, _):
        if request.path.startswith("/api/events"):
            if "cursor" in request.path:
                return Reply(body=[{"uuid": "3"}])
            link = '</api/events/shop?cursor=c2>; rel="next"'
            return Reply(headers={"link": link}, body=[{"uuid": "1"}, {"uuid": "2"}])
        if request.headers["accept"] == "application/x-ndjson":
            return Reply(body='{"n":1}\n{"n":2}\n')
        return Reply(body={"total": 3})

    server = serve(answer)

    async def main() -> list[object]:
        async with seismo.AsyncClient(server.url, "shop", "sk_x") as client:
            return [
                [event["uuid"] async for event in client.events()],
                len(await client.query()),
                await client.report("day", date="2026-01-02"),
                await client.groups(attr="plan"),
                await client.analyze({"kind": "trend"}),
                await client.rows({"kind": "trend"}),
            ]

    total = {"total": 3}
    assert asyncio.run(main()) == [["1", "2", "3"], 2, total, total, total, [{"n": 1}, {"n": 2}]]


def test_raises_what_the_server_said(serve):
    server = serve(lambda *_: Reply(400, body=json.dumps({"code": "QUESTION_INVALID", "detail": "No."})))

    async def main() -> None:
        async with seismo.AsyncClient(server.url, "shop", "sk_x") as client:
            await client.analyze({"kind": "x"})

    with pytest.raises(seismo.SeismoError, match=r"No\.") as caught:
        asyncio.run(main())
    assert caught.value.code == "QUESTION_INVALID"


def test_takes_events_outside_of_a_loop(serve):
    server = serve()
    client = seismo.AsyncClient(server.url, "shop", "sk_x")
    client.track("a")
    assert asyncio.run(client.close())
    assert [event["event"] for event in server.events] == ["a"]
