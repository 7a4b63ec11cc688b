import os
from pathlib import Path

import pytest

from smtp421.ruletest.plan import make_plan

RULES = """\
schema: smtp421.rules/1
provider: null
rules:
  - id: acme-busy
    title: The relay of Acme is busy
    match:
      text: ['acme zork']
    cause: server_congestion
    summary: It is busy. Wait.
    examples:
      - '451 4.3.2 acme zork'
      - '451 4.3.2 acme is zork'
      - |-
        450-4.2.1 Greylisted, says
        450 4.2.1 the acme zork
    counterexamples:
      - '451 acme zork as hell'
      - '250 2.0.0 Ok'
  - id: acme-broken
    title: A broken rule
    match: {text: ['(']}
    cause: server_congestion
    summary: One. Two.
"""
CASES = """\
schema: smtp421.cases/1
tests:
  - name: Greylisted
    text: '450 4.2.0 <user@example.com>: Greylisted for 300 seconds'
    cause: greylisting
    severity: warning
    provider: null
    captures: {wait_seconds: 200, queue_id: null}
  - text: '451 4.3.2 acme zork'
    rule: acme-busy
    reply_code: 451
    enhanced_code: '4.3.2'
  - {text: hello world, explained: false}
  - {text: '421 4.7.0 too fast', todo: wording unknown, rule: acme-busy}
  - {text: '451 4.3.2 acme zork', todo: true, rule: acme-busy}
  - {text: '451 4.3.2 acme zork', severty: info}
"""


@pytest.fixture(scope="session")
def pack(tmp_path_factory) -> Path:
    """A pack with rules and cases, right and wrong."""
    folder = tmp_path_factory.mktemp("pack")
    (folder / "rules.yaml").write_text(RULES)
    (folder / "cases.yaml").write_text(CASES)
    return folder


@pytest.fixture(scope="session")
def plan(pack, own_folders):
    return make_plan([pack], [], os.environ)
