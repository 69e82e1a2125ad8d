"""``python -m codegen.import_docs CHECKOUT``: compare the schema with Discord's documentation.

Exits with 0 when both say the same, 1 when a person has to look, 2 when something could not be read.
"""

from __future__ import annotations

import argparse
import sys
from copy import deepcopy
from pathlib import Path

from codegen.load import Schema, SchemaError

from . import overrides, seen
from .compare import Lock, advanced, compare, fingerprint, prose, reworded
from .edits import Editor
from .facts import Facts, collect
from .opinion import second_opinion
from .pages import Docs, DocsError, read
from .report import Report

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen.import_docs", description=__doc__)
    parser.add_argument(
        "checkout", type=Path, nargs="?",
        help="a work tree or bare git folder of discord/discord-api-docs; with --seen alone, import.lock will do",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="make the edits that are safe, and write import.lock")
    parser.add_argument("--json", type=Path, help="write the report as JSON to this file")
    parser.add_argument("--report", type=Path, help="write the report as Markdown to this file, and not to the screen")
    parser.add_argument("--types", type=Path, help="a folder of discord-api-types, for a second opinion")
    parser.add_argument("--seen", type=Path, help="what a canary saw in live traffic that the schema does not have")
    parser.add_argument("--schema", type=Path, default=ROOT / "schema", help="the schema to compare and to edit")
    options = parser.parse_args(argv)
    if options.checkout is None and (options.seen is None or options.write or options.types):
        parser.error("name a checkout of discord/discord-api-docs; only --seen works without one")
    try:
        report = run(options)
    except (DocsError, SchemaError, OSError) as error:
        print(f"codegen.import_docs: {error}", file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(report.as_json(), encoding="utf-8")
    if options.report:
        options.report.write_text(report.as_markdown(), encoding="utf-8")
    else:
        print(report.as_markdown(), end="")
    return 1 if report.has_differences else 0


def run(options: argparse.Namespace) -> Report:
    """Return what an import finds; write the edits and the lock when that is asked for."""
    entries = overrides.load(options.schema / "overrides.toml")
    lock = Lock.load(options.schema / "import.lock")
    if options.checkout is None:
        found = seen.read(options.seen, Schema.load(options.schema), Facts(lock.facts), entries)
        return Report(None, lock.commit, seen=found)
    docs = read(options.checkout)
    report = Report(docs.commit, lock.commit)
    schema, facts, new = _look(options, docs, entries, lock, report)
    report.prose = reworded(lock, new.prose, new.words)
    if options.seen:
        report.seen = seen.read(options.seen, schema, facts, entries)
    if options.types:
        report.opinion = second_opinion(options.types, schema)
    if options.write:
        editor = Editor(docs, schema, facts)
        report.left = editor.edit_all(report.differences)
        report.edited = editor.write(options.schema)
        left = Report(docs.commit, lock.commit)
        _, _, new = _look(options, docs, entries, lock, left)
        text = advanced(lock, new, {one.at for one in left.differences}).text()
        (options.schema / "import.lock").write_text(text, encoding="utf-8")
    return report


def _look(
    options: argparse.Namespace, docs: Docs, entries: list[overrides.Override], lock: Lock, report: Report
) -> tuple[Schema, Facts, Lock]:
    """Compare into the report; return the schema, the facts with overrides, and what the documentation says itself."""
    schema = Schema.load(options.schema)
    facts = collect(docs, schema)
    words = {place: fingerprint(text) for place, text in facts.words.items() if text.strip()}
    new = Lock(docs.commit, deepcopy(facts.places), prose(docs, schema, entries), words)
    report.problems = overrides.apply(entries, facts, docs, schema, options.schema.parent)
    report.differences = compare(docs, schema, facts, lock, new.facts)
    return schema, facts, new


if __name__ == "__main__":
    sys.exit(main())
