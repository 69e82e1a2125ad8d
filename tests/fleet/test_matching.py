"""Two fleets see the same events: each is handed out once, in order, whatever either of them misses for a while."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.fleet.matching import EXPIRY, PATIENCE, Lane, Sighting

OLD, NEW = 0, 1


class Driver:
    """A lane, a clock, and what was handed out."""

    def __init__(self) -> None:
        self.lane: Lane[int] = Lane(OLD)
        self.now = 0.0
        self.out: list[int] = []
        self.gone: list[int] = []

    def see(self, side: int, number: int, content: bytes | None = None, *, at_once: bool = False) -> None:
        one = Sighting(side, content or str(number).encode(), number, self.now)
        out, gone = self.lane.sight(one, at_once=at_once)
        self.out += [each.item for each in out]
        self.gone += [each.item for each in gone]

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.out += [one.item for one in self.lane.pass_time(self.now)]


def test_the_second_sighting_is_let_go() -> None:
    driver = Driver()
    driver.see(OLD, 1)
    driver.see(NEW, 1)
    driver.see(NEW, 2)
    assert driver.out == [1]
    driver.see(OLD, 2)
    assert (driver.out, driver.gone, driver.lane.empty) == ([1, 2], [1, 2], True)


def test_equal_events_that_are_two_stay_two() -> None:
    driver = Driver()
    for number in (1, 2):
        driver.see(OLD, number, b"same")
    for number in (3, 4):
        driver.see(NEW, number, b"same")
    assert (driver.out, driver.gone, driver.lane.empty) == ([1, 2], [3, 4], True)


def test_what_the_first_skips_comes_from_the_second_in_its_place() -> None:
    driver = Driver()
    for number in (1, 2, 3):
        driver.see(NEW, number)
    driver.see(OLD, 3)
    assert driver.out == [1, 2, 3]
    driver.see(OLD, 1)  # it shows late what it seemed to have skipped
    assert (driver.out, driver.gone) == ([1, 2, 3], [3, 1])


def test_what_the_first_does_not_show_in_time_comes_from_the_second() -> None:
    driver = Driver()
    driver.see(NEW, 1)
    driver.wait(PATIENCE - 0.01)
    assert driver.out == []
    driver.wait(0.01)
    assert (driver.out, driver.lane.first) == ([1], NEW)
    driver.see(OLD, 1)
    assert (driver.out, driver.gone) == ([1], [1])


def test_what_is_urgent_does_not_wait() -> None:
    driver = Driver()
    driver.see(NEW, 1, at_once=True)
    driver.see(OLD, 1, at_once=True)
    assert (driver.out, driver.gone) == ([1], [1])


def test_a_hand_over_gives_out_what_only_the_new_fleet_has_seen() -> None:
    driver = Driver()
    driver.see(OLD, 1)
    driver.see(NEW, 1)
    driver.see(NEW, 2)
    assert [one.item for one in driver.lane.lead(NEW)] == [2]
    driver.see(OLD, 2)
    driver.see(OLD, 3)
    assert driver.gone == [1, 2]
    assert [one.item for one in driver.lane.give_out()] == [3]


def test_what_one_fleet_alone_has_seen_is_forgotten() -> None:
    driver = Driver()
    driver.see(OLD, 1)
    driver.wait(EXPIRY - 1)
    assert not driver.lane.empty
    driver.wait(2)
    assert driver.lane.empty


@given(st.data())
def test_all_is_handed_out_once_and_in_order(data: st.DataObject) -> None:
    """Both see the events 0 to n in order, each with its own delays; some contents are alike, and roles change."""
    contents = data.draw(st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=12), label="contents")
    driver = Driver()
    seen = [0, 0]
    while seen != [len(contents)] * 2:
        step = data.draw(st.sampled_from(["old", "new", "wait", "lead"]), label="step")
        if step == "wait":
            driver.wait(data.draw(st.sampled_from([0.1, PATIENCE]), label="seconds"))
        elif step == "lead":
            driver.out += [one.item for one in driver.lane.lead(NEW)]
        else:
            side = OLD if step == "old" else NEW
            if seen[side] < len(contents):
                driver.see(side, seen[side], contents[seen[side]])
                seen[side] += 1
    driver.wait(PATIENCE)
    # Of equal events either sighting may be the one that is handed out, so contents are compared.
    assert [contents[number] for number in driver.out] == contents


@given(
    st.lists(st.sampled_from(["both", "old", "new"]), max_size=12),
    st.lists(st.sampled_from([OLD, NEW]), max_size=60),
)
def test_what_either_of_them_loses_comes_from_the_other(fates: list[str], turns: list[int]) -> None:
    queues = {
        OLD: [number for number, fate in enumerate(fates) if fate != "new"],
        NEW: [number for number, fate in enumerate(fates) if fate != "old"],
    }
    driver = Driver()
    for side in [*turns, *[OLD] * len(fates), *[NEW] * len(fates)]:
        if queues[side]:
            driver.see(side, queues[side].pop(0))
        driver.wait(0.01)
    driver.wait(PATIENCE)
    assert sorted(driver.out) == list(range(len(fates)))
