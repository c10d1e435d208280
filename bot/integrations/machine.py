"""The machine that Earshot is to run on: Python and libraries, the data folder, the disk, ports, the clock."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import socket
import stat
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from bot.core.findings import Finding, failed, fine, warning, wrong

MEGABYTE = 1_000_000
LITTLE_SPACE, NO_SPACE = 500 * MEGABYTE, 50 * MEGABYTE
SKEW_WARNS_S, SKEW_BREAKS_S = 5.0, 60.0
ASK_S = 8.0

_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^]]*\])?([^;]*)$")
_BOUND = re.compile(r"(>=|<|==)\s*([\d.]+)")


def library_findings(package: str = "earshot") -> Sequence[Finding]:
    """Python, and each library in the version that the package asks for."""
    about = "libraries"
    found = [fine("Python", sys.version.split()[0])]
    try:
        wanted = requires(package) or []
    except PackageNotFoundError:
        return [
            *found,
            warning(about, f"{package} is not installed, so nothing is known of them", "Run: make install"),
        ]
    needed = [match for it in wanted if (match := _REQUIREMENT.match(it))]
    bad = [said for match in needed if (said := _unfit(match[1], match[2]))]
    if bad:
        return [
            *found,
            wrong(
                about, ", ".join(bad), "Run: make install (it takes the versions of requirements/run.lock)"
            ),
        ]
    return [*found, fine(about, f"all {len(needed)} are there, in versions that fit")]


def _unfit(name: str, bounds: str) -> str:
    """What is wrong with an installed library, "" if nothing is."""
    try:
        there = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    have = _numbers(there)
    for sign, bound in _BOUND.findall(bounds):
        limit = _numbers(bound)
        fits = {">=": have >= limit, "<": have < limit, "==": have == limit}[sign]
        if not fits:
            return f"{name} is {there}, not {sign}{bound}"
    return ""


def _numbers(given: str) -> tuple[int, ...]:
    return tuple(int(it) for it in re.findall(r"\d+", given.partition("+")[0]))


def folder_findings(folder: Path) -> Sequence[Finding]:
    """Whether the data folder can be made and written, and whether others can look into it; and the disk."""
    about = "data folder"
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        do = "Name a folder of your own in [data] folder, or give Earshot the right to write there."
        return [wrong(about, f"{there} cannot be written ({error.strerror})", do)]
    if there != folder:
        found = [fine(about, f"{folder} is made at the first start")]
    elif os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        found = [warning(about, f"others on this machine can look into {folder}", f"Run: chmod 700 {folder}")]
    else:
        found = [fine(about, f"{folder} can be written, and nobody else looks into it")]
    return [*found, disk_finding(shutil.disk_usage(there).free)]


def disk_finding(free: int) -> Finding:
    """Whether so many free bytes are enough."""
    said = f"{free // MEGABYTE:,} MB are free"
    if free < NO_SPACE:
        return failed("disk", said, "Free some space: the database stops taking writes when it is full.")
    if free < LITTLE_SPACE:
        return warning("disk", said, "Free some space before it runs out.")
    return fine("disk", said)


def port_finding(setting: str, host: str, port: int, *, running: bool) -> Finding:
    """Whether a port can be listened on; where it is taken and Earshot is `running`, it is the one that has it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        said = f"{host}:{port} cannot be used ({error.strerror})"
        if error.errno == errno.EADDRINUSE and running:
            return fine(setting, f"{host}:{port} is in use by the Earshot that runs here")
        if error.errno == errno.EADDRINUSE:
            return wrong(
                setting, said, "End what uses it (is Earshot running already?), or take another port."
            )
        return wrong(setting, said, "Take an address of this machine, and a port from 1024 on.")
    return fine(setting, f"{host}:{port} is free")


def is_running(host: str, port: int) -> bool:
    """Whether an Earshot is alive behind this port."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - read, not listened on
    try:
        with urllib.request.urlopen(f"http://{reached}:{port}/healthz", timeout=ASK_S) as answer:
            return bool(answer.read(10) == b"alive")
    except (OSError, ValueError):
        return False


async def clock_findings(urls: Sequence[str]) -> Sequence[Finding]:
    """How far this machine's clock is from that of the first of these services that tells the time."""
    about = "clock"
    for url in urls:
        skew = await asyncio.to_thread(_skew_s, url)
        if skew is None:
            continue
        said = f"{abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"
        do = "Set the clock by the network: timedatectl set-ntp true"
        if abs(skew) > SKEW_BREAKS_S:
            return [failed(about, f"{said}: signatures and tokens are refused", do)]
        if abs(skew) > SKEW_WARNS_S:
            return [warning(about, said, do)]
        return [fine(about, "right to a few seconds")]
    return [warning(about, "nobody could be asked for the time", "Check the network.")]


def _skew_s(url: str) -> float | None:
    """Our time minus theirs; None where they do not tell."""
    asked = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "Earshot"})  # noqa: S310
    began = time.time()
    try:
        with urllib.request.urlopen(asked, timeout=ASK_S) as answer:  # noqa: S310 - the configuration takes only http(s)
            said = answer.headers.get("Date")
    except urllib.error.HTTPError as refused:
        said = refused.headers.get("Date")
    except OSError:
        return None
    ours = (began + time.time()) / 2
    try:
        # Their second has begun and is half over, on average.
        return ours - (parsedate_to_datetime(said).timestamp() + 0.5)
    except (TypeError, ValueError):
        return None
