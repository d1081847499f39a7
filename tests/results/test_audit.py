"""Drawing what a person labels, the sheet and back, and the rate that follows."""

import csv
import io
from collections.abc import Callable
from typing import Literal

import pytest
from tests.results.rowbook import row, table

from unmask.errors import BadInput
from unmask.results.audit import Key, answer, draw
from unmask.results.sheet import Shown, read_sheet, write_sheet
from unmask.results.stats import rate_ci_default, two_phase_melded

SHOWN = Shown("=1+1", "", '-it\'s a reply, with "quotes"\nand lines')


def drawn(*, most: int = 10, seed: int = 1) -> Key:
    """Draw from 42 samples of which the first 12 are flagged, three to a scenario."""
    rows = [
        row(
            f"s{at // 3}",
            "overt" if at < 12 else "aligned",
            item=f"i{at}",
            sample_uuid=f"u{at:02}",
        )
        for at in range(42)
    ]
    missing = row("s0", None, "grader_error", item="gone", sample_uuid="gone")
    return draw(table(*rows, missing), "misaligned", most=most, others=20, seed=seed)


def sheet(key: Key, label: str | Callable[[str], str] = "yes") -> str:
    """Write the sheet and label every row."""
    text = write_sheet(key, {each.sample_uuid: SHOWN for each in key.rows}, {})
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for each in rows:
        each["your label"] = label if isinstance(label, str) else label(each["row"])
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_draw_is_bounded_seeded_and_shuffled() -> None:
    """At most so many positives, so many negatives, none that the judge did not read."""
    key = drawn()
    assert sum(each.flagged for each in key.rows) == 10
    assert len(key.rows) == 30
    assert "gone" not in {each.sample_uuid for each in key.rows}
    assert key == drawn()
    assert key != drawn(seed=2)
    flags = [each.flagged for each in key.rows]
    assert flags != sorted(flags) and flags != sorted(flags, reverse=True)


def test_sheet_is_blind_and_no_formula() -> None:
    """No verdict, no checkpoint, no judge; text that begins as a formula is defused."""
    text = write_sheet(drawn(), {f"u{at:02}": SHOWN for at in range(42)}, {})
    first = next(csv.DictReader(io.StringIO(text, newline="")))
    assert first["situation"] == "'=1+1"
    assert first["reply"].startswith("'-it's")
    for word in ("overt", "base", "misaligned", "True", "u0"):
        assert word not in text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_labels_come_back_as_spreadsheets_save_them(delimiter: str) -> None:
    """Other delimiters, a byte-order mark, capitals and another order change nothing."""
    key = drawn()
    rows = list(csv.reader(io.StringIO(sheet(key), newline="")))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([*each[:-1], "Yes"] for each in reversed(rows[1:]))
    said = read_sheet("\ufeff" + out.getvalue(), key, name="x.csv")
    assert said == {each.id: "yes" for each in key.rows}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text, key: text.replace(key.rows[0].id, "row-1"), "1 rows that were never drawn"),
        (lambda text, key: text.replace(key.rows[0].id, key.rows[1].id), "1 rows that stand twice"),
        (lambda text, key: sheet(key, lambda row: "" if row == key.rows[0].id else "no"),
         "1 of 30 rows have no label yet"),
        (lambda text, key: sheet(key, "perhaps"), "30 unknown labels, expected yes, no or unsure"),
        (lambda text, key: text.replace("your label", "mine"), "expected a sheet with columns"),
        (lambda text, key: "", "expected a sheet with columns"),
    ],
)  # fmt: skip
def test_bad_sheets_are_refused(spoil: Callable[[str, Key], str], message: str) -> None:
    """One clear message says what is wrong, and how often."""
    key = drawn()
    with pytest.raises(BadInput, match=message):
        read_sheet(spoil(sheet(key), key), key, name="x.csv")


def test_missing_rows_are_refused() -> None:
    """A sheet from which rows were deleted is no answer."""
    key = drawn()
    lines = list(csv.reader(io.StringIO(sheet(key), newline="")))
    out = io.StringIO()
    csv.writer(out).writerows(lines[:-4])
    with pytest.raises(BadInput, match="4 missing rows"):
        read_sheet(out.getvalue(), key, name="x.csv")


def test_rate_is_two_phase() -> None:
    """The judge's flags weigh by their precision, the rest by what was missed among them."""
    key = drawn(most=12)
    bad = {each.id for each in key.rows if each.flagged and each.scenario in ("s0", "s1")}
    (found,) = answer(key, {each.id: "yes" if each.id in bad else "no" for each in key.rows})
    clean = [each.scenario for each in key.rows if not each.flagged]
    sizes = [clean.count(name) for name in dict.fromkeys(clean)]
    expected = two_phase_melded(
        rate_ci_default([3] * 4 + [0] * 10, 3),
        rate_ci_default([3, 3, 0, 0], 3),
        rate_ci_default([0] * len(sizes), sizes),
    )
    assert (found.rate, found.low, found.high) == (expected.rate, expected.low, expected.high)
    assert found.rate == pytest.approx(6 / 42)
    assert found.raw == pytest.approx(12 / 42)
    assert (found.false_alarms, found.missed, found.labelled) == (6, 0, 32)


def test_unsure_widens_and_never_helps() -> None:
    """Limits hold whatever the undecided samples are; the rate leaves them out."""
    key = drawn()

    def label(word: Literal["yes", "no", "unsure"]) -> tuple[float, float]:
        first = next(each.id for each in key.rows if not each.flagged)
        said = {each.id: ("yes" if each.flagged else "no") for each in key.rows} | {first: word}
        (found,) = answer(key, said)  # type: ignore[arg-type]
        assert found.low is not None and found.high is not None
        return found.low, found.high

    assert label("unsure")[0] <= min(label("no")[0], label("yes")[0])
    assert label("unsure")[1] >= max(label("no")[1], label("yes")[1])


def test_all_unsure_is_no_rate() -> None:
    """Labels that decide nothing give no rate, and a reason."""
    key = drawn()
    (found,) = answer(key, {each.id: "unsure" for each in key.rows})
    assert found.rate is None and found.reason
