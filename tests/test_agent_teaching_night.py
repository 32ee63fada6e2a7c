"""Twenty takeovers through VNC, each correcting the same mistake, and the night after them.

DORMOUSE_TAKEOVERS=20 .venv/bin/python -m pytest tests/test_agent_teaching_night.py -s -n 0
takes about half an hour on two cores. A takeover on its own: test_agent_teaching_worker.py.
"""

import os
from pathlib import Path

import pytest
from teaching_house import School, Teacher, corrected, seeds

from memory.store import Store

TAKEOVERS = int(os.environ.get("DORMOUSE_TAKEOVERS", "0"))
UNSEEN = 20


@pytest.mark.skipif(not TAKEOVERS, reason="two nights: DORMOUSE_TAKEOVERS=20")
@pytest.mark.timeout(7200)
def test_what_takeovers_correct_is_not_done_again(tmp_path: Path) -> None:
    school = School(tmp_path)
    # The mistake: weights that were shown to enter the net amount.
    school.shown("misled.sqlite", "net", seeds(9_100, 5))
    assert school.night("misled.sqlite", rehearsals=0, steps=300).promoted
    before = school.run("before.sqlite", seeds(15_600, UNSEEN))
    # The day: in each run a person takes over when the net amount is about to be typed.
    teacher, invoices = Teacher(), iter(seeds(9_200, 3 * TAKEOVERS))
    while teacher.taken < TAKEOVERS:
        school.run("day.sqlite", [next(invoices)], teacher)
    with Store(tmp_path / "day.sqlite") as store:
        assert corrected(store) == teacher.taken
    night = school.night("day.sqlite", rehearsals=3)
    assert night.promoted, night.reason
    listed = [one.reason for one in night.corrections]
    assert listed.count("taken over by the operator") == TAKEOVERS
    assert sum(one.weight == 1 for one in night.corrections) >= TAKEOVERS
    after = school.run("after.sqlite", seeds(15_600, UNSEEN))
    was = school.mistakes("before.sqlite", before)
    now = school.mistakes("after.sqlite", after)
    print(f"\nthe mistake in {was} of {UNSEEN} before, in {now} after {TAKEOVERS} takeovers")
    assert was >= UNSEEN // 2
    assert now <= UNSEEN // 20
