"""The table falls into cells: nothing is lost, nothing pooled, and a gap of one judge is a gap."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.results.rowbook import row, table

from unmask.results.cells import cells

Place = dict[str, Any]
Judges = list[tuple[str, str]]

PLACES = st.fixed_dictionaries(
    {
        "checkpoint": st.sampled_from(["b", "a"]),
        "run": st.sampled_from([None, "r"]),
        "step": st.sampled_from([None, 100, 20]),
        "form": st.sampled_from([None, "ask"]),
        "role": st.sampled_from(["test", "control"]),
    }
)
NAMES = ("checkpoint", "run", "step", "form", "role")
JUDGES: st.SearchStrategy[Judges] = st.lists(
    st.sampled_from([("j", "r"), ("j", "s"), ("k", "r")]), unique=True
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(PLACES, JUDGES), min_size=1, max_size=12))
def test_every_sample_is_in_every_reading_of_its_place(samples: list[tuple[Place, Judges]]) -> None:
    """As its judge read it, or as a gap; a cell that no judge read has one reading, without."""
    whole = table(
        *(
            row(
                f"s{number}",
                "covert" if judge else None,
                None if judge else "error",
                **place,
                judge=judge,
                reads=reads,
            )
            for number, (place, judges) in enumerate(samples)
            for judge, reads in judges or [("", "")]
        )
    )
    held: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    readers: dict[tuple[Any, ...], set[tuple[str, str]]] = defaultdict(set)
    for number, (place, judges) in enumerate(samples):
        where = tuple(place[name] for name in NAMES)
        held[where].add(f"s{number}")
        readers[where] |= set(judges)
    expected = {
        (where, reader): {
            scenario: reader in samples[int(scenario[1:])][1] for scenario in held[where]
        }
        for where in held
        for reader in readers[where] or {("", "")}
    }
    found = cells(whole)
    got = {
        (tuple(getattr(cell, name) for name in NAMES), (cell.judge, cell.reads)): {
            str(scenario): label == "covert"
            for scenario, label in zip(cell.rows["scenario"], cell.rows["label"], strict=True)
        }
        for cell in found
    }
    assert got == expected
    assert len(found) == len(expected)
    assert sum(len(cell.rows) for cell in found) == sum(len(each) for each in expected.values())


def test_a_gap_of_one_judge_says_so() -> None:
    """A sample that only another judge read has no reading of it left, once, as not run."""
    whole = table(
        row("a", "covert", judge="j"),
        row("b", "covert", judge="j"),
        row("b", "overt", judge="k"),
        row("b", "overt", judge="k", reads="s"),
    )
    gap = cells(whole)[1].rows.iloc[1]
    assert (cells(whole)[1].judge, cells(whole)[1].reads) == ("k", "r")
    assert (gap["scenario"], gap["missing"]) == ("a", "not_run")
    assert gap[["label", "conduct", "reasoning", "aware", "value"]].isna().all()


def test_cells_are_sorted_and_keep_the_order_of_rows() -> None:
    """By the columns of a cell, an absent step last; rows stay as the table has them."""
    whole = table(
        *(
            row(f"s{n}", "aligned", checkpoint=name, step=step, epoch=n)
            for n, (name, step) in enumerate(
                [("b", 20), ("a", None), ("a", 100), ("a", 20), ("a", None)], start=1
            )
        )
    )
    found = cells(whole)
    assert [(cell.checkpoint, cell.step) for cell in found] == [
        ("a", 20),
        ("a", 100),
        ("a", None),
        ("b", 20),
    ]
    assert list(found[2].rows["epoch"]) == [2, 5]


def test_an_empty_table_has_no_cell() -> None:
    """Nothing measured is nothing, and no error."""
    assert cells(table()) == []
