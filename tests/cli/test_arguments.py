"""Help texts, and errors for arguments that cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

import gatewaysdk

from .conftest import Done

Run = Callable[..., Done]

FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")

REAL_LOOKING = "MTE4NjAxMjM0NTY3ODkwMTIz" + ".GhT5aB." + "x" * 38


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("demo", ["--encoding", "--compress", "--seed", "--quiet"]),
        ("simulate", ["--host", "--port", "--token", "--guilds", "--interval", "--events", "--refuse-intents"]),
        ("listen", ["--token-file", "--token-env", "--events", "--intents", "--shard", "--json", "--raw", "--proxy"]),
    ],
)
def test_help_explains_each_option_and_gives_an_example(run: Run, command: str, options: list[str]) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert f"  gatewaysdk {command}" in done.out.partition("example")[2] or "DISCORD_TOKEN=..." in done.out
    assert "exit codes:" in done.out
    for option in options:
        assert f"  {option}" in done.out


def test_help_lists_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert {"demo", "simulate", "listen"} <= set(done.out.split())


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version") == Done(0, f"gatewaysdk {gatewaysdk.__version__}\n", "")


def test_help_imports_neither_the_simulator_nor_an_event() -> None:
    code = (
        "import sys; from gatewaysdk.cli import main; main(['listen', '--help']);"
        "print(*[name for name in sys.modules if name.startswith('gatewaysdk.')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name.split(".")[1:] for name in done.stderr.split()]
    assert ["cli", "parser"] in loaded
    assert not [parts for parts in loaded if parts[0] in ("simulator", "models")]
    assert not [parts for parts in loaded if parts[0] == "events" and len(parts) > 1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["dance"], "dance"),
        (["listen", "--bogus=1"], "--bogus"),
        (["listen", "--eve", "READY"], "--eve"),
        (["listen", "--compress", "gzip"], "gzip"),
        (["listen", "--count", "0"], "a number from 1 on"),
        (["listen", "--shard", "2/2"], "as 0/2"),
        (["listen", "--token-file", "a", "--token-env", "B"], "not allowed with"),
        (["listen", "--url", "http://127.0.0.1:1"], "wss://"),
        (["listen", "--encoding", "etf", "--compress", "payload"], "json"),
        (["listen", "--events", "GUILD_MEMBER_ADD", "--intents", "GUILDS"], "GUILD_MEMBERS"),
        (["simulate", "--port", "65536"], "a port from 0 to 65535"),
        (["simulate", "--token", " "], "token"),
        (["simulate", "--rate", "0"], "a number from 1 on"),
        (["simulate", "--rate", "fast"], "a number from 1 on"),
        (["simulate", "--rate", "9", "--scenario", "any.yaml"], "--scenario"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("gatewaysdk: ")
    assert done.err.count("\n") == 1
    assert said in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["listen", REAL_LOOKING],
        ["listen", "--token", REAL_LOOKING],
        ["listen", f"--token=Bot {REAL_LOOKING}"],
        ["listen", "--token-env", REAL_LOOKING],
        ["listen", "--token-file", REAL_LOOKING],
        ["simulate", "--token", REAL_LOOKING],
        [REAL_LOOKING],
    ],
)
def test_a_token_as_an_argument_is_refused_and_not_repeated(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "history" in done.err
    assert "DISCORD_TOKEN" in done.err
    assert REAL_LOOKING[:8] not in done.err


@pytest.mark.parametrize("arguments", [["--token", "tell-nobody"], ["--token=tell-nobody"], ["tell-nobody"]])
def test_what_looks_like_no_token_may_still_be_one(run: Run, arguments: list[str]) -> None:
    done = run("listen", *arguments)
    assert done.code == 2
    assert "tell-nobody" not in done.err


@pytest.mark.parametrize(
    ("command", "into", "code"),
    [
        ("doctor", ">&-", 0),
        ("demo --quiet", ">&-", 0),
        pytest.param("doctor", ">/dev/full", 1, marks=FULL),
        pytest.param("demo", ">/dev/full", 1, marks=FULL),
        pytest.param("demo --quiet", ">/dev/full", 1, marks=FULL),
    ],
)
def test_output_that_cannot_be_written_is_one_line(command: str, into: str, code: int) -> None:
    line = f'"{sys.executable}" -m gatewaysdk {command} {into}'
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    complaint = "gatewaysdk: cannot write the output: No space left on device\n" if code else ""
    assert (done.returncode, done.stderr) == (code, complaint)
