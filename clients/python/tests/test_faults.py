"""
10,000 of 10,000, each once: through a network that does everything wrong, and from a process that is killed again and again.

The long form kills 50 times: `FAULTS=long`, as `npm run test:faults` does.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import seismo

from .support.programs import FaultProxy, RealServer
from .test_processes import SOURCES

pytestmark = pytest.mark.server

EVENTS = 10_000
KILLS = 50 if os.environ.get("FAULTS") == "long" else 6
TRACKER = Path(__file__).parent / "support" / "tracker.py"


def test_delivers_all_events_each_once_and_in_order_through_a_network_that_does_everything_wrong(
    server: RealServer, record_property
):
    proxy = FaultProxy(server, 7, 0.2)
    dropped: list[object] = []
    client = seismo.Client(
        proxy.url,
        "faults",
        server.key("faults"),
        batch_max_events=100,
        retry_min_ms=2,
        retry_max_ms=10,
        timeout_ms=300,
        queue_max_events=EVENTS,
        on_drop=lambda event, drop: dropped.append((event, drop)),
    )
    for n in range(EVENTS):
        client.track("tick", {"n": n})
        if n % 100 == 99:
            client.flush(5)
    # Enough requests that each kind of fault was met some times.
    deadline = time.monotonic() + 100
    while sum(proxy.met.values()) <= 200 and time.monotonic() < deadline:
        client.flush(100)
    proxy.heal()
    assert client.close(30_000)
    met = proxy.met
    record_property("requests", sum(met.values()))
    record_property("faults", sum(met.values()) - met["none"])
    assert dropped == []
    assert sorted(met) == sorted([*proxy.faults, "none"])
    assert [event["data"]["n"] for event in server.events("faults")] == list(range(EVENTS))
    # And counted so: a repeated batch is in no roll-up twice.
    assert server.reader("faults").report("day")["total"] == EVENTS


def test_delivers_what_a_process_tracked_that_was_killed_again_and_again_each_once(
    server: RealServer, tmp_path, record_property
):
    chance = random.Random(11)
    proxy = FaultProxy(server, 11, 0.5)
    key = server.key("killed")
    next_n = 0
    kills = 0
    arguments = [sys.executable, str(TRACKER), proxy.url, "killed", key, str(tmp_path)]
    while kills < KILLS or next_n < EVENTS:
        # It says how far it is; whatever it said is on disk.
        steps = (EVENTS - next_n) // max(1, KILLS - kills)
        kill_at = min(EVENTS, next_n + max(1, chance.randrange(steps // 2 + 1, steps * 3 // 2 + 2)))
        child = subprocess.Popen(
            [*arguments, str(next_n), str(EVENTS)],
            env={**os.environ, "PYTHONPATH": SOURCES},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for line in child.stdout:
            next_n = max(next_n, int(line))
            if next_n >= kill_at and kills < KILLS:
                child.kill()
                kills += 1
                break
        # What it had said and we had not heard.
        rest = child.stdout.read().split("\n")
        next_n = max([next_n, *(int(line) for line in rest[:-1] if line)])
        child.stdout.close()
        child.wait()
    client = seismo.Client(server.url, "killed", key, directory=tmp_path)
    assert client.close(30_000)
    # What was tracked and not said before the kill is there as well: the process after it tracked those again.
    events = server.events("killed")
    assert sorted({event["data"]["n"] for event in events}) == list(range(EVENTS))
    assert len({event["uuid"] for event in events}) == len(events)
    record_property("kills", kills)
    assert kills == KILLS
