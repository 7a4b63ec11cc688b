"""The yardstick for start-up: the smallest typer program with two commands, one of which prints a rich panel."""

import typer
from rich.console import Console
from rich.panel import Panel

app = typer.Typer()


@app.command()
def show(text: str) -> None:
    """Print a panel."""
    Console().print(Panel(text))


@app.command()
def nothing() -> None:
    """Do nothing."""


if __name__ == "__main__":
    app()
