"""The examples of docs/send-events and of the README, run as they are, against a real server."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from pathlib import Path

import pytest

from seismo.options import NAMES

from .support.programs import PACKAGE, ROOT, RealServer
from .test_processes import SOURCES

DOCS = ROOT / "docs/send-events"
#: As many as the tests below take from each page.
EXAMPLES = {"python": 6, "django": 3, "flask": 2, "fastapi": 1, "celery": 1, "README": 3}

pytestmark = pytest.mark.server


def examples_of(page: str) -> list[str]:
    path = PACKAGE / "README.md" if page == "README" else DOCS / f"{page}.md"
    return re.findall(r"^```python\n([\s\S]*?)^```", path.read_text(), re.MULTILINE)


class Programs:
    """Each test has an app of its own: what it counts is its own, in whatever order they run."""

    def __init__(self, server: RealServer, folder: Path) -> None:
        self.server = server
        self.folder = folder

    def environment(self, app: str) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": SOURCES,
            "SEISMO_KEY": self.server.key(app, "write"),
            "SEISMO_READ_KEY": self.server.key(app, "read"),
            "C_FORCE_ROOT": "1",
        }

    def write(self, name: str, app: str, text: str) -> Path:
        """Of what an example says only names and addresses are ours."""
        text = text.replace("https://seismo.example.com", self.server.url).replace('"shop"', f'"{app}"')
        path = self.folder / name
        path.write_text(text.replace("/var/lib/shop/seismo", str(self.folder / "queue")))
        return path

    def run(self, app: str, text: str) -> tuple[str, str]:
        path = self.write("program.py", app, text)
        result = subprocess.run(
            [sys.executable, str(path)], env=self.environment(app), capture_output=True, text=True, timeout=60
        )
        assert result.returncode == 0, result.stderr
        return result.stdout, result.stderr

    def stored(self, app: str, name: str, count: int = 1) -> list:
        deadline = time.monotonic() + 30
        while True:
            found = [event for event in self.server.events(app) if event["event"] == name]
            if len(found) >= count or time.monotonic() > deadline:
                assert len(found) == count, found
                return found
            time.sleep(0.1)


@pytest.fixture
def programs(server, tmp_path):
    return Programs(server, tmp_path)


def a_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(port: int, path: str, process: subprocess.Popen) -> int:
    """Asks until the example listens."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return int(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("It does not listen.")


def test_every_example_runs_below():
    assert {page: len(examples_of(page)) for page in EXAMPLES} == EXAMPLES
    others = {path.stem for path in DOCS.glob("*.md") if "```python" in path.read_text()} - set(EXAMPLES)
    assert others == set()


@pytest.mark.parametrize("path", [PACKAGE / "README.md", ROOT / "README.md"])
def test_readmes_show_the_example_that_runs_below(path):
    assert examples_of("python")[0] in path.read_text()


@pytest.mark.parametrize("page", [*EXAMPLES])
def test_each_page_begins_with_at_most_five_lines(page):
    assert len([line for line in examples_of(page)[0].split("\n") if line]) <= 5


def test_every_option_is_listed():
    table = (DOCS / "languages.md").read_text()
    assert [name for name in sorted(NAMES) if f"`{name}`" not in table and f"`{name}(" not in table] == []


@pytest.mark.parametrize("page", ["python", "README"])
def test_events_are_there_when_the_program_has_ended(programs, page):
    app = f"docs-{page.lower()}"
    first = examples_of(page)[0]
    if page == "python":
        first = first.replace("client.close()", f"{examples_of(page)[1]}client.close()")
    assert programs.run(app, first) == ("", "")
    [event] = programs.stored(app, "order paid")
    assert (event["user"], event["data"]) == ("ann", {"amount": 42})
    if page == "python":
        [event] = programs.stored(app, "$identify")
        assert (event["user"], event["device"], event["data"]) == ("ann", "d-1", {"plan": "pro"})
        output, _ = programs.run(app, examples_of(page)[2])
        lines = output.splitlines()
        assert [line.split("Z ")[1] for line in lines[:2]] == ["$identify", "order paid"]
        # One event with an amount of ten or more; of the report a number, of whichever day it is; two steps of a funnel.
        assert re.fullmatch(r"1 \d+ 2", lines[2])
    else:
        output, _ = programs.run(app, examples_of(page)[2])
        assert sum(row["value"] for row in eval(output)) == 1


@pytest.mark.parametrize(("page", "index"), [("python", 3), ("README", 1)])
def test_asyncio(programs, page, index):
    app = f"docs-asyncio-{page.lower()}"
    assert programs.run(app, examples_of(page)[index]) == ("", "")
    programs.stored(app, "order paid")


def test_with_a_directory_the_queue_is_kept_there(programs, tmp_path):
    assert programs.run("docs-disk", examples_of("python")[4]) == ("", "")
    programs.stored("docs-disk", "order paid")
    assert sorted(os.listdir(tmp_path / "queue")) == ["0", "guard"]


def test_log_records(programs):
    programs.run("docs-log", examples_of("python")[5])
    [event] = programs.stored("docs-log", "log")
    assert (event["data"]["message"], event["data"]["at"]) == ("the shelf is empty", "program.py:6")


