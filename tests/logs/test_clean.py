"""Taking off what pasting adds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp421.logs.clean import clean


@pytest.mark.parametrize(
    ("pasted", "seen"),
    [
        ("> 421 Try again", "421 Try again"),
        (">> > 421 Try again", ">> > 421 Try again".lstrip("> ")),
        ("`421 Try again`", "421 Try again"),
        ("```text\n421 Try again\n```", "421 Try again"),
        ("**421** Try again", "421 Try again"),
        ("\x1b[31m421 Try\x1b[0m again", "421 Try again"),
        ("#033[36m421 Try again#033[0m", "421 Try again"),
        ("421 \x1b]0;title\x07Try again", "421 ␛]0;title␇Try again"),
        ("421 \x1b[2JTry again", "421 ␛[2JTry again"),
        ("421 Try\x1b[K again", "421 Try again"),
        ("421 \x7fTry\x9b again", "421 ␡Try<U+009B> again"),
        ("<td>421 Try again</td>", " 421 Try again "),
        ("421&nbsp;Try &lt;user@example.com&gt; again", "421 Try <user@example.com> again"),
        ("421 <user@example.com>: Try again", "421 <user@example.com>: Try again"),
        ("421 one<br>421 two", "421 one\n421 two"),
        ("[code]421 Try again[/code]", "421 Try again"),
        ('[FONT="Courier New"]421 Try again[/FONT]', "421 Try again"),
        ("421 Try \u200b\u202eagain", "421 Try <U+202E>again"),
        ("“421 Try again”", '"421 Try again"'),
        ("421 one\r\n421 two", "421 one\n421 two"),
        ("# 421 Try again", "421 Try again"),
        ("  // 421 Try again", "421 Try again"),
        ("<<< 421 Try again", "<<< 421 Try again"),
        ("421 #4.4.5 Too many", "421 #4.4.5 Too many"),
        ("smtp_error\\_count", "smtp_error_count"),
        (f"The response was: 421 {'x' * 50}=\n y =3D z", f"The response was: 421 {'x' * 50} y = z"),
        (r"421 d\u00e9lai \u8d85\u65f6", "421 délai 超时"),
        (r"421 \u0022 \u001b \ud83d", r"421 \u0022 \u001b \ud83d"),
        ("421 a=\nb =3D c", "421 a=\nb =3D c"),
    ],
)
def test_clean(pasted, seen):
    assert clean(pasted) == seen


@given(st.text(max_size=300))
def test_nothing_dangerous_is_left(text):
    cleaned = clean(text)
    assert not set(cleaned) & {"\x1b", "\u202e", "\u200b", "\r", "\x00"}
