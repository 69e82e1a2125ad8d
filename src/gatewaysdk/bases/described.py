"""What docstrings say of the fields of a class, for what asks for it at run time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["field_docs", "with_descriptions"]

_LIST = re.compile(r"\n\n *(?:Attributes|Args):\n((?: +\w+: .+\n?)+)")
_FIELD = re.compile(r"(\w+): (.+)")


def field_docs(cls: type) -> dict[str, str]:
    """Return the descriptions of the fields of a class by name, inherited ones too.

    A model lists its fields in its docstring, a command in that of its constructor. What none lists is left out;
    under ``python -OO``, which drops docstrings, that is every field.
    """
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for documented in (base, vars(base).get("__init__")):
            for fields in _LIST.findall(documented.__doc__ or ""):
                found |= _FIELD.findall(fields)
    return found


def with_descriptions(cls: type, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """Return the JSON Schema of a class with the descriptions of its fields.

    Fields have no ``description=``, which pydantic would take them from: each import would pay for it in memory.
    """
    schema = handler(core_schema)
    own = handler.resolve_ref_schema(schema)
    if "description" in own:
        own["description"] = own["description"].partition("\n\nAttributes:")[0]
    docs = field_docs(cls)
    for name, field in own.get("properties", {}).items():
        if name in docs:
            field.setdefault("description", docs[name])
    return schema
