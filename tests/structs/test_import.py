"""What it takes to import structs, and what happens where msgspec is not installed."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_a_program_that_uses_models_imports_no_msgspec() -> None:
    code = (
        "import sys; from gatewaysdk import MessageCreate, Shard; Shard('x').on(MessageCreate); "
        "print('msgspec' in sys.modules)"
    )
    assert run(code) == "False"


def test_a_struct_brings_no_model() -> None:
    code = (
        "import sys; from gatewaysdk import Shard; from gatewaysdk.structs import MessageCreate; "
        "from gatewaysdk.decoding.registry import build_event; build_event(MessageCreate); "
        "print([name for name in sys.modules if name.startswith(('gatewaysdk.models.', 'gatewaysdk.events.'))])"
    )
    assert run(code) == "[]"


def test_without_msgspec_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['msgspec'] = None\n"
        "try:\n    import gatewaysdk.structs\n"
        "except ModuleNotFoundError as error:\n    print(error.name, error)"
    )
    assert run(code) == "msgspec gatewaysdk.structs needs msgspec; install it with: pip install 'gatewaysdk[structs]'"
