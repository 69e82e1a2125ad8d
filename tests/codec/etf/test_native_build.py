"""The native parts as they are compiled: where it can be, where it cannot, and with the sanitizers on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from fuzz import sanitize

ROOT = Path(__file__).resolve().parents[3]
MISSING = {name: sanitize.why_not(target) for name, target in sanitize.TARGETS.items()}


def setup(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("setuptools", reason="setup.py needs setuptools, which this environment has not")
    command = [sys.executable, "setup.py", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def build(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return setup("build_ext", "--build-lib", str(folder), "--build-temp", str(folder / "temp"), **variables)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"CC": "a-compiler-that-nobody-has"}, "could not be compiled"),
        ({"GATEWAYSDK_PURE_PYTHON": "1"}, "GATEWAYSDK_PURE_PYTHON is set"),
    ],
    ids=["no compiler", "not wanted"],
)
def test_without_the_native_backend_the_build_succeeds_and_says_so(
    tmp_path: Path, variables: dict[str, str], reason: str
) -> None:
    done = build(tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    assert "native code is left out" in done.stderr
    assert reason in done.stderr
    assert not list(tmp_path.rglob("*.so"))


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"CC": "a-compiler-that-nobody-has"}, "a-compiler-that-nobody-has"),
        ({"CFLAGS": "-include no-such-header.h"}, "no-such-header.h"),
        ({"GATEWAYSDK_PURE_PYTHON": "1"}, "GATEWAYSDK_PURE_PYTHON is set"),
    ],
    ids=["no compiler", "an error of the compiler", "not wanted"],
)
def test_doctor_tells_the_reason_that_the_build_noted(tmp_path: Path, variables: dict[str, str], reason: str) -> None:
    if "CFLAGS" in variables and any(MISSING.values()):
        pytest.skip(f"there is no compiler to complain: {MISSING}")
    assert setup("build", "--build-base", str(tmp_path), **variables).returncode == 0
    (built,) = tmp_path.glob("lib*")
    command = [sys.executable, "-m", "gatewaysdk", "doctor"]
    environment = {**os.environ, "PYTHONPATH": str(built)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "it was not built" in line or "was not built:" in line]
    assert len(lines) == 2, done.stdout + done.stderr
    assert all(reason in line for line in lines)


@pytest.mark.skipif(any(MISSING.values()), reason=f"an extension cannot be compiled: {MISSING}")
def test_a_build_that_succeeds_takes_the_note_of_an_earlier_one_away(tmp_path: Path) -> None:
    setup("build", "--build-base", str(tmp_path), CC="a-compiler-that-nobody-has")
    assert list(tmp_path.rglob("native_build.txt"))
    assert setup("build", "--build-base", str(tmp_path)).returncode == 0
    assert not list(tmp_path.rglob("native_build.txt"))


@pytest.mark.skipif(any(MISSING.values()), reason=f"an extension cannot be compiled: {MISSING}")
def test_one_build_serves_every_version_of_python(tmp_path: Path) -> None:
    done = build(tmp_path, GATEWAYSDK_PURE_PYTHON="0")
    assert done.returncode == 0, done.stderr
    assert "left out" not in done.stderr
    built = {f"{name}.abi3.so" for name in ("_native", "_json_native")}
    assert {one.name for one in tmp_path.rglob("*.so")} == built


def test_a_source_distribution_has_every_file_that_is_compiled(tmp_path: Path) -> None:
    done = setup("egg_info", "--egg-base", str(tmp_path), GATEWAYSDK_PURE_PYTHON="0")
    assert done.returncode == 0, done.stderr
    (listing,) = tmp_path.glob("*.egg-info/SOURCES.txt")
    codec = ROOT / "src" / "gatewaysdk" / "codec"
    compiled = {str(path.relative_to(ROOT)) for end in ("*.c", "*.h") for path in codec.rglob(end)}
    assert compiled <= set(listing.read_text(encoding="utf-8").splitlines())


@pytest.mark.fuzz
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fuzzer", sanitize.TARGETS)
def test_the_sanitizers_find_nothing_and_the_reference_agrees(fuzzer: str, capfd: pytest.CaptureFixture[str]) -> None:
    if MISSING[fuzzer] is not None:
        pytest.skip(f"the sanitizers cannot run: {MISSING[fuzzer]}")
    # 10,000 inputs unless a profile wants more of everything.
    inputs = 100 * settings.default.max_examples if settings.default is not None else 10_000
    status = sanitize.run(fuzzer, "--most", str(inputs), "--seconds", "300")
    out, err = capfd.readouterr()
    assert status == 0, f"{out}\n{err}"
    assert "no difference" in out
