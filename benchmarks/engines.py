"""Five linkage engines on the same requests, registry, blocking, weights and threshold.

Stock recordlinkage; our index with its own features and classifier ("stock features"); our whole path; the
same path from two tables of text, as `link_frames` is given them ("ours from text"); joins in polars with the
same bound; Splink 5 on DuckDB with the same weights (extra `[bench]`). Each runs in a process of its own and
must accept the very same pairs. Time is from tables in memory to accepted pairs; imports are left out, and,
since every engine but stock recordlinkage runs twice and the second time counts, compilation and warming up.

What each starts from (column `starts_from`): text is what the others get. Codes are what the simulator's
path is given, since its population is drawn as codes; "ours from text" adds the price of coding. "Stock
features" finds pairs by codes and compares text. Ours, stock recordlinkage and its features use one core;
polars and DuckDB take all.

    python -m benchmarks engines        10k x 1M, 100k x 1M, 100k x 5M
    python benchmarks/engines.py 10000x1000000

The gain hangs on the weights: with an earlier set, under which a shared birth date and two close names could
still link, little could be left out and our path was 6.2 times as fast as stock at 10k x 1M, not 14.

Writes benchmarks/results/engines.csv. Stock recordlinkage needs about 9 GB and some minutes at the
largest.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

OUT = Path(__file__).parent / "results" / "engines.csv"
SIZES = ("10000x1000000", "100000x1000000", "100000x5000000")
PASSES = (("surname", "birth_year"), ("birth",), ("zip", "initial"))
# Field: bits when equal, when Jaro-Winkler >= 0.9, otherwise (a missing value counts as otherwise). log2(m/u)
# with u of the names the chance that two residents share one (2020 Census: 0.00052, 0.0016) and m about 0.9.
WEIGHTS = {
    "surname": (10.7, 3.6, -3.0),
    "given": (9.1, 2.3, -3.3),
    "birth": (14.5, None, -4.3),
    "zip": (13.0, None, -2.0),
    "number": (8.5, None, -2.0),
}
PRIOR = -math.log2(1e6)  # bits; accepted when the posterior odds are even or better
CLOSE = 0.9
COLUMNS = sorted({*WEIGHTS, *(key for each in PASSES for key in each)})


def path() -> Any:
    """Return the rule in the program's own terms."""
    from sim.linkage.comparison import Comparison, Kind, Level, Path  # noqa: PLC0415

    comparisons = []
    for field, (equal, close, other) in WEIGHTS.items():
        levels = [Level(Kind.EXACT, equal), Level(Kind.ELSE, other)]
        if close is not None:
            levels.insert(1, Level(Kind.JARO_WINKLER, close, CLOSE))
        comparisons.append(Comparison(field, tuple(levels)))
    return Path("task", PASSES, tuple(comparisons), 0.0, base=PRIOR)


def make(folder: Path, requests: int, size: int) -> None:
    """Write both sides as codes and as strings: 90 % of the requested are in the registry, faults as
    published."""
    from sim.linkage.normalise import Fields  # noqa: PLC0415
    from sim.noise import apply  # noqa: PLC0415
    from sim.population import Country  # noqa: PLC0415
    from sim.requests import draw  # noqa: PLC0415
    from sim.rng import Streams  # noqa: PLC0415
    from sim.scenario import Scenario  # noqa: PLC0415

    asked = {"population.size": size, "requests.count": requests, "requests.coverage": 0.9}
    scenario, streams = Scenario.of(asked), Streams(1, 0)
    country = Country(scenario, streams)
    fields = Fields(country)
    noisy = apply(draw(country, scenario, streams), scenario, streams)
    left = fields.requests(noisy.frame, COLUMNS)
    parts = [fields.records(chunk, COLUMNS) for chunk in country.chunks()]
    right = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    texts: dict[str, list[str]] = {}
    for name in ("surname", "given"):
        # Codes are renumbered from 1, so that a list serves as dictionary.
        known, place = np.unique(np.concatenate([[0], left[name], right[name]]), return_inverse=True)
        texts[name] = fields.decode(name, known.astype(np.uint32))
        left[name], right[name] = np.split(place[1:].astype(np.uint32), [requests])
    for side, columns in (("requests", left), ("records", right)):
        codes = pl.DataFrame({name: columns[name].astype(np.uint32) for name in COLUMNS})
        codes.write_parquet(folder / f"{side}_codes.parquet")
        strings = codes.with_columns(
            pl.Series(name, texts[name], dtype=pl.String).gather(codes[name]).replace("", None).alias(name)
            for name in texts
        )
        rest = [name for name in COLUMNS if name not in texts]
        strings.with_columns(pl.when(pl.col(n) > 0).then(pl.col(n)).alias(n) for n in rest).write_parquet(
            folder / f"{side}.parquet"
        )
    (folder / "texts.json").write_text(json.dumps(texts))


