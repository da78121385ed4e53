//! What an unread column could give, going by the words of its header.
//!
//! Suggestions are shown and never used by themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::Field;
use crate::table::{ColumnUse, normal_header};

/// Words of headers in other languages and usual short forms, with our word for the same.
const WORDS: &[(&str, &str)] = &[
    ("abteilung", "department"),
    ("acheteur", "owner"),
    ("ablaufdatum", "expiry"),
    ("ab", "start"),
    ("anzahl", "quantity"),
    ("artikel", "product"),
    ("article", "product"),
    ("ausgabe", "version"),
    ("austritt", "leaving"),
    ("beginn", "start"),
    ("benutzer", "user"),
    ("beschreibung", "product"),
    ("bestellnummer", "purchase"),
    ("bestellung", "purchase"),
    ("betrag", "total"),
    ("bezeichnung", "product"),
    ("bis", "end"),
    ("cantidad", "quantity"),
    ("commande", "purchase"),
    ("contrat", "agreement"),
    ("contrato", "agreement"),
    ("departement", "department"),
    ("desc", "product"),
    ("description", "product"),
    ("devise", "currency"),
    ("editeur", "publisher"),
    ("éditeur", "publisher"),
    ("einzelpreis", "unit price"),
    ("ende", "end"),
    ("fabricante", "publisher"),
    ("fecha", "date"),
    ("fin", "end"),
    ("gerät", "device"),
    ("geraet", "device"),
    ("gesamt", "total"),
    ("gesamtpreis", "total"),
    ("gültig", "valid"),
    ("hersteller", "publisher"),
    ("importe", "total"),
    ("item", "product"),
    ("kostenstelle", "cost centre"),
    ("lieferant", "publisher"),
    ("lizenz", "license"),
    ("lizenzen", "licenses"),
    ("lizenzart", "metric"),
    ("lizenzmetrik", "metric"),
    ("licence", "license"),
    ("logiciel", "software"),
    ("menge", "quantity"),
    ("metrik", "metric"),
    ("mitarbeiter", "person"),
    ("montant", "total"),
    ("moneda", "currency"),
    ("netto", "net"),
    ("nom", "name"),
    ("nombre", "name"),
    ("preis", "price"),
    ("precio", "price"),
    ("prix", "price"),
    ("produit", "product"),
    ("produkt", "product"),
    ("producto", "product"),
    ("programm", "application"),
    ("qte", "quantity"),
    ("qté", "quantity"),
    ("quantité", "quantity"),
    ("quantite", "quantity"),
    ("rechner", "computer"),
    ("rechnung", "invoice"),
    ("salarié", "person"),
    ("seriennummer", "serial"),
    ("standort", "location"),
    ("stück", "units"),
    ("stückpreis", "unit price"),
    ("stückzahl", "quantity"),
    ("summe", "total"),
    ("système", "operating system"),
    ("total", "total"),
    ("unité", "unit"),
    ("usuario", "user"),
    ("utilisateur", "user"),
    ("vertrag", "agreement"),
    ("vertragsnummer", "agreement"),
    ("von", "start"),
    ("währung", "currency"),
    ("waehrung", "currency"),
    ("wer", "user"),
];

/// Notes for each column that nothing reads which field without a column it could give.
pub(crate) fn suggest<F: Field>(columns: &mut [ColumnUse], assigned: &BTreeMap<F, usize>) {
    let mut built_in = F::built_in();
    let Some(mut plain) = built_in.pop() else { return };
    // The template says most fields; another mapping says those that it does not have.
    for (field, headers) in built_in.into_iter().flat_map(|mapping| mapping.columns) {
        plain.columns.entry(field).or_insert(headers);
    }
    let mut open: Vec<F> = F::all().iter().copied().filter(|field| !assigned.contains_key(field)).collect();
    for column in columns.iter_mut().filter(|column| column.used_as.is_none()) {
        let words = translated(&column.header);
        let best = open
            .iter()
            .map(|field| {
                let headers = plain.columns.get(field).map(crate::mapping::Headers::candidates).unwrap_or_default();
                (headers.iter().map(|header| likeness(&words, header)).max().unwrap_or(0), *field)
            })
            // Of equals the field that comes first.
            .fold(
                (0, None),
                |(best, found), (score, field)| {
                    if score > best { (score, Some(field)) } else { (best, found) }
                },
            );
        if let (LIKELY.., Some(field)) = best {
            column.suggestion = Some(field.word().to_owned());
            open.retain(|other| *other != field);
        }
    }
}

/// Of ten, from which a suggestion is made: half of the words of both are the same.
const LIKELY: usize = 5;

/// Words in common, of ten.
fn likeness(words: &BTreeSet<String>, header: &str) -> usize {
    let other: BTreeSet<String> = header.split(' ').map(str::to_owned).collect();
    let common = words.intersection(&other).count();
    (common * 10).checked_div(words.union(&other).count()).unwrap_or(0)
}

/// The words of a header, each in our language.
fn translated(header: &str) -> BTreeSet<String> {
    let normal = normal_header(header);
    let word = |word: &str| {
        WORDS.iter().find(|(other, _)| *other == word).map_or_else(|| word.to_owned(), |(_, ours)| (*ours).to_owned())
    };
    normal.split(' ').flat_map(|part| word(part).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}
