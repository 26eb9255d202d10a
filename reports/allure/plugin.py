"""Switches the bridge on where a run writes Allure results (`--alluredir DIR`); without, nothing of it is imported."""

from __future__ import annotations

from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any

import pytest

from fixtures.options import SETTINGS
from fixtures.stack import STACK
from reports.roots import VERDICT

_BEFORE = pytest.StashKey[Collection[Path]]()  # results that were there when the run began


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the bridge with pytest and with Allure."""
    if not config.option.allure_report_dir or config.option.collectonly:
        return
    import allure_commons

    from reports.allure.bridge import Bridge
    from reports.allure.settle import RESULTS

    config.stash[_BEFORE] = frozenset(Path(config.option.allure_report_dir).glob(RESULTS))
    bridge = Bridge(config, Path(config.option.allure_report_dir).absolute())
    config.pluginmanager.register(bridge, "floe-allure-bridge")
    allure_commons.plugin_manager.register(bridge)
    config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(bridge))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Generator[None, object, object]:
    """Once the run is judged: write what is told of the run, and the failures' files anew with its root causes."""
    result = yield
    given = config.option.allure_report_dir
    if given and not config.option.collectonly:
        from harness.evidence.record import Record
        from reports.allure.about import write_about
        from reports.allure.bridge import attach
        from reports.allure.settle import settle
        from reports.outcome import root_behind

        folder = Path(given).absolute()
        platform_file = Path(config.invocation_params.dir) / config.stash[SETTINGS].platform
        project = Path(config.rootpath)
        write_about(folder, stack=config.stash.get(STACK, None), platform_file=platform_file, project=project)
        if VERDICT in config.stash:
            failed = terminalreporter.stats.get("failed", [])
            behind = {report.nodeid: root_behind(report, config.stash[VERDICT]) for report in failed}
            explained = {node: root for node, root in behind.items() if root}
            settle(folder, explained, before=config.stash[_BEFORE])
        for report in terminalreporter.stats.get("failed", []):
            if record := dict(getattr(report, "user_properties", ())).get("record"):
                attach(Record.model_validate_json(Path(record).read_text()), Path(record), folder)
        terminalreporter.write_line(f"allure results in {given}; `harness report --open` shows them")
    return result
