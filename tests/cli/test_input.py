import pytest

from smtp421.cli import input as standard_input
from smtp421.cli.input import decode


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_decode(encoding: str) -> None:
    assert decode("été".encode(encoding)) == "été"


def test_a_character_cut_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "zwölf €".encode()[:-1]
    monkeypatch.setattr(standard_input, "MOST", len(data))
    assert decode(data) == "zwölf "
    assert decode(b"\xe9" + data[1:]) != ""
