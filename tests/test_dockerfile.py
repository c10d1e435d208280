"""The image without Docker: the Dockerfile is read, and its steps are done by hand in an empty folder.

What needs root or Debian (apt-get, useradd) is only read. All stages share one root, so that a path means the same in
each of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml

from bot.config import load

ROOT = Path(__file__).parents[1]
OUR_FOLDERS = ("/opt/earshot", "/src", "/data", "/home/earshot")
NOT_BY_HAND = ("apt-get", "useradd")


def instructions() -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions and what follows them, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()


def wanted(name: str) -> list[str]:
    """What follows each instruction of this name."""
    return [rest for it, rest in instructions() if it == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out: the last rule that matches it or a folder above it decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!")
        parts = Path(path).parts
        above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        if any(_matches(pattern, it) for it in above):
            out = not rule.startswith("!")
    return out


def _matches(pattern: str, path: str) -> bool:
    """`*` stays within a folder, a leading `**/` is any number of folders."""
    if pattern.startswith("**/"):
        return any(_matches(pattern[3:], rest) for rest in _tails(path))
    names, parts = pattern.split("/"), path.split("/")
    return len(names) == len(parts) and all(map(fnmatchcase, parts, names))


def _tails(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[n:]) for n in range(len(parts))]


@dataclass
class ByHand:
    """What the Dockerfile makes, below `root`."""

    root: Path
    folder: Path
    environ: dict[str, str]
    entrypoint: list[str] = field(default_factory=list)

    def place(self, text: str) -> str:
        """A text with the image's own folders moved below our root."""
        for it in OUR_FOLDERS:
            text = re.sub(rf"(?<![\w./]){it}(?![\w-])", f"{self.root}{it}", text)
        return text

    def do(self, name: str, rest: str) -> None:
        """One instruction."""
        match name:
            case "FROM":
                self.environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **_pips_own()}
            case "WORKDIR":
                self.folder = Path(self.place(rest))
                self.folder.mkdir(parents=True, exist_ok=True)
            case "COPY" if not rest.startswith("--from="):
                *sources, target = rest.split()
                for source in sources:
                    self._copy(source, target)
            case "RUN" if not rest.startswith(NOT_BY_HAND):
                subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", self.place(rest)],
                    cwd=self.folder, env=self.environ, check=True, capture_output=True, timeout=300,
                )  # fmt: skip
            case "ENV":
                for pair in shlex.split(rest):
                    key, _, value = pair.partition("=")
                    self.environ[key] = self.place(value).replace("$PATH", self.environ["PATH"])
            case "ENTRYPOINT" | "CMD":
                self.entrypoint += json.loads(rest)

    def _copy(self, source: str, target: str) -> None:
        given = ROOT / source
        into = self.folder / target
        if given.is_dir():
            shutil.copytree(given, into, ignore=_left_out, dirs_exist_ok=True)
        else:
            into = into / given.name if target.endswith("/") else into
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(given, into)


def _left_out(folder: str, names: list[str]) -> list[str]:
    below = Path(folder).relative_to(ROOT)
    return [name for name in names if ignored(str(below / name))]


