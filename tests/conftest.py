"""What every test gets: a cache of its own, and no way to a network beyond this machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Inspect's cache of judge replies out of the user's and out of other sessions."""
    folder: Path = tmp_path_factory.mktemp("cache")
    os.environ["INSPECT_CACHE_DIR"] = str(folder)
    yield
    del os.environ["INSPECT_CACHE_DIR"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write what the tests make over the golden files: look at the diff before keeping."""
    parser.addoption("--refresh-golden", action="store_true", help="Rewrite the golden files.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Hold a text against a file in the folder `golden` beside the test."""
    folder = request.path.parent / "golden"

    def compare(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--refresh-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), (
            "changed: pytest --refresh-golden, git diff"
        )

    return compare


@pytest.fixture
def refresh_golden(request: pytest.FixtureRequest) -> bool:
    """Whether this run writes golden texts anew instead of comparing them."""
    return bool(request.config.getoption("--refresh-golden"))
