"""YAML as values that know their lines, so that an error can name one. JSON is YAML, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from yaml import Node

__all__ = ["Located", "read_located"]


_PLAIN_TAGS = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a file.

    Attributes:
        value: a dict of text to `Located`, a list of `Located`, or a scalar.
        line: the line where it begins, from 1 on; for a value of a dict the line of its key.
        file: the name of the file.
    """

    value: Any
    line: int
    file: str

    def error(self, message: str) -> ConfigurationError:
        """Return an error that names the place."""
        return ConfigurationError(f"{self.file}:{self.line}: {message}")

    def entries(self, what: str) -> dict[str, Located]:
        """Return it as a dict. Raises `ConfigurationError` if it is none; ``what`` says what it stands for."""
        if not isinstance(self.value, dict):
            raise self.error(f"{what} takes keys with values, not {self.plain()!r}")
        return self.value

    def items(self, what: str) -> list[Located]:
        """Return it as a list. Raises `ConfigurationError` if it is none."""
        if not isinstance(self.value, list):
            raise self.error(f"{what} takes a list, not {self.plain()!r}; begin each entry with '- '")
        return self.value

    def plain(self) -> Any:
        """Return the value without lines."""
        if isinstance(self.value, dict):
            return {key: one.plain() for key, one in self.value.items()}
        return [one.plain() for one in self.value] if isinstance(self.value, list) else self.value


def read_located(text: str, file: str) -> Located:
    """Return what a text in YAML or JSON holds. Raises `ConfigurationError` for what is neither."""
    try:
        import yaml
    except ImportError as error:
        raise ConfigurationError("scenario files need PyYAML: pip install 'gatewaysdk[scenario]'") from error
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            raise ConfigurationError(f"{file}:1: the file is empty; write at least steps")
        return _located(loader, node, file, node.start_mark.line + 1, ())
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise ConfigurationError(f"{file}:{line}: this is no YAML: {error.problem}") from error
    except ConfigurationError:
        raise
    except (yaml.YAMLError, ValueError) as error:  # a ValueError: a date that does not exist
        raise ConfigurationError(f"{file}: this is no YAML: {' '.join(str(error).split())}") from error


def _located(loader: Any, node: Node, file: str, line: int, inside: tuple[Node, ...]) -> Located:
    import yaml

    if any(one is node for one in inside):
        raise ConfigurationError(f"{file}:{node.start_mark.line + 1}: an alias leads into itself; write the value out")
    inside = (*inside, node)
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
        raise ConfigurationError(
            f"{file}:{node.start_mark.line + 1}: the tag {node.tag!r} has no meaning here; remove it"
        )
    if isinstance(node, yaml.SequenceNode):
        parts = [_located(loader, one, file, one.start_mark.line + 1, inside) for one in node.value]
        return Located(parts, line, file)
    if not isinstance(node, yaml.MappingNode):
        return Located(loader.construct_object(node), line, file)
    found: dict[str, Located] = {}
    for key_node, value_node in node.value:
        key, at = str(key_node.value), key_node.start_mark.line + 1
        if key in found:
            raise ConfigurationError(f"{file}:{at}: the key {key!r} comes twice; keep one")
        found[key] = _located(loader, value_node, file, at, inside)
    return Located(found, line, file)
