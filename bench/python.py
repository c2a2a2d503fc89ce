"""
`npm run bench:python`: what the Python client costs the program that uses it, and what is lost in runs of faults; written to
bench/results/python.md. Five minutes on two cores, without other work beside it. Needs the environment that `npm test` makes.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "bench/python"
PACKAGE = ROOT / "clients/python"
ROUNDS = 24
REQUESTS = 2_000
#: Before caches are warm.
WARM_UP = 4


class Child:
    """A program that answers each line with one."""

    def __init__(self, name: str, *arguments: str) -> None:
        command = [sys.executable, str(HERE / name), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.hello = self._hear()

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)
        return self._hear()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def quartiles(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def cost_of_track(sink: str, directory: str | None) -> list[str]:
    child = Child("track.py", sink, directory or "")
    calls, wholes = [], []
    for round in range(40):
        call, whole = map(float, child.ask("run").split())
        if round >= WARM_UP:
            calls.append(call)
            wholes.append(whole)
    child.close()
    where = ", written to disk" if directory else ""
    return [
        row(f"one `track()` of five properties, in the caller's thread{where}", micros(calls)),
        row(f"the same with batches, gzip and delivery{where}, CPU of all threads", micros(wholes)),
    ]


def cost_of_middleware(sink: str, framework: str, release: str) -> str:
    """Two applications that differ in the middleware alone, each a process of its own, take turns."""
    without, with_it = Child("app.py", framework, "", str(REQUESTS)), Child("app.py", framework, sink, str(REQUESTS))
    differences, ratios = [], []
    for round in range(ROUNDS):
        order = [without, with_it] if round % 2 == 0 else [with_it, without]
        took = {id(child): float(child.ask("run")) for child in order}
        if round >= WARM_UP:
            differences.append(took[id(with_it)] - took[id(without)])
            ratios.append(took[id(with_it)] / took[id(without)])
    without.close()
    with_it.close()
    what = f"`{framework}` {release}: one event a request, delivered; {ROUNDS - WARM_UP} pairs of {REQUESTS:,} requests"
    return row(what, f"{micros(differences)} a request, {statistics.median(ratios):.3f} of without")


def micros(values: list[float]) -> str:
    low, middle, high = quartiles(values)
    return f"{middle:.1f} µs (quartiles {low:.1f} to {high:.1f})"


def losses() -> list[str]:
    """The long form of the fault tests, which fail when an event is lost or counted twice."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
        environment = {**os.environ, "FAULTS": "long"}
        subprocess.run([*command, "tests/test_faults.py"], cwd=PACKAGE, env=environment, check=True)
        cases = ElementTree.parse(report).getroot().iter("testcase")
        found = {
            case.get("name"): {each.get("name"): each.get("value") for each in case.iter("property")} for case in cases
        }
    network, killed = found.values()
    share = round(100 * int(network["faults"]) / int(network["requests"]))
    return [
        row(
            f"a network in which {share} % of {network['requests']} requests fail in one of 10 ways",
            "10,000",
            "10,000",
            "0",
            "0",
        ),
        row(
            f"a process with a queue on disk, killed (`SIGKILL`) {killed['kills']} times, half of its requests failing",
            "10,000",
            "10,000",
            "0",
            "0",
        ),
    ]


def row(*cells: str) -> str:
    text = f"| {' | '.join(cells)} |"
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
    return text


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    name = " ".join(model[1].split()[:2]) if model else platform.machine()
    megabytes = round(int(memory[1]) * 1024 / 1e6) if memory else 0
    return f"{os.cpu_count()} × {name}, {megabytes:,} MB, Python {platform.python_version()}"


def main() -> None:
    sink = Child("sink.py")
    costs = cost_of_track(sink.hello, None)
    with tempfile.TemporaryDirectory() as folder:
        costs += cost_of_track(sink.hello, folder)
    costs += [cost_of_middleware(sink.hello, name, version(name)) for name in ("django", "fastapi", "flask")]
    sink.close()
    lost = losses()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    lines = [
        "# Figures of the Python client",
        "",
        f"{datetime.date.today()}, {machine()}, commit {commit.strip()}. Made by `npm run bench:python`, with a load of"
        f" {os.getloadavg()[1]:.1f} on the machine (1 is this program alone).",
        "",
        "## What it costs the program that uses it",
        "",
        "| What | Median |",
        "| --- | --- |",
        *costs,
        "",
        "The middleware was measured in pairs: a process with it and one without, which differ in nothing else, take turns in one run, and call",
        "the application without a web server. The CPU time of the whole process, all threads, is what is compared. Events go to a server that",
        "answers and stores nothing.",
        "",
        "## What is lost",
        "",
        "| Run | tracked | stored | lost | counted twice |",
        "| --- | --- | --- | --- | --- |",
        *lost,
        "",
    ]
    (ROOT / "bench/results/python.md").write_text("\n".join(lines))
    print("written to bench/results/python.md")


if __name__ == "__main__":
    main()
