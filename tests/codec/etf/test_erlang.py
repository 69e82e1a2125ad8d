"""Erlang itself, where it is installed, in both directions."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewaysdk.codec import EtfCodec
from gatewaysdk.codec.etf import STYLES, Backend
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import EVENT_NAMES, sample

from .matrix import EACH_BACKEND, REFERENCE, VECTORS, read_json, same
from .terms import plain_values

SCRIPT = Path(__file__).with_name("vectors") / "make_vectors.escript"
ESCRIPT = shutil.which("escript")

pytestmark = pytest.mark.skipif(ESCRIPT is None, reason="Erlang (escript) is not installed")


def erlang(*arguments: str) -> list[Any]:
    """What the script says, read from its JSON."""
    assert ESCRIPT is not None
    done = subprocess.run([ESCRIPT, str(SCRIPT), *arguments], capture_output=True, check=True, timeout=60)
    found: list[Any] = read_json(done.stdout.decode())
    return found


def judged(messages: list[bytes], folder: Path) -> list[Any]:
    """What Erlang decodes messages to, ``{"value": ...}`` or ``{"refused": true}`` each."""
    file = folder / "messages.hex"
    file.write_text("\n".join(message.hex() for message in messages))
    return erlang("judge", str(file))


def test_the_vectors_kept_are_those_that_erlang_makes() -> None:
    kept = read_json(VECTORS.read_text(encoding="utf-8"))
    # Not byte for byte: releases of Erlang differ in the order of keys.
    made = {vector["name"]: vector for vector in erlang("vectors")}
    assert made.keys() == {vector["name"] for vector in kept}
    for vector in kept:
        other = made[vector["name"]]
        assert {key: vector[key] for key in vector if key != "hex"} == {
            key: other[key] for key in other if key != "hex"
        }


@EACH_BACKEND
def test_what_erlang_encodes_is_decoded_here(backend: Backend) -> None:
    made = erlang("terms", "20261124", "400")
    assert len(made) == 400
    for term in made:
        message = bytes.fromhex(term["hex"])
        assert same(backend.decode(message, 1, len(message)), term["value"])


VALUES: list[Any] = [
    None, True, False, 0, 255, 256, -1, 2**31, -(2**31) - 1, 2**64, 2**2040 - 1, 1 - 2**2040, 0.0, -0.0, 1e308, 5e-324,
    "", "nil", "Ça va 🎉", "\0", [], [0, 1], [[], {}], (1, (2,)), {}, {"": [None]}, {"a": {"b": [1.5, "c", True]}},
]  # fmt: skip


@EACH_BACKEND
def test_what_is_encoded_here_is_decoded_by_erlang(backend: Backend, tmp_path: Path) -> None:
    verdicts = judged([backend.encode(value) for value in VALUES], tmp_path)
    for value, verdict in zip(VALUES, verdicts, strict=True):
        message = backend.encode(value)
        # Tuples are sent as lists.
        assert same(verdict["value"], REFERENCE.decode(message, 1, len(message)))


@EACH_BACKEND
@given(st.lists(plain_values, min_size=1, max_size=15))
@settings(max_examples=6)
def test_any_plain_values_are_decoded_by_erlang(
    backend: Backend, tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    verdicts = judged([backend.encode(value) for value in values], tmp_path_factory.mktemp("erlang"))
    for value, verdict in zip(values, verdicts, strict=True):
        assert same(verdict["value"], value)


@pytest.mark.parametrize("style", STYLES)
def test_what_the_simulator_writes_is_what_erlang_reads(style: str, tmp_path: Path) -> None:
    codec = EtfCodec("python", style=style)
    frames = [Frame(0, sample(name, seed=0, full=True), number, name) for number, name in enumerate(EVENT_NAMES)]
    messages = [codec.encode_frame(frame) for frame in frames]
    for message, frame, verdict in zip(messages, frames, judged(messages, tmp_path), strict=True):
        read = verdict["value"]
        assert (read["op"], read["s"], read["t"]) == (0, frame.s, frame.t)
        assert same(read["d"], codec.peek(message).d)
