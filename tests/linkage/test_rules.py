"""Rules as data: what they compare under each switch, and what is refused."""

# ruff: noqa: E501  one mistake a line reads better than one mistake a paragraph
from __future__ import annotations

from typing import Any

import pytest

from sim.errors import InputErrors
from sim.linkage import link
from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.link import compares
from sim.linkage.rules import definition_of, read_rule, rule_of, shipped
from sim.linkage.rules.resolve import design
from sim.scenario import Scenario
from sim.scenario_files import rules
from tests.linkage.small_country import SmallCountry, requests

DETERMINISTIC = ("irs_2025", "name_only", "name_zip", "name_dob", "dob_only")


def scenario(**linkage: Any) -> Scenario:
    return Scenario.of({"linkage": linkage})


@pytest.mark.parametrize("rule", DETERMINISTIC)
@pytest.mark.parametrize("handling", ["one_field", "array"])
def test_deterministic_rules_link_only_on_full_agreement(rule: str, handling: str) -> None:
    for path in rule_of(scenario(rule=rule, surname_handling=handling)):
        most = sum(max(level.weight for level in comparison.levels) for comparison in path.comparisons)
        assert most - path.threshold == 0.5
        assert {level.weight for comparison in path.comparisons for level in comparison.levels} == {0.0, 1.0}


def test_every_request_takes_exactly_one_path_of_the_programme() -> None:
    by_tin, by_address = rule_of(scenario(rule="irs_2025"))
    frame = requests({"tin": 123456789}, {"tin": 0}, {"tin": None})
    assert by_tin.applies(frame).tolist() == [True, False, False]
    assert by_address.applies(frame).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("linkage", "looked_at"),
    [
        ({"name_compare": "full_name"}, ["given surname tin", "given surname street zip"]),
        ({"name_compare": "name_control"}, ["control tin", "given surname street zip"]),
        ({"name_compare": "name_control", "surname_handling": "array", "address_check": "must_match"},
         ["control tin street zip", "given surname street zip"]),
        ({"rule": "name_only"}, ["given surname"]),
        ({"rule": "name_zip", "surname_handling": "array"}, ["given surname zip"]),
        ({"rule": "name_dob"}, ["given surname birth"]),
        ({"rule": "dob_only"}, ["birth"]),
    ],
)  # fmt: skip
def test_what_a_path_compares_is_told(linkage: dict[str, Any], looked_at: list[str]) -> None:
    told = [compares(path) for path in rule_of(scenario(**linkage))]
    assert [[name.removeprefix("by_") for name, yes in each.items() if yes] for each in told] == [
        names.split() for names in looked_at
    ]


def test_the_matcher_compares_everything_but_the_beginning_of_the_surname() -> None:
    found = compares(Path("all", (), design(shipped()["probabilistic"].path[0], scenario()).comparisons, 0.0))
    assert [name for name, yes in found.items() if not yes] == ["by_control"]


def test_an_unknown_rule_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(InputErrors, match=r"linkage\.rule: should be one of .*name_dob") as refused:
        rule_of(scenario(rule="soundex"))
    assert "soundex" in str(refused.value)


def test_an_unknown_blocking_field_is_refused() -> None:
    with pytest.raises(InputErrors, match="got 'shoe_size'"):
        rule_of(scenario(rule="name_dob", blocking=["surname+shoe_size", "birth"]))


def test_blocking_of_the_scenario_replaces_that_of_the_rule() -> None:
    (path,) = rule_of(scenario(rule="name_dob", blocking=["surname+birth_year", "zip"]))
    assert path.passes == (("surname", "birth_year"), ("zip",))


def test_a_pair_that_no_blocking_pass_brings_together_is_missed() -> None:
    maria = {
        "given": "MARIA",
        "surname": "GARCIA",
        "birth": 19800102,
        "number": 1,
        "street": "OAK AVE",
        "zip": "78501",
    }
    country, frame = SmallCountry([maria]), requests(maria | {"zip": "10001"})
    assert link(country, frame, scenario(rule="name_dob")).disclosures.height == 1
    assert link(country, frame, scenario(rule="name_dob", blocking=["zip"])).disclosures.height == 0


