"""Our scorer against Splink 5 on pseudopeople's sample population, same pairs, matched numbers of links.

Protocol: `generate_social_security(2020)` kept where event_type is "creation", against
`generate_taxes_w2_and_1099(2020)`, default seed and noise. Block on first or last name; compare SSN, first
name, middle initial, last name; the best SSA record of each W-2/1099 row. Both learn m by EM and u from
random pairs, neither sees the truth. False: the best record is another simulant's. Missed: the row's simulant
is among the SSA creations but not disclosed. Numbers of links are matched exactly; within a tie the expected
number is taken.

A frequency strength of 1 is Winkler's full adjustment; 0.5 was tried because relatives agree on rare surnames
too, and was chosen with the truth in sight: read it as what the model can do, and strength 1 as what it does
untuned.

Splink and pseudopeople want an environment of their own:
    python -m venv ENV && ENV/bin/pip install pseudopeople "splink>=5"
    ENV/bin/python benchmarks/pseudopeople_splink.py peer FOLDER   makes the data and Splink's scores
    python benchmarks/pseudopeople_splink.py ours FOLDER           writes results/pseudopeople_splink.csv
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent / "results" / "pseudopeople_splink.csv"
LINKS = (9000, 9100, 9200, 9250, 9275, 9300, 9325, 9350, 9400, 9450, 9475)
SPLINK = {"term frequencies on names": False, "and on middle initial": True}


def peer(folder: Path) -> None:
    """Make the two files and score their pairs with Splink 5."""
    import pseudopeople  # noqa: PLC0415  only in the environment of the peer

    folder.mkdir(parents=True, exist_ok=True)
    pseudopeople.generate_social_security(year=2020).to_parquet(folder / "ssa.parquet")
    pseudopeople.generate_taxes_w2_and_1099(year=2020).to_parquet(folder / "w2.parquet")
    for number, every in enumerate(SPLINK.values()):
        splink_scores(folder, every).to_parquet(folder / f"splink{number}.parquet")


def splink_scores(folder: Path, middle_frequencies: bool):  # type: ignore[no-untyped-def]
    """Splink 5 as its documentation trains it: u by sampling, m by EM on two blocking rules."""
    import pandas as pd  # noqa: PLC0415
    import splink.comparison_library as cl  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    ssa = pd.read_parquet(folder / "ssa.parquet").query("event_type == 'creation'").reset_index(drop=True)
    w2 = pd.read_parquet(folder / "w2.parquet")
    ssa["middle_initial"] = ssa["middle_name"].str[0]
    fields = ["ssn", "first_name", "middle_initial", "last_name"]
    api = DuckDBAPI()
    tables = [
        api.register(frame[fields].assign(unique_id=range(len(frame))), dataset_display_name=name)
        for name, frame in (("w2", w2), ("ssa", ssa))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.LevenshteinAtThresholds("ssn", [1, 2]),
            cl.NameComparison("first_name"),
            cl.ExactMatch("middle_initial").configure(term_frequency_adjustments=middle_frequencies),
            cl.NameComparison("last_name"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("last_name")],
    )
    linker = Linker(tables, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("ssn")], recall=0.95)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("ssn"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "last_name"))
    scores = linker.inference.predict().as_pandas_dataframe()
    assert (scores["source_dataset_l"] == "ssa").all()
    return pd.DataFrame(
        {"w2": scores["unique_id_r"], "ssa": scores["unique_id_l"], "score": scores["match_weight"]}
    )


def ours(folder: Path) -> None:
    """Score the same pairs through `link_frames` and put both beside each other."""
    import polars as pl  # noqa: PLC0415

    from sim.linkage.comparison import Kind  # noqa: PLC0415
    from sim.linkage.frames import link_frames  # noqa: PLC0415
    from sim.linkage.train import Design, Learning  # noqa: PLC0415
    from sim.linkage.weights import compare_as  # noqa: PLC0415

    initial = pl.col("middle_name").str.slice(0, 1)
    ssa = pl.read_parquet(folder / "ssa.parquet").filter(pl.col("event_type") == "creation")
    ssa, w2 = ssa.with_columns(middle_initial=initial), pl.read_parquet(folder / "w2.parquet")
    known = int(w2["simulant_id"].is_in(ssa["simulant_id"].implode()).sum())
    names = ((Kind.JARO_WINKLER, 0.92), (Kind.JARO_WINKLER, 0.88), (Kind.JARO_WINKLER, 0.7))
    fields = ("ssn", "first_name", "middle_initial", "last_name")
    design = Design(
        comparisons=(
            compare_as("ssn", (Kind.EDIT, 1), (Kind.EDIT, 2)),
            compare_as("first_name", *names),
            compare_as("middle_initial"),
            compare_as("last_name", *names),
        ),
        passes=(("first_name",), ("last_name",)),
        adjusted={"first_name": ("first_name",), "last_name": ("last_name",)},
    )
    rows = []
    for number, label in enumerate(SPLINK):
        pairs = pl.read_parquet(folder / f"splink{number}.parquet").sort(
            ["w2", "score", "ssa"], descending=[False, True, False]
        )
        best = pairs.group_by("w2", maintain_order=True).first()
        right = w2["simulant_id"].gather(best["w2"]) == ssa["simulant_id"].gather(best["ssa"])
        rows += matched(f"Splink 5, {label}", best["score"].to_numpy(), right.to_numpy(), known, pairs.height)
    for strength in (1.0, 0.5, 0.0):
        found = link_frames(
            w2, ssa, design, columns={name: name for name in fields}, truth="simulant_id", threshold=-40,
            overlap=known / w2.height, learning=Learning(frequency_strength=strength),
        )  # fmt: skip
        label = f"ours, frequency strength {strength:g}"
        rows += matched(
            label, found.pairs["score"].to_numpy(), found.pairs["true"].to_numpy(), known, found.compared
        )
    table = pl.DataFrame(rows)
    table.write_csv(OUT, float_precision=1)
    with pl.Config(tbl_rows=40, tbl_cols=20, tbl_width_chars=200, fmt_str_lengths=50):
        print(f"{ssa.height} SSA creations, {w2.height} W-2/1099 rows, {known} of them with an SSA creation")
        for measure in ("false", "missed"):
            print(measure, table.pivot("links", index=["scorer", "pairs"], values=measure))


def matched(
    label: str, score: np.ndarray, right: np.ndarray, known: int, pairs: int
) -> list[dict[str, object]]:
    """False and missed at given numbers of links, linear within ties."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    links = np.concatenate(([0], np.flatnonzero(last) + 1))
    true = np.concatenate(([0], np.cumsum(right[order])[last]))
    at = np.interp(LINKS, links, true)
    return [
        {"scorer": label, "pairs": pairs, "links": n, "false": n - t, "missed": known - t}
        for n, t in zip(LINKS, at, strict=True)
    ]


if __name__ == "__main__":
    {"peer": peer, "ours": ours}[sys.argv[1]](Path(sys.argv[2]))
