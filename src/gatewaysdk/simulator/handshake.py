"""The checks before a session begins: pure functions that return values or raise `Refusal` with a close code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from ..codec import Codec, EtfCodec, get_codec
from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..tables.intents import PRIVILEGED_INTENTS
from .compression import Deflater, get_deflater
from .reading import Refusal, read_field
from .settings import Settings

__all__ = ["IdentifyRequest", "ResumeRequest", "choose_transport", "names_of", "read_identify", "read_resume", "redact"]

# As ints, to find unknown bits: inverting an enum of flags would drop these.
# Bit 17 is in no documentation, and Discord takes it: the default intents of interactions.py have it, and its bots run.
_KNOWN_INTENTS = reduce(or_, map(int, Intents)) | 1 << 17
_API_VERSION = "10"
_GUILDS_PER_SHARD = 2500
_DEFAULT_LARGE_THRESHOLD = 50


@dataclass(frozen=True, slots=True)
class IdentifyRequest:
    """What a valid IDENTIFY asks for (events/gateway-events#identify)."""

    intents: Intents
    shard: tuple[int, int] | None
    compress: bool
    large_threshold: int


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """What a well-formed RESUME asks for (events/gateway-events#resume)."""

    session_id: str
    seq: int


def choose_transport(query: Mapping[str, str], etf_style: str) -> tuple[Codec, Deflater]:
    """Return codec and deflater for the query of the URL (events/gateway#connecting). Raises `Refusal`."""
    if query.get("v") != _API_VERSION:
        raise Refusal(4012, why=f"the URL has v={query.get('v')!r}; this gateway takes v={_API_VERSION}")
    try:
        encoding = query.get("encoding", "json")
        codec = EtfCodec(style=etf_style) if encoding == "etf" else get_codec(encoding)
        return codec, get_deflater(query.get("compress"))
    except ConfigurationError as error:
        raise Refusal(4002, str(error)[:120]) from error


def read_identify(d: Any, settings: Settings) -> IdentifyRequest:
    """Check the data of IDENTIFY as Discord does. Raises `Refusal` with the code of the first check that fails."""
    token, intents, shard = read_field(d, "token", str), read_field(d, "intents", int), d.get("shard")
    read_field(d, "properties", dict)
    _check_token(token, settings)
    if shard is not None:
        shard = _read_shard(shard)
    num_shards = 1 if shard is None else shard[1]
    if settings.guilds > _GUILDS_PER_SHARD * num_shards:
        raise Refusal(4011, why=f"{settings.guilds} guilds take more shards than {num_shards}")
    if intents < 0 or intents & ~_KNOWN_INTENTS:
        raise Refusal(4013, why=f"intents {intents} has bits that are no intents")
    refused = PRIVILEGED_INTENTS & Intents(intents) & ~settings.privileged
    if refused:
        raise Refusal(4014, why=f"it asked for {names_of(refused)}, which this application may not use")
    threshold = d.get("large_threshold", _DEFAULT_LARGE_THRESHOLD)
    if type(threshold) is not int or not 50 <= threshold <= 250:
        raise Refusal(4002, why=f"large_threshold is {threshold!r}; it takes 50 to 250")
    return IdentifyRequest(Intents(intents), shard, d.get("compress") is True, threshold)


def read_resume(d: Any, settings: Settings) -> ResumeRequest:
    """Check the data of RESUME, but not whether the session exists. Raises `Refusal`."""
    token, session_id, seq = read_field(d, "token", str), read_field(d, "session_id", str), read_field(d, "seq", int)
    _check_token(token, settings)
    return ResumeRequest(session_id, seq)


def _check_token(token: str, settings: Settings) -> None:
    # Discord takes the prefix of HTTP here too, and some clients send it.
    if token.removeprefix("Bot ") != settings.token.reveal():
        raise Refusal(4004)


def names_of(intents: Intents) -> str:
    """Return the names of intents, such as ``GUILDS, GUILD_MESSAGES``."""
    return ", ".join(str(one.name) for one in Intents if one in intents)


def redact(d: Any) -> Any:
    """Return the data of a command without its token, to keep it in records."""
    return {**d, "token": "[token]"} if isinstance(d, dict) and "token" in d else d


def _read_shard(shard: Any) -> tuple[int, int]:
    match shard:
        case [int(shard_id), int(num_shards)] if 0 <= shard_id < num_shards:
            return shard_id, num_shards
    raise Refusal(4010, why=f"shard is {shard!r}; it takes [id, count] with an id below the count")