def _pips_own() -> dict[str, str]:
    """Where pip finds packages on this machine; what else is in the environment stays out."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name == "HOME"}


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port: int = one.getsockname()[1]
        return port


# --- what can be seen by reading


def test_what_is_copied_is_there_and_not_ignored() -> None:
    sources = [it for rest in wanted("COPY") if not rest.startswith("--from=") for it in rest.split()[:-1]]
    assert {"bot", "cogs", "requirements/run.lock"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


@pytest.mark.parametrize(
    "path",
    [
        "config.toml", ".env", ".git/config", "secrets/discord_token", "earshot-data/keys", "demo-data/practice.json",
        "earshot-data/earshot.sqlite", "tests/fakes.py", ".venv/bin/python", "bot/__pycache__/app.cpython-311.pyc",
        "requirements/dev.lock",
    ],
)  # fmt: skip
def test_data_and_secrets_stay_out(path: str) -> None:
    assert ignored(path)


@pytest.mark.parametrize("path", ["bot/app.py", "bot/web/style.css", "cogs/help.py", "requirements/run.lock"])
def test_the_program_goes_in(path: str) -> None:
    assert not ignored(path)


def test_the_image_is_small_private_and_watched() -> None:
    assert len(wanted("FROM")) == 2
    final = list(instructions())
    final = final[[name for name, _ in final].index("FROM", 1) :]
    users = [rest for name, rest in final if name == "USER"]
    assert users == ["earshot"]
    installed = next(rest for name, rest in final if name == "RUN" and "apt-get" in rest)
    assert "--no-install-recommends" in installed
    assert "ca-certificates" in installed
    assert not re.search(r"\b(gcc|build-essential|git|curl)\b", installed)
    assert "fonts-noto-cjk" in wanted("ARG")[0]
    assert "fonts-noto-color-emoji" in wanted("ARG")[0]
    [health] = wanted("HEALTHCHECK")
    assert "/healthz" in health
    assert "python" in health
    assert "/data" in wanted("VOLUME")
    for rest in (*wanted("ENTRYPOINT"), *wanted("CMD")):
        assert isinstance(json.loads(rest), list)  # so that signals reach Earshot


# --- by hand


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> ByHand:
    root = tmp_path_factory.mktemp("image")
    made = ByHand(root, root, {})
    for name, rest in instructions():
        made.do(name, rest)
    (root / "data").mkdir(mode=0o700, exist_ok=True)
    return made


async def alive(port: int, process: asyncio.subprocess.Process) -> str:
    """What /healthz says once it says something."""

    def ask() -> str:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            said: str = answer.read().decode()
            return said

    async with asyncio.timeout(30):
        while process.returncode is None:
            try:
                return await asyncio.to_thread(ask)
            except URLError:
                await asyncio.sleep(0.1)
    raise AssertionError(f"earshot ended with {process.returncode}")


@pytest.mark.slow
def test_no_build_tool_is_left(image: ByHand) -> None:
    packages = {
        it.name.split("-")[0] for it in (image.root / "opt/earshot/lib").glob("*/site-packages/*.dist-info")
    }
    assert "earshot" in packages
    assert not packages & {"pip", "setuptools", "wheel", "pytest", "mypy"}


@pytest.mark.slow
async def test_it_starts_is_healthy_and_stops(image: ByHand) -> None:
    port = free_port()
    environ = {
        **image.environ,
        "EARSHOT_WEB_HOST": "127.0.0.1",
        "EARSHOT_WEB_PORT": str(port),
        "EARSHOT_LOUNGE_NAME": "Ana",
        "EARSHOT_LOUNGE_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        *image.entrypoint, cwd=image.folder, env=environ,
        stdout=subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert await alive(port, process) == "alive"
        assert await _health(image, environ, port) == 0
        assert await _health(image, environ, free_port()) != 0
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()
        logged = (await process.stderr.read()).decode()
    assert "Traceback" not in logged
    assert (image.root / "data" / "earshot.sqlite").exists()


async def _health(image: ByHand, environ: Mapping[str, str], port: int) -> int:
    """The exit code of the HEALTHCHECK, of a container with this port."""
    [health] = wanted("HEALTHCHECK")
    command = json.loads(health[health.index("[") :].replace("8888", str(port)))
    checking = await asyncio.create_subprocess_exec(*command, env=environ, stderr=subprocess.DEVNULL)
    return await asyncio.wait_for(checking.wait(), 20)


# --- compose


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return read


def test_every_secret_of_compose_is_a_setting(compose: dict[str, Any], tmp_path: Path) -> None:
    earshot = compose["services"]["earshot"]
    files = {}
    for name, file in earshot["environment"].items():
        assert file.removeprefix("/run/secrets/") in earshot["secrets"]
        secret = tmp_path / name
        secret.write_text("")
        files[name] = str(secret)
    load(None, files)  # none of them says anything
    (tmp_path / "EARSHOT_DISCORD_TOKEN_FILE").write_text("t\n")
    assert load(None, files).discord.token == "t"
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"secrets/{name}"}
        assert name in (ROOT / "compose.yaml").read_text().split("services:")[0]  # is made by the first lines


def test_compose_starts_earshot_alone_and_with_postgres(compose: dict[str, Any]) -> None:
    earshot, postgres = compose["services"]["earshot"], compose["services"]["postgres"]
    assert "profiles" not in earshot
    assert postgres["profiles"] == ["postgres"]
    assert earshot["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    assert "pg_isready" in postgres["healthcheck"]["test"]
    assert earshot["ports"] == ["127.0.0.1:8888:8888"]
    assert earshot["read_only"] is True
    assert list(compose["volumes"]) == ["data", "postgres"]
