#!/usr/bin/env python3
"""Holds what was said to the JSON Schema of the protocol, by a validator that is not heaplaw's.

    protocol-lines.py SCHEMA BROKEN RECORD...

RECORD is written by `heaplaw adapter check --record`. Each line of a judge or a target must be valid, and
each answer must be one to its op. Each line of BROKEN must be refused.
"""

import json
import sys

from jsonschema import Draft7Validator

LONG = 1_000
"""Bytes. Of a longer line each op is held to its own definition: `anyOf` takes minutes there."""


class Schema:
    def __init__(self, path: str) -> None:
        with open(path) as file:
            self._schema = json.load(file)
        Draft7Validator.check_schema(self._schema)
        self._definitions = self._schema["definitions"]
        self._validators = {"": Draft7Validator(self._schema)}
        self._known: dict[tuple[str, str], bool] = {}

    def accepts(self, value: object, name: str = "") -> bool:
        """Whether the value is what `name` defines, or a line."""
        if name not in self._validators:
            if name not in self._definitions:
                return False
            wanted = {"$ref": f"#/definitions/{name}", "definitions": self._definitions}
            self._validators[name] = Draft7Validator(wanted)
        # Most ops are said many times over.
        key = name, json.dumps(value)
        if len(key[1]) > 100:
            return self._validators[name].is_valid(value)
        if key not in self._known:
            self._known[key] = self._validators[name].is_valid(value)
        return self._known[key]

    def accepts_line(self, text: str) -> bool:
        value = json.loads(text)
        if len(text) < LONG or not isinstance(value, dict):
            return self.accepts(value)
        lists = {"ops": "op_", "answers": None}
        key = next((key for key in lists if key in value), "")
        items = value.pop(key, [])
        named = (lists.get(key) is None or self.accepts(op, "op_" + op[0]) for op in items)
        return self.accepts({**value, key: items[:10]}) and all(named)


def held(schema: Schema, path: str) -> int:
    """Holds one record: how many lines it has. A conversation may end before the last reply."""
    lines, ops = 0, {}
    with open(path, errors="replace", newline="\n") as file:
        for entry in file:
            who, text = entry[:8].strip(), entry[8:]
            if who == "wrong":
                # An answer to it need only be one.
                ops.clear()
                continue
            lines += 1
            if not schema.accepts_line(text):
                sys.exit(f"{path}: a line of the {who} is not valid: {text[:300]}")
            value = json.loads(text)
            if who == "judge":
                if "heaplaw" in value:
                    ops.clear()
                else:
                    ops[value["batch"]] = value["ops"]
                continue
            for op, answer in zip(ops.pop(value.get("batch"), []), value.get("answers", [])):
                if not schema.accepts(answer, f"answer_{op[0]}"):
                    sys.exit(f"{path}: {answer} is no answer to {op}")
    return lines


def refused(schema: Schema, path: str) -> int:
    lines = 0
    with open(path) as file:
        for entry in file:
            if entry.startswith("#"):
                continue
            who, text = entry.split("\t", 1)
            lines += 1
            if schema.accepts_line(text):
                sys.exit(f"{path}: this line of a {who} is taken for a right one: {text}")
    return lines


def main() -> None:
    schema_path, broken, *records = sys.argv[1:]
    schema = Schema(schema_path)
    print(f"{refused(schema, broken)} broken lines are refused")
    for record in records:
        print(f"{held(schema, record)} lines of {record} are valid")


main()
