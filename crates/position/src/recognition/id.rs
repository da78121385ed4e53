//! Identifiers of titles in the schemes of their sources, brought into a form in which rules name them.

/// Longer identifiers tell nothing that a rule would name.
const ID_BYTES_MAX: usize = 200;

/// An id as rules name it: in lower case, a package URL without version and qualifiers. `None` where no rule would.
pub(crate) fn plain(id: &str) -> Option<String> {
    let id = id.trim().to_lowercase();
    let (scheme, value) = id.split_once(':')?;
    let value = match scheme {
        "purl" => {
            let value = value.split(['?', '#']).next().unwrap_or_default();
            let name_from = value.rfind('/').unwrap_or(0);
            match value.rfind('@') {
                Some(at) if at > name_from => value.get(..at).unwrap_or(value),
                _ => value,
            }
        }
        _ => value,
    };
    let plain = format!("{scheme}:{value}");
    (!value.is_empty() && plain.len() <= ID_BYTES_MAX).then_some(plain)
}

/// The name of a package of a Linux distribution, whatever scheme names it.
pub(super) fn package(plain: &str) -> Option<&str> {
    let (scheme, value) = plain.split_once(':')?;
    match scheme {
        "dpkg" | "rpm" => value.split(':').next(),
        "purl" if ["pkg:deb/", "pkg:rpm/", "pkg:apk/"].iter().any(|kind| value.starts_with(kind)) => {
            value.rsplit('/').next()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_brought_into_the_form_of_rules() {
        for (id, expected, name) in [
            ("purl:pkg:npm/%40scope/Name@1.2.3", Some("purl:pkg:npm/%40scope/name"), None),
            ("purl:pkg:npm/@scope/name", Some("purl:pkg:npm/@scope/name"), None),
            ("purl:pkg:deb/debian/curl@7.88?arch=amd64", Some("purl:pkg:deb/debian/curl"), Some("curl")),
            ("dpkg:libc6:amd64", Some("dpkg:libc6:amd64"), Some("libc6")),
            ("rpm:bash", Some("rpm:bash"), Some("bash")),
            ("product_code:{0F2A}", Some("product_code:{0f2a}"), None),
            ("nothing", None, None),
            ("dpkg:", None, None),
        ] {
            let plain = plain(id);
            assert_eq!(plain.as_deref(), expected);
            assert_eq!(plain.as_deref().and_then(package), name);
        }
    }
}
