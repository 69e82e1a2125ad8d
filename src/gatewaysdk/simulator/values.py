"""Makes plausible single values: the name of a field decides its value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

__all__ = ["make_any", "make_float", "make_integer", "make_snowflake", "make_text", "make_timestamp"]

_WORDS = ("amber", "birch", "cobalt", "dune", "ember", "fjord", "grove", "harbor", "iris", "juniper", "kelp", "lumen")
_EMOJI = ("🎉", "👍", "🔥", "🌊", "⭐")
_SENTENCES = (
    "Has anyone tried the new build?",
    "The release is on Thursday.",
    "Ça marche très bien, merci !",
    "会議は明日の十時です。",
    "Nice one 🎉",
)
# The ten years from 2016 on, so that ids and times are in the past.
_FIRST_MOMENT = datetime(2016, 1, 1, tzinfo=UTC)
_SPAN_MS = 10 * 365 * 24 * 3600 * 1000
_FIRST_MS = 365 * 24 * 3600 * 1000  # between Discord's epoch and the first moment

_TEXTS: dict[str, tuple[str, ...]] = {
    "discriminator": ("0",),
    "content": _SENTENCES,
    "content_type": ("image/png", "image/webp", "video/mp4"),
    "country": ("DE", "JP", "US"),
    "emoji_name": _EMOJI,
    "unicode_emoji": _EMOJI,
    "region": ("rotterdam", "us-east", "japan"),
    "rtc_region": ("rotterdam", "us-east", "japan"),
    "endpoint": ("rotterdam1234.discord.media:443",),
    "filename": ("cat.png", "notes.txt"),
    "key": ("name", "topic", "nick"),
    "location": ("The harbor",),
    "resume_gateway_url": ("wss://gateway.test",),
    "waveform": ("AAECAwQFBgcICQ==",),
}
# Text fields in which Discord puts a number.
_DIGIT_TEXTS = frozenset({"count", "delete_member_days", "members_removed", "auto_moderation_rule_trigger_type"})
# Text fields that may hold an id, which Discord sends as an integer over ETF.
_TEXT_IDS = frozenset({"id", "target_id", "party_id"})
_HASHES = frozenset(
    {"avatar", "icon", "banner", "splash", "discovery_splash", "icon_hash", "image", "cover_image", "verify_key"}
    | {"session_id", "invite_cover_image", "badge", "asset"}
)
_NAMES = frozenset({"username", "nick", "name", "global_name", "slug", "code", "vanity_url_code", "custom_id", "nonce"})

_INTEGERS: dict[str, tuple[int, int]] = {
    "v": (10, 10),
    "version": (1, 1),
    "id": (1, 5000),
    "width": (16, 3840),
    "height": (16, 2160),
    "size": (100, 8_000_000),
    "bitrate": (8000, 96000),
    "min_values": (0, 1),
    "max_values": (1, 25),
    "chunk_index": (0, 0),
    "chunk_count": (1, 1),
    "attachment_size_limit": (10_485_760, 10_485_760),
    "timestamp": (1_500_000_000, 1_780_000_000),  # Unix time in seconds
    "voice_start_time": (1_500_000_000, 1_780_000_000),
    "created_at": (1_500_000_000_000, 1_780_000_000_000),  # Unix time in milliseconds
    "start": (1_500_000_000_000, 1_780_000_000_000),
    "end": (1_500_000_000_000, 1_780_000_000_000),
}


def make_snowflake(random: Random) -> str:
    """Return an id as Discord writes it (reference#snowflakes), between a few months and ten years old."""
    moment = _FIRST_MS + random.randrange(_SPAN_MS)
    return str(moment << 22 | random.randrange(1 << 22))


def make_timestamp(random: Random) -> str:
    """Return a time as Discord writes it (reference#iso8601-datetime), with microseconds."""
    moment = _FIRST_MOMENT + timedelta(milliseconds=random.randrange(_SPAN_MS), microseconds=random.randrange(1000))
    return moment.isoformat(timespec="microseconds")


def make_text(name: str, random: Random) -> str:
    """Return text that fits a field called ``name``."""
    if name in _TEXTS:
        return random.choice(_TEXTS[name])
    if name in _DIGIT_TEXTS:
        return str(random.randrange(1, 100))
    if name in _TEXT_IDS:
        return make_snowflake(random)
    if name in _HASHES:
        return f"{random.getrandbits(128):032x}"
    if name in _NAMES:
        return f"{random.choice(_WORDS)}-{random.randrange(1000)}"
    if name.endswith(("url", "uris")):
        return f"https://example.com/{random.choice(_WORDS)}/{random.randrange(1000)}"
    if name == "email":
        return f"{random.choice(_WORDS)}@example.com"
    if name.endswith("token") or name in ("join", "spectate", "match"):
        return f"{random.getrandbits(192):048x}"
    return f"{random.choice(_WORDS)} {random.choice(_WORDS)}"


def make_integer(name: str, random: Random) -> int:
    """Return an integer that fits a field called ``name``."""
    if "color" in name:
        return random.randrange(1 << 24)
    least, most = _INTEGERS.get(name, (0, 100))
    return random.randint(least, most)


def make_float(name: str, random: Random) -> float:
    """Return a float that fits a field called ``name``."""
    return round(random.uniform(0.1, 1.0 if "volume" in name else 30.0), 3)


def make_any(name: str, random: Random) -> Any:
    """Return a value for a field of any type: text, a number or a boolean, as Discord sends there."""
    return random.choice([make_text(name, random), make_integer(name, random), True])
