"""What only C can get wrong: references, buffers, memory, the stack, the cache of keys."""

import array
import ctypes
import gc
import importlib.util
import mmap
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from itertools import cycle
from types import ModuleType
from typing import Any

import pytest

from gatewaysdk.codec.etf import MAX_DEPTH, EtfCodec
from gatewaysdk.errors import DecodeError, EncodeError, MessageTooLarge
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import sample

from .terms import array as array_term
from .terms import atom, binary, mapping, small

native = pytest.importorskip(
    "gatewaysdk.codec.etf._native", reason="the native backend was not built here", exc_type=ImportError
)

# Integers of every size, both signs of them.
WIDE = [sign * (1 << bits) for sign in (1, -1) for bits in (7, 30, 31, 62, 63, 64, 500)]
FRAME = Frame(0, {**sample("MESSAGE_CREATE", seed=2, full=False), "wide": WIDE}, 123_456, "MESSAGE_CREATE")
MESSAGE = EtfCodec("python").encode_frame(FRAME)
_, _, _, START, END = native.peek(MESSAGE)

# One input for each way to fail, most of them after something has been built.
BROKEN = [
    b"",
    binary("ab")[:-1],
    b"m\0\0\0\2\xff\xfe",
    atom("é" * 256, 118),
    array_term(binary("kept"), b"g"),
    array_term(binary("kept"))[:-1] + small(1),
    mapping((binary("kept"), binary("too")), (binary("kept"), small(1))),
    mapping((binary("kept"), b"c1.5".ljust(33, b"x"))),
    mapping((b"j", small(1))),
    mapping((b"o\0\0\1\0\0" + b"\1" * 256, small(1))),
    b"l\0\0\0\1" * 300,
    b"l\xff\xff\xff\xff",
    b"c" + b"1.5x".ljust(31, b"\0"),
    b"o\0\1\0\1\0" + bytes(65_537),
    array_term(binary("kept")) + small(2),
]


# A text that is not UTF-8, and a key twice: msgspec sees those.
FOR_MSGSPEC = [BROKEN[2], BROKEN[6]]


class Broken(int):
    """An int whose methods must not be asked."""

    def __index__(self) -> int:
        raise AssertionError

    __abs__ = __int__ = __neg__ = __index__

    def to_bytes(self, *_: Any, **__: Any) -> bytes:
        raise AssertionError


def is_refused(function: Callable[..., object], *arguments: object) -> bool:
    try:
        function(*arguments)
    except (DecodeError, EncodeError, MessageTooLarge):
        return True
    return False


def refuse_all(module: ModuleType) -> None:
    for term in BROKEN:
        assert is_refused(module.decode, term, 0, len(term))
        for write in (module.to_msgpack, module.to_msgpack_as_json):
            assert is_refused(write, term, 0, len(term)) or term in FOR_MSGSPEC
        assert is_refused(module.peek, b"\x83" + term)
        twice = mapping((binary("op"), small(1)), (binary("s"), atom("nil")), (binary("op"), term))
        assert is_refused(module.peek, b"\x83" + twice)
    assert is_refused(module.decode, MESSAGE, START, END, 5)
    assert is_refused(module.peek, b"\x83" + mapping((binary("op"), small(1)), (binary("d"), b"jj")), 0)
    for value in (object(), float("nan"), {1: 2}, "\ud800", 1 << 2040, [[object()]], {"a": (1, {2})}):
        assert is_refused(module.encode, value)


def loses_memory(run: Callable[[], object], times: int) -> bool:
    """Whether each run leaves something behind: the smallest object has 24 bytes. Caches keep 40 KB or so, once."""
    for _ in range(10):
        run()
    tracemalloc.start()
    try:
        run()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(times):
            run()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before > 20 * times


def test_no_memory_is_lost_to_messages_that_are_read() -> None:
    def read_all() -> None:
        native.peek(MESSAGE)
        native.encode(native.decode(MESSAGE, START, END))
        native.to_msgpack(MESSAGE, START, END)
        native.to_msgpack_as_json(MESSAGE, START, END)

    assert not loses_memory(read_all, 3_000)


def test_no_memory_is_lost_to_messages_that_are_refused() -> None:
    assert not loses_memory(lambda: refuse_all(native), 3_000)


def test_no_memory_is_lost_wherever_a_message_breaks_off() -> None:
    ends = cycle(range(START, END))

    def cut() -> None:
        with pytest.raises(DecodeError):
            native.decode(MESSAGE, START, next(ends))

    assert not loses_memory(cut, 3 * (END - START))


