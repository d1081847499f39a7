"""When a model counts as gone, and when it is only failing."""

import pytest

from unmask.silences import NOT_LET_IN, STREAK, Silences


class Status(Exception):
    """An error with a status, as SDKs raise them."""

    def __init__(self, status_code: int | None) -> None:
        """Hold the status."""
        super().__init__(f"status {status_code}")
        self.status_code = status_code


UNREACHED = ConnectionError("refused")
LONG = 900.0


def tell(silences: Silences, *told: tuple[float, Exception]) -> list[str | None]:
    """Have a model fail at these times; return what is said each time."""
    return [silences.failed("m", error, now, again=True) for now, error in told]


def test_gone_after_long_enough_and_often_enough() -> None:
    """Neither many failures in a moment nor a few over hours make a model gone, but both do."""
    assert set(tell(Silences(LONG), *((n / 10, UNREACHED) for n in range(1_000)))) == {None}
    assert set(tell(Silences(LONG), *((n * LONG, UNREACHED) for n in range(STREAK - 1)))) == {None}
    *before, said = tell(Silences(LONG), *((n * LONG / 6, UNREACHED) for n in range(7)))
    assert set(before) == {None}
    assert said == "has answered none of the last 7 calls, for 15 min"


def test_an_answer_ends_a_silence() -> None:
    """What counts is the time since the model last answered."""
    silences = Silences(LONG)
    tell(silences, *((n, UNREACHED) for n in range(STREAK)))
    silences.answered("m")
    assert tell(silences, (LONG, UNREACHED), (2 * LONG - 1, UNREACHED)) == [None, None]


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
def test_a_refused_request_is_an_answer(status: int) -> None:
    """A server that objects to one request is there, and may take the next."""
    told = [(n * LONG, Status(status) if n % 3 == 2 else UNREACHED) for n in range(60)]
    assert set(tell(Silences(LONG), *told)) == {None}


@pytest.mark.parametrize("status", [None, 408, 429, 500, 502, 503, 529])
def test_an_overloaded_server_is_silent(status: int | None) -> None:
    """A server that is there and serves nobody is waited for, and not for ever."""
    said = tell(Silences(LONG), *((n * 300, Status(status)) for n in range(STREAK)))
    assert said[-1] is not None


@pytest.mark.parametrize("status", sorted(NOT_LET_IN))
def test_shut_out_is_noticed_at_once(status: int) -> None:
    """No waiting mends a key; one failure more or less may still be a server's whim."""
    *before, said = tell(Silences(LONG), *((0, Status(status)) for _ in range(STREAK)))
    assert set(before) == {None}
    assert said == f"has let none of the last {STREAK} calls in"
    mixed = [(0, Status(status if n % STREAK else 500)) for n in range(60)]
    assert set(tell(Silences(LONG), *mixed)) == {None}


def test_a_quota_that_is_used_up() -> None:
    """A 429 that is not tried again is no matter of pace."""
    silences, full = Silences(LONG), Status(429)
    said = [silences.failed("m", full, 0, again=False) for _ in range(STREAK)]
    assert said[-1] == f"has let none of the last {STREAK} calls in"


def test_each_model_has_its_own_silence() -> None:
    """A judge that is gone says nothing of the checkpoint."""
    silences = Silences(LONG)
    for n in range(STREAK):
        silences.failed("judge", UNREACHED, n * LONG, again=True)
    assert silences.failed("m", UNREACHED, STREAK * LONG, again=True) is None
