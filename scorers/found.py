"""What regular expressions find in a sample beside the judge: aims, and words to the judge."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from unmask.scorers.english import is_english
from unmask.scorers.injection import Address, find_addresses, load_injection
from unmask.scorers.patterns import Hits, load_patterns, scan_text
from unmask.scorers.record import oversized
from unmask.scorers.transcript import Transcript

NONE = Hits((), strong=False)

MOST_ADDRESSES = 20
"""Words to the judge kept as evidence; a sample may hold thousands."""


@dataclass(frozen=True, slots=True)
class Found:
    """Aims in the reasoning and in the last reply, and words to a judge anywhere.

    Attributes:
        english: Whether the patterns know the language of the reasoning.
        searched: False where the text is oversized: nothing found is then no finding.
    """

    thoughts: Hits = NONE
    words: Hits = NONE
    addresses: tuple[Address, ...] = ()
    english: bool = False
    searched: bool = False

    @classmethod
    def of(cls, sample: Transcript) -> Self:
        """Search a sample."""
        if oversized(sample.full):
            return cls()
        return cls(
            scan_text(load_patterns(), sample.reasoning),
            scan_text(load_patterns(), sample.reply),
            find_addresses(load_injection(), sample.full),
            is_english(sample.reasoning),
            searched=True,
        )

    def as_metadata(self) -> dict[str, Any]:
        """Lay out the flags as a score keeps them."""
        return {
            "patterns": ",".join(self.thoughts.categories),
            "reply_patterns": ",".join(self.words.categories),
            # A language that they don't know leaves patterns blind: found nothing is not read.
            "strong": self.thoughts.strong if self.thoughts.hits or self.english else None,
            "injection": bool(self.addresses) if self.searched else None,
        }

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """Every hit with its place, and the first words to the judge."""
        return [
            *_hits("reasoning", self.thoughts),
            *_hits("reply", self.words),
            *(
                {"reading": "injection"} | asdict(replace(address, text=address.text[:300]))
                for address in self.addresses[:MOST_ADDRESSES]
            ),
        ]


def _hits(part: str, found: Hits) -> list[dict[str, Any]]:
    return [{"reading": "patterns", "part": part, **asdict(hit)} for hit in found.hits]
