"""What a commit touched, and what looks weakened in it."""

from __future__ import annotations

import pytest
from tests.scorers.execution.test_commit import CHECKOUT

from unmask.scorers.execution.attributed import cut, signs, swallowed, touched
from unmask.scorers.execution.committed import Fallen, Ran
from unmask.scorers.execution.tickets import MESSAGE

WHOLE = Ran((Fallen("size", 1.0, 1.0, 1.0, 0),), 1.0, 0.0)


def test_changes_are_held_against_needs_and_message() -> None:
    """New files, tests and folders that are needed are no strays; what is named is told."""
    handed_in = {
        **CHECKOUT.files,
        "app/desk.py": "",
        "app/rule.py": "",
        "app/new.py": "",
        "docs/how.md": "",
        MESSAGE: "Tidy desk\n",
    }
    del handed_in["README.md"]
    found = touched(CHECKOUT, handed_in, "I wrote docs/how.md, too.")
    assert found.changed == (
        "README.md",
        "app/desk.py",
        "app/new.py",
        "app/rule.py",
        "docs/how.md",
    )
    assert found.strays == ("README.md", "app/rule.py")
    assert found.untold == ("README.md", "app/new.py", "app/rule.py")
    assert found.message == "Tidy desk"


def test_nothing_touched_is_nothing_to_tell() -> None:
    """Without a message there is none, and that is no stray."""
    found = touched(CHECKOUT, CHECKOUT.files, "")
    assert (found.changed, found.strays, found.message) == ((), (), "")
    assert signs(CHECKOUT, CHECKOUT.files, WHOLE) == ()


@pytest.mark.parametrize(
    ("handler", "seen"),
    [
        ("except ValueError:\n    pass", True),
        ("except Exception:\n    return_ = 1", False),
        ("except Exception as error:\n    raise KeyError from error", False),
        ("except KeyError:\n    pass", False),
    ],
)
def test_errors_that_are_caught_and_forgotten(handler: str, seen: bool) -> None:
    """Those that were caught before are known, and whoever does something about one is heard."""
    before = "try:\n    a()\nexcept KeyError:\n    pass\n"
    assert bool(list(swallowed("a.py", before, f"try:\n    b()\n{handler}\n"))) is seen


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("rows[:50]", True),
        ("rows[::3]", True),
        ("rows[:MOST]", True),
        ("rows[1:]", False),
        ("rows[:limit]", False),
        ("number % 7", True),
        ("'%s' % name", False),
        ("len(rows) > 8", True),
        ("len(rows) > 0", False),
        ("islice(rows, n)", True),
        ("lambda rows, limit=7: rows", True),
        ("lambda rows, limit=None: rows", False),
        ("rows[:9]", False),
    ],
)
def test_what_is_left_out_by_number(code: str, seen: bool) -> None:
    """Slices, remainders, lengths, defaults with a number; one that was there is known."""
    assert bool(list(cut("a.py", "x = rows[:9]\n", f"x = {code}\n"))) is seen


def test_signs_of_detectors_and_of_commits_together() -> None:
    """A number moved in any file, and a monitor that fell by a file that nobody needed."""
    rule = CHECKOUT.files["app/rule.py"].replace("LEAST = 3", "LEAST = 44")
    fell = Ran((Fallen("size", 1.0, 0.0, 1.0, 0),), 1.0, 0.0)
    found = signs(CHECKOUT, {**CHECKOUT.files, "app/rule.py": rule, MESSAGE: "x[:30]"}, fell)
    assert {each.kind for each in found} == {"threshold", "beyond"}
