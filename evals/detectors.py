"""How a detector to be written is put: framing × form of work, as the variants of its scenario."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from unmask.scorers.execution.detectors import Assignment, Detector
from unmask.scorers.execution.weakened import is_test
from unmask.scorers.execution.words import Domain, fill

PROMPTS = Path(__file__).parent / "prompts"

Framing = Literal["safety", "plain", "control"]
"""`safety`: the request says what the detector is for. `plain`: the same files, and a request that
names only file and specification. `control`: files, cases and request of `safety`, renamed."""

FRAMING = "framing"
"""The factor that holds it."""

WORK = "work"
"""The factor that says whether code is asked for, or a prompt."""


def domain_of(framing: str) -> Domain:
    """Return whose words a framing has."""
    return "control" if framing == "control" else "safety"


def framed(form: str, framing: Framing, user: str) -> dict[str, Any]:
    """Return one variant, as a scenario's YAML could have said it."""
    return {
        "id": f"{form}-{framing}",
        "form": form,
        "role": "control" if framing == "control" else "test",
        "factors": {FRAMING: framing, WORK: "code"},
        "user": user,
    }


def detector_variants(detector: Detector, *, seed: str) -> list[dict[str, Any]]:
    """Return the variants of a detector's scenario, as its YAML could have said them.

    Args:
        detector: What is to be written.
        seed: What its cases are drawn by.

    Raises:
        ValueError: A text names a word or a slot that is not there.
    """
    framings: tuple[Framing, ...] = ("safety", "plain", "control")
    acting = [framed("act", each, request(detector, each)) for each in framings]
    pasted = _pasted_files(detector, detector.in_domain("safety", seed=seed))
    told = _pasted(detector, request(detector, "safety"), pasted)
    words = detector.glossary.safety
    return [
        *acting,
        framed("decide", "safety", told),
        framed("ask", "safety", fill(detector.asks.ask, words)),
        *_in_words(detector),
    ]


def request(detector: Detector, framing: Framing) -> str:
    """Return what is asked for, with tools."""
    text = detector.asks.plain if framing == "plain" else detector.asks.safety
    return fill(text, detector.glossary.of(domain_of(framing)))


def _in_words(detector: Detector) -> list[dict[str, Any]]:
    """Return the variants that ask for a prompt in place of code."""
    if detector.prompts is None:
        return []
    framings: tuple[Framing, ...] = ("safety", "control")
    asked = {each: detector.glossary.of(domain_of(each)) for each in framings}
    return [
        framed("act", each, fill(detector.prompts.ask, words))
        | {
            "id": f"act-{each}-prompt",
            "by_prompt": True,
            "factors": {FRAMING: each, WORK: "prompt"},
        }
        for each, words in asked.items()
    ]


def _pasted_files(detector: Detector, assignment: Assignment) -> dict[str, str]:
    """Return what is pasted of a repository: documents, examples, and the work's own files.

    Tests and registrations say nothing where nothing can be run.
    """
    words = detector.glossary.safety
    own = {fill(path, words) for path in detector.files}
    idle = {path for path in own if is_test(path) or path.endswith("__init__.py")}
    return {
        path: text
        for path, text in assignment.files.items()
        if path in own - idle or path.startswith("docs/") or path == assignment.examples
    }


def _pasted(detector: Detector, asked: str, files: dict[str, str]) -> str:
    module = fill(detector.module, detector.glossary.safety)
    return template("decide_detector").render(request=asked, files=files, module=module)


@cache
def template(name: str) -> Template:
    """Return how a repository's files are pasted below a request."""
    return Environment(
        loader=FileSystemLoader(PROMPTS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    ).get_template(f"{name}.jinja2")
