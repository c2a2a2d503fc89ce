"""Tasks of Celery, in a worker that forks processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from .test_processes import SOURCES

pytest.importorskip("celery")

APP = """
import sys, seismo, seismo.celery
from celery import Celery

app = Celery("shop", broker="filesystem://", backend="file://" + {folder!r} + "/results")
app.conf.broker_transport_options = {{
    "data_folder_in": {folder!r} + "/queue", "data_folder_out": {folder!r} + "/queue",
    "control_folder": {folder!r} + "/control",
}}
app.conf.task_routes = {{"shop.late": {{"queue": "slow"}}}}
client = seismo.Client({server!r}, "shop", "sk_x", batch_max_wait_ms=60_000)
seismo.celery.connect(client, user=lambda task: task.request.kwargs.get("user"), skip=["shop.silent"])

@app.task(name="shop.add")
def add(a, b, user=None): return a + b

@app.task(name="shop.fail")
def fail(): raise ValueError("x")

@app.task(name="shop.silent")
def silent(): pass

@app.task(name="shop.late")
def late(): client.track("own")

@app.task(name="shop.again", bind=True, max_retries=2)
def again(self):
    if self.request.retries < 1:
        raise self.retry(countdown=0)
"""


def test_each_task_is_an_event_also_of_processes_that_end_without_atexit(serve, tmp_path):
    server = serve()
    for name in ("queue", "results", "control"):
        (tmp_path / name).mkdir()
    (tmp_path / "shop.py").write_text(APP.format(folder=str(tmp_path), server=server.url))
    environment = {**os.environ, "PYTHONPATH": f"{SOURCES}:{tmp_path}", "C_FORCE_ROOT": "1"}
    program = """
        import shop
        sent = [shop.add.delay(1, 2, user="ann"), shop.late.delay(), shop.silent.delay(), shop.again.delay()]
        for result in sent:
            result.get(timeout=50)
        failed = shop.fail.delay()
        failed.get(timeout=50, propagate=False)
    """
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "shop", "worker", "-c", "2", "-Q", "celery,slow", "-P", "prefork"]
        + ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"],
        env=environment,
        cwd=tmp_path,
    )
    try:
        asking = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)]
        subprocess.run(asking, env=environment, cwd=tmp_path, check=True, timeout=100)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    deadline = time.monotonic() + 10
    while len(server.events) < 8 and time.monotonic() < deadline:
        time.sleep(0.05)
    tasks = [event for event in server.events if event["event"] == "task"]
    found = sorted((each["data"]["name"], each["data"]["state"], each["data"]["retries"]) for each in tasks)
    assert found == [
        ("shop.add", "SUCCESS", 0),
        ("shop.again", "RETRY", 0),
        ("shop.again", "SUCCESS", 1),
        ("shop.fail", "FAILURE", 0),
        ("shop.late", "SUCCESS", 0),
    ]
    by_name = {each["data"]["name"]: each for each in tasks}
    assert by_name["shop.add"]["user"] == "ann"
    assert (by_name["shop.add"]["data"]["queue"], by_name["shop.late"]["data"]["queue"]) == ("celery", "slow")
    assert all(0 <= each["data"]["ms"] < 60_000 for each in tasks)
    [error] = [event for event in server.events if event["event"] == "error"]
    assert (error["data"]["name"], error["data"]["message"], error["data"]["task"]) == ("ValueError", "x", "shop.fail")
    assert len([event for event in server.events if event["event"] == "own"]) == 1
