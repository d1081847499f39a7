"""Values that fit a JSON schema: as small as it allows, and the same for the same seed. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from unmask.errors import BadInput
from unmask.reference.draws import uniform

Schema = Mapping[str, Any]

SPAN = 8
"""How far a number may lie from the one bound that is known, or from 1."""

ATTEMPTS = 64
"""Items tried for an array whose items must differ."""

FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def fitting(schema: Schema, seed: str) -> Any:
    """Make a value that fits a schema: optional properties left out, free strings one plain word.

    A constant, an enum, an example or a default is taken where there is one, in this order.

    Raises:
        BadInput: The schema is none, nothing fits it, or finding out what fits takes more than is
            known here (a pattern without an example, a reference to elsewhere).
    """
    kind = validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
        value = _Maker(schema, seed).value(schema, ())
        # An empty registry: nothing is fetched.
        kind(schema, registry=Registry()).validate(value)
    except jsonschema.SchemaError as error:
        raise BadInput(f"no JSON schema: {error.message}") from None
    except (jsonschema.ValidationError, Unresolvable) as error:
        wrong = getattr(error, "message", error)
        raise BadInput(f"no value made up here fits it: {wrong}; give an example in it") from None
    except RecursionError:
        raise BadInput("it demands itself without end") from None
    return value


class _Maker:
    def __init__(self, root: Schema, seed: str) -> None:
        self.root = root
        self.seed = seed

    def value(self, schema: Schema | bool, path: tuple[str, ...]) -> Any:
        plain = self._plain({} if isinstance(schema, bool) else schema)
        fixed = _fixed(plain)
        if fixed:
            return fixed[int(self._draw(path) * len(fixed))]
        match _type(plain):
            case "object":
                return self._object(plain, path)
            case "array":
                return self._array(plain, path)
            case "integer" | "number" as kind:
                return _number(plain, self._draw(path), whole=kind == "integer")
            case "boolean":
                return self._draw(path) < 0.5
            case "null":
                return None
        return _string(plain, self._draw(path))

    def _draw(self, path: tuple[str, ...]) -> float:
        return uniform(self.seed, *path)

    def _plain(self, schema: Schema) -> Schema:
        """Follow references and take the first of alternatives, until nothing is left to choose."""
        merged = dict(schema)
        parts: list[Schema] = []
        if "$ref" in merged:
            parts.append(self._found(merged.pop("$ref")))
        parts += merged.pop("allOf", [])
        for name in ("anyOf", "oneOf"):
            ways = merged.pop(name, [])
            parts += [way for way in ways if way != {"type": "null"}][:1] or ways[:1]
        if not parts:
            return merged
        for part in parts:
            merged = _both(merged, {} if isinstance(part, bool) else part)
        return self._plain(merged)

    def _found(self, reference: str) -> Schema:
        where, _, pointer = reference.partition("#")
        found: Any = self.root
        try:
            if where:
                raise KeyError(where)
            for step in pointer.split("/")[1:]:
                found = found[step.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise BadInput(f"nothing is found at {reference}") from None
        return found if isinstance(found, Mapping) else {}

    def _object(self, schema: Schema, path: tuple[str, ...]) -> dict[str, Any]:
        known = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        return {
            name: self.value(known.get(name, other), (*path, name))
            for name in schema.get("required", ())
        }

    def _array(self, schema: Schema, path: tuple[str, ...]) -> list[Any]:
        first, rest = schema.get("prefixItems", []), schema.get("items", {})
        least = max(schema.get("minItems", 0), len(first), 1)
        count = min(least, schema.get("maxItems", least))
        made: list[Any] = []
        for index in range(max(count, ATTEMPTS)):
            if len(made) >= count:
                break
            inner = first[index] if index < len(first) else rest
            item = self.value(inner, (*path, str(index)))
            if not schema.get("uniqueItems") or item not in made:
                made.append(item)
        return made


def _fixed(schema: Schema) -> Sequence[Any]:
    if "const" in schema:
        return [schema["const"]]
    for name in ("enum", "examples"):
        if schema.get(name):
            return list(schema[name])
    return [schema["default"]] if schema.get("default") is not None else []


def _type(schema: Schema) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((one for one in kind if one != "null"), "null")
    if kind is None and ("properties" in schema or "required" in schema):
        return "object"
    return kind


def _both(one: Schema, other: Schema) -> dict[str, Any]:
    merged = {**one, **other}
    if "properties" in one and "properties" in other:
        merged["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        merged["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    return merged


def _number(schema: Schema, point: float, *, whole: bool) -> float:
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    lows = [bound for bound in (schema.get("minimum"), above) if bound is not None]
    highs = [bound for bound in (schema.get("maximum"), below) if bound is not None]
    step = schema.get("multipleOf") or (1 if whole else None)
    span = SPAN * (step or 1)
    low = max(lows) if lows else min(1, min(highs) - span) if highs else 1
    high = min(highs) if highs else low + span
    if step is None:
        # Eighths from the inside, so that bounds that exclude themselves are kept too.
        return float(low + (high - low) * (1 + int(point * 7)) / 8)
    first, last = math.ceil(low / step), math.floor(high / step)
    first += first * step == above
    last -= last * step == below
    made: float = (first + int(point * (last - first + 1))) * step
    return int(made) if whole else made


def _string(schema: Schema, point: float) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    word = f"made-up-{int(point * 16**4):04x}"
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    padded = word.ljust(least, "x")
    return padded if most == math.inf else padded[: int(most)]
