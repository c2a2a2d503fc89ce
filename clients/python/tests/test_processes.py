"""Forked processes, the end of the interpreter, signals, and processes that are killed: each in a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import seismo
from seismo.uuid7 import UuidSource

SOURCES = str(Path(seismo.__file__).parents[1])


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": SOURCES, "PYTHONWARNINGS": "ignore::DeprecationWarning"}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: str, *arguments: str, code: int = 0) -> str:
    process = start(program, *arguments)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (code, "")
    return output


def names(server) -> list[str]:
    return sorted(event["event"] for event in server.events)


class TestTheEndOfTheInterpreter:
    def test_sends_what_waits(self, serve):
        server = serve()
        run(
            """
            import sys, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x")
            client.track("a")
            """,
            server.url,
        )
        assert names(server) == ["a"]

    def test_by_sys_exit_by_an_exception_and_in_other_atexit_functions(self, serve):
        server = serve()
        run(
            """
            import atexit, sys, seismo
            atexit.register(lambda: client.track("last"))
            client = seismo.Client(sys.argv[1], "shop", "sk_x")
            client.track("a")
            atexit.register(lambda: client.track("first"))
            sys.exit(3)
            """,
            server.url,
            code=3,
        )
        # What is tracked after the client has ended is reported as closed.
        assert names(server) == ["a", "first"]

    def test_waits_no_longer_than_told_for_a_server_that_does_not_answer(self, serve):
        server = serve(lambda *_: "hang")
        started = time.monotonic()
        output = run(
            """
            import sys, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x", exit_timeout_ms=300,
                                   on_drop=lambda event, drop: print(event["event"], drop.reason))
            client.track("a")
            """,
            server.url,
        )
        assert output == "a closed\n"
        # Far below the ten seconds for which an answer is awaited.
        assert time.monotonic() - started < 8

    @pytest.mark.parametrize(
        ("signal_number", "handler"),
        [(signal.SIGTERM, "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))"), (signal.SIGINT, "")],
        ids=["by-a-signal-that-the-program-turns-into-an-exit", "by-ctrl-c"],
    )
    def test_by_a_signal(self, serve, signal_number, handler):
        server = serve()
        process = start(
            f"""
            import signal, sys, time, seismo
            {handler}
            client = seismo.Client(sys.argv[1], "shop", "sk_x", batch_max_wait_ms=60_000)
            client.track("a")
            print("ready", flush=True)
            time.sleep(60)
            """,
            server.url,
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        process.send_signal(signal_number)
        process.communicate(timeout=30)
        if handler:
            assert process.returncode == 0
        assert names(server) == ["a"]

    def test_sends_where_no_thread_can_be_started(self, serve):
        server = serve()
        run(
            """
            import sys, threading, seismo
            def refuse(self):
                raise RuntimeError("can't start new thread")
            threading.Thread.start = refuse
            client = seismo.Client(sys.argv[1], "shop", "sk_x", batch_max_events=2)
            for name in "abcde":
                client.track(name)
            assert client.flush()
            client.track("f")
            """,
            server.url,
        )
        assert names(server) == list("abcdef")


class TestAFork:
    def test_leaves_the_parents_events_to_the_parent_and_the_child_sends_its_own(self, serve):
        server = serve()
        run(
            """
            import os, sys, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x", batch_max_wait_ms=60_000)
            client.track("before")
            children = []
            for number in range(4):
                pid = os.fork()
                if pid == 0:
                    assert client.pending == 0
                    client.track(f"child {number}")
                    os._exit(0 if client.flush() else 1)
                children.append(pid)
            client.track("after")
            assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)
            assert client.pending == 2
            """,
            server.url,
        )
        assert names(server) == ["after", "before", *(f"child {n}" for n in range(4))]
        assert len({event["uuid"] for event in server.events}) == 6

    def test_while_other_threads_track_blocks_no_child(self, serve):
        server = serve()
        run(
            """
            import os, sys, threading, time, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x", queue_max_events=1_000_000, batch_max_events=100)
            stop = threading.Event()
            def work():
                while not stop.is_set():
                    for _ in range(20):
                        client.track("parent", {"text": "x" * 100})
                    # A server that keeps up is not what is tested.
                    time.sleep(0.005)
            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads: thread.start()
            children = []
            for number in range(20):
                pid = os.fork()
                if pid == 0:
                    client.track("child", {"n": number})
                    os._exit(0 if client.flush() else 1)
                children.append(pid)
            codes = [os.waitpid(pid, 0)[1] for pid in children]
            stop.set()
            for thread in threads: thread.join()
            assert codes == [0] * 20, codes
            assert client.flush()
            """,
            server.url,
        )
        assert sorted(event["data"]["n"] for event in server.events if event["event"] == "child") == list(range(20))
        assert len({event["uuid"] for event in server.events}) == len(server.events)

    def test_does_not_write_into_the_parents_connection(self, serve):
        server = serve()
        run(
            """
            import os, sys, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x")
            client.track("a")
            assert client.flush()
            pid = os.fork()
            if pid == 0:
                client.track("b")
                os._exit(0 if client.flush() else 1)
            assert os.waitpid(pid, 0)[1] == 0
            client.track("c")
            assert client.flush()
            """,
            server.url,
        )
        assert [event["event"] for event in server.events] == ["a", "b", "c"]
        # The parent's stayed open.
        assert server.connections == 2

    def test_gives_the_child_a_folder_of_its_own_on_disk(self, serve, tmp_path):
        server = serve()
        run(
            """
            import os, sys, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x", directory=sys.argv[2], batch_max_wait_ms=60_000)
            client.track("parent")
            pid = os.fork()
            if pid == 0:
                client.track("child")
                print(sorted(os.listdir(sys.argv[2])), flush=True)
                os._exit(0 if client.close() else 1)
            assert os.waitpid(pid, 0)[1] == 0
            assert client.pending == 1
            """,
            server.url,
            str(tmp_path),
        )
        assert names(server) == ["child", "parent"]
        assert sorted(os.listdir(tmp_path)) == ["0", "1", "guard"]
        assert [os.listdir(tmp_path / slot) for slot in "01"] == [[], []]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
class TestMultiprocessing:
    def test_children_send_what_they_tracked_before_they_end(self, serve, tmp_path, method):
        server = serve()
        # In a file: what is spawned imports it.
        program = tmp_path / "program.py"
        program.write_text(
            textwrap.dedent(
                """
                import multiprocessing, sys, seismo
                client = seismo.Client(sys.argv[1], "shop", "sk_x", batch_max_wait_ms=60_000)
                def work(n):
                    client.track("child", {"n": n})
                if __name__ == "__main__":
                    client.track("parent")
                    context = multiprocessing.get_context(sys.argv[2])
                    children = [context.Process(target=work, args=(n,)) for n in range(3)]
                    for child in children: child.start()
                    for child in children: child.join()
                    assert [child.exitcode for child in children] == [0] * 3
                    with context.Pool(2) as pool:
                        pool.map(work, range(3, 9))
                        pool.close()
                        pool.join()
                """
            )
        )
        environment = {**os.environ, "PYTHONPATH": SOURCES, "PYTHONWARNINGS": "ignore::DeprecationWarning"}
        subprocess.run([sys.executable, str(program), server.url, method], env=environment, check=True, timeout=60)
        assert sorted(event["data"]["n"] for event in server.events if event["event"] == "child") == list(range(9))
        assert names(server).count("parent") == 1


class TestAKilledProcess:
    def test_loses_nothing_with_a_directory(self, serve, tmp_path):
        server = serve(lambda *_: "hang")
        process = start(
            """
            import sys, time, seismo
            client = seismo.Client(sys.argv[1], "shop", "sk_x", directory=sys.argv[2])
            for n in range(500):
                client.track("a", {"n": n})
            print("ready", flush=True)
            time.sleep(60)
            """,
            server.url,
            str(tmp_path),
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        process.kill()
        process.communicate()
        heir = serve()
        client = seismo.Client(heir.url, "shop", "sk_x", directory=tmp_path)
        assert client.pending == 500
        assert client.close()
        assert [event["data"]["n"] for event in heir.events] == list(range(500))


class TestIds:
    def test_are_in_the_order_of_their_making_whatever_the_clock_does(self):
        source = UuidSource()
        times = [1_000_000] * 10_000 + [999_000] * 10 + [1_000_001]
        made = [source.next(ms) for ms in times]
        assert made == sorted(made)
        assert len(set(made)) == len(made)
        assert all(uuid[14] == "7" and uuid[19] in "89ab" for uuid in made)

    def test_begin_with_the_time(self):
        # 2026-01-02T03:04:05.006Z is 1,767,323,045,006 ms: 0x019b7ccf738e.
        assert UuidSource().next(1_767_323_045_006).startswith(f"{1_767_323_045_006:012x}"[:8] + "-")
