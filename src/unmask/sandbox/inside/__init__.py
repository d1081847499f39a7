"""Scripts that run inside a sandbox, given to its own Python as text: they import nothing of ours.

What they print is read strictly, as everything that comes out of a sandbox. They keep to what
Python 3.8 has, for an image named by the user may bring an older one.
"""

from pathlib import Path


def command(name: str, *arguments: str) -> list[str]:
    """The words that run one of the scripts, isolated from whatever lies around inside."""
    source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    return ["python3", "-I", "-S", "-c", source, *arguments]