class TestServers:
    """Applications as people start them, which are ended as process managers end them."""

    def serve(self, programs: Programs, app: str, command: list[str], paths: list[str]) -> list[int]:
        port = a_port()
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *(part.replace("PORT", str(port)) for part in command)],
            env=programs.environment(app),
            cwd=programs.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return [ask(port, path, process) for path in paths]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def test_django_with_gunicorn(self, programs):
        pytest.importorskip("django")
        pytest.importorskip("gunicorn")
        wsgi = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
        command = ["-m", "gunicorn", "--preload", "-w", "2", "-b", "127.0.0.1:PORT", "server"]
        self.serve_django(programs, "docs-django", wsgi, command)

    def test_django_with_uvicorn(self, programs):
        pytest.importorskip("django")
        pytest.importorskip("uvicorn")
        command = ["-m", "uvicorn", "server:application", "--port", "PORT"]
        self.serve_django(programs, "docs-django-asgi", examples_of("django")[1], command)

    def serve_django(self, programs: Programs, app: str, server: str, command: list[str]) -> None:
        setup, _, own = examples_of("django")
        project = """
            SECRET_KEY = "x"
            ROOT_URLCONF = "urls"
            ALLOWED_HOSTS = ["*"]
        """
        programs.write("settings.py", app, setup + textwrap.dedent(project))
        urls = """
            from types import SimpleNamespace
            from django.http import HttpResponse
            from django.urls import path
            def view(request, number):
                request.user = SimpleNamespace(pk=7, is_authenticated=True)
                pay(request)
                return HttpResponse("paid")
            urlpatterns = [path("orders/<int:number>/", view)]
        """
        programs.write("urls.py", app, own + textwrap.dedent(urls))
        programs.write("server.py", app, "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\n" + server)
        assert self.serve(programs, app, command, ["/orders/9/", "/nowhere"]) == [200, 404]
        [event] = programs.stored(app, "order paid")
        assert (event["user"], event["data"]) == ("7", {"amount": 42})
        requests = programs.stored(app, "request", 2)
        found = sorted((event["data"]["route"], event["data"]["status"], event.get("user")) for event in requests)
        assert found == [("(unmatched)", 404, None), ("/orders/<int:number>/", 200, "7")]

    def test_flask_with_gunicorn(self, programs):
        pytest.importorskip("gunicorn")
        programs.write(
            "shop.py", "docs-flask", examples_of("flask")[0] + "\n@app.get('/items/<x>')\ndef f(x): return x\n"
        )
        command = ["-m", "gunicorn", "-w", "1", "-b", "127.0.0.1:PORT", "shop:app"]
        assert self.serve(programs, "docs-flask", command, ["/items/7"]) == [200]
        [event] = programs.stored("docs-flask", "request")
        assert (event["data"]["route"], event["data"]["status"]) == ("/items/<x>", 200)

    def test_wsgi_with_gunicorn(self, programs):
        pytest.importorskip("gunicorn")
        programs.write("shop.py", "docs-wsgi", examples_of("flask")[1])
        command = ["-m", "gunicorn", "-w", "1", "-b", "127.0.0.1:PORT", "shop:application"]
        assert self.serve(programs, "docs-wsgi", command, ["/x"]) == [200]
        assert programs.stored("docs-wsgi", "request")[0]["data"]["route"] == "/"

    @pytest.mark.parametrize("workers", [1, 2])
    def test_fastapi_with_uvicorn(self, programs, workers):
        pytest.importorskip("uvicorn")
        app = f"docs-fastapi-{workers}"
        route = "\n@app.get('/items/{number}')\nasync def item(number: int): return number\n"
        programs.write("shop.py", app, examples_of("fastapi")[0] + route)
        command = ["-m", "uvicorn", "shop:app", "--port", "PORT", "--workers", str(workers)]
        assert self.serve(programs, app, command, ["/items/7", "/nowhere"]) == [200, 404]
        requests = programs.stored(app, "request", 2)
        found = sorted((event["data"]["route"], event["data"]["status"]) for event in requests)
        assert found == [("(unmatched)", 404), ("/items/{number}", 200)]

    def test_celery(self, programs):
        pytest.importorskip("celery")
        for folder in ("queue", "results", "control"):
            (programs.folder / folder).mkdir()
        options = f"""
            app.conf.broker_transport_options = {{
                "data_folder_in": "{programs.folder}/queue", "data_folder_out": "{programs.folder}/queue",
                "control_folder": "{programs.folder}/control",
            }}
            app.conf.result_backend = "file://{programs.folder}/results"
            @app.task(name="pay")
            def pay(): return 42
        """
        example = (
            examples_of("celery")[0].replace("redis://", "filesystem://").replace('Celery("shop"', "Celery('tasks'")
        )
        programs.write("tasks.py", "docs-celery", example + textwrap.dedent(options))
        environment = programs.environment("docs-celery")
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-c", "1", "--loglevel", "ERROR"]
            + ["--without-gossip", "--without-mingle", "--without-heartbeat"],
            env=environment,
            cwd=programs.folder,
        )
        try:
            call = "import tasks; print(tasks.pay.delay().get(timeout=50))"
            asking = [sys.executable, "-W", "ignore", "-c", call]
            subprocess.run(asking, env=environment, cwd=programs.folder, check=True, timeout=60)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
        [event] = programs.stored("docs-celery", "task")
        assert (event["data"]["name"], event["data"]["state"]) == ("pay", "SUCCESS")