def test_references_are_given_back() -> None:
    term = mapping((binary("a_key_of_this_test"), array_term(atom("nil"), atom("true"), atom("false"), small(1))))
    (key,) = native.decode(term, 0, len(term))
    message = b"\x83" + mapping((binary("op"), small(1)), (binary("t"), binary("A_NAME_OF_THIS_TEST")))
    (op,) = native.decode(mapping((binary("op"), small(1))), 0, 14)
    counted = [key, op, native.peek(message)[2], DecodeError, EncodeError]
    if sys.version_info < (3, 12):  # these have become immortal: their counts may drift (PEP 683)
        counted += [None, True, False, 1]
    gc.collect()  # what earlier tests left must not go in between
    before = [sys.getrefcount(value) for value in counted]
    for _ in range(1_000):
        native.encode(native.decode(term, 0, len(term)))
        native.peek(message)
        with pytest.raises(DecodeError):
            native.decode(term, 0, len(term) - 1)
    gc.collect()
    after = [sys.getrefcount(value) for value in counted]
    assert [new - old for old, new in zip(before, after, strict=True) if abs(new - old) >= 100] == []


@pytest.fixture
def mapped() -> Iterator[mmap.mmap]:
    with mmap.mmap(-1, len(MESSAGE)) as memory:
        memory[:] = MESSAGE
        yield memory


def test_every_kind_of_buffer_is_read(mapped: mmap.mmap) -> None:
    expected = native.decode(MESSAGE, START, END)
    for data in (
        bytearray(MESSAGE),
        memoryview(MESSAGE),
        memoryview(b"__" + MESSAGE + b"__")[2:-2],
        memoryview(bytearray(MESSAGE)).toreadonly(),
        array.array("B", MESSAGE),
        ctypes.create_string_buffer(MESSAGE, len(MESSAGE)),
        mapped,
    ):
        assert native.decode(data, START, END) == expected
        assert native.peek(data) == (0, 123_456, "MESSAGE_CREATE", START, END)


@pytest.mark.parametrize(
    "data", [memoryview(MESSAGE)[::2], memoryview(MESSAGE)[::-1]], ids=["every other", "backwards"]
)
def test_a_buffer_with_gaps_is_the_callers_mistake(data: memoryview) -> None:
    with pytest.raises(BufferError, match="not C-contiguous"):
        native.peek(data)
    with pytest.raises(BufferError, match="not C-contiguous"):
        native.decode(data, 0, 1)


@pytest.mark.parametrize("data", ["text", None, 1, [131]])
def test_what_is_no_buffer_is_the_callers_mistake(data: Any) -> None:
    with pytest.raises(TypeError):
        native.peek(data)
    with pytest.raises(TypeError):
        native.decode(data, 0, 1)


def test_arguments_are_checked() -> None:
    with pytest.raises(TypeError, match="data, start, end and perhaps most"):
        native.decode(MESSAGE, 1)
    with pytest.raises(TypeError, match="data and perhaps most"):
        native.peek(MESSAGE, 1, 2)
    for call, arguments in ((native.peek, (MESSAGE,)), (native.decode, (MESSAGE, START, END))):
        with pytest.raises(ValueError, match="at least 0"):
            call(*arguments, -1)
        with pytest.raises(TypeError):
            call(*arguments, "2")
    with pytest.raises(TypeError):
        native.decode(MESSAGE, 1, "2")
    with pytest.raises(OverflowError):
        native.decode(MESSAGE, 1, 1 << 64)
    for start, end in ((-1, 1), (1, 0), (0, len(MESSAGE) + 1), (len(MESSAGE) + 1, len(MESSAGE) + 2), (-5, -2)):
        with pytest.raises(DecodeError, match="not within the data"):
            native.decode(MESSAGE, start, end)


def test_a_buffer_is_let_go_whatever_happens() -> None:
    data = bytearray(MESSAGE)
    native.peek(data)
    native.decode(data, START, END)
    with pytest.raises(DecodeError):
        native.decode(data, START, END - 1)
    with pytest.raises(DecodeError):
        native.decode(data, -1, 1)
    data.append(0)  # BufferError as long as anybody holds it
    with pytest.raises(DecodeError):
        native.peek(data)
    data.clear()


def test_values_do_not_point_into_the_buffer() -> None:
    data = bytearray(MESSAGE)
    value = native.decode(data, START, END)
    data[:] = bytes(len(data))
    assert value == native.decode(MESSAGE, START, END)


