"""Values made up for JSON schemas."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmask.errors import BadInput
from unmask.reference.schemas import fitting

NODE: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}},
    "required": ["name"],
}


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """Schema of a number with bounds that leave room, on either side or both."""
    kind = draw(st.sampled_from(["integer", "number"]))
    low = draw(st.integers(-1000, 1000))
    schema: dict[str, Any] = {"type": kind}
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        # Two multiples of 7 lie in every span of 14.
        high = low + draw(st.integers(15, 100))
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = high
    if draw(st.booleans()):
        schema["multipleOf"] = draw(st.integers(1, 7))
    return schema


@st.composite
def strings(draw: st.DrawFn) -> dict[str, Any]:
    """Schema of a string with lengths."""
    least = draw(st.integers(0, 30))
    most = least + draw(st.integers(0, 5))
    bounds = draw(st.sets(st.sampled_from(["minLength", "maxLength"])))
    return {"type": "string"} | {b: least if b == "minLength" else most for b in bounds}


def holders(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Schemas that hold others."""
    names = st.text("abc", min_size=1, max_size=3)
    objects = st.dictionaries(names, inner, max_size=4).flatmap(
        lambda properties: st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.just(properties),
                "required": st.lists(st.sampled_from([*properties, "more"]), unique=True),
                "additionalProperties": inner,
            }
        )
    )
    arrays = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={"minItems": st.integers(0, 3), "maxItems": st.integers(3, 5)},
    )
    choices = st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
    return objects | arrays | choices


SCHEMAS = st.recursive(
    numbers()
    | strings()
    | st.sampled_from([{}, {"type": "boolean"}, {"type": "null"}, {"type": ["null", "integer"]}])
    | st.fixed_dictionaries({"enum": st.lists(st.integers() | st.text(), min_size=1)}),
    holders,
    max_leaves=8,
)


@given(SCHEMAS, st.text(max_size=3))
def test_what_is_made_fits(schema: dict[str, Any], seed: str) -> None:
    """Every value fits its schema by another's reading of it, and is the same the next time."""
    value = fitting(schema, seed)
    jsonschema.validate(value, schema, jsonschema.Draft202012Validator)
    assert fitting(schema, seed) == value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 7}, 7),
        ({"enum": ["only"], "default": "never"}, "only"),
        ({"type": "string", "examples": ["Q7"], "pattern": "^Q"}, "Q7"),
        ({"type": "integer", "default": 30}, 30),
        ({"type": "integer", "minimum": 5, "maximum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 4, "maximum": 5}, 5),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": 4, "maximum": 5}, 5),
        ({"type": "integer", "minimum": 8, "maximum": 14, "multipleOf": 7}, 14),
        ({"type": "number", "minimum": 0.5, "maximum": 0.5}, 0.5),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "string", "maxLength": 4}, "made"),
        ({"anyOf": [{"type": "null"}, {"const": 1}]}, 1),
        ({"type": "null"}, None),
        ({"type": "array", "items": {"const": 1}}, [1]),
        ({"type": "array", "items": {"const": 1}, "maxItems": 0}, []),
        ({"type": "array", "items": {"enum": [1, 2]}, "minItems": 2, "uniqueItems": True}, {1, 2}),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]}, [1, 2]),
        ({"properties": {"a": {"const": 1}, "b": {"const": 2}}, "required": ["b"]}, {"b": 2}),
        (
            {
                "$defs": {"a/b": {"const": "there"}},
                "properties": {"x": {"$ref": "#/$defs/a~1b"}},
                "required": ["x"],
            },
            {"x": "there"},
        ),
        (
            {
                "allOf": [
                    {"properties": {"a": {"const": 1}}, "required": ["a"]},
                    {"properties": {"b": {"const": 2}}, "required": ["b"]},
                ]
            },
            {"a": 1, "b": 2},
        ),
    ],
)
def test_values(schema: dict[str, Any], value: Any) -> None:
    """What a schema leaves no choice about is taken from it."""
    made = fitting(schema, "seed")
    assert (set(made) if isinstance(value, set) else made) == value


def test_seeds_and_places_differ() -> None:
    """Other seeds, and other places of one value, give other words."""
    schema = {"type": "array", "items": {"type": "string"}, "minItems": 3}
    one, other = fitting(schema, "1"), fitting(schema, "2")
    assert len({*one, *other}) == 6


def test_free_strings_are_harmless() -> None:
    """Whatever a tool does with a string, it gets no more than letters, digits and dashes."""
    words = {fitting({"type": "string"}, str(seed)) for seed in range(50)}
    assert len(words) > 40
    assert all(word.replace("-", "").isalnum() and word.isascii() for word in words)


def test_a_schema_may_hold_itself() -> None:
    """A loop that no value must follow is not followed."""
    schema = {"$defs": {"node": NODE}, "$ref": "#/$defs/node"}
    assert set(fitting(schema, "seed")) == {"name"}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "strnig"}, "no JSON schema"),
        ({"type": "string", "pattern": "^Q[0-9]$"}, "give an example"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no value made up here fits"),
        ({"$ref": "https://example.com/a.json"}, "nothing is found at https://example.com/a.json"),
        ({"$ref": "#/$defs/none"}, "nothing is found at #/\\$defs/none"),
        ({"not": {"$ref": "https://example.com/a.json"}}, "no value made up here fits"),
        (
            {"$defs": {"node": NODE | {"required": ["next"]}}, "$ref": "#/$defs/node"},
            "demands itself without end",
        ),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "without end"),
    ],
)
def test_what_can_not_be_made_is_said(schema: dict[str, Any], says: str) -> None:
    """A schema that is none, or that nothing made here fits, is refused; nothing is fetched."""
    with pytest.raises(BadInput, match=says):
        fitting(schema, "seed")
