"""docs/faults.md lists the catalogue and the actions as they are, and its example can be injected."""

import re
from pathlib import Path

from harness.faults.campaign import try_fault
from harness.faults.listing import actions_as_markdown, as_markdown
from harness.faults.reader import catalogue

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"


def test_the_tables_of_the_page_are_current():
    text = PAGE.read_text()
    assert as_markdown(catalogue()) in text, "harness faults list --markdown prints them"
    assert actions_as_markdown() in text, "harness faults list --actions prints it"


def test_the_example_of_the_page_is_a_fault_that_is_named(fault, look):
    (example,) = re.findall(r"```yaml\n(id: .*?)```", PAGE.read_text(), re.DOTALL)
    assert try_fault(fault(example, whole=True), look).at_earliest
