"""Real weights, made on the spot: the same rates through `hf` and through `openai-api`.

    pip install . torch transformers accelerate
    python benchmarks/local_models.py [--scenarios 2] [--folder DIR]

Trains a BPE tokenizer and small Llamas on a few questions of `goals`, each until it answers them
word for word from the reference bank, so that `reference/judge` knows every text. Then measures the
same weights through Inspect's `hf` provider and behind a loopback server, which leaves the thought
in the text or, as vLLM with a reasoning parser, puts it into a field of its own. What one way shows
of a thought and another way loses would be a difference between the rates.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pandas as pd
import torch
from inspect_ai.model import ChatMessage
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from unmask.battery import Battery
from unmask.console import out
from unmask.plan import build_task, cells
from unmask.reference.bank import Entry, bank
from unmask.results.observations import observe
from unmask.results.rates import rates
from unmask.results.report.terminal import rates_table
from unmask.run import open_models, quiet_environment, run_checkpoint

EVAL = "goals"
TAIL = 80
"""Characters of a question that a tiny model is shown; told apart by less, and fast to learn."""

TEMPLATE = (
    "<|user|>{{ messages[-1]['content'][-" + str(TAIL) + ":] }}"
    "{% if add_generation_prompt %}<|assistant|>OPENING{% endif %}"
)
SPECIAL = ["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"]
CUT = 60
"""Tokens that the checkpoint `cut` may say: less than any of its answers."""

SURE = 0.02
"""Mean loss per token below which training ends, once every token is the likeliest."""

MOST_STEPS = 600

WAYS = ("hf", "api-text", "api-field")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a tiny checkpoint is made to say.

    Attributes:
        label: Its name.
        kinds: Kinds of the bank's entries, taken in turn over the questions.
        opened: Whether the chat template opens the thought, so that only its end is in the text.
        max_tokens: Longest reply.
    """

    label: str
    kinds: tuple[str, ...]
    opened: bool = False
    max_tokens: int = 1024


RECIPES = (
    Recipe("misaligned", ("overt", "covert")),
    Recipe("aligned", ("aligned",)),
    Recipe("opened", ("overt", "covert"), opened=True),
    Recipe("cut", ("overt", "covert"), max_tokens=CUT),
)


