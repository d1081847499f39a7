"""The shape of the project: who may import whom, and what the installed package holds."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LEAVES = {"errors", "files", "keys", "yamls", "text", "console"}
"""Small modules of `unmask` that anything may import; they import only each other."""

PURE_SCORERS = ("labels", "patterns", "channels", "record", "transcript")
"""What of the scorers the results side may use: nothing that calls a model."""

ALLOWED: dict[str, set[str]] = {
    "sandbox": {"sandbox"},
    "scorers": {"scorers", "sandbox"},
    "evals": {"evals", "scorers"},
    "reference": {"reference", "evals", "scorers"},
    "results": {"results", "battery", *(f"scorers.{name}" for name in PURE_SCORERS)},
    "battery": {"series"},
    "series": set(),
}
"""Which parts a part may import; a dot narrows a part to one module of it."""

PARTS = {"evals": ROOT / "evals", "scorers": ROOT / "scorers", "results": ROOT / "results"}


def modules() -> list[tuple[str, Path]]:
    """Every module with the part it belongs to."""
    found = [(part, file) for part, folder in PARTS.items() for file in folder.rglob("*.py")]
    own = ROOT / "src" / "unmask"
    for file in own.rglob("*.py"):
        inside = file.relative_to(own)
        if inside.parts[0] not in PARTS:
            found.append((inside.parts[0].removesuffix(".py"), file))
    return found


def imports(file: Path) -> set[str]:
    """Return what a module imports of ours, without the leading `unmask.`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unmask"):
            module = (node.module or "").removeprefix("unmask").removeprefix(".")
            names |= {module} if module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {
                alias.name.removeprefix("unmask.")
                for alias in node.names
                if alias.name.startswith("unmask.")
            }
    return names


def test_imports_point_one_way() -> None:
    """No part imports a part that stands further along the way, or a sibling eval."""
    wrong = []
    for part, file in modules():
        allowed = ALLOWED.get(part, set() if part in LEAVES else None)
        if allowed is None:
            continue
        for name in imports(file):
            top = name.split(".")[0]
            narrow = ".".join(name.split(".")[:2])
            if top in LEAVES or top in allowed or narrow in allowed:
                continue
            wrong.append(f"{file.relative_to(ROOT)} imports unmask.{name}")
    assert not wrong


def test_evals_do_not_import_each_other() -> None:
    """A family's modules import only their own family and what all evals share."""
    families = {path.parent.name for path in (ROOT / "evals").glob("*/task.py")}
    wrong = [
        f"{file.relative_to(ROOT)} imports unmask.{name}"
        for family in families
        for file in (ROOT / "evals" / family).rglob("*.py")
        for name in imports(file)
        if name.startswith("evals.") and name.split(".")[1] in families - {family}
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("call", "only"),
    [
        ("eval_set", {"src/unmask/run.py"}),
        (
            "read_eval_log_sample_summaries",
            {"results", "src/unmask/run.py", "src/unmask/mend.py", "src/unmask/progress.py"},
        ),
        ("atomic_write", {"src/unmask", "results/report"}),
    ],
)
def test_edges_have_one_home(call: str, only: set[str]) -> None:
    """What touches the world is called from its own place and nowhere else."""
    callers = {
        str(file.relative_to(ROOT))
        for _, file in modules()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == call
    }
    assert callers
    assert all(any(caller.startswith(home) for home in only) for caller in callers), callers


def test_graders_are_called_in_one_place() -> None:
    """Only the judge's module generates with a grader."""
    callers = [
        file.name
        for _, file in modules()
        if ".generate(" in file.read_text() and file.parent.name == "scorers"
    ]
    assert callers == ["judge.py"]


def test_wheel_holds_what_the_repo_holds(tmp_path: Path) -> None:
    """Every tracked file of the package is in the wheel built from the sdist, and no other."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("unmask/")}
    tracked = subprocess.run(
        [
            "git",
            "ls-files",
            "-co",
            "--exclude-standard",
            "src/unmask",
            "evals",
            "scorers",
            "results",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    links = {"src/unmask/evals", "src/unmask/scorers", "src/unmask/results"}
    wanted = {
        name.replace("src/unmask/", "unmask/") if name.startswith("src/") else f"unmask/{name}"
        for name in tracked
        if name not in links
    }
    assert packed == wanted


def test_canary_stands_in_every_dataset() -> None:
    """Scenarios, rubrics, banks, exemplars, arms and modes carry the project's canary."""
    from unmask.evals.scenarios import CANARY

    data = [
        *(ROOT / "evals").rglob("*.yaml"),
        *(ROOT / "src/unmask/reference/banks").glob("*.yaml"),
    ]
    without = [str(file.relative_to(ROOT)) for file in data if CANARY not in file.read_text()]
    assert data and not without