def stock(folder: Path) -> Callable[[], Any]:
    """Measure recordlinkage as it is: Index of Blocks, Compare, LogisticRegressionClassifier."""
    import recordlinkage as rl  # noqa: PLC0415

    return _with_index(folder, rl.Index([rl.index.Block(list(each)) for each in PASSES]))


def stock_features(folder: Path) -> Callable[[], Any]:
    """Measure our bounded index on codes, then recordlinkage's own Compare on strings and its classifier."""
    import pandas as pd  # noqa: PLC0415

    from sim.linkage.toolkit import BoundedIndex  # noqa: PLC0415

    codes = [pl.read_parquet(folder / f"{side}_codes.parquet") for side in ("requests", "records")]
    frames = [pd.DataFrame({name: each[name].to_numpy() for name in COLUMNS}) for each in codes]

    class OnCodes:
        def index(self, _left: Any, _right: Any) -> Any:
            return BoundedIndex(path(), coded=True).index(*frames)

    return _with_index(folder, OnCodes())


def _with_index(folder: Path, index: Any) -> Callable[[], Any]:
    import pandas as pd  # noqa: PLC0415
    import recordlinkage as rl  # noqa: PLC0415

    left, right = (pl.read_parquet(folder / f"{side}.parquet") for side in ("requests", "records"))
    strings = [
        pd.DataFrame({name: each[name].to_list() if name in ("surname", "given") else each[name].to_numpy()
                      for name in COLUMNS})
        for each in (left, right)
    ]  # fmt: skip
    compare, coefficients, intercept = rl.Compare(), [], PRIOR + 1e-9
    for field, (equal, close, other) in WEIGHTS.items():
        compare.exact(field, field, label=field)
        coefficients.append(equal - (other if close is None else close))
        if close is not None:
            compare.string(field, field, method="jarowinkler", threshold=CLOSE, label=f"{field} close")
            coefficients.append(close - other)
        intercept += other
    classifier = rl.LogisticRegressionClassifier(
        np.array(coefficients) * math.log(2), intercept * math.log(2)
    )

    def run() -> Any:
        pairs = index.index(*strings)
        return classifier.predict(compare.compute(pairs, *strings))

    return run


def ours(folder: Path) -> Callable[[], Any]:
    """Measure our path whole: bounded index, coded features, positional Compare, recordlinkage's
    classifier."""
    import pandas as pd  # noqa: PLC0415

    from sim.linkage.toolkit import BoundedIndex, candidate_levels, compare_levels, decide  # noqa: PLC0415

    texts = {
        name: np.array(words, object)
        for name, words in json.loads((folder / "texts.json").read_text()).items()
    }
    codes = [pl.read_parquet(folder / f"{side}_codes.parquet") for side in ("requests", "records")]
    left, right = (pd.DataFrame({name: each[name].to_numpy() for name in COLUMNS}) for each in codes)
    rule = path()
    compare = compare_levels(rule, lambda field, wanted: texts[field][wanted].tolist())

    def run() -> Any:
        request, record, levels = candidate_levels(BoundedIndex(rule, coded=True), compare, left, right)
        links, _ = decide(rule, levels)
        return np.stack([request[links], record[links]])

    return run


