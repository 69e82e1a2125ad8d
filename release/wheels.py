"""``python -m release.wheels``: build the source distribution and this machine's wheels in dist/, and test them.

Each is tested as a stranger has it: in a fresh environment without a compiler, by the tests of the source distribution.
The wheels of other systems are made by .github/workflows/wheels.yml.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
NO_COMPILER = {"CC": "no-compiler", "CXX": "no-compiler"}
PURE_NOTE = "GATEWAYSDK_PURE_PYTHON is set, when it was built"


def main() -> int:
    """Build and test; return 1 when a test fails. A build that fails raises."""
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        source, wheels = build(Path(scratch))
        for wheel in wheels:
            print(f"== testing {wheel.name}", flush=True)
            if not works(wheel, source, Path(scratch) / wheel.stem):
                print(f"{wheel.name} FAILED")
                return 1
    print("\n".join(f"dist/{path.name}" for path in sorted(DIST.iterdir())))
    return 0


def build(scratch: Path) -> tuple[Path, list[Path]]:
    """Return the unpacked source distribution, and the wheels: with native code, then the pure one."""
    run(sys.executable, "-m", "build", "--sdist", "--outdir", DIST, ROOT)
    (sdist,) = DIST.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(scratch, filter="data")
    source = scratch / sdist.name.removesuffix(".tar.gz")
    # From the source distribution, so that it is known to have all that a build takes.
    run(sys.executable, "-m", "build", "--wheel", "--outdir", scratch / "native", source, GATEWAYSDK_REQUIRE_NATIVE="1")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", scratch / "pure", source, GATEWAYSDK_PURE_PYTHON="1")
    (native,) = (scratch / "native").glob("*.whl")
    (pure,) = (scratch / "pure").glob("*.whl")
    if sys.platform == "linux":
        run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", DIST, native)
    else:
        print(f"== {native.name} is not repaired: auditwheel is for Linux")
        shutil.copy(native, DIST)
    shutil.copy(pure, DIST)
    return source, sorted(DIST.glob("*.whl"), key=lambda path: path.name.endswith("-any.whl"))


def works(wheel: Path, source: Path, folder: Path) -> bool:
    """Install a wheel where no compiler is; return whether its tests pass and it has the native code that it says."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    # Without its sources the tests cannot take anything but what is installed.
    tests = folder / "tests"
    shutil.copytree(source, tests, ignore=shutil.ignore_patterns("src", "*.egg-info"))
    pip: list[object] = [
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--quiet",
        "--only-binary",
        ":all:",
    ]
    run(*pip, "--upgrade", "pip>=25.1", **NO_COMPILER)
    run(*pip, f"{wheel}[metrics,structs]", "--group", f"{tests / 'pyproject.toml'}:test", **NO_COMPILER)
    report = subprocess.run(
        [python, "-m", "gatewaysdk", "doctor"], cwd=tests, capture_output=True, text=True, check=True
    )
    print(report.stdout, end="", flush=True)
    pure = wheel.name.endswith("-any.whl")
    if (PURE_NOTE in report.stdout) is not pure or ("json envelope native" in report.stdout) is pure:
        print("doctor does not say of the native code what the name of the wheel says")
        return False
    command = [str(python), "-m", "release.smoke"]
    return subprocess.run(command, cwd=tests, env={**os.environ, **NO_COMPILER}, check=False).returncode == 0


def run(*command: object, **variables: str) -> None:
    """Run a program that has to succeed; what it says is printed if it does not. Ours come first on its PATH."""
    print("==", *(Path(word).name if isinstance(word, Path) else word for word in command[1:]), flush=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    words, environment = [str(word) for word in command], {**os.environ, "PATH": path, **variables}
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stdout.write(done.stdout.decode(errors="replace"))
        raise SystemExit(f"{' '.join(words)} failed with exit status {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
