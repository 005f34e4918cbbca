from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim import tables
from sim.population import Country
from tests.population.worlds import make_country


@pytest.fixture(scope="module")
def everything(country: Country) -> pl.DataFrame:
    """Every address of the country."""
    addresses = country.addresses
    ids = np.arange(1, addresses.count + 1, dtype=np.uint32)
    fields = addresses.fields(ids)
    return pl.DataFrame(
        {"id": ids, "zip": addresses.zip_of(fields), "street": fields.street, "number": fields.number,
         "unit": fields.unit}
    )  # fmt: skip


def test_no_two_dwellings_have_the_same_address(country: Country, everything: pl.DataFrame) -> None:
    homes = everything.head(country.dwellings.total)
    assert homes.select("zip", "street", "number", "unit").is_duplicated().sum() == 0


def test_every_address_lies_in_a_published_zip(everything: pl.DataFrame) -> None:
    published = tables.places().filter(pl.col("households") > 0)["zip"].cast(pl.Int32)
    assert everything["zip"].is_in(published.implode()).all()


def test_zips_hold_their_share_of_the_countrys_homes(country: Country, everything: pl.DataFrame) -> None:
    homes = everything.head(country.dwellings.total).group_by("zip").len()
    published = (
        tables.places().filter(pl.col("state") != "PR").select(pl.col("zip").cast(pl.Int32), "households")
    )
    both = published.join(homes, on="zip", how="left").fill_null(0)
    expected = both["households"] / both["households"].sum() * country.dwellings.total
    assert (both["len"].cast(pl.Float64) - expected).abs().max() <= 1.0


def test_units_of_a_building_share_street_and_number(everything: pl.DataFrame) -> None:
    units = everything.filter(pl.col("unit") > 0).group_by("zip", "street", "number").len()
    assert units["len"].max() == 20
    assert units["len"].median() >= 18  # a ZIP thinned to fewer than 20 homes has a smaller building
    houses = everything.filter(pl.col("unit") == 0).select("zip", "street", "number")
    shared = houses.join(units, on=["zip", "street", "number"], how="semi")
    assert shared.height == 0


def test_the_share_of_homes_with_a_unit_is_the_published_one(everything: pl.DataFrame) -> None:
    where = tables.places().filter(pl.col("state") != "PR")
    share = where["pct_multi_family_x1000"].fill_null(0).cast(pl.Float64) / 1000
    expected = (share * where["households"]).sum() / where["households"].sum()
    assert (everything["unit"] > 0).mean() == pytest.approx(expected, abs=0.01)


def test_a_street_of_the_whole_country_has_25_lots() -> None:
    """Streets of one name in a ZIP merge, and the last street of a ZIP is short."""
    national = make_country(160_000_000).addresses
    fields = national.fields(np.arange(50_000_000, 50_200_000, dtype=np.uint32))
    frame = pl.DataFrame({"zip": fields.zip_index, "street": fields.street, "number": fields.number})
    lots = frame.unique().group_by("zip", "street").len()
    assert lots["len"].median() == 25
    assert frame["number"].median() < 20_000


def test_common_road_names_have_the_assumed_share(country: Country) -> None:
    street = country.addresses.street(np.arange(1, 200_001, dtype=np.uint32))
    head = street <= country.tables.streets.head
    assert head.mean() == pytest.approx(0.30, abs=0.02)


def test_streets_have_a_text_each_and_code_0_has_none(country: Country) -> None:
    text = country.addresses.street_text(np.arange(len(country.tables.streets.text) + 1))
    assert text[0] is None and text[1:].null_count() == 0
    assert text[1:].n_unique() == len(text) - 1


def test_no_address_has_no_fields_and_one_too_many_is_refused(country: Country) -> None:
    addresses = country.addresses
    nothing = np.zeros(1, np.uint32)
    assert (addresses.zip5(nothing)[0], addresses.street(nothing)[0], addresses.number(nothing)[0]) == (
        0,
        0,
        0,
    )
    assert addresses.place(nothing).row(0) == (None, None, None, None)
    with pytest.raises(IndexError, match="address ids"):
        addresses.zip5(np.array([addresses.count + 1]))


def test_the_place_of_an_address_has_its_zip_and_state(country: Country) -> None:
    ids = np.array([1, country.dwellings.total], np.uint32)
    place = country.addresses.place(ids)
    assert place["state"].to_list() == ["AL", "WY"]
    assert place["zip"].cast(pl.Int32).to_list() == country.addresses.zip5(ids).tolist()


def test_streets_and_buildings_stay_whole_when_the_country_is_small() -> None:
    small = make_country(20_000)
    ids = np.arange(1, small.dwellings.total + 1, dtype=np.uint32)
    fields = small.addresses.fields(ids)
    keys = np.stack([fields.zip_index, fields.street, fields.number, fields.unit], axis=1)
    assert len(np.unique(keys, axis=0)) == len(ids)
