"""Which backends there are, and what is said when there is none."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from gatewaysdk.codec.etf import BackendReport, EtfCodec, backends, choose_backend
from gatewaysdk.errors import ConfigurationError

PACKAGE = "gatewaysdk.codec.etf"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Backends are looked for once; here they come and go."""
    kept = {name: sys.modules.get(name) for name in (f"{PACKAGE}._native", f"{PACKAGE}.erlpack_backend", "erlpack")}
    sys.modules["gatewaysdk.codec.etf.backends"]._load.cache_clear()
    yield
    sys.modules["gatewaysdk.codec.etf.backends"]._load.cache_clear()
    for name, module in kept.items():
        if module is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = module


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make imports of modules fail."""
    for name in names:
        # None in sys.modules makes the import system raise ModuleNotFoundError.
        monkeypatch.setitem(sys.modules, name, None)


def test_python_is_always_there() -> None:
    assert BackendReport("python", True, "") in backends()
    assert choose_backend("python").name == "python"


def test_auto_prefers_the_native_one(monkeypatch: pytest.MonkeyPatch) -> None:
    native = ModuleType(f"{PACKAGE}._native")
    native.__dict__["name"] = "native"
    monkeypatch.setitem(sys.modules, native.__name__, native)
    assert choose_backend("auto") is native
    assert EtfCodec().backend is native


def test_auto_makes_do_with_python_and_never_takes_erlpack(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, f"{PACKAGE}._native")
    assert choose_backend("auto").name == "python"
    report = backends()[0]
    assert (report.name, report.available) == ("native", False)
    assert report.why_not


def test_a_backend_that_is_not_there_says_why_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, f"{PACKAGE}._native", f"{PACKAGE}.erlpack_backend")
    with pytest.raises(ConfigurationError, match=r"'native' cannot be used: .*; install a C compiler"):
        choose_backend("native")
    with pytest.raises(ConfigurationError, match=r"'erlpack' cannot be used: .*; pip install 'gatewaysdk\[erlpack\]'"):
        choose_backend("erlpack")


def test_erlpack_is_imported_by_who_asks_for_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "erlpack")
    sys.modules.pop(f"{PACKAGE}.erlpack_backend", None)
    assert choose_backend("auto").name in ("native", "python")
    assert [(one.name, one.available) for one in backends()][1:] == [("python", True), ("erlpack", False)]
