"""Random faults, delays, people and machines: never two deliveries, never "sent" without one.

Together these run more than 2,000 random histories; docs/exactly-once.md says what they found.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from publish.errors import Exit, PublishError
from tests.fakes.world import START, Killed, Machine, Race, World, an_issue, drafted, terms

FAULTS = ("before", "after", "late", "busy", "kill", "kill after")
ISSUE = an_issue()
ALWAYS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def troubled(dice: random.Random, often: float):
    """A machine's bad luck, from one seed."""

    def trouble(call: str) -> str:
        return dice.choice(FAULTS) if dice.random() < often else ""

    return trouble


def attempt(machine: Machine, how) -> str:
    """One run of `send`, however it ends; what it claims."""
    try:
        done = machine.deliver(ISSUE, how)
    except Killed:
        return "killed"
    except PublishError as error:
        return str(int(error.code))
    return "out" if done.campaign.out else "draft"


def settle_down(world: World, machine: Machine, how) -> str:
    """Without faults, run until it says that the issue is out."""
    machine.trouble = lambda call: ""
    for _ in range(12):
        said = attempt(machine, how)
        if said == "out":
            return said
        world.pass_until(world.now + how.settle)
    return said


@given(st.integers(0, 2**32))
@settings(max_examples=900, **ALWAYS)
def test_one_machine_with_any_luck_delivers_once(seed: int):
    dice = random.Random(seed)
    world = World(dice, lag=dice.choice([0, 0, 1.5]), ready_after=dice.choice([0, 3]))
    machine = Machine(world, troubled(dice, 0.25), late_by=dice.uniform(1, 19))
    at = None if dice.random() < 0.5 else datetime.fromtimestamp(START // 900 * 900 + 3600, UTC)
    how = terms(ISSUE, at=at)
    for _ in range(dice.randint(1, 5)):
        before = sum(world.delivered.values())
        said = attempt(machine, how)
        if said == "out":
            assert world.delivered[ISSUE.key] or any(r.due for r in world.records.values())
        if said == str(int(Exit.NOTHING_SENT)):
            world.pass_until(world.now + 60)
            assert sum(world.delivered.values()) == before
        if dice.random() < 0.3:
            machine.facts.clear()
        world.pass_until(world.now + dice.choice([0, 1, 30]))
    assert settle_down(world, machine, how) == "out"
    world.pass_until(world.now + 7200)
    assert world.delivered[ISSUE.key] == 1


@given(st.integers(0, 2**32))
@settings(max_examples=900, **ALWAYS)
def test_machines_at_once_deliver_once(seed: int):
    dice = random.Random(seed)
    world = World(dice, lag=dice.choice([0, 0.5, 1.5]), status_lag=dice.choice([0, 0.5]))
    race = Race(world)
    shared: list = []
    machines = []
    for number in range(dice.choice([2, 2, 3])):
        facts = shared if dice.random() < 0.2 else []
        machines.append(
            Machine(world, troubled(dice, dice.choice([0, 0.1])), race.turn_of(number), facts=facts)
        )
    how = terms(ISSUE)
    race.run([lambda m=machine: attempt(m, how) for machine in machines])
    last = Machine(world)
    assert settle_down(world, last, how) == "out"
    world.pass_until(world.now + 600)
    assert world.delivered[ISSUE.key] == 1


class People(RuleBasedStateMachine):
    """Runs, crashes, lost ledgers, and people in the web interface, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(random.Random(7), lag=1.0)
        self.machine = Machine(self.world)
        self.by_hand = 0

    def drafts(self) -> list[str]:
        found = [n for n, r in self.world.records.items() if self.world.live(n)]
        return [n for n in found if self.world.records[n].history[-1][1] == "save"]

    def scheduled(self) -> bool:
        return any(record.due for record in self.world.records.values())

    @rule(seed=st.integers(0, 2**16), often=st.sampled_from([0.0, 0.2, 0.5]))
    def run(self, seed: int, often: float) -> None:
        self.machine.trouble = troubled(random.Random(seed), often)
        said = attempt(self.machine, terms(ISSUE))
        if said == "out":
            assert self.world.delivered[ISSUE.key] or self.scheduled()

    @rule(seconds=st.sampled_from([0.5, 3, 25, 400]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_until(self.world.now + seconds)

    @rule()
    def ledger_is_lost(self) -> None:
        # Losing it while a send may still act is covered by the same rule as a second machine:
        # the campaign's own state, which a late act changes only once.
        self.machine.facts.clear()

    @rule()
    def person_sends(self) -> None:
        if drafts := self.drafts():
            # Who mails a replica of what has gone out does so by hand, and means it.
            self.by_hand += bool(self.world.delivered[ISSUE.key] or self.scheduled())
            self.world.send(min(drafts, key=lambda n: self.world.records[n].born))
            self.world.pass_until(self.world.now + 2)

    @rule()
    def person_schedules(self) -> None:
        gone = self.world.delivered[ISSUE.key] or self.scheduled()
        if (drafts := self.drafts()) and not gone:
            self.world.schedule(drafts[0], self.world.now + 300)
            self.world.pass_until(self.world.now + 2)

    @rule()
    def person_replicates(self) -> None:
        if self.drafts() and len(self.world.records) < 6 and not self.world.delivered[ISSUE.key]:
            drafted(self.world, ISSUE)
            self.world.pass_until(self.world.now + 2)

    @rule()
    def person_deletes(self) -> None:
        if drafts := self.drafts():
            self.world.delete(drafts[0])
            self.world.pass_until(self.world.now + 2)

    @invariant()
    def never_twice(self) -> None:
        assert all(count <= 1 for count in self.world.by_campaign.values())
        assert self.world.delivered[ISSUE.key] <= 1 + self.by_hand


People.TestCase.settings = settings(max_examples=250, stateful_step_count=12, **ALWAYS)
test_people_in_the_web_interface = People.TestCase


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(1, 10))
def test_each_request_with_each_fault_once(number: int, fault: str):
    """The same, one fault at a time and in order, so that none is left to chance."""
    for lose_ledger in (False, True):
        world = World(random.Random(number))
        left = [number]

        def trouble(call: str, left=left) -> str:
            if call.startswith("ledger"):
                return ""
            left[0] -= 1
            return fault if left[0] == 0 else ""

        machine = Machine(world, trouble)
        attempt(machine, terms(ISSUE))
        if lose_ledger:
            machine.facts.clear()
        assert settle_down(world, machine, terms(ISSUE)) == "out"
        world.pass_until(world.now + 600)
        assert world.delivered[ISSUE.key] == 1


def test_these_tests_can_fail():
    """A sender without the protocol, in the same world, doubles: the harness sees it."""
    doubled = 0
    for seed in range(60):
        dice = random.Random(seed)
        world = World(dice)
        machine = Machine(world, troubled(dice, 0.3))
        for _ in range(6):
            try:
                made = machine.create({"title": f"x [pub:{ISSUE.key}]"}, terms(ISSUE).segment)
                if machine.send(str(made.data.get("id"))).status == 204:
                    break
            except Killed:
                continue
        world.pass_until(world.now + 60)
        doubled += world.delivered[ISSUE.key] > 1
    assert doubled
