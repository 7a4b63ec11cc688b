"""The stored book gives the same answers, and nothing wrong with it is ever felt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smtp421.rulebook import RuleBook, RuleSource, Subject, cache, load_rulebook, open_book

RulesText = Callable[..., str]


@pytest.fixture
def pack(base: Path, rules_text: RulesText) -> Path:
    (base / "a.yaml").write_text(rules_text("one {text: ['grey|灰名单']}", "two {text: ['v[eé]rifier'], code: [4xx]}"))
    for file in base.iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return base


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once."""
    monkeypatch.setattr(cache, "SETTLED_NS", -(10**12))


def use(pack: Path, folder: Path, version: str = "1") -> RuleBook:
    return open_book([RuleSource(pack, "bundled")], folder, version=version)


def stored(folder: Path) -> Path:
    (file,) = folder.glob("*")
    return file


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rule files each look at the contents has read."""
    counts: list[int] = []
    original = cache.read_files

    def read_files(files: list[object]) -> object:
        counts.append(len(files))
        return original(files)  # type: ignore[arg-type]

    monkeypatch.setattr(cache, "read_files", read_files)
    return counts


@pytest.fixture
def compiles(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time a book is compiled."""
    from smtp421.rulebook import load as module

    calls: list[int] = []
    original = module.load

    def load(texts: list[object]) -> object:
        calls.append(1)
        return original(texts)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "load", load)
    return calls


def test_stored_book_is_the_same(pack: Path, tmp_path: Path, compiles: list[int]) -> None:
    first, second = use(pack, tmp_path / "cache"), use(pack, tmp_path / "cache")
    assert len(compiles) == 1
    assert dict(first.rules) == dict(second.rules)
    assert dict(first.providers) == dict(second.providers)
    assert dict(first.causes) == dict(second.causes)
    assert dict(first.fixes) == dict(second.fixes)
    assert (first.tree, first.info, first.faults, first.defaults) == (second.tree, second.info, second.faults, second.defaults)
    for text in ("Greylisted", "灰名单", "veuillez Vérifier", ""):
        assert first.matches(Subject(text, 421)) == second.matches(Subject(text, 421))


def test_faults_are_stored(pack: Path, tmp_path: Path) -> None:
    (pack / "bad.yaml").write_text("a: [\n")
    assert use(pack, tmp_path / "cache").faults == use(pack, tmp_path / "cache").faults != ()


@pytest.mark.usefixtures("settled")
def test_contents_are_read_only_where_a_file_looks_changed(
    pack: Path, tmp_path: Path, reads: list[int], compiles: list[int]
) -> None:
    use(pack, tmp_path / "cache")
    use(pack, tmp_path / "cache")
    assert (reads, len(compiles)) == ([], 1)
    os.utime(pack / "a.yaml", (1_700_000_001, 1_700_000_001))
    use(pack, tmp_path / "cache")
    assert (reads, len(compiles)) == ([5], 1)
    use(pack, tmp_path / "cache")  # the new stamp was stored
    assert (reads, len(compiles)) == ([5], 1)


