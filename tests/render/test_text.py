from collections.abc import Callable

from smtp421.model import Confidence, Diagnosis, EnhancedCode, Origin, Relay, Reply, Severity, Status, WhoActs
from smtp421.render.blocks import Code, Fields, Headline, Item, Items, Paragraph, Span, Table, words
from smtp421.render.interface import View, renderer
from smtp421.render.text import Format

Expect = Callable[[str, str], None]


def test_a_log_line(logged: Diagnosis, expect: Expect) -> None:
    expect("logged.txt", Format().diagnosis(logged))


def test_everything(logged: Diagnosis, expect: Expect) -> None:
    expect("verbose.txt", Format(View(width=100, verbose=True)).diagnosis(logged))


def test_on_a_colour_terminal(logged: Diagnosis, expect: Expect) -> None:
    expect("colour.txt", Format(View(width=60, terminal=True, color=True, links=True)).diagnosis(logged))


def test_without_colour_and_unicode(logged: Diagnosis) -> None:
    assert Format(View(ascii=True)).diagnosis(logged).isascii()


def test_a_reply_that_tells_nothing(bare: Diagnosis, expect: Expect) -> None:
    expect("bare.txt", Format().diagnosis(bare))


def test_other_speakers(logged: Diagnosis, bare: Diagnosis) -> None:
    ours = logged._replace(origin=Origin.LOCAL)
    assert "Said by  our own side, on the way to mx.example.com[192.0.2.9]:25 (Example Mail);" in Format(
        View(width=100)
    ).diagnosis(ours)
    postfix = ours._replace(provider="postfix", provider_name="Postfix")
    assert "Said by  our own side (Postfix), on the way to mx.example.com[192.0.2.9]:25;" in Format(View(width=100)).diagnosis(
        postfix
    )
    assert "Said by  our own side; no receiving server said this" in Format().diagnosis(bare._replace(origin=Origin.LOCAL))
    assert "Said by  our own server, to one that sends to us; the text" in Format().diagnosis(
        bare._replace(origin=Origin.INBOUND)
    )
    by_address = bare._replace(attempt=bare.attempt._replace(relay=Relay(None, "192.0.2.1")))
    assert "Said by  [192.0.2.1], the receiving server" in Format().diagnosis(by_address)


def test_attempts(bare: Diagnosis) -> None:
    def told(status: Status | None) -> bool:
        attempt = bare.attempt._replace(status=status)
        return "Attempt" in Format().diagnosis(bare._replace(attempt=attempt, logged=True))

    assert [told(status) for status in (None, Status.DEFERRED, Status.EXPIRED)] == [False, False, True]


def test_an_answer_inside_another(bare: Diagnosis) -> None:
    inner = Reply(421, EnhancedCode(4, 4, 1), "Connection timed out")
    chain = bare._replace(attempt=bare.attempt._replace(inner=inner))
    assert "It reports  421 4.4.1 Connection timed out" in Format().diagnosis(chain)


def test_a_reason_that_nobody_replied(bare: Diagnosis) -> None:
    local = bare._replace(attempt=bare.attempt._replace(reply=Reply(None, None, "Connection refused")), also=())
    text = Format().diagnosis(local)
    assert "Reason   Connection refused" in text
    assert "Cause    the text does not tell\n" in text


def test_rivals_count_where_the_rule_is_not_sure(logged: Diagnosis) -> None:
    assert "Or else  reputation (example-mail-by-number)" in Format().diagnosis(logged._replace(confidence=Confidence.MEDIUM))


def test_settings_of_the_wanted_mail_server(logged: Diagnosis) -> None:
    text = Format(View(mta="exim")).diagnosis(logged)
    assert "       queue_run_max = 1\n" in text
    assert "smtp_destination_rate_delay" not in text
    unknown = logged._replace(attempt=logged.attempt._replace(format="reply"))
    assert "Settings of the mail server: add `--mta postfix` (or exim)\n" in Format().diagnosis(unknown)
    both = Format(View(verbose=True)).diagnosis(unknown)
    assert "       # postfix\n       smtp_destination_rate_delay = 1s\n" in both
    one = unknown._replace(fixes=(logged.fixes[1]._replace(settings=(("exim", "queue_run_max = 1"),)),))
    assert "Settings of the mail server: add `--mta exim`\n" in Format().diagnosis(one)


def test_severities_are_words(logged: Diagnosis) -> None:
    for severity in Severity:
        assert Format().diagnosis(logged._replace(severity=severity)).startswith(f"{severity.upper()}  ")


def test_several_have_an_empty_line_between_them(bare: Diagnosis) -> None:
    first, second = Format().diagnoses([bare, bare])
    assert second == "\n" + first


def test_hostile_replies_do_nothing(logged: Diagnosis) -> None:
    text = "\x1b[2J\x1b]0;title\x07 [bold]x[/bold] \u202e \x9b1m a\nb"
    fields = {"title": text, "summary": text, "matched": text, "provider_name": text, "remarks": (text,)}
    attempt = logged.attempt._replace(reply=Reply(421, None, text), queue_id=text, recipient=text, relay=Relay(text, text, 25))
    hostile = logged._replace(attempt=attempt, who_acts=WhoActs.RECEIVER, **fields)
    shown = Format(View(terminal=True, color=False, verbose=True)).diagnosis(hostile)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x9b" not in shown
    assert "\u241b[2J\u241b]0;title\u2407 [bold]x[/bold] <U+202E> <U+009B>1m a b" in shown.replace("\n           ", " ")


def test_links_only_to_web_pages() -> None:
    paint = Format(View(color=True, links=True)).paint
    assert paint((Paragraph(words(Span("https://example.com/", "url"))),)) == (
        "\x1b[4;34m\x1b]8;;https://example.com/\x1b\\https://example.com/\x1b]8;;\x1b\\\x1b[0m\n"
    )
    assert paint((Paragraph(words(Span("file:///etc", "url"))),)) == "\x1b[4;34mfile:///etc\x1b[0m\n"


def test_a_command_shows_where_it_ends_also_without_colour() -> None:
    block = Paragraph(words("run ", Span("this", "command"), "."))
    assert Format().paint((block,)) == "run `this`.\n"
    assert Format(View(color=True)).paint((block,)) == "run \x1b[36mthis\x1b[0m.\n"


def test_tables() -> None:
    table = Table(("name", "n", "meaning"), ((words("a"), words("7"), words("one two three four five six")),), frozenset({1}))
    assert Format(View(width=40)).paint((table,)) == "name  n  meaning\na     7  one two three four five six\n"
    assert Format(View(width=31, terminal=True)).paint((table,)) == (
        "name  n  meaning\na     7  one two three four\n         five six\n"
    )
    flush = Table(("name", "count"), ((words("a"), words("7")),), frozenset({1}))
    assert Format().paint((flush,)) == "name  count\na         7\n"


def test_blocks_without_content() -> None:
    assert Format().paint(()) == ""
    assert Format().paint((Fields(()), Items(()), Code(()))) == ""


def test_numbers_are_aligned() -> None:
    items = Items(tuple(Item(words(f"step {number}")) for number in range(1, 11)), ordered=True)
    lines = Format().paint((items,)).splitlines()
    assert (lines[0], lines[9]) == ("   1. step 1", "  10. step 10")


def test_a_long_title_is_indented() -> None:
    text = Format(View(width=40)).paint((Headline("RULE", "strong", words("A title that takes more than a line of it")),))
    assert text == "RULE  A title that takes more than a\n      line of it\n" + "\u2500" * 40 + "\n"


def test_renderer_by_name() -> None:
    assert isinstance(renderer("text"), Format)
