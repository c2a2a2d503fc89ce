"""Tracks events: for bench/python.py. `track.py SINK [DIRECTORY]`; each line is answered with µs a call, and µs of CPU with delivery."""

from __future__ import annotations

import sys
import time

import seismo

EVENTS = 5_000

sink, directory = sys.argv[1:3]
client = seismo.Client(sink, "bench", "sk_x", directory=directory or None)
print("ready", flush=True)
for _ in sys.stdin:
    cpu = time.process_time()
    started = time.thread_time()
    for n in range(EVENTS):
        data = {"amount": n, "plan": "pro", "country": "CH", "path": "/shop/cart", "ms": 12.5}
        client.track("order paid", data, user="ann")
    call = time.thread_time() - started
    client.flush()
    print(call / EVENTS * 1e6, (time.process_time() - cpu) / EVENTS * 1e6, flush=True)
client.close()
