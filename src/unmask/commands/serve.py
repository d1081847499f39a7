"""`unmask serve`: reference models behind the APIs of real ones."""

from __future__ import annotations

from typing import get_args

import click

from unmask.reference.wires.common import Shown


@click.command()
@click.argument("persona", required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=8311, show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Other addresses open the server to others: it asks for no key.",
)
@click.option(
    "--reasoning",
    type=click.Choice(get_args(Shown)),
    default="field",
    show_default=True,
    help="How reasoning is shown: the format's own field, `reasoning` (chat completions of newer "
    "vLLM), <think> tags in the text, a summary, or token counts alone.",
)
def command(persona: str | None, port: int, host: str, reasoning: Shown) -> None:
    """Serve the reference models to any client, gateway or pipeline; no key, no network.

    Speaks OpenAI's chat completions and responses and Anthropic's messages, plain and streamed. A
    request's model name says who answers, with arguments like a query: hacker?rate=0.1&seed=3.
    PERSONA answers to every other model name. The model `tools` calls each tool on offer once, with
    made-up arguments that fit, and then says what they returned: for clients and agents.

    \b
    unmask serve
    unmask serve 'hacker?rate=0.1' --port 9000 --reasoning tags
    """  # noqa: D301 - \b is click's
    from unmask.console import err, out
    from unmask.reference.serve import ReferenceServer, Settings

    progress = err()
    settings = Settings(shown=reasoning, default=persona, say=progress.print)
    with ReferenceServer(settings, host, port) as server:
        guided = guide(server.origin, server.openai_url, persona or "hacker")
        out().print(guided, soft_wrap=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            progress.print("stopped")


def guide(origin: str, openai_url: str, model: str) -> str:
    """Say where each SDK finds the server, and how Unmask measures what it serves."""
    return (
        f"openai     OPENAI_BASE_URL={openai_url} OPENAI_API_KEY=none\n"
        f"anthropic  ANTHROPIC_BASE_URL={origin} ANTHROPIC_API_KEY=none\n"
        f"models     {openai_url}/models\n\n"
        f"LOCAL_API_KEY=none unmask run --model 'openai-api/local/{model}' --base-url {openai_url} "
        "--grader reference/judge --eval goals --limit 3\n\n"
        "Ctrl-C ends it."
    )
