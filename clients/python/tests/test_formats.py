"""A queue on disk that the Node client wrote is sent by this one, and the other way round."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

import seismo

from .support.programs import HERE, why_no_server
from .test_processes import SOURCES

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(why_no_server() is not None, reason=why_no_server() or ""),
]


def node(server: str, directory: object, count: int) -> int:
    program = ["node", str(HERE / "write-queue.mjs"), server, str(directory), str(count)]
    return subprocess.run(program, timeout=60).returncode


def test_this_client_sends_what_the_node_client_left(serve, tmp_path):
    server = serve()
    assert node(server.url, tmp_path, 200) == -9
    assert server.events == []
    client = seismo.Client(server.url, "shop", "sk_x", directory=tmp_path)
    assert client.pending == 200
    client.track("from Python")
    assert client.close()
    assert [event["data"] for event in server.events[:200]] == [{"n": n, "text": 'Zoë 🦊\n"'} for n in range(200)]
    assert {event["user"] for event in server.events[:200]} == {"ann"}
    assert server.events[200]["event"] == "from Python"
    # Nothing is left for the next one.
    assert seismo.Client(server.url, "shop", "sk_x", directory=tmp_path).pending == 0


def test_the_node_client_sends_what_this_one_left(serve, tmp_path):
    server = serve()
    program = """
        import os, signal, sys, seismo
        client = seismo.Client(sys.argv[1], "shop", "sk_x", directory=sys.argv[2], batch_max_wait_ms=60_000)
        for n in range(200):
            client.track("from Python", {"n": n, "text": 'Zoë 🦊\\n"'}, user="ann")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(program), server.url, str(tmp_path)]
    assert subprocess.run(arguments, env={**os.environ, "PYTHONPATH": SOURCES}, timeout=60).returncode == -9
    assert server.events == []
    assert node(server.url, tmp_path, 0) == 0
    assert [event["data"] for event in server.events] == [{"n": n, "text": 'Zoë 🦊\n"'} for n in range(200)]
    assert {(event["event"], event["user"]) for event in server.events} == {("from Python", "ann")}


def test_what_is_half_sent_by_one_is_finished_by_the_other(serve, tmp_path):
    """The lines that say which events have left mean the same to both."""
    server = serve()
    client = seismo.Client(server.url, "shop", "sk_x", directory=tmp_path, batch_max_wait_ms=60_000)
    for n in range(100):
        client.track("sent", {"n": n})
    assert client.flush()
    for n in range(50):
        client.track("left", {"n": n})
    # As after a kill: the lock is of a process that is gone.
    (tmp_path / "0" / "lock").write_text("999999999")
    assert node(server.url, tmp_path, 0) == 0
    assert [event["event"] for event in server.events] == ["sent"] * 100 + ["left"] * 50
    client.close(1)
