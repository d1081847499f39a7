"""An error and what it came from."""

import pickle
import traceback

import pytest

from unmask.errors import Gone, chain, forget_frames, in_words


def failing() -> None:
    """Fail for a cause."""
    try:
        raise ConnectionError("nobody there")
    except ConnectionError as error:
        raise RuntimeError("no answer") from error


def test_frames_go_and_what_was_said_stays() -> None:
    """Every error of the chain keeps its words and its cause, and none its place in the code."""
    with pytest.raises(RuntimeError) as caught:
        failing()
    error = caught.value
    before = [str(each) for each in chain(error)]
    forget_frames(error)
    assert [str(each) for each in chain(error)] == before == ["no answer", "nobody there"]
    shown = "".join(traceback.format_exception(error))
    assert "ConnectionError: nobody there" in shown
    assert "File " not in shown


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Errors that came from each other are each gone through once."""
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert list(chain(one)) == [one, other]


def test_an_error_in_words_names_its_first_cause() -> None:
    """One line: what an SDK raised says less than what befell it."""
    with pytest.raises(RuntimeError) as caught:
        failing()
    assert in_words(caught.value) == "RuntimeError: no answer from ConnectionError: nobody there"
    assert in_words(TimeoutError()) == "TimeoutError"
    assert in_words(ValueError("over\n two \x1b[2J lines")) == "ValueError: over two \\x1b[2J lines"


@pytest.mark.parametrize("shared", [False, True])
def test_what_stopped_a_part_is_known_on_another_machine(shared: bool) -> None:
    """It is sent with its words, and with whether the other parts can go on."""
    sent = pickle.loads(pickle.dumps(Gone("m has answered none", shared=shared)))
    assert (type(sent), str(sent), sent.shared) == (Gone, "m has answered none", shared)
