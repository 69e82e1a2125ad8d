"""What holds for every inflater, against streams made by zlib and zstd themselves."""

import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.compression import Inflater, get_inflater
from gatewaysdk.errors import DecompressionError, MessageTooLarge

from .streams import EVENTS, KINDS, MIB, every_kind, feed_all


@every_kind
def test_each_message_inflates_to_one_event(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    inflate = inflater()
    assert [inflate.feed(message) for message in compress(EVENTS)] == [[event] for event in EVENTS]


@every_kind
def test_a_large_event_arrives_whole(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    # Half of it does not compress, so it spans many blocks.
    large = random.Random(1).randbytes(1_500_000) + b"member" * 250_000
    assert feed_all(inflater(), compress([EVENTS[0], large, EVENTS[1]])) == [EVENTS[0], large, EVENTS[1]]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_a_new_connection_has_a_context_of_its_own(kind: str) -> None:
    make, compress = KINDS[kind]
    first, second = compress(EVENTS), compress(EVENTS[::-1])
    one, other = make(), make()
    assert one.feed(first[0]) == [EVENTS[0]]
    assert other.feed(second[0]) == [EVENTS[-1]]
    assert feed_all(one, first[1:]) == EVENTS[1:]
    assert feed_all(other, second[1:]) == EVENTS[-2::-1]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_a_stream_joined_in_its_middle_is_refused(kind: str) -> None:
    make, compress = KINDS[kind]
    with pytest.raises(DecompressionError):
        make().feed(compress(EVENTS)[1])


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_text_is_refused_where_a_stream_was_agreed_upon(kind: str) -> None:
    with pytest.raises(DecompressionError, match="text"):
        get_inflater(kind).feed('{"op":10}')


def damaged(messages: list[bytes], seed: int) -> Iterator[bytes]:
    """Flip, drop or insert a few bytes somewhere."""
    rng = random.Random(seed)
    victim = rng.randrange(len(messages))
    for n, message in enumerate(messages):
        if n == victim:
            data = bytearray(message)
            at = rng.randrange(len(data))
            change = rng.randrange(4)
            if change == 0:
                data[at] ^= 1 << rng.randrange(8)
            elif change == 1:
                del data[at : at + rng.randrange(1, 9)]
            elif change == 2:
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
            else:
                data[at:] = rng.randbytes(len(data) - at)
            message = bytes(data)
        yield message


@every_kind
def test_damage_yields_data_or_one_lasting_error(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    broken = 0
    for seed in range(400):
        inflate = inflater(max_size=MIB)
        errors: list[str] = []
        for message in damaged(compress(EVENTS[:6]), seed):
            try:
                inflate.feed(message)
                assert not errors, "an inflater that had raised gave out data"
            except (DecompressionError, MessageTooLarge) as error:
                errors.append(str(error))
        assert len(set(errors)) <= 1
        broken += bool(errors)
    assert broken > 200


@every_kind
def test_an_error_is_for_good(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    inflate = inflater()
    good = compress(EVENTS)
    assert inflate.feed(good[0]) == [EVENTS[0]]
    with pytest.raises(DecompressionError) as first:
        inflate.feed(b"\xff" * 100)
    for message in (good[1], good[0], b""):
        with pytest.raises(DecompressionError) as again:
            inflate.feed(message)
        assert str(again.value) == str(first.value)


@given(st.sampled_from(sorted(KINDS)), st.lists(st.binary(max_size=80), max_size=5))
def test_random_bytes_yield_data_or_a_decompression_error(kind: str, messages: list[bytes]) -> None:
    inflate = KINDS[kind][0](max_size=1000)
    for message in messages:
        try:
            events = inflate.feed(message)
        except (DecompressionError, MessageTooLarge):
            continue
        assert sum(map(len, events)) <= 1000
