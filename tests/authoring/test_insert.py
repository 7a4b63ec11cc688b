import pytest
import yaml

from smtp421.authoring.draft import Draft
from smtp421.authoring.insert import insert
from smtp421.errors import RuleNotAdded
from smtp421.rulebook.pages import Citation

DRAFT = Draft(
    "acme-new",
    "New",
    None,
    ("quux",),
    "tls",
    None,
    "One. Two.",
    Citation("R", "https://example.com/", "2026-11-20"),
    ("450 quux",),
    ("250 Ok",),
)
FILE = """\
# A file of ours.
schema: smtp421.rules/1
provider: null
rules:
  # The first.
  - id: acme-one
    cause: tls   # of course
    summary: |-
      Many lines,

      # and this is one of them

  # The second.
  - id: acme-two
    cause: dns

# The end.
"""


def ids(text):
    return [rule["id"] for rule in yaml.safe_load(text)["rules"]]


def added(before, after):
    """The lines that are new; all others must be as they were, in their order."""
    new = iter(after.splitlines())
    extra = []
    for line in before.splitlines():
        for found in new:
            if found == line:
                break
            extra.append(found)
        else:
            raise AssertionError(f"lost: {line}")
    return [*extra, *new]


def test_behind_the_last_of_its_cause():
    text = insert(FILE, DRAFT, "f.yaml")
    assert ids(text) == ["acme-one", "acme-new", "acme-two"]
    assert "  - id: acme-new" in added(FILE, text)
    assert "is one of them\n\n  - id: acme-new\n" in text
    assert "      - '250 Ok'\n\n  # The second.\n" in text


def test_else_behind_the_last():
    text = insert(FILE, DRAFT._replace(cause="mailbox"), "f.yaml")
    assert ids(text) == ["acme-one", "acme-two", "acme-new"]
    assert text.endswith("      - '250 Ok'\n\n# The end.\n")


def test_before_keys_that_follow_and_with_the_indent_of_the_file():
    text = insert("schema: smtp421.rules/1\nrules:\n- id: a\n  cause: dns\n# own\nprovider: null\n", DRAFT, "f.yaml")
    assert "  cause: dns\n\n- id: acme-new\n" in text
    assert text.endswith("\n# own\nprovider: null\n")


@pytest.mark.parametrize("rules", ["rules: []", "rules:", "rules: [ ]  # none yet", "rules: null"])
def test_into_an_empty_list(rules):
    text = insert(f"schema: smtp421.rules/1\n{rules}\nprovider: null\n", DRAFT, "f.yaml")
    assert ids(text) == ["acme-new"]
    assert ("# none yet" in text) == ("# none yet" in rules)


@pytest.mark.parametrize(
    ("head", "own", "said"),
    [
        ("provider: yahoo", "yahoo", None),
        ("provider: yahoo", None, "provider: null"),
        ("provider: yahoo", "gmail", "provider: gmail"),
        ("provider: null", None, None),
        ("", None, None),
        ("", "gmail", "provider: gmail"),
    ],
)
def test_the_provider_is_named_where_the_file_names_another(head, own, said):
    before = f"schema: smtp421.rules/1\n{head}\nrules: []\n"
    new = added(before.replace("rules: []", "rules:"), insert(before, DRAFT._replace(provider=own), "f.yaml"))
    assert [line.strip() for line in new if "provider" in line] == ([said] if said else [])


def test_line_ends_are_kept_and_the_last_one_is_added():
    text = insert(FILE.rstrip().replace("\n", "\r\n"), DRAFT._replace(cause="dns"), "f.yaml")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema: smtp421.rules/1\nrules: [{id: a, cause: tls}]\n", "do not begin with `- `"),
        ("{schema: smtp421.rules/1, rules: []}", "a line of its own"),
        ("schema: smtp421.causes/1\ncauses: []\n", "no rule file"),
        ("schema: smtp421.rules/1\nrules: 3\n", "no rule file"),
        ("schema: smtp421.rules/1\n", "no rule file"),
        ("- a\n", "no rule file"),
        ("schema: [\n", "f.yaml:2:1: not valid YAML"),
        (
            "schema: smtp421.rules/1\nrules:\n  - id: a\n    cause: tls\n    also: |+\n      x\n\n\n  - id: b\n    cause: dns\n",
            "cannot be told",
        ),
    ],
)
def test_files_that_are_left_alone(text, words):
    with pytest.raises(RuleNotAdded, match=words.replace("[", "\\[")):
        insert(text, DRAFT, "f.yaml")
