"""ADaM names: eight characters, the study's own first, never two alike."""

import pytest

from analytics.export.names import Named, short_label, short_name, variable_names


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("age", "AGE"),
        ("primary_refractory", "PRIMREFR"),
        ("prior_hsct", "PRIOHSCT"),
        ("bone_marrow_blasts", "BONMARBL"),
        ("t(4;11)", "T411"),
        ("5_year_plan", "X5YEAPLA"),
        ("a_b_c_d_e_f_g_h_i_j", "ABCDEFGH"),
        ("größe", "GRSSE"),
        ("---", "X"),
    ],
)
def test_a_name_is_made_of_the_letters_of_its_words(name: str, short: str) -> None:
    assert short_name(name, 8) == short


def test_names_made_alike_are_numbered_in_order() -> None:
    wanted = [Named(f"prior_treatment_{i}", None) for i in ("aa", "ab", "ac")]
    names = variable_names([*wanted, Named("prior_treatment_aa_", None)], ["AGE"])
    assert list(names.values()) == ["PRITREAA", "PRITREAB", "PRITREAC", "PRITRAA2"]
    assert variable_names([Named("age", None)], ["AGE", "AGE2"]) == {"age": "AGE3"}


def test_a_given_name_is_kept_though_another_would_have_been_made_the_same() -> None:
    names = variable_names([Named("stage", None), Named("tumor_stage", "STAGE")], [])
    assert names == {"stage": "STAGE2", "tumor_stage": "STAGE"}


def test_a_flag_ends_in_fl_also_when_numbered() -> None:
    names = variable_names([Named("responders", None), Named("responses", None)], [], "FL")
    assert names == {"responders": "RESPONFL", "responses": "RESPO2FL"}


def test_a_label_that_is_too_long_says_that_it_is_cut() -> None:
    assert short_label("x" * 40) == "x" * 40
    assert short_label("Relapse-free survivors, blinatumomab only") == (
        "Relapse-free survivors, blinatumomab..."
    )
    assert short_label("ä" * 21) == "ä" * 18 + "..."
