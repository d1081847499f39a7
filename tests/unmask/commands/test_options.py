"""What options mean in every command."""

from collections.abc import Iterator

import click
import pytest

from unmask.cli import unmask
from unmask.commands.options import HerePath, LogsPath


def paths() -> Iterator[tuple[str, click.Parameter]]:
    """Every option that is a path, with its command."""
    context = click.Context(unmask)
    for name in unmask.list_commands(context):
        command = unmask.get_command(context, name)
        for param in command.params if command else ():
            if isinstance(param.type, HerePath):
                yield name, param


@pytest.mark.parametrize(("command", "param"), [pytest.param(*p, id=str(p)) for p in paths()])
def test_an_address_is_no_folder(command: str, param: click.Parameter) -> None:
    """What is written or read on this machine alone refuses one, and makes no folder `s3:`."""
    with pytest.raises(click.BadParameter, match="'s3://bucket/x' is an address"):
        param.type.convert("s3://bucket/x", param, click.Context(unmask, info_name=command))


def test_paths_are_of_two_kinds() -> None:
    """On this machine, or of logs, which may lie anywhere; only packs go by what Inspect takes."""
    context = click.Context(unmask)
    other = {
        param.name
        for name in unmask.list_commands(context)
        for param in getattr(unmask.get_command(context, name), "params", ())
        if isinstance(param.type, click.Path) and not isinstance(param.type, HerePath | LogsPath)
    }
    assert other == {"scenarios"}