def test_files_that_changed_a_moment_ago_are_always_compared(
    pack: Path, tmp_path: Path, reads: list[int], compiles: list[int]
) -> None:
    use(pack, tmp_path / "cache")
    stat = (pack / "a.yaml").stat()
    text = (pack / "a.yaml").read_text()
    (pack / "a.yaml").write_text(text.replace("id: one", "id: eno"))
    os.utime(pack / "a.yaml", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert "eno" in use(pack, tmp_path / "cache").rules
    assert (reads, len(compiles)) == ([5], 2)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("change", ["content", "new file", "gone file"])
def test_changed_rules_are_compiled_anew(pack: Path, tmp_path: Path, rules_text: RulesText, change: str) -> None:
    (pack / "b.yaml").write_text(rules_text("three {code: [421]}"))
    before = use(pack, tmp_path / "cache")
    if change == "content":
        (pack / "a.yaml").write_text((pack / "a.yaml").read_text().replace("id: one", "id: eno"))
    elif change == "new file":
        (pack / "c.yaml").write_text(rules_text("four {code: [450]}"))
    else:
        (pack / "b.yaml").unlink()
    after = use(pack, tmp_path / "cache")
    assert set(before.rules) != set(after.rules)
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    "damage",
    ["empty", "truncated", "flipped", "not JSON", "format", "keys", "list", "deep", "lengths", "index", "binary", "writable"],
)
def test_damaged_book_is_replaced_in_silence(pack: Path, tmp_path: Path, damage: str, compiles: list[int]) -> None:
    folder = tmp_path / "cache"
    expected = list(use(pack, folder).rules)
    file = stored(folder)
    data = file.read_bytes()
    header, _newline, body = data.partition(b"\n")
    fields = json.loads(header)

    def with_body(body: bytes) -> bytes:
        return json.dumps({**fields, "check": cache.crc32(body), "length": len(body)}).encode() + b"\n" + body

    _index, _newline, pages = body.partition(b"\n")
    contents = {
        "empty": b"",
        "truncated": data[: len(data) // 2],
        "flipped": data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        "not JSON": b"hello\n" + body,
        "format": json.dumps({**fields, "format": 0}).encode() + b"\n" + body,
        "keys": b"{}\n" + body,
        "list": b"[]\n" + body,
        "deep": b"[" * 100_000 + b"\n" + body,
        "lengths": with_body(body + b"x"),
        "index": with_body(b'{"names": {}}\n' + pages),
        "binary": with_body(b"\xff\n" + pages),
        "writable": data,
    }
    file.write_bytes(contents[damage])
    if damage == "writable":
        file.chmod(0o666)
    assert list(use(pack, folder).rules) == expected
    assert len(compiles) == 2
    assert list(use(pack, folder).rules) == expected
    assert len(compiles) == 2


def test_versions_and_sources_do_not_share_a_book(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    use(pack, folder)
    use(pack, folder, version="2")
    open_book([RuleSource(pack, "option")], folder, version="1")
    assert len(list(folder.iterdir())) == 3
    for number in range(6):
        use(pack, folder, version=f"x{number}")
    assert len(list(folder.iterdir())) == cache.KEPT


def test_folder_that_cannot_be_written_is_left_alone(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert use(pack, tmp_path / "file" / "cache").rules
    folder = tmp_path / "cache"
    folder.mkdir()
    name = stored_name(pack, tmp_path)
    (folder / name).mkdir()  # neither readable nor to be replaced
    assert use(pack, folder).rules
    assert [path.name for path in folder.iterdir()] == [name]


def stored_name(pack: Path, tmp_path: Path) -> str:
    use(pack, tmp_path / "first")
    return stored(tmp_path / "first").name


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_only_the_owner_may_read(pack: Path, tmp_path: Path) -> None:
    use(pack, tmp_path / "new" / "cache")
    assert (tmp_path / "new" / "cache").stat().st_mode & 0o777 == 0o700
    assert stored(tmp_path / "new" / "cache").stat().st_mode & 0o777 == 0o600


def test_files_that_vanish_while_asked_have_no_stamp(pack: Path, tmp_path: Path) -> None:
    gone = [cache.RuleFile(RuleSource(pack, "bundled"), str(pack / "gone.yaml"))]
    assert cache._stamp(gone) == ""


def test_environment_tells_where_the_book_is_stored(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    load_rulebook(environ=environ, bundled=False)
    assert len(list((tmp_path / "smtp421").iterdir())) == 1
    load_rulebook(environ={"XDG_CACHE_HOME": str(tmp_path / "other")}, bundled=False, cache=False)
    assert not (tmp_path / "other").exists()


def test_stored_book_needs_neither_yaml_nor_pydantic_nor_regex(tmp_path: Path) -> None:
    code = (
        "import sys; from smtp421.rulebook import load_rulebook, Subject\n"
        f"book = load_rulebook(environ={{'XDG_CACHE_HOME': {str(tmp_path)!r}}})\n"
        "book.identity('mx.example.com', 'Service temporarily unavailable')\n"
        "book.matches(Subject('Service temporarily unavailable, too many connections', 421))\n"
        "print([name for name in ('yaml', 'pydantic', 'regex', 'ahocorasick', 'hashlib') if name in sys.modules])\n"
    )
    root = Path(__file__).resolve().parents[2]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environ).stdout
        for _time in range(2)
    ]
    assert runs[1].strip() == "[]"
