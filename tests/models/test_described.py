"""Each field says what it is: in an editor, in help(), and in JSON Schema."""

from __future__ import annotations

import ast
import inspect
import pydoc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pydantic.errors import PydanticInvalidForJsonSchema

from gatewaysdk import commands, events, models
from gatewaysdk.bases.command import Outbound
from gatewaysdk.bases.described import field_docs
from gatewaysdk.bases.event import InvalidEvent, UnknownEvent
from gatewaysdk.bases.model import Model
from gatewaysdk.commands import UpdatePresence
from gatewaysdk.events import MessageCreate
from gatewaysdk.models import Nameplate

if TYPE_CHECKING:
    from pydantic import BaseModel

CLASSES: list[type[BaseModel]] = [
    found
    for package in (models, events, commands)
    for name in dir(package)
    if isinstance(found := getattr(package, name), type) and issubclass(found, Model | Outbound)
]
CLASSES += [UnknownEvent, InvalidEvent]

# Their `data` or `meta` is of the class that the field beside it tells, which JSON Schema cannot say.
WITHOUT_JSON_SCHEMA = {"Interaction", "InteractionCreate", "RateLimited"}


def below_fields(kind: type) -> dict[str, str]:
    """Return the strings that stand right below the fields in the source of a class, where editors look."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: ast.literal_eval(text.value)
        for field, text in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr)
    }


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_docstring_stands_below_each_field_and_is_what_the_class_says(kind: type[BaseModel]) -> None:
    own = {name: text for name, text in below_fields(kind).items() if name in kind.model_fields}
    assert own.keys() == inspect.get_annotations(kind).keys() & kind.model_fields.keys()
    docs = field_docs(kind)
    assert own == {name: docs[name] for name in own}
    assert kind.model_fields.keys() <= docs.keys()
    assert all(docs[name].endswith(".") for name in kind.model_fields)


def test_help_describes_inherited_fields_too() -> None:
    shown = pydoc.plain(pydoc.render_doc(MessageCreate))
    assert "content: Message text; can be empty when" in shown
    assert "member: Author's member data without user" in shown
    shown = pydoc.plain(pydoc.render_doc(UpdatePresence))
    assert "afk: Whether the client is away from the keyboard." in shown


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_json_schema_describes_each_field(kind: type[BaseModel]) -> None:
    if kind.__name__ in WITHOUT_JSON_SCHEMA:
        with pytest.raises(PydanticInvalidForJsonSchema):
            kind.model_json_schema()
        return
    schema = kind.model_json_schema()
    definition = schema["$defs"][kind.__name__] if "$ref" in schema else schema
    docs = field_docs(kind)
    assert {name: field["description"] for name, field in definition["properties"].items()} == {
        name: docs[name] for name in kind.model_fields
    }
    assert definition["description"] == (kind.__doc__ or "").partition("\n")[0]


def test_a_class_of_the_users_keeps_what_it_says_itself() -> None:
    class Mine(Nameplate):
        """A nameplate.

        Attributes:
            owner: Who has it.
        """

        owner: str
        note: str

    assert field_docs(Mine) == field_docs(Nameplate) | {"owner": "Who has it."}
    schema = Mine.model_json_schema()
    assert schema["description"] == "A nameplate."
    assert schema["properties"]["owner"]["description"] == "Who has it."
    assert schema["properties"]["asset"]["description"] == field_docs(Nameplate)["asset"]
    assert "description" not in schema["properties"]["note"]


def test_without_docstrings_all_works_but_the_descriptions() -> None:
    program = (
        "from gatewaysdk.models import Nameplate; from gatewaysdk.bases.described import field_docs;"
        "schema = Nameplate.model_json_schema(); print(field_docs(Nameplate), 'description' in str(schema))"
    )
    done = subprocess.run([sys.executable, "-OO", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "{} False\n"