def ours_from_text(folder: Path) -> Callable[[], Any]:
    """Measure `link_frames`: the same tables of text as polars and Splink get, coding included."""
    from sim.linkage.frames import link_frames  # noqa: PLC0415

    left, right = (pl.read_parquet(folder / f"{side}.parquet") for side in ("requests", "records"))
    rule, columns = path(), {name: name for name in COLUMNS}

    def run() -> Any:
        return (
            link_frames(left, right, rule, columns=columns, keep="all")
            .pairs.select("left", "right")
            .to_numpy()
            .T
        )

    return run


def polars(folder: Path) -> Callable[[], Any]:
    """Measure joins in polars with the bound in their filter, Jaro-Winkler by rapidfuzz for what survives."""
    from rapidfuzz import process  # noqa: PLC0415
    from rapidfuzz.distance import JaroWinkler  # noqa: PLC0415

    left = pl.read_parquet(folder / "requests.parquet").with_row_index("request")
    right = pl.read_parquet(folder / "records.parquet").with_row_index("record")
    for name in ("surname", "given"):
        left, right = (
            left.with_columns(pl.col(name).fill_null("")),
            right.with_columns(pl.col(name).fill_null("")),
        )

    def worth(field: str, best: bool) -> pl.Expr:
        equal, close, other = WEIGHTS[field]
        same = (pl.col(field) == pl.col(f"{field}_r")).fill_null(False)
        if close is None:
            return pl.when(same).then(equal).otherwise(other)
        same &= pl.col(field) != ""
        near = pl.lit(True) if best else pl.col(f"{field}_jw") >= CLOSE
        return pl.when(same).then(equal).when(near).then(close).otherwise(other)

    def run() -> Any:
        renamed = right.lazy().rename({name: f"{name}_r" for name in COLUMNS})
        joined = [
            left.lazy().filter(pl.all_horizontal(pl.col(k).cast(pl.String) != "" for k in keys))
            .join(renamed, left_on=list(keys), right_on=[f"{k}_r" for k in keys], coalesce=False)
            .filter(sum((worth(field, True) for field in WEIGHTS), pl.lit(PRIOR)) >= -1e-9)
            for keys in PASSES
        ]  # fmt: skip
        found = pl.concat(joined).collect(engine="streaming").unique(["request", "record"])
        jw = [
            pl.Series(f"{name}_jw", process.cpdist(found[name].to_list(), found[f"{name}_r"].to_list(),
                                                   scorer=JaroWinkler.similarity, dtype=np.float64))
            * ((found[name] != "") & (found[f"{name}_r"] != ""))
            for name in ("surname", "given")
        ]  # fmt: skip
        score = sum((worth(field, False) for field in WEIGHTS), pl.lit(PRIOR))
        return found.with_columns(jw).filter(score >= -1e-9).select("request", "record").to_numpy().T

    return run