def test_every_rule_has_a_name_that_a_scenario_may_use() -> None:
    assert set(shipped()) >= {*DETERMINISTIC, "probabilistic"}
    for name in shipped():
        assert scenario(rule=name).linkage.rule == name


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (Level(Kind.EXACT, 1.0),),
        (Level(Kind.ELSE, 0.0), Level(Kind.EXACT, 1.0)),
        (Level(Kind.ELSE, 0.0), Level(Kind.ELSE, 0.0)),
        (Level(Kind.EXACT, 1.0), Level(Kind.MISSING, 0.0), Level(Kind.ELSE, 0.0)),
    ],
)
def test_levels_out_of_order_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(ValueError, match="surname"):
        Comparison("surname", levels)


# --- a rule as its file says it ---

MINE = """
title = "Name and date of birth, one digit forgiven"
words = "name and date of birth, one digit forgiven"
source = "invented for a test"

[[path]]
name = "numbered"
applies = "has tin"
refuse = [{ unless = "has_zip", reason = "no_zip" }]
block = [{ on = ["tin"] }, { on = ["surname = surname2"] }]
threshold = 2
base = -1

[[path.compare]]
field = "birth"
levels = [{ missing = 0.25 }, { exact = 1.0 }, { one_digit = 0.5 }, { near = { at = 3, weight = 0.25 } }, "else"]

[[path.compare]]
field = "surname"
columns = ["surname", "surname2", "surname_line"]
as = "set"
levels = [{ exact = 1 }, { shared = 1.0 }, { jaro_winkler = { at = 0.92, weight = 0.7 } }, "else"]

[[path]]
name = "rest"
applies = "has no tin"
block = [{ on = ["given", "birth"] }, { on = ["zip"], when = { surname_handling = "array" } }]
threshold = "all"

[[path.compare]]
field = "birth"
levels = ["exact", "day_month", "else"]
"""


def of_file(text: str, **linkage: Any) -> Scenario:
    return scenario(rule="mine.toml", definition=text, **linkage)


def test_a_rule_is_what_its_file_says() -> None:
    asked = of_file(MINE)
    numbered, rest = rule_of(asked)
    assert numbered.passes == (("tin",), (("surname", "surname2"),))
    assert (numbered.threshold, numbered.base, rest.threshold) == (2.0, -1.0, 0.5)
    assert [(level.kind, level.weight, level.at) for level in numbered.comparisons[0].levels] == [
        ("missing", 0.25, 0.0), ("exact", 1.0, 0.0), ("one_digit", 0.5, 0.0), ("near", 0.25, 3.0),
        ("else", 0.0, 0.0),
    ]  # fmt: skip
    assert numbered.comparisons[1].as_set
    assert [level.weight for level in rest.comparisons[0].levels] == [1.0, 1.0, 0.0]
    assert rest.passes == (("given", "birth"),)
    assert rule_of(of_file(MINE, surname_handling="array"))[1].passes == (("given", "birth"), ("zip",))
    frame = requests({"tin": 123456789, "zip": "78501"}, {"tin": None, "zip": ""}, {"tin": 0, "zip": None})
    assert numbered.applies(frame).tolist() == [True, False, False]
    assert rest.applies(frame).tolist() == [False, True, True]
    assert numbered.filters[0].passes(frame).tolist() == [True, False, False]
    assert definition_of(asked).title == "Name and date of birth, one digit forgiven"
    assert not definition_of(asked).learnt
    assert definition_of(asked).switches == {"surname_handling"}


def test_changing_one_level_changes_question_and_rule_and_a_comment_changes_neither() -> None:
    one, other = of_file(MINE), of_file(MINE.replace("{ one_digit = 0.5 }, ", ""))
    assert one.sha256() != other.sha256()
    assert rule_of(one) != rule_of(other)
    same = of_file("# a word\n" + MINE.replace("one digit forgiven", "a digit forgiven"))
    assert same.sha256() == one.sha256()
    assert rule_of(same) == rule_of(one)


def test_a_copy_of_a_shipped_rule_is_the_same_rule() -> None:
    for name in (*DETERMINISTIC, "probabilistic"):
        assert read_rule(rules()[name].read_text("utf-8"), "copy.toml") == shipped()[name]
    text = rules()["irs_2025"].read_text("utf-8")
    for handling in ("one_field", "array"):
        switches = {"surname_handling": handling, "address_check": "must_match"}
        assert rule_of(of_file(text, **switches)) == rule_of(scenario(rule="irs_2025", **switches))


