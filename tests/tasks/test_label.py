"""Log lines, tasks and errors say which shard they are from."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import gatewaysdk
from gatewaysdk.errors import GatewayError, StateError
from gatewaysdk.tasks.label import UNSHARDED, Label


def test_a_line_begins_with_the_shard_and_its_record_has_the_numbers(caplog: pytest.LogCaptureFixture) -> None:
    Label((3, 8)).log.warning("%d frames", 7, extra={"more": True})
    (record,) = caplog.records
    assert (record.getMessage(), record.name) == ("shard 3 of 8: 7 frames", "gatewaysdk")
    assert vars(record).items() >= {"shard_id": 3, "num_shards": 8, "more": True}.items()
    assert record.filename == "test_label.py"


def test_a_line_of_an_only_shard_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    UNSHARDED.log.warning("%d frames", 7)
    (record,) = caplog.records
    assert record.getMessage() == "7 frames"
    assert vars(record).items() >= {"shard_id": 0, "num_shards": 1}.items()


def test_what_is_below_the_level_of_the_logger_is_not_written(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="gatewaysdk")
    Label((3, 8)).log.info("nothing")
    assert not caplog.records


def test_tasks_are_named_after_the_work_and_the_shard() -> None:
    assert Label((3, 8)).task_name("writer") == "gatewaysdk writer, shard 3 of 8"
    assert UNSHARDED.task_name("writer") == "gatewaysdk writer"


def test_an_error_keeps_its_kind_and_text_and_is_noted_once() -> None:
    label = Label((3, 8))
    error = StateError("no")
    with pytest.raises(StateError) as caught, label.on_errors():
        raise label.put_on(error)
    assert caught.value is error
    assert str(error) == "no"
    assert error.__notes__ == ["in shard 3 of 8"]


def test_an_error_of_an_only_shard_has_no_note() -> None:
    with pytest.raises(GatewayError) as caught, UNSHARDED.on_errors():
        raise UNSHARDED.put_on(GatewayError("no"))
    assert not hasattr(caught.value, "__notes__")


def test_no_part_of_a_shard_logs_past_its_label() -> None:
    package = Path(gatewaysdk.__file__).parent
    others = {path.relative_to(package).parts[0] for path in package.rglob("*.py") if "getLogger(" in path.read_text()}
    assert others == {"tasks", "broker", "cli", "program", "record", "simulator"}  # what is there for many shards
    makers = [path.name for path in (package / "tasks").glob("*.py") if "getLogger(" in path.read_text()]
    assert makers == ["label.py"]
