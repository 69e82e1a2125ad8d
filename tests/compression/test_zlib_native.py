"""The inflater in C: it does what Python's zlib does, and what only C can get wrong."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import tracemalloc
import weakref
import zlib
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fuzz.inflate import PROBE, Case, Step, check
from gatewaysdk.compression.zlib_context import MARKER, PythonContext

native: Any = pytest.importorskip(
    "gatewaysdk.compression._zlib_native", reason="the native inflater was not compiled", exc_type=ImportError
)

KIB = 1024
LIMIT = 16 * KIB * KIB
KEPT = 256 * KIB
EVENTS = [b'{"t":"A","s":%d,"op":0,"d":{"content":"%s"}}' % (n, b"hello " * n) for n in range(9)]


def stream(*events: bytes, level: int = 6) -> list[bytes]:
    context = zlib.compressobj(level)
    return [context.compress(event) + context.flush(zlib.Z_SYNC_FLUSH) for event in events]


# --- beside Python's

MESSAGES = stream(*EVENTS)
ENDED = zlib.compress(EVENTS[1])
texts = (
    st.binary(max_size=60) | st.sampled_from([*EVENTS, MARKER, b"b" + MARKER * 2]) | st.integers(0, 300_000).map(bytes)
)


@st.composite
def messages(draw: st.DrawFn) -> list[bytes]:
    """A stream as a server sends it, perhaps ended with data behind, perhaps damaged or cut elsewhere; or anything."""
    if not draw(st.integers(0, 4)):
        return draw(st.lists(st.binary(max_size=30), max_size=4))
    context = zlib.compressobj(draw(st.integers(0, 9)), wbits=draw(st.sampled_from((15, 15, 9, -15))))
    found = [context.compress(text) + context.flush(zlib.Z_SYNC_FLUSH) for text in draw(st.lists(texts, max_size=4))]
    if draw(st.booleans()):
        found += [context.flush() + draw(st.binary(max_size=5)), draw(st.binary(max_size=5)), MARKER]
    for _ in range(draw(st.integers(0, 2)) if found else 0):
        which = draw(st.integers(0, len(found) - 1))
        at = draw(st.integers(0, len(found[which])))
        before, behind = found[which][:at], found[which][at:]
        changes = [[before + draw(st.binary(max_size=3)) + behind[1:]], [before + MARKER + behind], [before, behind]]
        found[which : which + 1] = draw(st.sampled_from(changes))
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    limits = st.sampled_from((1, 100, 65_536, 65_537, LIMIT, LIMIT, LIMIT))
    steps: list[Step] = []
    for message in draw(messages()):
        name = draw(st.sampled_from(("whole", "quick", "quick", "decompress", "copy", "back")))
        if name in ("copy", "back"):
            steps.append(Step(name))
            name = "whole"
        steps.append(Step(name, message, draw(limits)))
    return Case(draw(limits), steps)


@pytest.mark.fuzz
@given(cases())
@example(Case(LIMIT, [Step("whole", message) for message in MESSAGES]))
@example(
    Case(LIMIT, [Step("decompress", ENDED + b"behind"), Step("whole", b"more" + MARKER), Step("copy"), Step("back")])
)
@example(Case(LIMIT, [Step("decompress", b"x" + MARKER), Step("quick", MESSAGES[0])]))
@example(Case(LIMIT, [Step("quick", MESSAGES[0]), Step("quick", ENDED + MARKER), Step("quick", MESSAGES[1])]))
@example(Case(LIMIT, [Step("quick", MESSAGES[0]), Step("quick", b"\0" + MARKER), Step("quick", MESSAGES[1])]))
@example(Case(LIMIT, [Step("whole", MARKER)]))
@example(Case(LIMIT, [Step("whole", MESSAGES[0]), Step("copy"), Step("decompress", PROBE, 9), Step("back")]))
def test_both_do_the_same(case: Case) -> None:
    check(case, native.inflater)


def test_what_is_unusual_is_left_to_others_and_inflated_once() -> None:
    context = native.inflater(len(EVENTS[1]))  # one byte too few
    assert context.quick(MESSAGES[0]) == EVENTS[0]
    assert context.quick(MESSAGES[1]) is None
    assert context.quick(MESSAGES[2]) is None, "as nobody asked for what came of the one before"
    assert context.whole(MESSAGES[1]) == EVENTS[1]
    context.usual = False
    assert context.quick(MESSAGES[2]) is None
    assert context.whole(MESSAGES[2]) == EVENTS[2][: len(EVENTS[1])]


def test_a_difference_would_be_seen() -> None:
    class Loses(PythonContext):
        def whole(self, message: bytes | str, /) -> bytes | None:
            return (super().whole(message) or b"")[1:]

    with pytest.raises(AssertionError, match="step 0 differs"):
        check(Case(LIMIT, [Step("whole", MESSAGES[0])]), Loses)


# --- what is no whole message

STORED = stream(b"a" + MARKER + b"b", level=0)[0]


class Bytes(bytes):
    """A subclass."""


@pytest.mark.parametrize(
    "message",
    [
        b"",
        *(MARKER[:size] for size in range(1, 4)),
        *(MARKER[size:] for size in range(1, 4)),
        MESSAGES[0][:-1],
        MESSAGES[0] + b"\0",
        MARKER + MESSAGES[0],
        MARKER + MARKER,
        MESSAGES[0] + MARKER,
        MESSAGES[0] + b"\0" + MARKER,
        STORED,
        bytearray(MESSAGES[0]),
        memoryview(MESSAGES[0]),
        Bytes(MESSAGES[0]),
        "text" + MARKER.decode("latin-1"),
        None,
        5,
    ],
)
def test_what_is_no_whole_message_is_left_as_it_is(message: Any) -> None:
    context = native.inflater(LIMIT)
    assert context.whole(message) is None
    assert PythonContext(LIMIT).whole(message) is None
    assert [context.whole(one) for one in MESSAGES] == EVENTS
    assert context.whole(message) is None
    assert (context.eof, context.unused_data) == (False, b"")


def test_a_marker_is_found_wherever_it_is() -> None:
    for size in range(40):
        for fill in (b"\0", b"\xff", b"x"):
            for at in range(size):
                message = fill * at + MARKER + fill * (size - at) + MARKER
                assert native.inflater(LIMIT).whole(message) is None


# --- wrong use


@pytest.mark.parametrize(
    ("limit", "error"),
    [
        (0, ValueError),
        (-1, OverflowError),
        (1 << 64, OverflowError),
        (1.0, TypeError),
        ("1", TypeError),
        (None, TypeError),
    ],
)
def test_a_limit_that_is_none_is_refused(limit: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        native.inflater(limit)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), TypeError),
        ((ENDED,), TypeError),
        ((ENDED, 1, 1), TypeError),
        ((ENDED, "1"), TypeError),
        ((ENDED, 1.0), TypeError),
        (("text", 1), TypeError),
        ((None, 1), TypeError),
        ((bytearray(ENDED), 1), TypeError),
        ((ENDED, 0), ValueError),
        ((ENDED, -1), ValueError),
        ((ENDED, -sys.maxsize - 1), ValueError),
        ((ENDED, 1 << 64), OverflowError),
    ],
)
def test_arguments_are_checked_before_anything_is_done(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    context = native.inflater(LIMIT)
    with pytest.raises(error):
        context.decompress(*arguments)
    assert context.decompress(ENDED, sys.maxsize) == EVENTS[1]


def test_a_message_of_4_gb_is_refused() -> None:
    try:
        message = bytes(1 << 32)  # of pages that nobody touches
    except (MemoryError, OverflowError):
        pytest.skip("no 4 GB of addresses are to be had")
    with pytest.raises(OverflowError, match="4 GB"):
        native.inflater(LIMIT).decompress(message, 1)


def test_only_the_module_makes_inflaters() -> None:
    context = native.inflater(LIMIT)
    kind = type(context)
    makers: list[Callable[[], object]] = [
        kind,
        lambda: object.__new__(kind),
        lambda: type("Sub", (kind,), {}),
        lambda: copy.copy(context),
        *(lambda protocol=protocol: pickle.loads(pickle.dumps(context, protocol)) for protocol in range(6)),
    ]
    for make in makers:
        with pytest.raises((TypeError, pickle.PicklingError)):
            make()
    for name in ("eof", "unused_data", "other"):
        with pytest.raises(AttributeError):
            setattr(context, name, 1)


@pytest.mark.parametrize(
    ("message", "status"),
    [(b"\xff" * 9 + MARKER, -3), (b"\x78\xbb" + bytes(4) + MARKER, 2)],
    ids=["broken", "a dictionary"],
)
def test_an_error_names_the_status_of_zlib(message: bytes, status: int) -> None:
    context = native.inflater(LIMIT)
    for _ in range(2):
        with pytest.raises(zlib.error, match=f"^Error {status} while decompressing data: [a-z]"):
            context.whole(message)
    with pytest.raises(zlib.error):
        context.copy().whole(MESSAGES[0])


# --- memory


def held_by(run: Callable[[], object], times: int) -> int:
    """The bytes that all but the first runs leave behind; those of zlib itself are not counted."""
    tracemalloc.start()
    try:
        run()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(times):
            run()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_little_is_kept_after_large_messages() -> None:
    large, middle = bytes(5_000_000), bytes(250_000)
    body = stream(large)[0]

    def read() -> None:
        assert native.inflater(LIMIT).whole(body) == large

    def read_up_to_the_limit() -> None:
        assert len(native.inflater(3_000_000).whole(body)) == 3_000_000

    def refuse() -> None:
        with pytest.raises(zlib.error):
            native.inflater(LIMIT).decompress(body + b"\xff" * 9, LIMIT)

    def read_what_just_fits() -> None:
        assert native.inflater(LIMIT).whole(stream(middle)[0]) == middle

    read()  # so that the buffer begins anew, and all that is kept of it is seen
    tracemalloc.start()
    try:
        for run in (read, read_up_to_the_limit, refuse, read_what_just_fits):
            run()
            held, _ = tracemalloc.get_traced_memory()
            assert held < KEPT + 32 * KIB
        assert held >= KEPT, "the buffer was not seen, so the bounds above say nothing"
    finally:
        tracemalloc.stop()


def use() -> None:
    """Inflaters as they come and go, with every way to fail."""
    context = native.inflater(LIMIT)
    assert context.whole(MESSAGES[0]) == EVENTS[0]
    assert context.copy().whole(MESSAGES[1]) == EVENTS[1]
    with pytest.raises(zlib.error):
        context.copy().whole(b"\xff" * 9 + MARKER)
    ended = native.inflater(LIMIT)
    assert ended.decompress(ENDED + b"behind", LIMIT) == EVENTS[1]
    assert ended.copy().decompress(b"more", LIMIT) == b""
    with pytest.raises(ValueError, match="at least 1"):
        ended.decompress(b"", 0)


def test_nothing_is_left_of_inflaters_copies_and_errors() -> None:
    kind = type(native.inflater(1))
    counts = [sys.getrefcount(kind), sys.getrefcount(zlib.error)]
    assert held_by(use, 3_000) < 20 * 3_000
    gc.collect()
    assert abs(sys.getrefcount(kind) - counts[0]) < 100
    assert abs(sys.getrefcount(zlib.error) - counts[1]) < 100


RESIDENT = Path("/proc/self/statm")
GROWTH = f"""
import resource, zlib
from pathlib import Path
from gatewaysdk.compression._zlib_native import inflater
context = zlib.compressobj()
message = context.compress(bytes(50_000)) + context.flush(zlib.Z_SYNC_FLUSH)
pages = []
for _ in range(2):
    for _ in range(2_000):
        one = inflater(1 << 20)
        one.copy().whole(message)
        one.whole(message)
        one.copy()
    pages.append(int(Path({str(RESIDENT)!r}).read_text().split()[1]))
