//! CycloneDX software bills of materials in XML. What the fields mean is in `cyclonedx`.
//!
//! Components inside tools, pedigrees and annotations are no part of what is delivered and are not read.

use std::borrow::Cow;

use crate::assembly::Assembly;
use crate::cyclonedx::{Bill, COMPONENTS, Component, Metadata, Organisation, add};
use crate::json::{List, Object, Scalar};
use crate::limits::TITLES_PER_REPORT;
use crate::unreadable::Unreadable;
use crate::xml::{Elements, Tag, walk};

const SUBJECT: &str = "bom/metadata/component";
const INNER: &str = "/components/component";

/// Reads the bill of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut fields = Fields::default();
    walk(text, &mut fields)?;
    add(fields.bill, "", name_if_absent, assembly)
}

#[derive(Default)]
struct Fields {
    bill: Bill<'static>,
    /// The open components, each inside the one before, with the length of its path.
    open: Vec<(usize, Component<'static>)>,
}

fn scalar(text: &str) -> Scalar<'static> {
    Scalar(Some(Cow::Owned(text.to_owned())))
}

fn organisation(text: &str) -> Object<Organisation<'static>> {
    Object(Some(Organisation { name: scalar(text) }))
}

fn push(list: &mut List<Component<'static>, COMPONENTS>, component: Component<'static>) -> Result<(), Unreadable> {
    let list = list.0.get_or_insert_default();
    list.push(Object(Some(component)));
    if TITLES_PER_REPORT.is_exceeded_by(list.len()) {
        return Err(Unreadable::OverLimit { limit: TITLES_PER_REPORT, place: "components".to_owned() });
    }
    Ok(())
}

impl Elements for Fields {
    fn open(&mut self, path: &str, tag: &Tag<'_>) -> Result<(), Unreadable> {
        if path == "bom" {
            let namespace = tag.namespace().unwrap_or_default();
            self.bill.spec_version = scalar(namespace.rsplit('/').next().unwrap_or_default());
            return Ok(());
        }
        // Only what stands directly in the list of the bill, or of the innermost open component, is one of its parts.
        let list_of = self.open.last().map_or("bom".len(), |(length, _)| *length);
        let begins = if self.open.is_empty() && path == SUBJECT {
            true
        } else {
            path.len() == list_of + INNER.len() && path.ends_with(INNER)
        };
        if begins {
            let kind = Scalar(tag.attribute("type")?.map(Cow::Owned));
            self.open.push((path.len(), Component { kind, ..Component::default() }));
        }
        Ok(())
    }

    fn close(&mut self, path: &str, text: &str) -> Result<(), Unreadable> {
        let Some((length, component)) = self.open.last_mut() else {
            if path == "bom/metadata/timestamp" {
                self.bill.metadata.0.get_or_insert_default().timestamp = scalar(text);
            }
            return Ok(());
        };
        if path.len() > *length {
            keep(component, path.get(*length + 1..).unwrap_or_default(), text);
            return Ok(());
        }
        let Some((_, component)) = self.open.pop() else { return Ok(()) };
        match self.open.last_mut() {
            Some((_, parent)) => push(&mut parent.components, component),
            None if path == SUBJECT => {
                let metadata: &mut Metadata<'static> = self.bill.metadata.0.get_or_insert_default();
                metadata.component = Object(Some(component));
                Ok(())
            }
            None => push(&mut self.bill.components, component),
        }
    }
}

fn keep(component: &mut Component<'static>, field: &str, text: &str) {
    match field {
        "group" => component.group = scalar(text),
        "name" => component.name = scalar(text),
        "version" => component.version = scalar(text),
        "publisher" => component.publisher = scalar(text),
        "supplier/name" => component.supplier = organisation(text),
        "manufacturer/name" => component.manufacturer = organisation(text),
        "scope" => component.scope = scalar(text),
        "purl" => component.purl = scalar(text),
        "cpe" => component.cpe = scalar(text),
        _ => {}
    }
}
