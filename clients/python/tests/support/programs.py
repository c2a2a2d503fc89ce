"""Programs of Node that the tests need: a real server, and the proxy that hurts what passes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import seismo

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
PACKAGE = HERE.parents[1]
SERVERS = ROOT / "clients/support/servers.mjs"


def why_no_server() -> str | None:
    """Why the tests against a server cannot run here, if they cannot."""
    if shutil.which("node") is None:
        return "needs Node"
    built = [ROOT / "server/dist/app/serve.js", ROOT / "client/dist/node.js"]
    return None if all(path.exists() for path in built) else "needs a built checkout: npm run build"


class RealServer:
    """The built Seismo server, and the proxy of the Node client's tests: clients/support/servers.mjs in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(SERVERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started = self.call("start")
        self.url: str = started["url"]
        self.credentials = {"username": started["username"], "password": started["password"]}

    def key(self, app: str, scope: str = "write") -> str:
        key: str = self.call("key", app=app, scope=scope)["key"]
        return key

    def reader(self, app: str) -> seismo.Client:
        """Of an admin."""
        return seismo.Client(self.url, app, credentials=self.credentials)

    def events(self, app: str) -> list[seismo.StoredEvent]:
        """All events of an app, in the order of their times."""
        return list(self.reader(app).events(order="asc"))

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def call(self, command: str, **given: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps({'do': command, **given})}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The server ended with {self._process.wait()}.")
        return json.loads(line)


class FaultProxy:
    """Hurts what passes to the server, until it is healed. One at a time."""

    def __init__(self, server: RealServer, seed: int, share: float) -> None:
        """A share of the requests passes unharmed."""
        self._server = server
        started = server.call("proxy", seed=seed, passes=share)
        self.url: str = started["url"]
        self.faults: list[str] = started["faults"]

    def heal(self) -> None:
        self._server.call("heal")

    @property
    def met(self) -> dict[str, int]:
        met: dict[str, int] = self._server.call("met")
        return met