print((pages[1] - pages[0]) * resource.getpagesize())
"""


@pytest.mark.skipif(not RESIDENT.exists(), reason="this system does not tell how much memory a process has")
def test_the_state_of_zlib_is_given_back() -> None:
    # It has 40 KB, of which tracemalloc knows nothing. A process of its own, as others free memory meanwhile.
    done = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2_000 * 2 * KIB


def load() -> ModuleType:
    spec = spec_from_file_location("gatewaysdk.compression._zlib_native", native.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_inflater_outlives_the_name_of_its_module() -> None:
    module = load()
    context, gone = module.inflater(LIMIT), weakref.ref(module)
    del module
    gc.collect()
    assert [context.copy().whole(MESSAGES[0]), context.whole(MESSAGES[0])] == EVENTS[:1] * 2
    del context
    gc.collect()
    assert gone() is None


def test_a_module_frees_what_it_holds() -> None:
    gone = []

    def use() -> None:
        module = load()
        module.inflater(LIMIT).whole(MESSAGES[0])
        gone.append(weakref.ref(module))

    use()
    gc.collect()
    before = sys.getrefcount(zlib.error)
    # Far from 100 buffers; a table of CPython's, of all classes there are, may have to grow meanwhile.
    assert held_by(use, 100) < 1_000 * KIB
    assert not any(one() for one in gone)
    # Other tests' errors may come and go meanwhile, but each module holds one reference for as long as it is there.
    assert sys.getrefcount(zlib.error) < before + 100


@pytest.mark.skipif(sys.gettrace() is not None, reason="coverage's tracer would be without memory too, and crashes")
def test_without_memory_nothing_crashes_and_what_was_there_stays() -> None:
    testcapi: Any = pytest.importorskip("_testcapi", reason="this Python cannot pretend to have no memory")
    large = stream(bytes(5_000_000))[0]
    failures: dict[str, int] = {}

    def attempt(name: str, function: Callable[..., object], *arguments: object) -> None:
        for allowed in range(9):
            native.inflater(LIMIT).whole(large)  # frees the buffer
            testcapi.set_nomemory(allowed, allowed + 1)
            try:
                function(*arguments)
            except MemoryError:
                failures[name] = failures.get(name, 0) + 1
            finally:
                testcapi.remove_mem_hooks()
            assert ended.copy().unused_data == ended.unused_data
            assert ended.unused_data.startswith(b"behind")

    ended = native.inflater(LIMIT)
    ended.decompress(ENDED + b"behind", LIMIT)
    attempt("ended", ended.decompress, b"more", LIMIT)
    attempt("inflater", native.inflater, LIMIT)
    attempt("copy", ended.copy)
    attempt("whole", lambda: native.inflater(LIMIT).whole(large))
    assert failures.keys() == {"ended", "inflater", "copy", "whole"}
    assert failures["whole"] > 5, "each step by which the buffer grows can fail"
    assert native.inflater(LIMIT).whole(MESSAGES[0]) == EVENTS[0]


# --- one buffer for all


def test_results_stay_as_they_are_when_the_buffer_is_used_again() -> None:
    context = native.inflater(LIMIT)
    found = [context.whole(message) for message in MESSAGES]
    for fill in (b"\0", b"\xff"):
        native.inflater(LIMIT).whole(stream(fill * 200_000)[0])
    assert found == EVENTS


def test_two_contexts_in_turns_do_not_disturb_each_other() -> None:
    one, other = native.inflater(LIMIT), native.inflater(100_000)
    others = [event * 300 for event in EVENTS]
    for first, second, event in zip(MESSAGES, stream(*others), EVENTS, strict=True):
        probe = one.copy()
        assert one.whole(first) == event
        assert other.whole(second) == event * 300
        assert probe.whole(first) == event