def test_without_the_files_there_is_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario_files.rules", dict)
    with pytest.raises(InputErrors, match=r"linkage\.rule: should be one of"):
        Scenario.of({"linkage.rule": "name_zip", "name": "no-rules"}).rule_text()


def test_rules_by_exact_fields_need_their_switches_to_leave_something() -> None:
    blind = MINE.replace('block = [{ on = ["given", "birth"] }, ', "block = [")
    with pytest.raises(
        InputErrors, match=r"mine\.toml: path: path rest blocks on nothing with these switches"
    ):
        rule_of(of_file(blind))
    dumb = MINE.replace('levels = ["exact", "day', 'when = { unit_required = true }\nlevels = ["exact", "day')
    with pytest.raises(
        InputErrors, match=r"mine\.toml: path: path rest compares nothing with these switches"
    ):
        rule_of(of_file(dumb))


WRONG = [
    ('words = "name', 'word = "name', ["word: is not a key of a rule", "words: is missing"]),
    ("{ exact = 1.0 }, { one_digit", "{ exakt = 1.0 }, { one_digit", ["path[0].compare[0].levels[1]: 'exakt' is not one of missing, exact"]),
    ("{ at = 0.92, weight", "{ at = 92, weight", ["path[0].compare[1].levels[2]: jaro_winkler needs at in [0, 1] (got 92)"]),
    ("{ at = 3, weight = 0.25 }", "{ weight = 0.25 }", ["path[0].compare[0].levels[3]: near needs at a whole number in [0, 999999999] (none is given)"]),
    ("{ at = 3, weight", "{ at = 3, wait", ["path[0].compare[0].levels[3]: near has at, weight and shared_with_few, not wait"]),
    ("{ at = 3, weight", "{ at = true, weight", ["path[0].compare[0].levels[3]: near: at should be a number (got true)"]),
    ("{ one_digit = 0.5 }", "{ one_digit = { shared_with_few = 1 } }", ["path[0].compare[0].levels[2]: one_digit: shared_with_few should be true or false"]),
    ("{ one_digit = 0.5 }", "{ one_digit = { at = 1 } }", ["path[0].compare[0].levels[2]: one_digit has no at (got 1)"]),
    ("{ one_digit = 0.5 }", "{ one_digit = 5000 }", ["path[0].compare[0].levels[2]: one_digit: weight should be in [-1000, 1000] bits (got 5000)"]),
    ("{ one_digit = 0.5 }", "7", ["path[0].compare[0].levels[2]: should be the name of a level or one name = weight (got 7)"]),
    ('"day_month", "else"]', '"day_month"]', ["path[1].compare[0]: the last of levels, and only the last, should be 'else'"]),
    ('["exact", "day_month"', '["exact", "missing"', ["path[1].compare[0]: 'missing' should be the first of levels"]),
    ('as = "set"', 'as = "chain"', ['path[0].compare[1]: shared needs as = "set"']),
    ('["surname", "surname2", "surname_line"]', '["surname", "surname2"]', ["path[0].compare[1]: a set needs columns"]),
    ('["exact", "day_month"', '["exact", "transposed", { first = { at = 1 } }', ["path[1].compare[0]: first counts columns, of which there should be more"]),
    ('["exact", "day_month"', '["exact", { prefix = { at = 4 } }', ["path[1].compare[0]: prefix compares letters, and birth is not one field of words"]),
    ("{ shared = 1.0 }", "{ one_digit = 1.0 }", ["path[0].compare[1]: one_digit compares digits, and surname is not one field of digits"]),
    ("{ shared = 1.0 }", "{ leading = { at = 2, weight = 1.0 } }", ["path[0].compare[1]: leading compares digits, and surname has none"]),
    ("{ shared = 1.0 }", "{ day_month = 1.0 }", ["path[0].compare[1]: day_month compares dates, and only birth is one"]),
    ('on = ["tin"]', 'on = ["shoe"]', ["path[0].block[0].on[0]: is not one of birth"]),
    ('"surname = surname2"', '"surname = surname2 = tin"', ["path[0].block[1].on[0]: should be a field, or one of the request = one of the record"]),
    ('unless = "has_zip"', 'unless = "has_zap"', ["path[0].refuse[0]: unless 'has_zap' is not one of zip_like_in_address"]),
    ('"has tin"', '"has shoes"', ['path[0].applies: should be "everyone", "has FIELD" or "has no FIELD"']),
    ('surname_handling = "array"', 'surname_handling = "both"', ["path[1].block[1].when: surname_handling should be one of 'one_field', 'array' (got 'both')"]),
    ("surname_handling =", "surname_handing =", ["path[1].block[1].when: surname_handing is not one of name_compare"]),
    ("threshold = 2\n", "", ['path[0]: needs threshold: a number of bits, or "all"']),
    ('threshold = "all"', "threshold = 1.0", ["path[1]: every level but else and missing needs a weight"]),
    ("threshold = 2\n", 'threshold = "all"\n', ['path[0]: levels carry no weight of their own: with threshold = "all"']),
    ("threshold = 2\n", 'threshold = "some"\n', ["path[0].threshold"]),
    ('name = "rest"', 'name = "numbered"', ["file: two paths have one name"]),
    ('threshold = "all"', 'threshold = "all"\nlearn_from = [["tin"]]', ['path[1]: learn_from and rare_values need weights = "learnt"']),
    ('as = "set"', 'as = "set"\nrare_values = ["given"]', ["path[0].compare[1]: rare_values should be among the columns compared"]),
    ('title = "Name', "title = 3 #", ["title: should be text (got 3)"]),
    ("[[path]]", "[path]", ["file: is not valid TOML"]),
    ('field = "birth"\nlevels = ["exact"', 'field = "born"\nlevels = ["exact"', ["path[1].compare[0]: is not one of birth"]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_a_wrong_file_is_told_by_its_place(right: str, wrong: str, told: list[str]) -> None:
    assert right in MINE
    with pytest.raises(InputErrors) as errors:
        read_rule(MINE.replace(right, wrong, 1), "mine.toml")
    said = [str(each) for each in errors.value.mistakes]
    for each in told:
        assert any(line.startswith(f"mine.toml: {each}") for line in said), said


def test_a_learnt_rule_of_a_file_is_that_of_the_file() -> None:
    few = {"weights.em.training_records": 20_000.0, "weights.em.training_requests": 3_000.0}
    few |= {"weights.chance.random_pairs": 50_000.0, "population.size": 20_000, "requests.count": 100}
    shipped_one = Scenario.of({"linkage.rule": "probabilistic", **few})
    text = LEARNT.replace('name = "probabilistic"', 'name = "my_own"').replace(', "birth_year"]', "]")
    own = Scenario.of({"linkage.rule": "mine.toml", "linkage.definition": text, **few})
    (theirs,), (mine,) = rule_of(shipped_one), rule_of(own)
    assert mine.name == "my_own"
    assert mine.passes[1] == ("surname",)
    # The same is learnt: only the search differs.
    assert [each.levels for each in mine.comparisons] == [each.levels for each in theirs.comparisons]


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    wrong = MINE.replace("one_digit =", "one_digid =").replace('on = ["tin"]', 'on = ["tim"]')
    with pytest.raises(InputErrors) as errors:
        rule_of(of_file(wrong))
    assert len(errors.value.mistakes) == 2


LEARNT = rules()["probabilistic"].read_text("utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('weights = "learnt"', 'weights = "learnt"\nthreshold = 3.0', "has its threshold from the scenario"),
        ('weights = "learnt"', 'weights = "learnt"\napplies = "has tin"', "is for everyone"),
        ('"missing", "exact", "day_month"', '"exact", "day_month"', "the first of levels should be 'missing'"),
        ('"missing", "exact", "day_month"', '"missing", { exact = 1.0 }, "day_month"', "weights are learnt"),
        ("[[path]]", '[[path]]\nname = "a"\nblock = [{ on = ["tin"] }]\nthreshold = "all"\n[[path.compare]]\nfield = "tin"\nlevels = ["exact", "else"]\n[[path]]', "a rule whose weights are learnt has one path"),
    ],
)  # fmt: skip
def test_a_learnt_rule_leaves_to_the_learning_what_is_learnt(right: str, wrong: str, told: str) -> None:
    assert right in LEARNT
    with pytest.raises(InputErrors, match=told):
        read_rule(LEARNT.replace(right, wrong, 1), "mine.toml")
