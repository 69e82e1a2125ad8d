"""The rooms of the package and which may import which; docs/topics/architecture.md says the same in words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gatewaysdk

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gatewaysdk"
GENERATED = ("enums", "models", "structs", "events", "commands", "tables")

# Each room with those that it may import, all of them further down. A room is a module or a folder of the package.
ROOMS: dict[str, str] = {
    # The words at the door.
    "errors": "",
    "frame": "",
    "stats": "",
    "snowflake": "errors",
    "token": "errors",
    # The vocabulary: bases written by hand, and what is generated on top of them.
    "bases": "errors snowflake",
    "enums": "bases",
    "models": "bases enums snowflake",
    "events": "bases enums models snowflake",
    "structs": "bases enums",
    "commands": "bases enums snowflake",
    "tables": "enums",
    "formatting": "bases errors snowflake",
    # From bytes to frames, and from frames to decisions. None of these knows a model.
    "codec": "compression errors frame token",
    "compression": "errors",
    "protocol": "enums errors frame tables token",
    "transport": "compression errors",
    # From frames to events, and to those who listen.
    "program": "errors",
    "decoding": "bases codec errors events frame tables",
    "listeners": "bases decoding enums errors tables",
    # The shell: clock, tasks, queue, socket.
    "tasks": "errors",
    "delivery": "bases codec decoding errors listeners stats tasks",
    "sessions": "errors protocol tasks",
    "requests": "bases commands delivery enums errors events models snowflake",
    "identify": "errors tasks",
    "shard": (
        "bases codec commands compression delivery enums errors events frame identify listeners models protocol "
        "requests sessions snowflake stats tables tasks token transport"
    ),
    "fleet": (
        "bases codec commands delivery enums errors events identify listeners protocol requests sessions shard "
        "snowflake stats tasks token transport"
    ),
    "metrics": "broker errors fleet shard stats tasks",
    "broker": (
        "bases codec compression commands decoding delivery enums errors events fleet frame identify listeners "
        "protocol requests sessions shard snowflake stats tables tasks token transport"
    ),
    "canary": "bases enums errors fleet protocol shard tables",
    # What is built on the public parts, and which nothing above imports.
    "simulator": "bases codec compression enums errors events frame models snowflake tables token",
    "record": "__init__ codec enums errors fleet frame shard simulator token",
    "__init__": (
        "bases commands decoding delivery enums errors events fleet formatting identify listeners program protocol "
        "requests sessions shard snowflake stats token"
    ),
    "cli": (
        "__init__ bases broker canary codec compression decoding enums errors events fleet identify listeners models "
        "protocol record shard simulator stats tables tasks token transport"
    ),
    "__main__": "cli",
    # What a test runner loads.
    "testing": "simulator",
}

# Libraries and parts of the standard library that only some rooms may touch.
RESERVED = {
    "aiohttp": {"fleet", "metrics", "simulator", "transport"},
    "asyncio": {
        "broker",
        "cli",
        "delivery",
        "fleet",
        "identify",
        "listeners",
        "metrics",
        "program",
        "record",
        "requests",
        "sessions",
        "shard",
        "simulator",
        "tasks",
        "transport",
    },
    "time": {"broker", "tasks", "identify", "record", "sessions", "simulator", "cli"},
    "random": {"shard", "fleet", "simulator", "cli"},
    "orjson": {"codec", "cli"},
    "nats": {"broker"},
    "prometheus_client": {"metrics"},
    "redis": {"broker"},
    "argparse": {"cli"},
    "rich": {"cli"},
    "signal": {"broker", "tasks", "program", "shard", "fleet", "cli"},
    "textual": {"cli"},
    "yaml": {"simulator"},
    "zlib": {"compression", "record", "simulator"},
    "zlib_ng": {"compression"},
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules(path: Path) -> Iterator[tuple[str, ...]]:
    """Every module that a file of the package imports, absolute, as its parts."""
    here = ("gatewaysdk", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (tuple(name.name.split(".")) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            if node.module:
                yield (*base, *node.module.split("."))
            else:
                yield from ((*base, name.name) for name in node.names)


def rooms_imported(path: Path) -> set[str]:
    found = set()
    for parts in modules(path):
        if parts[0] == "gatewaysdk":
            known = len(parts) > 1 and ((PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").is_file())
            found.add(parts[1] if known else "__init__")
    return found - {room_of(path)}


SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_the_rooms_of_the_table_are_those_of_the_package() -> None:
    assert {room_of(path) for path in SOURCES} == set(ROOMS)


def test_the_table_has_a_bottom() -> None:
    order = list(TopologicalSorter({room: allowed.split() for room, allowed in ROOMS.items()}).static_order())
    assert set(order) == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_is_below_it(room: str) -> None:
    allowed = set(ROOMS[room].split())
    for path in SOURCES:
        if room_of(path) == room:
            above = rooms_imported(path) - allowed
            assert not above, f"{path.relative_to(ROOT)} imports {sorted(above)}; {room} may import {sorted(allowed)}"


def test_no_written_files_import_each_other_in_a_circle() -> None:
    """Room by room, also where a type checker alone would follow an import."""
    written = {path for path in SOURCES if room_of(path) not in GENERATED}
    files = {path.relative_to(PACKAGE).with_suffix("").parts: path for path in written}
    graph = {}
    for path in written:
        imported = set()
        for parts in modules(path):
            if parts[0] == "gatewaysdk":
                # A module, or a name in one; a room's own __init__ only gathers what its files make.
                found = files.get(parts[1:]) or files.get(parts[1:-1])
                imported |= {found} - {None, path}
        graph[path] = imported
    TopologicalSorter(graph).prepare()  # raises CycleError, which names them


def test_the_package_lists_rooms_and_few_files() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 8
    private = [path for path in SOURCES if path.name.startswith("_") and path.stem not in ("__init__", "__main__")]
    assert not private, "a room is public or internal as a whole; docs/topics/architecture.md says which"


def test_one_file_alone_knows_where_an_object_keeps_what_is_wrong_with_it() -> None:
    users = [path.relative_to(PACKAGE) for path in SOURCES if "__pydantic_private__" in path.read_text("utf-8")]
    assert users == [Path("bases/findings.py")]


@pytest.mark.parametrize("library", RESERVED)
def test_a_library_is_touched_only_where_it_belongs(library: str) -> None:
    users = {room_of(path) for path in SOURCES if any(parts[0] == library for parts in modules(path))}
    assert users <= RESERVED[library]


@pytest.mark.parametrize("client", ["nats", "redis"])
def test_the_client_of_an_engine_is_imported_by_that_engine_alone(client: str) -> None:
    users = {path.relative_to(PACKAGE).parts[:2] for path in SOURCES if any(one[0] == client for one in modules(path))}
    assert users == {("broker", client)}


def test_the_protocol_core_has_no_clock_socket_task_or_randomness_of_its_own() -> None:
    allowed = {
        "__future__",
        "collections",
        "dataclasses",
        "enum",
        "gatewaysdk",
        "math",
        "re",
        "sys",
        "typing",
        "urllib",
    }
    for path in (PACKAGE / "protocol").glob("*.py"):
        assert {parts[0] for parts in modules(path)} <= allowed, path.name


def test_codegen_never_imports_the_package() -> None:
    for path in (ROOT / "codegen").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in names if name.split(".")[0] == "gatewaysdk"}, path.name


HAND_WRITTEN = [
    path
    for folder in ("src", "codegen", "tests", "examples", "benchmarks", "release")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not (path.is_relative_to(PACKAGE) and room_of(path) in GENERATED)
]


def test_files_stay_small() -> None:
    long = {str(path.relative_to(ROOT)): count for path in HAND_WRITTEN if (count := _lines(path)) > 500}
    # Generated files hold one structure each; the index of a generated package is as long as the package is wide.
    for path in SOURCES:
        if room_of(path) in GENERATED and path.name != "__init__.py" and _lines(path) > 500:
            long[str(path.relative_to(ROOT))] = _lines(path)
    assert not long


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_named_for_holding_this_and_that() -> None:
    vague = {"utils", "util", "helpers", "misc", "common"}
    assert not [path for path in HAND_WRITTEN if path.stem in vague]


def test_every_module_says_what_is_public() -> None:
    for path in SOURCES:
        one_of_many = room_of(path) in GENERATED and path.name != "__init__.py"
        if (one_of_many and room_of(path) != "tables") or path.name == "__main__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if len(tree.body) == 1:  # a docstring, and nothing to export
            continue
        names = {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
                 if isinstance(target, ast.Name)}  # fmt: skip
        assert "__all__" in names, f"{path.relative_to(ROOT)} has no __all__"


def test_what_the_package_exports_is_the_sum_of_its_parts() -> None:
    from gatewaysdk import commands, errors, events

    exported = gatewaysdk.__all__
    assert len(exported) == len(set(exported)), "a name is exported twice"
    parts = {*commands.__all__, *errors.__all__, *events.__all__}
    assert parts <= set(exported)
    for name in set(exported) - parts:
        # What is listed by hand comes from a module that calls it public itself.
        value = getattr(gatewaysdk, name)
        homes = [path for path in SOURCES if path.parent != PACKAGE / "simulator" and f'"{name}"' in _all_of(path)]
        assert homes or name == "Intents", f"{name} is in no __all__ of the module that makes it ({value!r})"


def test_the_package_exports_nothing_that_send_refuses() -> None:
    from gatewaysdk import commands
    from gatewaysdk.bases.command import ProtocolMessage

    automatic = {"Heartbeat", "Identify", "Resume"}
    assert all(issubclass(getattr(commands, name), ProtocolMessage) for name in automatic)
    assert not automatic & {*gatewaysdk.__all__, *dir(gatewaysdk), *commands.__all__}
    assert not any(hasattr(gatewaysdk, name) for name in automatic)


def test_no_package_tells_type_checkers_that_it_has_every_name() -> None:
    """A `__getattr__` that they see makes a misspelt import pass."""
    for path in SOURCES:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        assert "__getattr__" not in names, f"{path.relative_to(ROOT)}: put it below `if not TYPE_CHECKING:`"


def test_one_name_stands_for_one_thing() -> None:
    """No two written modules export the same name for things of their own, nor one that a command has.

    Models, structs and enums are left out: they have Discord's words, in packages of their own. The base of structs
    shares its names with that of models, as the two families do.
    """
    homes: dict[str, list[Path]] = {}
    for path in SOURCES:
        if room_of(path) in ("enums", "models", "structs", "events", "tables") or path.stem == "struct_event":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            name = None
            if isinstance(node, ast.ClassDef):
                name = node.name
            elif isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
                name = ast.unparse(node.target)
            if name is not None and not name.startswith("_"):
                homes.setdefault(name, []).append(path.relative_to(PACKAGE))
    assert not {name: paths for name, paths in homes.items() if len(paths) > 1}


def _all_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    found = re.search(r"^__all__.*?\]", text, re.MULTILINE | re.DOTALL) if path != PACKAGE / "__init__.py" else None
    return "" if found is None else found[0]


@pytest.mark.parametrize("package", ["enums", "models", "events", "commands"])
def test_every_generated_name_can_be_imported(package: str) -> None:
    module = __import__(f"gatewaysdk.{package}", fromlist=["__all__"])
    for name in module.__all__:
        getattr(module, name)


def test_importing_the_package_brings_no_more_than_a_shard_needs() -> None:
    code = "import sys, gatewaysdk; print(*[name for name in sys.modules if name.startswith('gatewaysdk.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {tuple(name.split(".")[1:]) for name in done.stdout.split()}
    assert ("shard",) in loaded
    assert not {parts for parts in loaded if parts[0] in ("simulator", "cli", "models", "structs")}
    assert not {parts for parts in loaded if parts[0] in ("events", "commands") and len(parts) > 1}


def test_nothing_points_outside_of_the_project() -> None:
    # Directories of one machine; written in two halves, lest this file find itself.
    outside = re.compile(r"(?<![\w.:/~-])/(?:" + "ho" + "me|ro" + "ot|wo" + r"rk|Us" + r"ers|t" + r"mp|mnt|opt)/\w")
    suffixes = {".py", ".md", ".json", ".toml", ".yaml", ".yml", ".jinja2", ".cfg", ""}
    found = []
    for path in _project_files():
        if path.suffix in suffixes:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if outside.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


def _project_files() -> Iterator[Path]:
    for folder in ("src", "codegen", "schema", "tests", "examples", "benchmarks", "release", "docs", ".ci", ".github"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file() and "cache" not in str(path))
    # In a linked worktree of Git, .git is a file that says where the repository is.
    ours = (path for path in ROOT.iterdir() if path.name != ".git" and not path.name.startswith(".coverage"))
    yield from (path for path in ours if path.is_file())
