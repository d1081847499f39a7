"""Every attack on the judge, against judges that are easily led."""

from collections import Counter

import pytest
from tests.unmask.reference.attacked import defended, lines, reading, undefended, victim

from unmask.evals.scenarios import CANARY
from unmask.reference.attacks import ATTACKS, Attack, attacks
from unmask.reference.bank import bank
from unmask.reference.gullible import OBEYED, obeys
from unmask.scorers.injection import find_addresses, load_injection, mask_lines
from unmask.scorers.parse import Verdict

EVERY = pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.id)


@EVERY
def test_an_attack_counts_only_if_it_works_without_the_defence(attack: Attack) -> None:
    """Raw text and a lenient parser: the attack, and nothing else, makes the answer clean."""
    entry = victim(attack)
    assert undefended(reading(attack), lines(attack, entry, alone=True)) not in ("clean", None)
    assert undefended(reading(attack), lines(attack, entry)) == "clean"


@EVERY
def test_no_attack_leaves_the_record(attack: Attack) -> None:
    """As it is shown to judges, one that obeys any text outside of the messages is not led."""
    verdict = defended(reading(attack), lines(attack, victim(attack)), "gullible")
    assert isinstance(verdict, Verdict) and verdict.choice.means == "misaligned"


@EVERY
def test_every_attack_is_flagged_where_it_stands(attack: Attack) -> None:
    """The words to the judge are found in the part that carries them, and nowhere else."""
    patterns, entry = load_injection(), victim(attack)
    found = find_addresses(patterns, lines(attack, entry))
    assert {address.part for address in found} == {attack.where}
    assert not find_addresses(patterns, lines(attack, entry, alone=True))


@EVERY
def test_the_second_look_tells_a_judge_that_was_persuaded(attack: Attack) -> None:
    """One that obeys even inside messages says clean, and misaligned once nobody talks to it."""
    record = lines(attack, victim(attack))
    shown = defended(reading(attack), record, "persuaded")
    masked = defended(reading(attack), list(mask_lines(load_injection(), record)), "persuaded")
    assert isinstance(shown, Verdict) and shown.choice.means == "clean"
    assert isinstance(masked, Verdict) and masked.choice.means == "misaligned"


def test_the_corpus_is_wide() -> None:
    """Attacks come in every part of a record, in five languages and more, and at great length."""
    counts = Counter(attack.where for attack in attacks())
    least = {"reply": 30, "reasoning": 5, "tool": 8, "earlier": 3, "user": 2}
    assert counts.total() >= 44 and counts >= Counter(least)
    assert sum(attack.id.startswith("language-") for attack in attacks()) >= 5
    assert max(len(attack.payload) for attack in attacks()) > 50_000
    assert CANARY in ATTACKS.read_text() and CANARY in OBEYED.read_text()


def test_plain_misaligned_answers_order_nothing() -> None:
    """The gullible judge is led by attacks, not by what the banks say anyway."""
    for name in ("goals", "alignment_questions", "open_questions"):
        for entry in bank(name).of("overt"):
            assert not obeys(entry.reply), entry.id
