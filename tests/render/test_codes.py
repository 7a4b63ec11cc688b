from smtp421.model import EnhancedCode
from smtp421.render import codes


def test_registered_codes() -> None:
    assert codes.reply_code_meaning(451).startswith("the server gave up")
    assert codes.enhanced_code_meaning(EnhancedCode(4, 2, 2)) == "the mailbox is full"


def test_other_codes() -> None:
    assert "in no standard" in codes.reply_code_meaning(499)
    assert "not in the registry" in codes.enhanced_code_meaning(EnhancedCode(4, 7, 650))


def test_every_detail_has_a_subject() -> None:
    assert {subject for subject, _ in codes.DETAILS} == set(codes.SUBJECTS)
