//! SWID tags (ISO/IEC 19770-2:2015): one title, on a device that the tag does not name. XML is read here,
//! the concise form fills the same tag in `coswid`.
//!
//! Files, hashes, evidence and signatures of a tag are not read.

use domain::observation::{DeviceAttributes, DeviceIdentity};

use crate::assembly::{Assembly, Draft, FoundTitle};
use crate::findings::Fault;
use crate::name::clean;
use crate::unreadable::Unreadable;
use crate::xml::{Elements, Tag as XmlTag, walk};

/// What a tag says.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    pub id: Option<String>,
    pub name: Option<String>,
    pub version: Option<String>,
    pub entities: Vec<Entity>,
    pub use_of: Use,
}

/// Somebody named by a tag.
#[derive(Debug, Default)]
pub(crate) struct Entity {
    pub name: Option<String>,
    /// Role words of the standard: `softwareCreator`, `licensor`, …
    pub roles: Vec<String>,
}

/// What a tag is for. Only a primary tag says that a title is installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Use {
    #[default]
    Primary,
    Patch,
    Corpus,
    Supplemental,
}

/// Who publishes, by role; the first that somebody has.
const ROLES: [&str; 5] = ["softwareCreator", "licensor", "distributor", "aggregator", "tagCreator"];

/// Adds what the tag says to a device of which the caller gives the name.
pub(crate) fn add(tag: &Tag, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let device = match named_device("The tag describes a title and does not name its device.", name_if_absent) {
        Ok(device) => device,
        Err(fault) => return assembly.findings.reject("device", fault),
    };
    let mut draft = Draft::new(device, DeviceAttributes::default());
    let what = match tag.use_of {
        Use::Primary => {
            let has = |entity: &Entity, role: &str| entity.roles.iter().any(|has| has.eq_ignore_ascii_case(role));
            let by = |role: &&str| tag.entities.iter().find(|entity| entity.name.is_some() && has(entity, role));
            let publisher = ROLES.iter().find_map(by).and_then(|entity| entity.name.as_deref());
            let source_id = tag.id.as_ref().map(|id| format!("swid:{id}"));
            let found = FoundTitle {
                publisher,
                name: tag.name.as_deref(),
                version: tag.version.as_deref(),
                source_id: source_id.as_deref(),
                last_used_on: None,
            };
            draft.install(found, || "tag".to_owned(), &mut assembly.findings)?;
            return assembly.add(draft);
        }
        Use::Patch => "a patch",
        Use::Corpus => "an installer",
        Use::Supplemental => "an addition to another tag",
    };
    assembly.findings.remark("tag", format!("The tag is of {what}, so it says of no title that it is installed."));
    Ok(())
}

/// The device under the name that the caller gives.
pub(crate) fn named_device(problem: &str, name_if_absent: Option<&str>) -> Result<DeviceIdentity, Fault> {
    match clean("device name", name_if_absent.unwrap_or_default())? {
        Some(name) => Ok(DeviceIdentity { name: name.to_owned(), serial: None, uuid: None }),
        None => Err(Fault::new("", problem, "Give the device a name when importing.")),
    }
}

/// Reads the tag of the text.
pub(crate) fn read(text: &str, name_if_absent: Option<&str>, assembly: &mut Assembly) -> Result<(), Unreadable> {
    let mut fields = Fields::default();
    walk(text, &mut fields)?;
    add(&fields.tag, name_if_absent, assembly)
}

/// How many entities of a tag are kept; the schema has nine roles.
pub(crate) const ENTITIES: usize = 100;

#[derive(Default)]
struct Fields {
    tag: Tag,
}

impl Elements for Fields {
    fn open(&mut self, path: &str, tag: &XmlTag<'_>) -> Result<(), Unreadable> {
        match path {
            "SoftwareIdentity" => {
                self.tag.id = tag.attribute("tagId")?;
                self.tag.name = tag.attribute("name")?;
                self.tag.version = tag.attribute("version")?;
                let is = |value: Option<String>| value.is_some_and(|value| value == "true" || value == "1");
                self.tag.use_of = if is(tag.attribute("corpus")?) {
                    Use::Corpus
                } else if is(tag.attribute("patch")?) {
                    Use::Patch
                } else if is(tag.attribute("supplemental")?) {
                    Use::Supplemental
                } else {
                    Use::Primary
                };
            }
            "SoftwareIdentity/Entity" if self.tag.entities.len() < ENTITIES => {
                let roles = tag.attribute("role")?.unwrap_or_default();
                let roles = roles.split_whitespace().map(str::to_owned).collect();
                self.tag.entities.push(Entity { name: tag.attribute("name")?, roles });
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, _: &str, _: &str) -> Result<(), Unreadable> {
        Ok(())
    }
}
