"""The package as it is published: built, checked, and installed where there is nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import seismo

from .support.programs import PACKAGE

pytest.importorskip("build")
pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PACKAGE)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


def sources() -> set[str]:
    root = PACKAGE / "src"
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.suffix == ".py" or path.name == "py.typed"}


def test_the_wheel_has_the_sources_and_their_types_and_nothing_else(built):
    [wheel] = built.glob("*.whl")
    assert wheel.name == f"seismo_client-{seismo.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(f"seismo_client-{seismo.__version__}.dist-info/METADATA").decode()
    assert {name for name in names if ".dist-info/" not in name} == sources()
    assert "Requires-Python: >=3.9" in metadata
    assert "Requires-Dist" not in metadata


def test_the_sdist_can_be_built_again(built):
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    expected = {f"src/{name}" for name in sources()} | {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"}
    assert names - {".gitignore"} == expected | {"PKG-INFO"}


def test_twine_finds_no_fault(built):
    pytest.importorskip("twine")
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, built.iterdir())]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_is_installed_and_used_where_there_is_nothing_else(built, tmp_path, serve, kind):
    server = serve()
    [package] = built.glob(kind)
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    # With our pip, since bringing one takes longer than all the rest; what is built from the sdist takes our backend too.
    options = ["-q", "--no-index", "--no-deps", "--no-build-isolation"]
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(package)]
    subprocess.run(command, check=True, env=ours if kind == "*.tar.gz" else None, timeout=120)
    program = f"import seismo; c = seismo.Client({server.url!r}, 'shop', 'sk_x'); c.track('a'); print(c.close())"
    result = subprocess.run([str(python), "-I", "-c", program], capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("True\n", "")
    assert [event["event"] for event in server.events] == ["a"]


def test_no_file_has_more_than_400_lines():
    files = [path for folder in ("src", "tests") for path in (PACKAGE / folder).rglob("*.py")]
    long = [path.name for path in files if len(path.read_text().splitlines()) > 400]
    assert long == []
