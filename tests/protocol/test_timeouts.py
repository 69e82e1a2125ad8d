from __future__ import annotations

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol import Timeouts


@pytest.mark.parametrize("phase", ["connect", "hello", "ready", "resumed", "close"])
@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_phase_takes_some_time_and_not_for_ever(phase: str, seconds: float) -> None:
    with pytest.raises(ConfigurationError, match=phase):
        Timeouts(**{phase: seconds})
