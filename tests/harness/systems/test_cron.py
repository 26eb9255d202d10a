"""Cron strings are taken and refused as Dagster does it."""

import pytest
from dagster._utils.schedules import is_valid_cron_string
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.systems.cron import cron_fault

PART = st.sampled_from(
    [
        "*",
        "*/5",
        "*/0",
        "0",
        "5",
        "07",
        "23",
        "24",
        "31",
        "32",
        "59",
        "60",
        "1-5",
        "5-1",
        "1,2",
        "1-5/2",
        "5/10",
        "jan",
        "MON",
        "MON-FRI",
        "fri#2",
        "l5",
        "L",
        "?",
        "1-",
        "-1",
        "a",
        "10-12/3",
        "*-5",
        "5#6",
        "1,,2",
        "1.5",
        "*/100",
    ]
)
STEADY = st.lists(st.sampled_from(["*", "1", "*/5"]), min_size=5, max_size=5)


@given(STEADY, st.integers(0, 4), PART)
@example(["*", "*", "30", "2", "*"], 0, "*")
@example(["*", "*", "29", "2", "*"], 0, "*")
@settings(deadline=None, max_examples=300)
def test_a_field_is_valid_where_dagster_says_so(fields, index, part):
    cron = " ".join([*fields[:index], part, *fields[index + 1 :]])
    assert (cron_fault(cron) is None) == is_valid_cron_string(cron), cron


@pytest.mark.parametrize(
    "cron", ["@daily", "@hourly", "@weekly", "@monthly", "@yearly", "@never", "", "* * * *", "* * * * * *"]
)
def test_a_string_is_valid_where_dagster_says_so(cron):
    assert (cron_fault(cron) is None) == is_valid_cron_string(cron)


def test_a_fault_says_which_field_it_is():
    assert cron_fault("0 24 * * *") == "'24' is no hour (0 to 23)"
    assert cron_fault("*/5 * * *") == "4 fields, not 5: minute, hour, day of month, month, day of week"
