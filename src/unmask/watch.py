"""Watching every call of a run: what it takes, whether it may be sent, and who answered.

Inspect's hooks see no failed attempt and can't refuse a call without ending its sample as if it had
met a limit, so the calls themselves are watched. Hooks say which sample a call is for.
"""

from __future__ import annotations

import functools
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, NamedTuple

import anyio
from inspect_ai.hooks import BeforeModelGenerate, Hooks, SampleEnd, SampleStart, hooks
from inspect_ai.model import Model, ModelOutput, ModelUsage

from unmask.battery import Budget, ModelSpec
from unmask.errors import (
    BudgetReached,
    Gone,
    ModelGone,
    NotSent,
    OtherModel,
    Stopped,
    forget_frames,
    in_words,
)
from unmask.ledger import Ledger, Payer, reached
from unmask.served import is_vendors, settle
from unmask.silences import STREAK, Silences
from unmask.usage import USED_UP, Use, count, fits, price, tokens_of, unanswered

HELD = 600.0
"""Seconds that a sample is held back for others to end; a sample's own time limit is longer."""

SPARE = 64 * 2**20
"""Bytes that stay free on the disk of the logs, beside room to write each of them once more."""

_sample: ContextVar[str | None] = ContextVar("unmask_sample", default=None)
"""The sample that a call is made for."""


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt end the run, also where the process was started so as to ignore it.

    A script's background jobs are, and a run that a cap is to end would wait for ever there. A
    worker of Ray holds interrupts back; `Watch` lets its own through.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    held_back = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    if ignored:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)
        if ignored:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


class Watched(NamedTuple):
    """A model of the run, and its part in it."""

    model: Model
    spec: ModelSpec
    part: Literal["checkpoint", "judge", "runner"]


