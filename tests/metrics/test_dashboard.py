"""The dashboard that is committed is the one that the script writes, of figures that there are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from gatewaysdk.metrics.dashboard import JOBS, PANELS, dashboard
from gatewaysdk.metrics.figures import FIGURES

FILE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "metrics" / "dashboard.json"
COMMAND = "python -m gatewaysdk.metrics.dashboard > docs/howto/metrics/dashboard.json"


def test_the_committed_dashboard_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gatewaysdk.metrics.dashboard"], capture_output=True, text=True, check=True
    )
    assert done.stdout == FILE.read_text("utf-8"), f"run {COMMAND}"


def test_it_shows_every_figure_and_no_others() -> None:
    text = " ".join([JOBS, *(query.text for panel in PANELS for query in panel.queries)])
    found = set(re.findall(r"gatewaysdk_\w+", text))
    assert {re.sub(r"_bucket$", "", name) for name in found} == {figure.name for figure in FIGURES}


def test_its_panels_lie_side_by_side() -> None:
    cells: set[tuple[int, int]] = set()
    panels = json.loads(json.dumps(dashboard()))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) == len(PANELS)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert not mine & cells
        cells |= mine
