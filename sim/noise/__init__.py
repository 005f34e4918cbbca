"""The whole noise model on one page: every kind of error in a request, in the order in which they are applied.

A line names the kind, what it does (the function's own docstring says how), why it happens in life, and what is not
modelled. How often, and to whom, stands in configs/parameters/noise.toml under the kind's name. To add a kind: its
function, its line here, its numbers there. Errors on the registry's side are the population's (`registry.*`).

`of="requests"`: the rate is a share of all requests, as published, not of the cells that can be changed.
`clerical=False`: life's doing, not a careless clerk's; it does not come together with keying errors.
"""

# ruff: noqa: E501  one kind a line reads better than one kind a paragraph
from __future__ import annotations

from sim.noise import addresses, dates, identifiers, names, text
from sim.noise.applying import Noisy, apply_all, replay
from sim.noise.kind import Cells, Effect, Luck, Noise, Settings, rewrite
from sim.noise.lexicon import cycles, lexicon, lost_accents, nicknames, spaced, variants
from sim.noise.who import ATTRIBUTES, UnreachableRateWarning
from sim.requests import Requests
from sim.rng import Streams
from sim.scenario import Scenario

# fmt: off
NOISES: tuple[Noise, ...] = (
    # the number
    Noise("tin_missing", identifiers.missing(), "A number that was known is not carried over from one system to the next.", "requests that never had one: requests.tin_share"),
    Noise("tin_by_name", identifiers.by_name(), "A clerk or a contractor fills in the number by searching another file for the name, and takes a namesake's.", "files searched by name and date of birth; namesakes on no return", clerical=False),
    Noise("tin_borrowed", identifiers.borrowed(), "People who may not work use the number of somebody who lends it, and a file keeps it as theirs.", "lenders who are relatives by another name", clerical=False),
    Noise("tin_household", identifiers.household(), "On a joint return or a family's file the spouse's number, or another's of the home, stands beside the wrong name.", "relatives outside the household: requests.lender_kin"),
    Noise("tin_unfiled", identifiers.unfiled(), "The number used is a child's or a dead person's.", "the name that comes with it: no return bears the number", clerical=False),
    Noise("tin_invented", identifiers.invented(), "People who need a number make one up.", "numbers that are easy to think of; forms that are never issued", clerical=False),
    Noise("tin_outdated", identifiers.outdated(), "Somebody who now has a Social Security number is listed under the taxpayer number of earlier years.", "numbers given to someone else afterwards", clerical=False),
    Noise("tin_transposed", identifiers.transposed(), "Two digits change places in typing.", "swaps of digits that are not neighbours"),
    Noise("tin_digit", identifiers.wrong_digit(), "A digit is misread or mistyped.", "which digits are taken for which; more than one wrong digit"),
    # names: structure, forms, spelling, fields
    Noise("married_name", names.married_name(), "A woman is listed under a name from before or after a marriage.", "men; hyphenated double names; the husband's actual name", clerical=False),
    Noise("surname_order_swapped", names.order_swapped(), "Father's and mother's surname are written in the wrong order.", "surnames of more than two words, which turn about the first"),
    Noise("surname_second_dropped", names.second_dropped(), "A form has room for one surname, or a clerk knows of one only.", "the second surname kept as an initial"),
    Noise("surname_first_dropped", names.first_dropped(), "The last word is taken for the surname, as in English.", "the dropped surname kept elsewhere: surname_first_as_middle"),
    Noise("surname_first_as_middle", names.first_as_middle(), "The first of two surnames is taken for a middle name.", "the whole surname in the middle field, which holds an initial"),
    Noise("surname_concatenated", names.concatenated(), "A system that allows no blanks runs two surnames together.", "cutting off at a fixed length"),
    Noise("surname_hyphenated", names.hyphenated(), "Two surnames are joined by a hyphen so that a system keeps both.", "hyphens in the registry"),
    Noise("surname_in_parts", variants("surname", spaced()), "Names such as DELACRUZ or OBRIEN are written in several words or with an apostrophe.", "particles not on the list"),
    Noise("surname_accent_lost", variants("surname", lost_accents("accented_surnames")), "A system that knows no accents drops the letter, or puts a blank or a question mark.", "names not on the list; two accents in one name"),
    Noise("given_accent_lost", variants("given", lost_accents("accented_given")), "As for surnames.", "as for surnames"),
    Noise("given_nickname", variants("given", nicknames()), "People give, and clerks write, the name used in daily life.", "how common each short form is"),
    Noise("given_english_form", variants("given", lexicon("english_forms")), "A Spanish, Portuguese or French name is put into English.", "English names put into Spanish"),
    Noise("given_other_spelling", variants("given", cycles("spelt_given")), "A name from another alphabet, or known by ear, has several spellings.", "systems of transliteration; names not on the list"),
    Noise("surname_other_spelling", variants("surname", cycles("spelt_surnames")), "As for given names: ZHANG, CHANG, CHEUNG.", "as for given names"),
    Noise("given_split", names.given_split(), "JOSELUIS is written as two names.", "names not on the list"),
    Noise("given_concatenated", names.given_concatenated(), "Two given names are run together.", "the second name's own frequency"),
    Noise("middle_joined", names.middle_joined(), "The middle initial is typed into the field of the first name.", "whole middle names"),
    Noise("middle_missing", names.middle_missing(), "The middle initial is not asked for or not carried over.", "a wrong initial"),
    Noise("given_initial", names.initial_only(), "Only the first letter of the given name is kept.", "initials for surnames"),
    Noise("suffix_lost", names.suffix_lost(), "JR and the like have no field of their own.", "a suffix added in error, or typed into the surname"),
    Noise("given_sounds_alike", text.misheard("given", "sounds_alike"), "A name is written by ear.", "accents of speaker and listener; more than one such error"),
    Noise("surname_sounds_alike", text.misheard("surname", "sounds_alike"), "As for given names: VASQUEZ, VAZQUES.", "as for given names"),
    Noise("given_looks_alike", text.misspelt("given", "looks_alike"), "Handwriting or a scan is misread.", "the quality of the page; more than one such error"),
    Noise("surname_looks_alike", text.misspelt("surname", "looks_alike"), "As for given names.", "as for given names"),
    Noise("given_typo", text.typo("given"), "A finger hits, misses or repeats a key.", "more than one error in a word; rarer errors in first letters"),
    Noise("surname_typo", text.typo("surname"), "As for given names.", "as for given names"),
    Noise("names_swapped", names.fields_swapped(), "Given name and surname are entered in each other's field.", "partial swaps"),
    # date of birth
    Noise("birth_missing", dates.missing(), "The date was never asked or not carried over.", "the year alone: birth_january_first"),
    Noise("birth_placeholder", dates.placeholder(), "A system that must have a date fills in 1 January 1800.", "other fillers"),
    Noise("birth_january_first", dates.january_first(), "Only the year is known, as for many born where births are not registered.", "wrong years given in the same breath"),
    Noise("birth_first_of_month", dates.first_of_month(), "Day unknown or not released: the first is written.", "other default days"),
    Noise("birth_day_month", dates.day_month_swapped(), "Half the world writes the day first.", "days beyond the twelfth, which a form refuses"),
    Noise("birth_year_off", dates.year_off(), "The year is reckoned from an age, or remembered wrongly.", "errors of more than a year; born on 29 February"),
    Noise("birth_digit", dates.wrong_digit(), "A digit is misread or mistyped.", "dates that do not exist, which a form refuses; the century"),
    # address
    Noise("address_blank", addresses.blank(), "No address was taken.", "blank fields holding spaces", of="requests"),
    Noise("address_junk", addresses.junk(), "Something has to stand in a required field.", "real facilities; foreign addresses", of="requests"),
    Noise("address_zip_only", addresses.zip_only(), "Only the place is known.", "city and state names", of="requests"),
    Noise("address_reused", addresses.reused(), "People without a home of their own give a shelter's, a charity's, an employer's or a notary's.", "that the people at one such address came together", of="requests", clerical=False),
    Noise("address_stale", addresses.stale(), "The address was right when it was taken; the person has moved since.", "homes before the last one", of="requests", clerical=False),
    Noise("unit_missing", addresses.unit_missing(), "The apartment number is left out.", "a unit typed into the street field", of="requests"),
    Noise("unit_wrong", text.wrong_digit("unit"), "A digit of the apartment number is misread or mistyped.", "lettered units"),
    Noise("number_digit", addresses.number_digit(), "A digit of the house number is misread or mistyped.", "digits left out or added"),
    Noise("street_variant", addresses.street_variant(), "A street word is written in full or abbreviated another way.", "several words at once"),
    Noise("street_typo", addresses.typo(), "A finger hits, misses or repeats a key.", "more than one error in a word"),
    Noise("zip_digit", addresses.zip_digit(), "A digit of the ZIP code is misread or mistyped.", "ZIP codes of the post office or workplace"),
)
# fmt: on


def apply(requests: Requests, scenario: Scenario, streams: Streams) -> Noisy:
    """Return the list with errors, the ledger of every change, and the tally of rates asked and reached.

    Warns (UnreachableRateWarning) when a rate cannot be reached. The same streams give the same luck to every
    scenario: switching a kind or changing its rate changes no other kind's draws.
    """
    return apply_all(NOISES, requests.clean, scenario, streams)


__all__ = [
    "ATTRIBUTES", "NOISES", "Cells", "Effect", "Luck", "Noise", "Noisy", "Settings", "UnreachableRateWarning", "apply",
    "apply_all", "replay", "rewrite",
]  # fmt: skip
