"""Base of every generated struct: decoded by msgspec, ignores unknown keys, and lists what is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec

from ..errors import FieldAbsent
from .findings import Findings, Violation
from .struct_dumping import plain
from .struct_fields import FlagsField, restored, stored
from .struct_names import resolve
from .struct_types import wire_types

__all__ = ["Struct"]

# No key of Discord's. If a gateway sent it, null alone would be taken for it.
_HIDDEN = "(findings)"


# Without garbage collection: a struct is frozen, so that it never refers to itself. That saves 16 bytes an object, a
# seventh of the time of decoding, and the collector's passes over large guilds.
class Struct(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A structure of Discord's, as a struct of msgspec.

    An optional field is None when it is missing; one that may be missing or null is ``UNSET`` when it is missing. Ids
    are plain ints. Unknown keys are ignored. Where a payload breaks the documentation, the object lacks only the
    broken fields: reading one raises `FieldAbsent`, ``violations`` lists them, and ``violation_count`` counts them.
    """

    if TYPE_CHECKING:
        _findings: Findings | None = None
    else:
        _findings: None = msgspec.field(default=None, name=_HIDDEN)

    _flags: ClassVar[dict[str, str]] = {}
    """Fields that are sums of bits, each with its class in `gatewaysdk.enums`."""

    _as_text: ClassVar[frozenset[str]] = frozenset()
    """Fields whose numbers are decimal strings on the wire."""

    _secrets: ClassVar[frozenset[str]] = frozenset()
    """Fields that stay out of reprs."""

    _guaranteed_when: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {}
    """For a field, keys beside it: while such a key is there, the field's object must have only the fields listed."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, kind in vars(cls).get("_flags", {}).items():
            slot = vars(cls)[name]
            setattr(cls, name, slot if isinstance(slot, FlagsField) else FlagsField(slot, kind))

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The broken places within this object; empty when it keeps to the documentation.

        An event lists its first 100 broken places. If this object has more, the last violation, of the kind
        ``too_many`` and with no path, says how many more. So a broken object never has an empty tuple here.
        """
        findings = self._findings
        return () if findings is None else findings.listed()

    @property
    def violation_count(self) -> int:
        """How many places within this object are broken, including those that ``violations`` does not list."""
        findings = self._findings
        return 0 if findings is None else findings.count

    def to_dict(self) -> dict[str, Any]:
        """Return plain values as Discord sends them in JSON: ids and times as text, flags as numbers.

        What is missing or broken is left out.
        """
        return plain(self)

    def to_json(self) -> bytes:
        """Return `to_dict` as JSON."""
        return msgspec.json.encode(plain(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the struct for plain values such as those of `to_dict`. Raises ``msgspec.ValidationError``."""
        resolve(cls)
        return msgspec.convert(data, cls, strict=False, dec_hook=wire_types)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Return the struct for JSON text. Raises ``msgspec.ValidationError``, or ``msgspec.DecodeError``."""
        resolve(cls)
        return msgspec.json.decode(data, type=cls, strict=False, dec_hook=wire_types)

    if not TYPE_CHECKING:  # else type checkers would accept any misspelt attribute, as Any

        def __getattr__(self, name: str) -> Any:
            if name in type(self).__struct_fields__:
                reasons = [v.message for v in self.violations if v.path[:1] == (name,)]
                raise FieldAbsent(type(self).__name__, name, "; ".join(reasons) or "it is missing or broken")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _present(self) -> dict[str, Any]:
        """Return the fields that are not absent, as they are stored."""
        found = {}
        for name in self.__struct_fields__:
            try:
                found[name] = stored(self, name)
            except AttributeError:
                continue
        return found

    def __repr__(self) -> str:
        hidden = {"_findings", *self._secrets}
        shown = (f"{name}={getattr(self, name)!r}" for name in self._present() if name not in hidden)
        return f"{type(self).__name__}({', '.join(shown)})"

    # msgspec compares, copies and pickles whole objects only: one without its broken fields needs a way of its own.

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        if self._findings is None and other._findings is None:
            return msgspec.Struct.__eq__(self, other)
        return self._present() == other._present()

    __hash__ = msgspec.Struct.__hash__

    def __copy__(self) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self._present())
