//! Samples of reclaiming.

use domain::id::{LegalHoldId, ProductId, WaveId};
use domain::reclaim::ItemStatus;

use super::{Sample, copy, day, eur, frame, outside, said, sample};
use crate::design::forms::{Errors, FieldError};
use crate::pages::reclaim::{
    self, AnswerPage, CandidateRow, CandidatesPage, HoldRow, ItemRow, LettersPage, ReclaimPage, WavePage, WaveRow,
};

pub(super) fn all(mark: &str) -> Vec<Sample> {
    let frame = frame(mark);
    let none = CandidatesPage {
        product: (ProductId(9), said("Ledgerline", mark)),
        rows: Vec::new(),
        total: 0,
        askable: 0,
        unit_price: None,
        potential: Vec::new(),
        errors: Errors::default(),
        ..candidates_page(mark)
    };
    let closed = WavePage {
        row: WaveRow { wave: WaveId(1), closed: true, ..row(mark) },
        errors: Errors::default(),
        ..wave_page(mark)
    };
    let over = AnswerPage {
        product: said("Ledgerline", mark),
        answered: None,
        closed: Some("The time to answer is over. Talk to whoever asked.".to_owned()),
        errors: Errors::default(),
        ..answer_page(mark)
    };
    let letters = LettersPage {
        wave: WaveId(2),
        letters: vec![(
            said("Do you still need Drafter Pro on pc-7?", mark),
            "https://indult.example/reclaim/answer/x".to_owned(),
        )],
    };
    vec![
        sample("reclaim", reclaim::page(&frame, &reclaim_page(mark))),
        sample("reclaim-candidates", reclaim::candidates_page(&frame, &candidates_page(mark))),
        sample("reclaim-nobody", reclaim::candidates_page(&frame, &none)),
        sample("reclaim-wave", reclaim::wave_page(&frame, &wave_page(mark))),
        sample("reclaim-closed", reclaim::wave_page(&frame, &closed)),
        sample("reclaim-letters", reclaim::letters_page(&frame, &letters)),
        sample("reclaim-answer", reclaim::answer_page(&outside(mark), &answer_page(mark))),
        sample("reclaim-over", reclaim::answer_page(&outside(mark), &over)),
    ]
}

fn row(mark: &str) -> WaveRow {
    WaveRow {
        wave: WaveId(2),
        product: (ProductId(7), said("Drafter Pro", mark)),
        basis: "last used more than 90 days ago".to_owned(),
        answer_by: day("2025-08-26"),
        closed: false,
        tally: [3, 1, 2, 4, 1, 2, 5],
        potential: vec![eur(5_400)],
        measured: vec![eur(1_500)],
    }
}

fn reclaim_page(mark: &str) -> ReclaimPage {
    ReclaimPage {
        waves: vec![row(mark)],
        holds: vec![HoldRow {
            hold: LegalHoldId(1),
            about: "holder",
            name: said("marta", mark),
            reason: said("Case 12.", mark),
            who: said("Theo Brandt", mark),
        }],
        worth: (vec![eur(5_400)], vec![eur(1_500)]),
        may_open: true,
        may_hold: true,
        search: [said("Drafter", mark), "dormant".to_owned(), "90".to_owned()],
        typed: [said("pc-77", mark), String::new(), said("Case 12.", mark)],
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "device".into(), sentence: "No device has this name.".into() }]),
        copy: copy("indult reclaim list", "GET /v1/reclaim_waves"),
    }
}

fn candidates_page(mark: &str) -> CandidatesPage {
    let candidate = CandidateRow {
        device: said("pc-7", mark),
        devices: 2,
        holder: Some(said("marta", mark)),
        last_used_on: Some(day("2025-03-01")),
        units: 1,
        saving: Some(eur(300)),
        not_now: None,
    };
    let held =
        CandidateRow { holder: None, last_used_on: None, not_now: Some("Under HLD-1".to_owned()), ..candidate.clone() };
    CandidatesPage {
        product: (ProductId(7), said("Drafter Pro", mark)),
        basis: "last used more than 90 days ago".to_owned(),
        carried: ["dormant".to_owned(), "90".to_owned()],
        rows: vec![candidate, held],
        total: 19,
        askable: 18,
        unit_price: Some(eur(300)),
        potential: vec![eur(5_400)],
        may_open: true,
        answer_by: "2025-08-26".to_owned(),
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "answer_by".into(), sentence: "Choose the last day.".into() }]),
        copy: copy("indult reclaim candidates PRD-7 --dormant 90", "GET /v1/reclaim_candidates?product=PRD-7"),
    }
}

fn wave_page(mark: &str) -> WavePage {
    let item = |(number, status): (u64, ItemStatus)| ItemRow {
        number,
        device: said("pc-7", mark),
        holder: Some(said("marta", mark)),
        last_used_on: Some(day("2025-03-01")),
        status,
        said: (number > 2).then(|| said("Keep it: the audit.", mark)),
        decided: (number > 4).then(|| (said("Jonas Weber", mark), said("Considered.", mark))),
        hold: (number == 3).then_some(LegalHoldId(1)),
        came_back: number == 7,
    };
    WavePage {
        row: row(mark),
        items: (1..).zip(ItemStatus::ALL).map(item).collect(),
        units: (18, 5),
        unit_price: Some(eur(300)),
        may_decide: true,
        reason: said("", mark),
        key: "key".to_owned(),
        errors: Errors(vec![FieldError { field: "reason".into(), sentence: "Choose at least one item.".into() }]),
        copy: copy("indult reclaim show WAV-2", "GET /v1/reclaim_waves/WAV-2/items"),
    }
}

fn answer_page(mark: &str) -> AnswerPage {
    AnswerPage {
        product: said("Drafter Pro", mark),
        device: said("pc-7", mark),
        last_used_on: Some(day("2025-03-01")),
        answer_by: day("2025-08-26"),
        answered: Some("you keep it"),
        closed: None,
        action: "/reclaim/answer/x".to_owned(),
        typed: ["keep".to_owned(), said("", mark)],
        errors: Errors(vec![FieldError { field: "reason".into(), sentence: "Enter what you need it for.".into() }]),
    }
}