def splink(folder: Path) -> Callable[[], Any]:
    """Measure Splink 5 on DuckDB: the same blocking rules, comparison levels, weights and prior."""
    import splink.comparison_level_library as cll  # noqa: PLC0415
    import splink.comparison_library as cl  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    comparisons = []
    for field, (equal, close, other) in WEIGHTS.items():
        # m = 2**bits * u; any u will do, since only their ratio counts. Nulls are worth "otherwise" here.
        levels = [cll.ExactMatchLevel(field).configure(m_probability=2**equal * 1e-6, u_probability=1e-6)]
        if close is not None:
            near = cll.JaroWinklerLevel(field, distance_threshold=CLOSE)
            levels.append(near.configure(m_probability=2**close * 1e-6, u_probability=1e-6))
        levels.append(cll.ElseLevel().configure(m_probability=2**other * 1e-1, u_probability=1e-1))
        comparisons.append(cl.CustomComparison(output_column_name=field, comparison_levels=levels))
    settings = SettingsCreator(
        link_type="link_only", comparisons=comparisons, unique_id_column_name="row",
        probability_two_random_records_match=1 / (1 + 2**-PRIOR),
        blocking_rules_to_generate_predictions=[block_on(*each) for each in PASSES],
    )  # fmt: skip
    sides = [
        pl.read_parquet(folder / f"{side}.parquet").with_row_index("row") for side in ("records", "requests")
    ]

    def run() -> Any:
        api = DuckDBAPI()
        tables = [
            api.register(side.to_arrow(), dataset_display_name=name)
            for side, name in zip(sides, ("a_records", "b_requests"), strict=True)
        ]
        predicted = Linker(tables, settings).inference.predict(threshold_match_weight=-1e-6)
        found = pl.from_arrow(predicted.as_pyarrow_table())
        return found.select("row_r", "row_l").to_numpy().T  # type: ignore[union-attr]

    return run


ENGINES = {
    "stock": stock, "stock_features": stock_features, "ours": ours, "ours_from_text": ours_from_text,
    "polars": polars, "splink": splink,
}  # fmt: skip
STARTS_FROM = {"stock_features": "codes and text", "ours": "codes"}  # the others: text


def measure(engine: str, folder: Path) -> dict[str, Any]:
    """Run one engine in this process, all but stock recordlinkage twice, and time the last run."""
    run = ENGINES[engine](folder)
    before = _peak_mb()
    if engine != "stock":
        run()
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    if hasattr(found, "levels"):
        found = np.array([found.get_level_values(0), found.get_level_values(1)])
    pairs = np.asarray(found)
    order = np.lexsort(pairs[::-1])
    digest = hashlib.sha256(np.ascontiguousarray(pairs[:, order].T.astype(np.int64)).tobytes()).hexdigest()[
        :16
    ]
    return {
        "starts_from": STARTS_FROM.get(engine, "text"),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "links": pairs.shape[1],
        "digest": digest,
        "peak_mb": _peak_mb(),
        "added_mb": _peak_mb() - before,
    }


def _peak_mb() -> int:
    """Return the most memory this process has held, in MiB (getrusage would count its parent's too)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:"))


def main(sizes: list[str]) -> None:
    """Make the data of each size, run every engine on it, and write the table."""
    rows = []
    for size in sizes or SIZES:
        requests, records = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), requests, records)
            for engine in ENGINES:
                command = [sys.executable, "-W", "ignore", __file__, "--engine", engine, name]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(
                        f"{size} {engine}: not run ({done.stderr.strip().splitlines()[-1]})", file=sys.stderr
                    )
                    continue
                rows.append({"size": size, "engine": engine} | json.loads(done.stdout.splitlines()[-1]))
                print(rows[-1], flush=True)
    table = pl.DataFrame(rows)
    base = table.filter(engine="stock").select("size", stock_digest="digest")
    table = table.join(base, on="size", how="left", maintain_order="left").with_columns(
        same_links_as_stock=pl.col("digest") == pl.col("stock_digest")
    )
    for peer in ("stock", "splink"):
        peers = table.filter(engine=peer).select("size", peer="seconds", peer_cpu="cpu_seconds")
        table = table.join(peers, on="size", how="left", maintain_order="left").with_columns(
            (pl.col("peer") / pl.col("seconds")).round(1).alias(f"times_{peer}"),
            (pl.col("peer_cpu") / pl.col("cpu_seconds")).round(1).alias(f"cpu_times_{peer}"),
        )
        table = table.drop("peer", "peer_cpu")
    OUT.parent.mkdir(exist_ok=True)
    table.drop("stock_digest").write_csv(OUT)
    print(table)


if __name__ == "__main__":
    if "--engine" in sys.argv:
        print(json.dumps(measure(sys.argv[-2], Path(sys.argv[-1]))))
    else:
        main(sys.argv[1:])
