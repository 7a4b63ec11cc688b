"""JSON Schemas (draft-07, which editors know best) of the rule files, made from the models in :mod:`smtp421.rulebook.schema`.

The texts below the fields become descriptions. They are read from the source, since the models themselves drop them; so the
schemas are made when the program is built and shipped in ``smtp421/schemas/``: ``python -m smtp421.rulebook.json_schema``.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getsource
from itertools import pairwise
from os.path import relpath
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from smtp421.rulebook import schema
from smtp421.rulebook.sources import bundled_rules
from smtp421.schemas import FOLDER, SUFFIX

DRAFT = "http://json-schema.org/draft-07/schema#"
HOME = "https://raw.githubusercontent.com/smtp421/smtp421/main/smtp421/schemas/"
KINDS: dict[str, type[BaseModel]] = {
    "rules": schema.RulesFile,
    "causes": schema.CausesFile,
    "fixes": schema.FixesFile,
    "providers": schema.ProvidersFile,
    "tree": schema.TreeFile,
    "cases": schema.CasesFile,
}
CONFIG = "config"
EXAMPLES: dict[str, list[Any]] = {
    "checked": ["2026-11-20"],
    "code": [[421], ["4xx"]],
    "enhanced_code": [["4.7.28"], ["4.7.x"]],
    "fixes": [["back-off", "find-spam-source"]],
    "fix": ["back-off"],
    "marks": [["\\[TSS?\\d\\d\\]"]],
    "mx": [["yahoodns.net"]],
    "not_text": [["Retrying will NOT succeed"]],
    "provider": ["yahoo"],
    "reply_code": [421],
    "rule": ["yahoo-tss04"],
    "cause": ["rate_limit", "greylisting"],
    "text": [["\\[TSS0?4\\]", "unexpected volume or user complaints"]],
    "url": ["https://senders.yahooinc.com/smtp-error-codes"],
    "wait": ["30s", "2h"],
    "wait_seconds": [300],
}
"""Values by the name of the field; those that do not fit the field's type are left out."""
MODELINE = "# yaml-language-server:"
_KIND = re.compile(r"^schema: smtp421\.([a-z]+)/1$", re.MULTILINE)
_WORD = re.compile(r"\w+")


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file."""
    model = KINDS[kind]
    made = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    texts = _texts(*{import_module(each.__module__) for each in (model, schema.Form)})
    for name, part in [(model.__name__, made), *definitions.items()]:
        _describe(part, texts.get(name, {}))
    made["title"] = f"smtp421 {kind} file"
    whole = {"$schema": DRAFT, "$id": f"{HOME}{kind}{SUFFIX}", **made, "definitions": dict(sorted(definitions.items()))}
    described: dict[str, Any] = _draft_07(whole)
    return described


def config_schema() -> dict[str, Any]:
    """The schema of ``smtp421.toml``: the keys that :mod:`smtp421.lint.config` reads."""
    from smtp421.lint.check import all_checks
    from smtp421.lint.config import HELD_KEYS, KEYS
    from smtp421.lint.finding import Level

    names = {"type": "array", "items": {"type": "string"}, "examples": [[check.slug for check in all_checks()[:2]]]}
    forms: dict[str, dict[str, Any]] = {
        "fail-level": {"enum": [str(level) for level in Level]},
        "max-age-days": {"type": "integer", "minimum": 0},
        "baseline": {"type": "string"},
        "reason": {"type": "string", "minLength": 1},
        "paths": {"type": "array", "items": {"type": "string"}, "examples": [["rules/old/*"]]},
    }

    def table(keys: Mapping[str, str], **more: Any) -> dict[str, Any]:
        made = {key: {**forms.get(key, names), "description": f"{text[0].upper()}{text[1:]}."} for key, text in keys.items()}
        return {"type": "object", "additionalProperties": False, "properties": made, **more}

    forms["suppress"] = {"type": "array", "items": table(HELD_KEYS, required=["checks", "reason"])}
    return {
        "$schema": DRAFT,
        "$id": f"{HOME}config{SUFFIX}",
        "title": "smtp421 configuration",
        "description": "smtp421.toml, or the table [tool.smtp421] of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {"lint": table(KEYS)},
    }


def text_of(kind: str) -> str:
    """The schema as it is shipped."""
    made = config_schema() if kind == CONFIG else json_schema(kind)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _describe(part: dict[str, Any], texts: Mapping[str, str]) -> None:
    """Put descriptions and examples to the fields of a model; its titles, which only repeat the names, go."""
    part.pop("title", None)
    if "description" in part:
        part["description"] = _plain(part["description"])
    for name, field in part.get("properties", {}).items():
        field.pop("title", None)
        text = texts.get(name) or texts.get(f"{name}_")
        if text:
            field["description"] = text
        fitting = [value for value in EXAMPLES.get(name, ()) if isinstance(value, list) == (field.get("type") == "array")]
        if fitting:
            field["examples"] = fitting


def _draft_07(value: Any) -> Any:
    """Draft-07 overlooks what stands beside a ``$ref``: put the reference into an ``allOf``."""
    if isinstance(value, list):
        return [_draft_07(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _draft_07(each) for key, each in value.items()}
    if "$ref" in made and len(made) > 1:
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return made


def _texts(*modules: ModuleType) -> dict[str, dict[str, str]]:
    """By class and field: the string below a field, else that below the name of its type."""
    found: dict[str, dict[str, str]] = {}
    for module in modules:
        tree = ast.parse(getsource(module))
        types = dict(_documented(tree.body))
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = {**_by_type(node.body, types), **dict(_documented(node.body))}
    return found


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node, below in pairwise(body):
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            yield target.id, _plain(str(below.value.value))


def _by_type(body: list[ast.stmt], types: Mapping[str, str]) -> dict[str, str]:
    named = {}
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = next((types[word] for word in _WORD.findall(ast.unparse(node.annotation)) if word in types), "")
            if text:
                named[node.target.id] = text
    return named


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def with_modeline(text: str, folder: Path) -> str:
    """``text`` of a rule file in ``folder`` with a first line that names its schema to editors."""
    found = _KIND.search(text)
    if found is None:
        return text
    rest = text.partition("\n")[2] if text.startswith(MODELINE) else text
    return f"{MODELINE} $schema={Path(relpath(FOLDER / f'{found[1]}{SUFFIX}', folder)).as_posix()}\n{rest}"


def main() -> None:
    """Write all schemas to where they are shipped, and their names into the rule files of a checkout."""
    for kind in (*KINDS, CONFIG):
        (FOLDER / f"{kind}{SUFFIX}").write_text(text_of(kind), encoding="utf-8")
    for path in sorted(bundled_rules().rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(with_modeline(text, path.parent), encoding="utf-8")


if __name__ == "__main__":
    main()
