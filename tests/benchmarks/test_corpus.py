"""The corpus is what docs/topics/performance.md says it is."""

from __future__ import annotations

import zlib

import orjson
import pytest

from benchmarks.corpus import Corpus, Numbered, check
from benchmarks.scenario import MIX, Scenario
from gatewaysdk.codec.etf import EtfCodec
from gatewaysdk.codec.json import JsonCodec
from gatewaysdk.frame import Frame


@pytest.fixture(scope="module")
def made() -> Corpus:
    return Corpus(200)


def test_all_payloads_are_what_the_models_expect(made: Corpus) -> None:
    mean, guilds = check(made)
    assert 800 < mean < 1200
    assert len(guilds) == 50
    assert 9_000 < guilds[0] < 12_000
    assert 950_000 < guilds[-1] < 1_050_000
    assert guilds == sorted(guilds)


def test_the_mix_is_whole() -> None:
    assert sum(MIX.values()) == 1000


def test_the_same_seed_makes_the_same(made: Corpus) -> None:
    assert zlib.crc32(orjson.dumps(made.events)) == zlib.crc32(orjson.dumps(Corpus(200).events))


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("s", [1, 255, 256, 70_000])
def test_numbered_messages_are_what_the_codec_would_write(made: Corpus, encoding: str, s: int) -> None:
    name, d = made.events[0]
    numbered = Numbered(encoding)
    codec = EtfCodec() if encoding == "etf" else JsonCodec()
    for _ in range(2):  # the second comes from what the first one left
        assert numbered.event((name, d), s) == codec.encode_frame(Frame(0, d, s, name))


@pytest.mark.parametrize("scenario", [Scenario(), Scenario(events=1, guilds=-1, rate=5, shards=3, warm=0)])
def test_a_path_stands_for_a_scenario(scenario: Scenario) -> None:
    assert Scenario.parse(scenario.path) == scenario
