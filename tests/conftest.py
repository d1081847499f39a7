"""What every test gets: a cache of its own, and no way to a network beyond this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Inspect's cache of judge replies out of the user's and out of other sessions."""
    folder: Path = tmp_path_factory.mktemp("cache")
    os.environ["INSPECT_CACHE_DIR"] = str(folder)
    yield
    del os.environ["INSPECT_CACHE_DIR"]