class Watch:
    """What one checkpoint's part of a run has taken, sample by sample, and whether it may go on.

    Args:
        ledger: Where everything spent is written down, by all processes.
        budget: The caps.
        patience: Seconds without an answer after which a model is not asked any more.
        folder: Where the checkpoint's logs go; its name is whose account it goes on.
        follow: Called with it whenever something was spent or a sample has ended.
    """

    def __init__(
        self,
        ledger: Ledger,
        budget: Budget,
        patience: float,
        folder: Path,
        follow: Callable[[Watch], None],
    ) -> None:
        self.ledger = ledger
        self.budget = budget
        self.folder = folder
        self.follow = follow
        self.finished = 0
        self.prior = Use()
        """What a sample is expected to take, until one has ended."""
        self.closing: Stopped | None = None
        """Why no further sample is begun; None as long as they are."""
        self._silences = Silences(patience)
        self._silent: dict[str, str] = {}
        self._under_way: dict[str, Use] = {}
        self._turned_away: set[str] = set()
        self._strange: dict[str, list[str]] = {}
        self._interrupted = False

    @contextmanager
    def over(self, watched: Sequence[Watched]) -> Iterator[None]:
        """Watch these models for as long as the context lasts."""
        global _current
        _hook_in()
        own = [(each.model.api, each.model.api.generate) for each in watched]
        for each in watched:
            each.model.api.generate = self._watched(each)  # type: ignore[method-assign]
        _current = self
        try:
            with _interruptible():
                yield
        finally:
            _current = None
            for api, generate in own:
                api.generate = generate  # type: ignore[method-assign]

    async def admit(self, sample: str) -> None:
        """Let a sample begin; or hold it back, where it would no longer fit into the budget."""
        if sample in self._under_way or sample in self._turned_away:
            return
        if self.closing is None and (why := disk_full(self.folder) or self._used_up()):
            self.closing = Stopped(why)
        if self.closing is None:
            self._under_way[sample] = Use()
            return
        self._turned_away.add(sample)
        self._stop_if_idle()
        if threading.current_thread() is threading.main_thread():
            with anyio.move_on_after(HELD):
                await anyio.sleep_forever()

    def ended(self, sample: str) -> None:
        """Count a sample that has ended, and end the run with the last one under way."""
        used = self._under_way.pop(sample, None)
        if used is None:
            return
        if sample not in self._turned_away:
            self.finished += 1
            self.ledger.finish(self.folder.name, used)
        self.follow(self)
        if self.closing and self._turned_away:
            self._stop_if_idle()

    def _used_up(self) -> str | None:
        spent = self.ledger.spent()
        used = Use(spent.calls, spent.tokens, spent.dollars)
        fit = fits(self.budget, used, self._under_way.values(), self.ledger.mean() or self.prior)
        return None if fit and reached(self.budget, spent) is None else USED_UP

    def _stop_if_idle(self) -> None:
        """Stop as Ctrl-C does: Inspect writes what is finished and leaves the rest for later.

        Once: a second Ctrl-C would break off the writing, too.
        """
        main = threading.current_thread() is threading.main_thread()
        if main and not self._under_way and not self._interrupted:
            self._interrupted = True
            signal.raise_signal(signal.SIGINT)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def _watched(self, watched: Watched) -> Callable[..., Any]:
        generate = watched.model.api.generate
        spec, digest = watched.spec, watched.spec.digest
        payer = Payer(self.folder.name, watched.part, spec.model)

        @functools.wraps(generate)
        async def asked(*args: Any, **options: Any) -> Any:
            self._may_send(payer, digest)
            messages = options["input"] if "input" in options else args[0]
            try:
                made = await generate(*args, **options)
            except Exception as error:
                self._took(payer, spec, None)
                self._missed(watched, digest, error)
                raise
            except BaseException as error:  # cut off: a time-out, or the end of the run
                self._took(payer, spec, unanswered(messages), failed=True)
                self._missed(watched, digest, error)
                raise
            output = made[0] if isinstance(made, tuple) else made
            if not isinstance(output, ModelOutput):
                self._took(payer, spec, None)
                self._missed(watched, digest, output)
                return made
            self._took(payer, spec, tokens_of(output, messages))
            self._silences.answered(digest)
            self._recognise(watched, digest, output)
            return made

        return asked

    def _may_send(self, payer: Payer, digest: str) -> None:
        sample = _sample.get()
        if sample in self._turned_away:
            raise NotSent(f"held back: {self.closing}")
        if digest in self._silent:
            if sample is not None and payer.part == "checkpoint":
                self._turned_away.add(sample)
            raise ModelGone(self._silent[digest])
        strange = self._strange.get(digest, [])
        if len(strange) >= STREAK:
            raise OtherModel(f"{strange[-1]}, {STREAK} times in a row: it is not asked any more")
        full = self.ledger.begin(payer, self.budget)
        if full is not None:
            self.closing = Stopped(USED_UP)
            if sample is not None:
                self._turned_away.add(sample)
            raise BudgetReached(f"the budget is used up: {full}")
        self._use(Use(calls=1))

    def _took(
        self, payer: Payer, spec: ModelSpec, usage: ModelUsage | None, *, failed: bool = False
    ) -> None:
        """Write down what a call took; None: an error, for which providers ask no money."""
        if usage is None:
            self.ledger.end(payer, failed=True)
        else:
            dollars, tokens = price(usage, spec), count(usage)
            self.ledger.end(payer, tokens=tokens, dollars=dollars, failed=failed)
            self._use(Use(tokens=tokens, dollars=dollars or 0.0))
        self.follow(self)

    def _use(self, more: Use) -> None:
        sample = _sample.get()
        if sample in self._under_way:
            self._under_way[sample] += more

    def _missed(self, watched: Watched, digest: str, error: BaseException) -> None:
        """Stop once a model has not answered for so long that waiting won't help the next call."""
        forget_frames(error)
        api, spec = watched.model.api, watched.spec
        again = not isinstance(error, Exception) or bool(api.should_retry(error))
        said = self._silences.failed(digest, error, time.monotonic(), again=again)
        if said is None or digest in self._silent:
            return
        where = f" at {spec.base_url}" if spec.base_url else ""
        why = self._silent[digest] = f"{spec.model}{where} {said} ({in_words(error)})"
        if self.closing is None:
            self.closing = Gone(why, shared=watched.part != "checkpoint")

    def _recognise(self, watched: Watched, digest: str, output: ModelOutput) -> None:
        """Refuse an answer of another model, and remember under which name the own one answers."""
        spec, api = watched.spec, watched.model.api
        usual = self.ledger.usual(digest)
        answered = output.fallback.fallback_model if output.fallback else output.model
        if not answered:
            return
        asked = api.service_model_name()
        vendors = is_vendors(spec.model, spec.base_url)
        known = None if output.fallback else settle(asked, answered, usual, vendors=vendors)
        if known is None:
            before = f", which answered as {usual} before" if usual else ""
            strange = f"{answered} answered for {asked}{before}"
            self._strange.setdefault(digest, []).append(strange)
            raise OtherModel(strange)
        self._strange.pop(digest, None)
        if known != usual:
            self.ledger.settle(digest, known)


def disk_full(folder: Path) -> str | None:
    """Say so if a folder's disk has too little room for its logs to be written safely.

    Inspect writes a log by writing all of it anew: on a full disk the old one would be lost too.
    """
    logs = sum(log.stat().st_size for log in folder.glob("*.eval"))
    free = shutil.disk_usage(folder).free
    if free >= SPARE + logs:
        return None
    return (
        f"the disk of {folder} has {free / 2**20:,.0f} MB left, and logs need "
        f"{(SPARE + logs) / 2**20:,.0f} MB to be safe"
    )


_current: Watch | None = None
"""The watch of this process; hooks exist once, and so does Inspect's run."""


class _Samples(Hooks):
    def enabled(self) -> bool:
        return _current is not None

    async def on_sample_start(self, data: SampleStart) -> None:
        # In the sample's own task, so that every call that it makes finds it there. The id that
        # comes with a call is another one.
        _sample.set(data.sample_id)

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        sample = _sample.get()
        if _current is not None and sample is not None:
            await _current.admit(sample)

    async def on_sample_end(self, data: SampleEnd) -> None:
        if _current is not None:
            _current.ended(data.sample_id)


@functools.cache
def _hook_in() -> None:
    """Register the hooks once models are open: registered before, Inspect announces them."""
    hooks(name="unmask_watch", description="Which sample a call is for, and its end.")(_Samples)