@pytest.mark.parametrize("end", [END, END - 1], ids=["read", "refused"])
def test_the_garbage_collector_is_left_as_it_was(end: int) -> None:
    def attempt() -> None:
        try:
            native.decode(MESSAGE, START, end)
        except DecodeError:
            assert end != END

    assert gc.isenabled()
    attempt()
    assert gc.isenabled()
    gc.disable()
    try:
        attempt()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_error_holds_nothing_of_the_payload() -> None:
    for term in BROKEN:
        with pytest.raises(DecodeError, match=r"at byte [0-9]+") as caught:
            native.decode(term, 0, len(term))
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
        assert "kept" not in str(caught.value)
    with pytest.raises(EncodeError) as refused:
        native.encode({"secret": "\ud800"})
    assert refused.value.__context__ is None
    assert "secret" not in str(refused.value)


def test_keys_are_shared_between_messages() -> None:
    term = mapping((binary("guild_id"), small(1)))
    (first,), (second,) = native.decode(term, 0, len(term)), native.decode(bytearray(term), 0, len(term))
    assert first is second


def test_keys_that_share_a_place_in_the_cache_stay_apart() -> None:
    # Far more than there are places, alike at the start or at both ends, and of every length.
    names = [name for number in range(5_000) for name in (f"the_same{number:08}", f"{number:08}the_same")]
    names += [f"the_same{middle:04}the_same" for middle in range(50)]
    names += [letter * size for letter in "abcdefgh" for size in (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 38, 39, 40, 300)]
    for name in ["", *names, *names]:
        term = mapping((binary(name), small(1)))
        assert native.decode(term, 0, len(term)) == {name: 1}
    term = mapping(*((binary(name), small(1)) for name in names))
    assert list(native.decode(term, 0, len(term))) == names


def test_the_cache_of_keys_does_not_grow() -> None:
    def flood(start: int) -> None:
        for number in range(start, start + 20_000):
            term = mapping((binary(f"key_{number}"), small(1)))
            native.decode(term, 0, len(term))

    tracemalloc.start()
    try:
        flood(0)
        before, _ = tracemalloc.get_traced_memory()
        flood(20_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000  # a byte for each


def test_open_lists_never_hold_more_places_than_the_message_has_bytes() -> None:
    size = 200_000
    # Each level declares as many items as bytes follow; built as declared they would take 400 MB.
    opening = b"".join(b"l" + (size - 5 * (level + 1)).to_bytes(4, "big") for level in range(MAX_DEPTH))
    term = opening + b"j" * (size - len(opening))
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            native.decode(term, 0, len(term))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * size


@pytest.mark.parametrize("opening", [b"h\1", b"l\0\0\0\1", b"t\0\0\0\1m\0\0\0\1a"], ids=["tuples", "lists", "maps"])
def test_the_deepest_nesting_fits_a_stack_of_128_kib(opening: bytes) -> None:
    term = opening * MAX_DEPTH + small(1) + (b"j" * MAX_DEPTH if opening[:1] == b"l" else b"")
    found: list[object] = []

    def read() -> None:
        value = native.decode(term, 0, len(term))
        message = native.encode(value)
        found.append(native.decode(message, 1, len(message)) == value)
        found.append(native.peek(b"\x83" + mapping((binary("op"), small(1)), (binary("d"), term)))[0])

    old = threading.stack_size(128 * 1024)  # what musl gives a thread
    try:
        thread = threading.Thread(target=read)
        thread.start()
    finally:
        threading.stack_size(old)
    thread.join()
    assert found == [True, 1]


def test_subclasses_are_read_without_asking_them() -> None:
    class Loud(str):
        __slots__ = ()

        def encode(self, *_: Any, **__: Any) -> bytes:
            raise AssertionError

    for number in (1, -1, 1 << 20, 1 << 40, -(1 << 63), 1 << 64, -(1 << 2040) + 1):
        assert native.encode(Broken(number)) == native.encode(number)
    assert native.encode({Loud("é"): Loud("x")}) == native.encode({"é": "x"})


def test_each_module_object_has_a_cache_of_its_own_and_frees_it() -> None:
    def load() -> ModuleType:
        spec = importlib.util.spec_from_file_location("gatewaysdk.codec.etf._native", native.__file__)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    gc.collect()  # what earlier tests left must not go in between
    before = sys.getrefcount(DecodeError)
    module = load()
    term = mapping((binary("guild_id"), small(1)))
    (key,), (other,) = module.decode(term, 0, len(term)), native.decode(term, 0, len(term))
    assert key == other
    assert key is not other
    refuse_all(module)
    holders = sys.getrefcount(key)
    gone = weakref.ref(module)
    del module
    gc.collect()
    assert gone() is None
    assert sys.getrefcount(key) == holders - 1
    assert sys.getrefcount(DecodeError) == before
