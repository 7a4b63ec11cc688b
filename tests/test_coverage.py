"""What the rules explain of a pile of replies, and the skeletons for the rest."""

from datetime import date

import yaml

import smtp421
from smtp421.coverage import cover
from smtp421.rulebook.schema import RulesFile

REPLIES = [
    "450 4.2.0 <u@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html",
    "451 4.7.1 Temporarily deferred, your quux frobnicator wobbles for 192.0.2.7",
    "452-4.2.2 Mailbox full",
    "452 4.2.2 really",
    "451 Zork quux frobnicator wobbles at 203.0.113.9 (it's 7)",
    "451 Zork quux frobnicator wobbles at 203.0.113.10 (it's 8)",
    "451 123",
]


def test_shares_and_skeletons(book, now, tmp_path):
    coverage = cover(smtp421.scan(REPLIES, rulebook=book, now=now), book, date(2026, 11, 20))
    assert (coverage.replies, coverage.specific, coverage.generic) == (6, 1, 2)
    assert coverage.unknown == 3
    assert coverage.skeletons[0].number == 2
    assert "quux frobnicator" in coverage.skeletons[0].rule
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "schema: smtp421.rules/1\nprovider: null\nrules:\n" + "\n".join(one.rule for one in coverage.skeletons) + "\n"
    )
    RulesFile.model_validate(yaml.safe_load(pack.read_text()))
    own = smtp421.load_rulebook([pack])
    assert own.faults == ()
    for one in coverage.skeletons:
        rule = yaml.safe_load(one.rule)[0]
        for example in rule["examples"]:
            assert smtp421.explain(example, rulebook=own, now=now).rule == rule["id"]


def test_nothing(book):
    coverage = cover([], book, date(2026, 11, 20))
    assert (coverage.replies, coverage.causes, coverage.skeletons) == (0, (), ())