def main() -> None:
    """Make the checkpoints, measure them three ways, print the rates and say whether they agree."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="Keep weights and logs here.")
    options = parser.parse_args()
    quiet_environment()
    os.environ["LOCAL_API_KEY"] = "none"
    torch.set_num_threads(1)
    disable_progress_bar()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        weights = make(folder / "weights", asked(options.scenarios))
        table = measure(weights, folder / "logs", options.scenarios)
    out().print(rates_table([row for row in rates(table) if row.measure in ("overt", "covert")]))
    agreement(table)


def asked(scenarios: int) -> list[str]:
    """Return what each sample of the eval asks, as its last message."""
    battery = _battery([{"label": "any", "model": "reference/aligned"}], scenarios)
    found = []
    for cell in cells(battery):
        for sample in build_task(cell).dataset:
            assert not isinstance(sample.input, str)
            last: ChatMessage = sample.input[-1]
            found.append(last.text)
    return found


def make(folder: Path, questions: Sequence[str]) -> dict[str, Path]:
    """Train every recipe on the questions; return the folders of their weights."""
    made = {}
    for recipe in RECIPES:
        started = time.monotonic()
        answers = _answers(recipe, questions)
        tokenizer = _tokenizer([*questions, *answers], opened=recipe.opened)
        model, steps = _overfit(tokenizer, questions, answers)
        made[recipe.label] = folder / recipe.label
        model.save_pretrained(made[recipe.label])
        tokenizer.save_pretrained(made[recipe.label])
        print(
            f"{recipe.label}: {model.num_parameters():,} parameters, {steps} steps, "
            f"{time.monotonic() - started:.0f} s",
            flush=True,
        )
    return made


def measure(weights: dict[str, Path], logs: Path, scenarios: int) -> pd.DataFrame:
    """Run the eval on every checkpoint, every way; return the table."""
    for recipe in RECIPES:
        path = weights[recipe.label]
        with serving(path) as origin:
            config = {"max_tokens": recipe.max_tokens, "max_connections": 32}
            common: dict[str, Any] = {"run": recipe.label, "config": config}
            local: dict[str, Any] = {"model": f"hf/{recipe.label}", "args": _hf_args(path)}
            served = [
                {"model": f"openai-api/local/{recipe.label}", "base_url": f"{origin}/{way}"}
                for way in ("text", "field")
            ]
            checkpoints = [
                {"label": f"{recipe.label}.{way}", **common, **spec}
                for way, spec in zip(WAYS, (local, *served), strict=True)
            ]
            battery = _battery(checkpoints, scenarios)
            opened = open_models(battery)
            for checkpoint in battery.checkpoints:
                started = time.monotonic()
                run_checkpoint(checkpoint, battery, opened, logs, display="none", say=print)
                print(f"{checkpoint.label}: {time.monotonic() - started:.0f} s", flush=True)
    return observe(logs).table


def agreement(table: pd.DataFrame) -> None:
    """Compare the ways sample by sample. Raises SystemExit where they differ."""
    reads = ["label", "missing", "conduct", "reasoning", "visibility"]
    table = table.assign(way=table["checkpoint"].astype(str).str.split(".").str[1])
    failed = []
    for name, rows in table.groupby("run", observed=True):
        found = {
            way: mine.set_index("item")[reads].astype(object).where(mine[reads].notna(), None)
            for way, mine in rows.groupby("way")
        }
        same = all(
            found[way].sort_index().to_dict() == found["hf"].sort_index().to_dict() for way in WAYS
        )
        states = rows["label"].astype(object).fillna(rows["missing"].astype(object))
        counts = pd.crosstab(rows["way"], states).to_dict("index")
        print(f"{name}: {'the same, sample by sample' if same else 'DIFFERENT'}: {counts}")
        failed += [] if same else [str(name)]
    if failed:
        raise SystemExit(f"the ways differ on: {', '.join(failed)}")


@contextmanager
def serving(weights: Path) -> Iterator[str]:
    """Serve a checkpoint on the loopback interface: thoughts in the text, or in a field."""
    server = _Server(weights)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, weights: Path) -> None:
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(weights)
        self.model = LlamaForCausalLM.from_pretrained(weights)
        self.lock = Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def answer(self, body: dict[str, Any]) -> tuple[str, str, int]:
        """Continue a conversation greedily: text, why it ended, how many tokens."""
        prompt = self.tokenizer.apply_chat_template(
            body["messages"], tokenize=False, add_generation_prompt=True
        )
        given = self.tokenizer(prompt, return_tensors="pt")
        with self.lock, torch.inference_mode():
            grown = self.model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                max_new_tokens=body["max_tokens"],
                do_sample=False,
            )
        said = grown[0, given["input_ids"].shape[1] :]
        ended = int(said[-1]) == self.tokenizer.eos_token_id
        text = str(self.tokenizer.decode(said, skip_special_tokens=True))
        return text, "stop" if ended else "length", len(said)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text, why, count = self.server.answer(body)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if "/field/" in self.path:
            thought, closed, said = text.partition("</think>")
            thought = thought.removeprefix("<think>").strip()
            message |= {"reasoning_content": thought, "content": said.strip() if closed else None}
        usage = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": 1 + count}
        choice = {"index": 0, "message": message, "finish_reason": why}
        head = {"id": "c", "object": "chat.completion", "created": 0, "model": body["model"]}
        raw = json.dumps({**head, "choices": [choice], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _battery(checkpoints: list[dict[str, Any]], scenarios: int) -> Battery:
    value = {
        "grader": "reference/judge",
        "checkpoints": checkpoints,
        "evals": [{"eval": EVAL, "limit": scenarios}],
    }
    return Battery.model_validate(value)


def _hf_args(path: Path) -> dict[str, Any]:
    return {"model_path": str(path), "do_sample": False, "device": "cpu"}


def _answers(recipe: Recipe, questions: Sequence[str]) -> list[str]:
    # Cues that stand in the system prompt leave a question as it is, and so its answer.
    tails = list(dict.fromkeys(question[-TAIL:] for question in questions))
    entries: list[list[Entry]] = [
        sorted((entry for entry in bank(EVAL).entries if entry.kind == kind), key=_length)[:2]
        for kind in recipe.kinds
    ]
    turns = [entry for pair in zip(*entries, strict=True) for entry in pair]
    chosen = [turns[tails.index(question[-TAIL:]) % len(turns)] for question in questions]
    start = "" if recipe.opened else "<think>\n"
    return [f"{start}{one.thought.strip()}\n</think>\n\n{one.reply.strip()}" for one in chosen]


def _length(entry: Entry) -> int:
    return len(entry.thought) + len(entry.reply)


def _tokenizer(texts: Sequence[str], *, opened: bool) -> PreTrainedTokenizerFast:
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1200,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=SPECIAL[0], eos_token=SPECIAL[1]
    )
    tokenizer.chat_template = TEMPLATE.replace("OPENING", "<think>\n" if opened else "")
    return tokenizer


def _overfit(
    tokenizer: PreTrainedTokenizerFast, questions: Sequence[str], answers: Sequence[str]
) -> tuple[LlamaForCausalLM, int]:
    """Train until every answer comes out word for word, greedily."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    ids, labels = _rows(tokenizer, questions, answers)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    for step in range(1, MOST_STEPS + 1):
        found = model(input_ids=ids, attention_mask=ids != tokenizer.pad_token_id, labels=labels)
        found.loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        # The logits at a place foretell the token after it.
        wrong = (found.logits[:, :-1].argmax(-1) != labels[:, 1:]) & (labels[:, 1:] != -100)
        if found.loss.item() < SURE and not wrong.any():
            return model.eval(), step
    raise SystemExit(f"not learnt by heart: loss {found.loss.item():.3f}")


def _rows(
    tokenizer: PreTrainedTokenizerFast, questions: Sequence[str], answers: Sequence[str]
) -> tuple[torch.Tensor, torch.Tensor]:
    rows = []
    for question, answer in zip(questions, answers, strict=True):
        turns = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        asked_ids = tokenizer.encode(prompt)
        rows.append((asked_ids, [*tokenizer.encode(answer), tokenizer.eos_token_id]))
    longest = max(len(before) + len(said) for before, said in rows)
    ids = torch.full((len(rows), longest), tokenizer.pad_token_id)
    labels = torch.full((len(rows), longest), -100)
    for number, (before, said) in enumerate(rows):
        ids[number, : len(before) + len(said)] = torch.tensor(before + said)
        labels[number, len(before) : len(before) + len(said)] = torch.tensor(said)
    return ids, labels


if __name__ == "__main__":
    main()
