//! Recognition of raw titles: the most precise rule decides.

use crate::scenario::check;

#[test]
fn the_most_precise_rule_decides() {
    check(
        "
        ana adds product \"Vectra\" -> ok
        ana adds product \"Vectra Pro\" -> ok
        ana adds product \"Vectra Viewer\" -> ok
        recognise \"Vectra Pro 9\" -> nothing
        ana matches \"Vectra*\" to PRD-1 -> ok
        recognise \"VECTRA   pro 9\" -> PRD-1
        ana matches \"Vectra Pro*\" to PRD-2 -> ok
        recognise \"Vectra Pro 9\" -> PRD-2
        recognise \"Vectra 9\" -> PRD-1
        ana matches \"Vectra Pro 9 Viewer\" to PRD-3 -> ok
        recognise \"Vectra Pro 9 Viewer\" -> PRD-3
        # A publisher makes a rule more precise than the same without.
        ana matches \"Vectra Pro*\" \"Northwind\" to PRD-3 -> ok
        recognise \"Vectra Pro 9\" -> PRD-2
        recognise \"Vectra Pro 9\" \"northwind\" -> PRD-3
        recognise \"Vectra Pro 9\" \"Southwind\" -> PRD-2
        # A later rule for the same titles takes the place of the earlier.
        ana matches \"vectra  PRO*\" to PRD-1 -> ok, title-matched
        recognise \"Vectra Pro 9\" -> PRD-1
        ana matches \"Vectra Pro*\" to PRD-1 -> MAT-5 says this already.
        ana matches \"Vectra Help*\" -> ok
        recognise \"Vectra Help Pack\" -> needs no licence
        ana unmatches MAT-6 -> ok
        recognise \"Vectra Help Pack\" -> PRD-1
        ana unmatches MAT-6 -> There is no title match MAT-6.
        ",
    );
}

#[test]
fn a_beginning_needs_two_letters_and_a_whole_name_does_not() {
    check(
        "
        ana adds product \"R\" -> ok
        ana matches \"*\" to PRD-1 -> Give at least two letters of the title before the *.
        ana matches \"R*\" to PRD-1 -> Give at least two letters of the title before the *.
        ana matches \"R\" to PRD-1 -> ok
        recognise \"R\" -> PRD-1
        recognise \"R 4\" -> nothing
        ana adds product \"r\" -> PRD-1 is called R already.
        ",
    );
}

#[test]
fn white_space_after_the_star_does_not_make_a_beginning_a_whole_name() {
    check(
        "
        ana adds product \"Vectra\" -> ok
        ana adds product \"Vectra Pro\" -> ok
        ana matches \"Vectra Pro\" to PRD-2 -> ok
        ana matches \"Vectra P* \" to PRD-1 -> ok
        recognise \"Vectra Pro\" -> PRD-2
        ",
    );
}
