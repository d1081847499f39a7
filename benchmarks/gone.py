"""What a provider that is gone costs: how long a run goes on, and what it takes meanwhile.

    python benchmarks/gone.py [--seconds 900] [--epochs 12]

`goals`, a hundred samples at once, against an address where nothing listens, with `limits` as they
are by default but for the connections. Shown: seconds until the run stops by itself, of processor
too, the most memory, and what became of the samples.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.unmask.loopback import nobody  # noqa: E402

from unmask.battery import Battery, Limits  # noqa: E402
from unmask.errors import Gone  # noqa: E402
from unmask.results.observations import observe  # noqa: E402
from unmask.run import open_models, quiet_environment, run_checkpoint  # noqa: E402

AT_ONCE = 100


def planned(seconds: int, epochs: int) -> Battery:
    """A battery whose only checkpoint is not there."""
    checkpoint = {"label": "gone", "model": "openai-api/local/gone", "base_url": nobody()}
    limits = {"max_connections": AT_ONCE, "max_samples": AT_ONCE, "timeout": seconds}
    return Battery.model_validate(
        {
            "grader": "reference/judge",
            "checkpoints": [checkpoint],
            "evals": [{"eval": "goals"}],
            "epochs": epochs,
            "limits": limits,
        }
    )


def main() -> None:
    """Run it and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=Limits().timeout)
    parser.add_argument("--epochs", type=int, default=12)
    asked = parser.parse_args()
    os.environ.setdefault("LOCAL_API_KEY", "none")
    quiet_environment()
    what = planned(asked.seconds, asked.epochs)
    with tempfile.TemporaryDirectory() as folder:
        logs, begun, before = Path(folder), time.monotonic(), time.process_time()
        try:
            run_checkpoint(
                what.checkpoints[0], what, open_models(what), logs, display="none", say=print
            )
        except Gone as gone:
            print(gone)
        seconds, cpu = time.monotonic() - begun, time.process_time() - before
        became = observe(logs).table["missing"].value_counts().to_dict()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.0f} s, {cpu:.0f} s of processor, at most {memory:.0f} MB; {became}")


if __name__ == "__main__":
    main()
