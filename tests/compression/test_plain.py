"""No compression."""

import pytest

from gatewaysdk.compression import get_inflater
from gatewaysdk.errors import MessageTooLarge


@pytest.mark.parametrize("compress", [None, "none"])
def test_without_compression_messages_pass_as_they_are(compress: str | None) -> None:
    inflater = get_inflater(compress)
    assert inflater.feed("text") == ["text"]
    assert inflater.feed(b"\x83t") == [b"\x83t"]


def test_a_message_too_large_is_for_good_without_compression_too() -> None:
    inflater = get_inflater(None, max_size=4)
    assert inflater.feed(b"four") == [b"four"]
    for message in (b"12345", b"four"):
        with pytest.raises(MessageTooLarge, match="max_size, 4 bytes"):
            inflater.feed(message)
