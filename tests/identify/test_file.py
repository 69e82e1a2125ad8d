"""The identify queue of a machine: a queue object here is what a process has, as locks belong to open files."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from pathlib import Path

import pytest

from gatewaysdk.errors import ConfigurationError, SessionStartsExhausted
from gatewaysdk.identify import FileIdentifyQueue, IdentifyBudget, SessionStartLimit, SessionStarts
from gatewaysdk.identify.clock import machine_time
from gatewaysdk.identify.line import Line

from .asking import Clock, Shards, settle


class Machine:
    """Processes with one directory and one clock."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = Clock()

    def process(self, max_concurrency: int = 1) -> Shards:
        queue = FileIdentifyQueue(
            self.directory, max_concurrency, SessionStarts(), clock=self.clock, sleep=self.clock.sleep
        )
        return Shards(queue)

    @property
    def places(self) -> list[str]:
        return sorted(path.name for path in self.directory.glob("place-*"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "identify")


async def test_another_process_waits_for_ready_and_for_five_seconds(machine: Machine) -> None:
    one, two = machine.process(), machine.process()
    await one.ask(0)
    await two.ask(1)
    await one.identify(0)
    await machine.clock.pass_on_in_steps(2)
    await one.release(0)
    await machine.clock.pass_on_in_steps(3.2)
    assert two.granted == []
    await machine.clock.pass_on_in_steps(0.05)
    assert two.granted == [1]


async def test_another_process_knows_when_a_quick_ready_came(machine: Machine) -> None:
    one, two = machine.process(), machine.process()
    await one.ask(0)
    await two.ask(1)
    await one.identify(0)
    await machine.clock.pass_on_in_steps(0.125)
    await one.release(0)
    await machine.clock.pass_on_in_steps(4.9)
    assert two.granted == []
    await machine.clock.pass_on_in_steps(0.1)
    assert two.granted == [1]


async def test_a_permit_is_held_until_ready_and_the_end_is_seen_within_a_tenth_of_a_second(machine: Machine) -> None:
    one, two = machine.process(), machine.process()
    await one.ask(0)
    await two.ask(1)
    await one.identify(0)
    await machine.clock.pass_on_in_steps(30)
    await one.release(0)
    assert two.granted == []
    await machine.clock.pass_on_in_steps(0.1)
    assert two.granted == [1]


async def test_processes_are_served_in_turn_however_many_shards_one_has(machine: Machine) -> None:
    served: list[str] = []
    processes = {name: machine.process() for name in "abc"}
    await processes["a"].ask(*range(4))
    await processes["b"].ask(4, 5)
    await processes["c"].ask(6)
    for _ in range(7):
        for name, shards in processes.items():
            for shard_id in list(shards.permits):
                served.append(name)
                await shards.identify(shard_id)
                shards.permits.pop(shard_id).release()
        await machine.clock.pass_on_in_steps(6)
    assert "".join(served) == "abcabaa"


async def test_buckets_of_different_processes_do_not_wait_for_each_other(machine: Machine) -> None:
    one, two = machine.process(2), machine.process(2)
    await one.ask(0)
    await two.ask(1, 2)
    assert (one.granted, two.granted) == ([0], [1])
    await one.release(0)
    await machine.clock.pass_on_in_steps(0.1)
    assert two.granted == [1, 2]


async def test_a_process_that_knows_more_buckets_waits_for_shards_of_its_own_only(machine: Machine) -> None:
    """While a larger max_concurrency is becoming known."""
    one, two = machine.process(1), machine.process(4)
    await one.ask(0)
    await two.ask(4, 1)
    assert two.granted == [1]
    await one.release(0)
    await machine.clock.pass_on_in_steps(0.1)
    assert two.granted == [1, 4]


async def test_an_unused_permit_and_one_that_gives_up_leave_nothing(machine: Machine) -> None:
    one, two, three = (machine.process() for _ in range(3))
    await one.ask(0)
    await two.ask(1)
    await three.ask(2)
    two.tasks[1].cancel()
    await one.release(0)
    await machine.clock.pass_on_in_steps(0.2)
    assert (two.granted, three.granted) == ([], [2])
    await three.release(2)
    assert machine.places == []


async def test_places_do_not_pile_up(machine: Machine) -> None:
    one = machine.process(2)
    for shard_id in range(20):
        await one.ask(shard_id)
        await one.identify(shard_id)
        await one.release(shard_id)
        await machine.clock.pass_on_in_steps(5)
    assert len(machine.places) == 2
    assert machine.clock.now == 200  # two at a time would have taken half of it


async def test_what_a_dead_process_left_is_waited_for_as_long_as_it_matters(machine: Machine) -> None:
    line = Line(machine.directory)
    two = machine.process()
    dead = [line.join(shard_id, 1) for shard_id in range(4)]
    dead[0].note_identify(machine.clock.now)
    os.truncate(dead[1].path, 0)  # it died as it joined
    for place in dead:
        os.close(place.file)  # as the kernel does
    await two.ask(1)
    assert len(machine.places) == 5
    await machine.clock.pass_on_in_steps(4.9)
    assert two.granted == []
    await machine.clock.pass_on_in_steps(0.1)
    assert two.granted == [1]
    assert len(machine.places) == 1


async def test_an_identify_of_before_a_reboot_holds_nobody_up_for_long(machine: Machine) -> None:
    machine.process()
    place = Line(machine.directory).join(0, 1)
    place.note_identify(1e9)  # uptime begins anew
    os.close(place.file)
    two = machine.process()
    await two.ask(1)
    await machine.clock.pass_on_in_steps(5)
    assert two.granted == [1]


async def test_after_a_minute_the_log_says_once_who_is_waited_for(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = machine.process(), machine.process()
    await one.ask(3)
    await two.ask(1)
    await machine.clock.pass_on_in_steps(59)
    assert not caplog.records
    await machine.clock.pass_on_in_steps(600)
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage() == (
        f"shard 1 has waited to identify for 60 s: place-1-of-shard-3-process-{os.getpid()} keeps its permit, "
        "or its place in line"
    )


async def test_joining_waits_for_another_that_is_just_joining(machine: Machine) -> None:
    one = machine.process()
    other = os.open(machine.directory / "line.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    await one.ask(0)
    await machine.clock.pass_on_in_steps(0.1)
    assert one.granted == []
    os.close(other)
    await machine.clock.pass_on_in_steps(0.1)
    assert one.granted == [0]


async def test_the_budget_is_beside_the_line_and_counts_for_all(tmp_path: Path) -> None:
    limit = SessionStartLimit(remaining=11, reset_after=3600.0, max_concurrency=16)
    one, two = FileIdentifyQueue(tmp_path), FileIdentifyQueue(tmp_path)
    one.renew(limit)
    assert one.max_concurrency == 16
    assert str(two.forecast(1)).startswith("this start costs 1 of 1,000; 10 are left until")
    permit = await one.acquire(0)
    permit.used()
    with pytest.raises(SessionStartsExhausted, match="10 session starts are left"):
        await two.acquire(1)
    assert two.max_concurrency == 16  # as the file says
    permit.release()
    assert IdentifyBudget(tmp_path).remaining == 10


async def test_the_clock_is_that_of_the_machine(tmp_path: Path) -> None:
    queue = FileIdentifyQueue(tmp_path)
    before = machine_time()
    permit = await queue.acquire(0)
    permit.used()
    permit.release()
    [place] = [tmp_path / name for name in os.listdir(tmp_path) if name.startswith("place-")]
    assert before <= Line(tmp_path).identified_at(place) <= machine_time()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_refused(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(file: int, how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    for make in (FileIdentifyQueue, IdentifyBudget):
        with pytest.raises(
            ConfigurationError, match=r"is on a file system without locks .*; name a directory on a local"
        ):
            make(tmp_path)


@pytest.mark.parametrize("wrong", [None, 5, "", b"identify"])
def test_what_is_no_path_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="it takes that of a directory, such as 'identify'"):
        FileIdentifyQueue(wrong)


@pytest.mark.parametrize("name", ["missing/identify", "file", "a\0b"])
def test_a_directory_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot be used for identifying: .*; make its parent, or name"):
        FileIdentifyQueue(tmp_path / name)


def test_nobody_else_can_use_the_directory(tmp_path: Path) -> None:
    FileIdentifyQueue(tmp_path / "identify").renew(SessionStartLimit())
    assert (tmp_path / "identify").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "identify").iterdir())


async def test_a_directory_that_is_gone_ends_the_shard_with_an_error(machine: Machine) -> None:
    one = machine.process()
    for path in machine.directory.iterdir():
        path.unlink()
    machine.directory.rmdir()
    for _ in range(2):  # and the next one of the bucket is told too
        with pytest.raises(ConfigurationError, match=r"the identify queue cannot go on: .*; give FileIdentifyQueue"):
            await one.queue.acquire(0)


@pytest.mark.parametrize("wrong", [0, True, "1"])
def test_a_max_concurrency_that_cannot_be_is_refused(tmp_path: Path, wrong: int) -> None:
    with pytest.raises(ConfigurationError, match="it must be an integer above 0"):
        FileIdentifyQueue(tmp_path, wrong)


async def test_releasing_a_permit_of_a_place_that_somebody_removed_is_no_error(machine: Machine) -> None:
    one = machine.process()
    await one.ask(0, 1)
    for path in machine.directory.glob("place-*"):
        path.unlink()
    await one.release(0)
    assert one.granted == [0, 1]
    await settle()
