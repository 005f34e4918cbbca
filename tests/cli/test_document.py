"""The table of parameters in docs/ is what the catalogue says."""

from sim.commands import document
from sim.parameters import catalogue


def test_the_table_of_parameters_is_up_to_date() -> None:
    assert document.path().read_text("utf-8") == document.generated(catalogue())


def test_every_parameter_stands_in_the_table_with_its_grade_and_source() -> None:
    text = document.generated(catalogue())
    for key, entry in catalogue().items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{key}` |"))
        assert f"| {entry.grade} |" in row
        assert row.endswith(entry.source.replace("|", "\\|").replace("\n", " ") + " |")
