"""Tracks numbered events into a queue on disk and says how far it is, until it is killed: for test_faults.py."""

from __future__ import annotations

import sys
import time

import seismo

server, app, key, directory, first, end = sys.argv[1:]
client = seismo.Client(
    server,
    app,
    key,
    directory=directory,
    batch_max_events=100,
    retry_min_ms=2,
    retry_max_ms=10,
    timeout_ms=300,
)
for n in range(int(first), int(end)):
    client.track("tick", {"n": n})
    print(n + 1, flush=True)
    if n % 50 == 0:
        time.sleep(0.001)
client.close(10_000)
