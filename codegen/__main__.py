"""``python -m codegen [--check]``: generate code of the package from the schema, or check that it is current."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .lint import lint
from .load import Schema, SchemaError
from .models import generate_models
from .names import Names
from .publish import differences, formatted, write
from .render import render

ROOT = Path(__file__).resolve().parent.parent


def generate(schema_root: Path, config: Path) -> dict[str, str]:
    """Return the text of every generated file, by its path within the package."""
    schema = Schema.load(schema_root)
    if problems := lint(schema, schema_root):
        raise SchemaError("\n".join(problems))
    names = Names.of(schema)
    return formatted(generate_models(schema, names) | render(schema, names), config)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when a generated file is not current"
    )
    parser.add_argument("--schema", type=Path, default=ROOT / "schema", help="the schema to read")
    parser.add_argument("--package", type=Path, default=ROOT / "src" / "gatewaysdk", help="the package to write into")
    options = parser.parse_args(argv)
    start = time.monotonic()
    try:
        files = generate(options.schema, ROOT / "pyproject.toml")
    except SchemaError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 1
    if options.check:
        found = differences(files, options.package)
        for line in found:
            print(f"codegen: {line}", file=sys.stderr)
        if found:
            print(
                "codegen: the generated code is not what schema/ says; run `make generate` and commit", file=sys.stderr
            )
            return 1
    else:
        write(files, options.package)
    print(f"{len(files)} files {'checked' if options.check else 'generated'} in {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
