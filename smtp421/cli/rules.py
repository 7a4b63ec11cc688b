"""``smtp421 rules``: list, show and search what the rule book knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

import smtp421
from smtp421.cli.complete import complete_cause, complete_page, complete_provider
from smtp421.cli.names import check_name
from smtp421.cli.options import Color, Mta, PageForm, Rules, chosen_color
from smtp421.cli.output import remark, view, write
from smtp421.cli.rules_diff import diff_rules
from smtp421.cli.rules_new import new_rule
from smtp421.render.interface import renderer

if TYPE_CHECKING:
    from smtp421.rulebook import RuleBook
    from smtp421.rulebook.pages import Rule

app = typer.Typer(no_args_is_help=True)


@app.callback()
def rules_command() -> None:
    """List, show and search the rules.

    $ smtp421 rules list --provider yahoo

    $ smtp421 rules show greylisting

    $ smtp421 rules search 'too many connections'
    """


@app.command("list")
def list_rules(
    ctx: typer.Context,
    provider: Annotated[
        str | None, typer.Option(metavar="ID", autocompletion=complete_provider, help="Only rules of this provider.")
    ] = None,
    cause: Annotated[
        str | None, typer.Option(metavar="ID", autocompletion=complete_cause, help="Only rules that name this cause.")
    ] = None,
    source: Annotated[
        Literal["bundled", "user", "option", "environment"] | None, typer.Option(help="Only rules that come from there.")
    ] = None,
    form: PageForm = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """List rules, the strongest first, with where each comes from.

    $ smtp421 rules list --cause greylisting

    $ smtp421 rules list --source user --format json
    """
    from smtp421.render.rule_pages import rules_page

    book = _book(rules)
    check_name("provider", provider, book.providers)
    check_name("cause", cause, book.causes)
    chosen = [
        rule
        for rule in book.rules.values()
        if provider in (None, rule.provider) and cause in (None, rule.cause) and source in (None, rule.label)
    ]
    write([renderer(form, view(chosen_color(ctx, color))).page(rules_page(chosen))])


@app.command("show")
def show_page(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="ID", autocompletion=complete_page, help="A rule, cause, fix, provider or code.")
    ],
    mta: Mta = None,
    form: PageForm = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Show one page: what a rule means, when it fits, and examples.

    $ smtp421 rules show gmail

    $ smtp421 rules show lower-rate --mta postfix
    """
    from smtp421.render.lookup import find_page

    write([renderer(form, view(chosen_color(ctx, color), mta=mta)).page(find_page(_book(rules), name, mta))])


@app.command("search")
def search_rules(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="WORD...", help="Words that must all be there.")],
    form: PageForm = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Find rules by words of their titles, explanations, patterns and examples.

    $ smtp421 rules search reverse dns

    $ smtp421 rules search 4.7.28
    """
    from smtp421.render.rule_pages import rules_page

    book = _book(rules)
    wanted = " ".join(text).lower().split()
    found = [(rule, _where(rule, wanted)) for rule in book.rules.values()]
    chosen = [rule for place in ("head", "body") for rule, where in found if where == place]
    write([renderer(form, view(chosen_color(ctx, color))).page(rules_page(chosen))])
    if not chosen:
        raise typer.Exit(1)


def _where(rule: Rule, wanted: list[str]) -> str | None:
    head = f"{rule.id} {rule.title}".lower()
    if all(word in head for word in wanted):
        return "head"
    body = " ".join((head, rule.cause, rule.summary, *rule.match.text, *rule.match.enhanced_code, *rule.examples)).lower()
    return "body" if all(word in body for word in wanted) else None


@app.command("coverage")
def coverage(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Logs, or lists of replies. - is standard input.")],
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Skeletons of rules to print.")] = 20,
    form: PageForm = "text",
    rules: Rules = None,
    color: Color = None,
) -> None:
    """Tell how much of logs or lists of replies the rules explain, and begin rules for the rest.

    $ smtp421 rules coverage mail.log

    $ smtp421 rules coverage --format json replies.txt
    """
    from datetime import UTC, datetime

    from smtp421.coverage import cover
    from smtp421.render.coverage_page import coverage_page

    book = _book(rules)
    diagnoses = (diagnosis for path in files for diagnosis in smtp421.scan(path, rulebook=book))
    page = coverage_page(cover(diagnoses, book, datetime.now(UTC).date(), top))
    write([renderer(form, view(chosen_color(ctx, color))).page(page)])


app.command("new")(new_rule)
app.command("diff")(diff_rules)


def _book(rules: Rules) -> RuleBook:
    book = smtp421.load_rulebook(rules or ())
    for fault in book.faults:
        remark(str(fault))
    return book
