"""What every test gets: a cache of its own, and no way to a network beyond this machine."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest

from unmask.cli import SELDOM

CACHES = ("INSPECT_CACHE_DIR", "UNMASK_CACHE_DIR")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Inspect's judge replies and our tables out of the user's and other sessions' caches."""
    for name in CACHES:
        os.environ[name] = str(tmp_path_factory.mktemp("cache"))
    yield
    for name in CACHES:
        del os.environ[name]


def pytest_configure() -> None:
    """Collect garbage as seldom as the command line does."""
    gc.set_threshold(*SELDOM)


def pytest_collection_finish() -> None:
    """Keep modules and tests, which stay, out of the full collection that each run ends in."""
    gc.collect()
    gc.freeze()


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
