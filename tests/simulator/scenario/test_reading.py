"""Scenario files are checked strictly: what is wrong names itself, the rule, the remedy and the line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator.scenario import STEPS, Scenario, ScenarioGuild, read_scenario


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path)


def test_a_step_is_its_name_alone_with_one_value_or_with_values_by_name(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        """
guilds:
  - name: Test
    channels: [bots]
    members: [alice, bob]
    roles: [Reader]
  - name: Other
unknown_routes: allow
steps:
  - wait_for_session
  - says: hello
  - says: {text: "123", who: bob}
  - expect_message:
  - fault: {name: close, parameters: {code: 4009}, shard: 0}
  - wait: 2
""",
    )
    assert scenario.guilds == (ScenarioGuild("Test", ("bots",), ("alice", "bob"), ("Reader",)), ScenarioGuild("Other"))
    assert scenario.allows_unknown_routes
    assert [step.line for step in scenario.steps] == [10, 11, 12, 13, 14, 15]
    assert [str(step) for step in scenario.steps] == [
        "wait_for_session",
        "says text='hello'",
        "says text='123' who='bob'",
        "expect_message",
        "fault name='close' parameters={'code': 4009} shard=0",
        "wait seconds=2.0",
    ]


def test_json_will_do(tmp_path: Path) -> None:
    scenario = read(tmp_path, json.dumps({"steps": ["wait_for_session", {"says": {"text": "é\n"}}]}, indent=2))
    assert [step.line for step in scenario.steps] == [3, 4]
    assert scenario.steps[1].arguments["text"] == "é\n"
    assert not scenario.allows_unknown_routes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.yaml:1: the file is empty; write at least steps"),
        ("guilds: []", "a.yaml:1: a scenario lacks steps; add a list of them"),
        ("- says: hi", "a.yaml:1: a scenario takes keys with values, not [{'says': 'hi'}]"),
        ("steps: []\nstpes: []", "a.yaml:2: a scenario has no key 'stpes'; it has guilds, unknown_routes, steps"),
        ("steps: []\nsteps: []", "a.yaml:2: the key 'steps' comes twice; keep one"),
        ("steps:\n  says: hi", "a.yaml:1: steps takes a list, not {'says': 'hi'}; begin each entry with '- '"),
        ("steps:\n  - says: hi\n  - sais: hi", "a.yaml:3: there is no step 'sais'; there are wait_for_session, "),
        (
            "steps:\n  - says: hi\n    wait: 1",
            "a.yaml:2: a step has one key, its name, not says, wait; begin each step",
        ),
        ("steps:\n  - [says]", "a.yaml:2: a step takes keys with values, not ['says']"),
        ("steps:\n  - says", "a.yaml:2: step 'says' lacks text; add it: what is said"),
        (
            "steps:\n  - says:\n      text: hi\n      whoo: x",
            "a.yaml:4: step 'says' has no parameter 'whoo'; it has text,",
        ),
        (
            "steps:\n  - says:\n      who: bob\n      text: 5",
            "a.yaml:4: step 'says': text is 5; it takes text: what is",
        ),
        ("steps:\n  - wait: -1", "a.yaml:2: step 'wait': seconds is -1.0; it takes 0 to 3600: how long"),
        ("steps:\n  - fault: cutt", "a.yaml:2: there is no fault 'cutt'; there are cut, close,"),
        (
            "steps:\n  - fault: {name: cut, parameters: {hard: 1}}",
            "a.yaml:2: fault 'cut' has no parameter 'hard'; it has no parameters",
        ),
        ("steps:\n  - random_faults: {seconds: 1, names: [x]}", "a.yaml:2: there is no fault 'x'; there are cut"),
        ("steps:\n  - dispatch: MESSAGE", "a.yaml:2: step 'dispatch': there is no event 'MESSAGE'; take one such as"),
        (
            "steps:\n  - dispatch: {event: TYPING_START, fields: {x: 1}}",
            "a.yaml:2: TypingStart has no field 'x'; it has",
        ),
        ("steps: []\nunknown_routes: no", "a.yaml:2: unknown_routes takes text, not False; put it into quotes"),
        ("steps: []\nunknown_routes: never", "a.yaml:2: unknown_routes is 'never'; it takes fail or allow"),
        ("steps: []\nguilds:\n  - members: [a]", "a.yaml:3: a guild lacks name; add one"),
        (
            "steps: []\nguilds:\n  - name: T\n    chanels: [a]",
            "a.yaml:4: a guild has no key 'chanels'; it has name, ch",
        ),
        (
            "steps: []\nguilds:\n  - name: T\n    members: [7]",
            "a.yaml:4: members takes text, not 7; put it into quotes",
        ),
        ("steps: [\n", "a.yaml:2: this is no YAML: "),
        ("steps: &a [*a]", "a.yaml:1: an alias leads into itself; write the value out"),
        ("steps: !!python/object:os.system []", "a.yaml:1: the tag 'tag:yaml.org"),
        ("steps: !!set {}", "a.yaml:1: the tag"),
        ("steps: [!!python/name:os.system x]", "a.yaml:1: this is no YAML: could not determine a constructor"),
        ("steps: [wait: 2026-13-45]", "a.yaml: this is no YAML: month must be in"),
        ("steps: [\x00]", "a.yaml: this is no YAML: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no\.yaml: No such file"):
        read_scenario(tmp_path / "no.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"steps: [\xe9]")
    with pytest.raises(ConfigurationError, match=r"latin\.yaml: it is not UTF-8"):
        read_scenario(tmp_path / "latin.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigurationError, match=r"big\.yaml has 1000001 bytes; a scenario has 1000000 at most"):
        read_scenario(tmp_path / "big.yaml")


def test_without_pyyaml_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gatewaysdk\[scenario\]'"):
        read(tmp_path, "steps: []")


def test_every_step_says_what_it_does_and_what_it_takes() -> None:
    for action in STEPS.values():
        assert action.description.endswith(".")
        assert all(parameter.about.text for parameter in action.parameters.values())
