//! An image of an estate: its reports in few bytes, from which it is made again in a fraction of the time that reading the
//! reports themselves takes.
//!
//! It holds exactly what the reports at hand say, with each title written once; sets of devices are not in it, because
//! they follow. Whether an image belongs to the reports at hand, where it lies and that nobody alters it is not known
//! here; what does not read as an image is refused and changes nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use domain::id::ImportId;
use domain::observation::{DeviceAttributes, DeviceIdentity, DeviceKind, Environment, RawTitle};
use jiff::Timestamp;
use jiff::civil::Date;

use super::installed::{Days, InstalledList};
use super::loading::{EstateLoading, Ids};
use super::{Estate, Report};

/// To be raised with every change of what is written below, so that images of other releases are not read.
const FORMAT: u64 = 1;

/// Bytes are not an image of an estate that this release writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnImage;

impl fmt::Display for NotAnImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The bytes are not an image of an estate in the form that this release reads.")
    }
}

impl std::error::Error for NotAnImage {}

/// Writes numbers in as many bytes as they need, texts with their length, and texts that repeat once.
struct Writer<'a> {
    bytes: Vec<u8>,
    known: HashMap<&'a str, u64>,
}

impl<'a> Writer<'a> {
    fn number(&mut self, number: u64) {
        super::installed::put_number(&mut self.bytes, number);
    }

    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bytes.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// A text that many devices share: its number, or 0 and the text where it is new.
    fn shared(&mut self, text: &'a str) {
        if let Some(number) = self.known.get(text) {
            let number = *number;
            return self.number(number);
        }
        self.known.insert(text, self.known.len() as u64 + 1);
        self.number(0);
        self.text(text);
    }

    fn date(&mut self, date: Date) {
        self.signed(i64::from(date.year()));
        self.bytes.extend([date.month().cast_unsigned(), date.day().cast_unsigned()]);
    }

    fn title(&mut self, raw: &'a RawTitle) {
        let RawTitle { publisher, name, version } = raw;
        self.maybe(publisher.as_deref(), Self::shared);
        self.text(name);
        self.maybe(version.as_deref(), Self::text);
    }

    fn identity(&mut self, identity: &DeviceIdentity) {
        let DeviceIdentity { name, serial, uuid } = identity;
        self.text(name);
        self.maybe(serial.as_deref(), Self::text);
        self.maybe(uuid.as_deref(), Self::text);
    }

    fn attributes(&mut self, attributes: &'a DeviceAttributes) {
        let DeviceAttributes {
            kind,
            environment,
            operating_system,
            primary_user,
            processors,
            cores,
            processor_model,
            virtual_processors,
            host,
            cluster,
            region,
            business_unit,
            cost_centre,
            last_seen_on,
        } = attributes;
        self.bytes.push(*kind as u8);
        self.bytes.push(environment.map_or(0, |environment| environment as u8 + 1));
        for text in [operating_system, primary_user, processor_model, host, cluster, region, business_unit, cost_centre]
        {
            self.maybe(text.as_deref(), Self::shared);
        }
        for number in [processors, cores, virtual_processors] {
            self.maybe(*number, |writer, number| writer.number(u64::from(number)));
        }
        self.maybe(*last_seen_on, Self::date);
    }

    fn installed(&mut self, installed: &InstalledList) {
        let (len, releases, days) = installed.parts();
        self.number(u64::from(len));
        self.number(releases.len() as u64);
        self.bytes.extend_from_slice(releases);
        match days {
            Days::Unknown => self.bytes.push(0),
            Days::Near(days) => {
                self.bytes.push(1);
                days.iter().for_each(|day| self.bytes.extend(day.to_le_bytes()));
            }
            Days::Any(days) => {
                self.bytes.push(2);
                days.iter().for_each(|day| self.maybe(*day, Self::date));
            }
        }
    }
}

impl Estate {
    /// The image of the estate.
    pub fn image(&self) -> Vec<u8> {
        let mut writer = Writer { bytes: Vec::new(), known: HashMap::new() };
        writer.number(FORMAT);
        let titles = self.table();
        writer.number(u64::from(titles.release_count()));
        for release in 0..titles.release_count() {
            writer.title(titles.raw(release));
        }
        let identified = (0..titles.len()).filter_map(|title| Some((titles.releases(title).first()?, title)));
        let identified: Vec<_> = identified.filter(|(_, title)| titles.ids(*title).next().is_some()).collect();
        writer.number(identified.len() as u64);
        for (release, title) in identified {
            writer.number(u64::from(*release));
            writer.number(titles.ids(title).count() as u64);
            titles.ids(title).for_each(|id| writer.text(id));
        }
        let places = 0..self.nodes.len();
        writer.number(places.clone().map(|place| self.nodes.get(place).reports.len() as u64).sum());
        for report in places.flat_map(|place| self.nodes.get(place).reports.iter()) {
            let Report { source, import, reported_at, identity, attributes, installed } = report.as_ref();
            writer.shared(source);
            writer.number(import.0);
            writer.maybe(*reported_at, |writer, at| {
                writer.signed(at.as_second());
                writer.signed(i64::from(at.subsec_nanosecond()));
            });
            writer.identity(identity);
            writer.attributes(attributes);
            writer.installed(installed);
        }
        writer.bytes
    }
}

/// Reads what [`Writer`] writes.
struct Reader<'a> {
    rest: &'a [u8],
    known: Vec<&'a str>,
}

type Read<T> = Result<T, NotAnImage>;

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: u64) -> Read<&'a [u8]> {
        let len = usize::try_from(len).map_err(|_| NotAnImage)?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(NotAnImage)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn byte(&mut self) -> Read<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(NotAnImage)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn number(&mut self) -> Read<u64> {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(NotAnImage)?;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    /// How many things follow, each of which takes a byte at least.
    fn count(&mut self) -> Read<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| NotAnImage)?;
        if count > self.rest.len() { Err(NotAnImage) } else { Ok(count) }
    }

    fn small(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| NotAnImage)
    }

    fn signed(&mut self) -> Read<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    fn text(&mut self) -> Read<&'a str> {
        let len = self.number()?;
        std::str::from_utf8(self.bytes(len)?).map_err(|_| NotAnImage)
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(NotAnImage),
        }
    }

    fn shared(&mut self) -> Read<&'a str> {
        let number = self.number()?;
        match number.checked_sub(1) {
            Some(place) => {
                let place = usize::try_from(place).map_err(|_| NotAnImage)?;
                self.known.get(place).copied().ok_or(NotAnImage)
            }
            None => {
                let text = self.text()?;
                self.known.push(text);
                Ok(text)
            }
        }
    }

    fn date(&mut self) -> Read<Date> {
        let year = i16::try_from(self.signed()?).map_err(|_| NotAnImage)?;
        let (month, day) = (self.byte()?.cast_signed(), self.byte()?.cast_signed());
        Date::new(year, month, day).map_err(|_| NotAnImage)
    }

    fn title(&mut self) -> Read<RawTitle> {
        let publisher = self.maybe(Self::shared)?.map(str::to_owned);
        let name = self.text()?.to_owned();
        Ok(RawTitle { publisher, name, version: self.maybe(Self::text)?.map(str::to_owned) })
    }

    fn identity(&mut self) -> Read<DeviceIdentity> {
        let name = self.text()?.to_owned();
        let serial = self.maybe(Self::text)?.map(str::to_owned);
        Ok(DeviceIdentity { name, serial, uuid: self.maybe(Self::text)?.map(str::to_owned) })
    }

    fn attributes(&mut self) -> Read<DeviceAttributes> {
        const KINDS: [DeviceKind; 5] = [
            DeviceKind::Unknown,
            DeviceKind::Physical,
            DeviceKind::Virtual,
            DeviceKind::Container,
            DeviceKind::Application,
        ];
        let kind = self.byte()?;
        let kind = KINDS.into_iter().find(|known| *known as u8 == kind).ok_or(NotAnImage)?;
        let environment = match self.byte()?.checked_sub(1) {
            Some(code) => Some(Environment::ALL.into_iter().find(|known| *known as u8 == code).ok_or(NotAnImage)?),
            None => None,
        };
        let mut text = || Ok(self.maybe(Self::shared)?.map(str::to_owned));
        let (operating_system, primary_user, processor_model) = (text()?, text()?, text()?);
        let (host, cluster, region, business_unit, cost_centre) = (text()?, text()?, text()?, text()?, text()?);
        Ok(DeviceAttributes {
            kind,
            environment,
            operating_system,
            primary_user,
            processors: self.maybe(Self::small)?,
            cores: self.maybe(Self::small)?,
            processor_model,
            virtual_processors: self.maybe(Self::small)?,
            host,
            cluster,
            region,
            business_unit,
            cost_centre,
            last_seen_on: self.maybe(Self::date)?,
        })
    }

    /// A list of releases below `releases`.
    fn installed(&mut self, releases: u32) -> Read<InstalledList> {
        let len = self.small()?;
        let size = self.number()?;
        let packed = self.bytes(size)?;
        let days = match self.byte()? {
            0 => Days::Unknown,
            1 => {
                let (days, rest) = self.bytes(u64::from(len) * 2)?.as_chunks::<2>();
                debug_assert!(rest.is_empty(), "an even number of bytes");
                Days::Near(days.iter().map(|day| u16::from_le_bytes(*day)).collect())
            }
            2 => Days::Any((0..len).map(|_| self.maybe(Self::date)).collect::<Read<_>>()?),
            _ => return Err(NotAnImage),
        };
        InstalledList::of_parts(len, packed, days, releases).ok_or(NotAnImage)
    }

    fn report(&mut self, sources: &mut EstateLoading, releases: u32) -> Read<Report> {
        let source = sources.source(self.shared()?);
        let import = ImportId(self.number()?);
        let reported_at = self.maybe(|reader| {
            let second = reader.signed()?;
            let nanosecond = i32::try_from(reader.signed()?).map_err(|_| NotAnImage)?;
            Timestamp::new(second, nanosecond).map_err(|_| NotAnImage)
        })?;
        let identity = Arc::new(self.identity()?);
        let attributes = Arc::new(self.attributes()?);
        Ok(Report { source, import, reported_at, identity, attributes, installed: self.installed(releases)? })
    }
}

impl EstateLoading {
    /// The reports of an image; more may follow.
    pub fn of_image(image: &[u8]) -> Result<Self, NotAnImage> {
        let mut reader = Reader { rest: image, known: Vec::new() };
        if reader.number()? != FORMAT {
            return Err(NotAnImage);
        }
        let mut loading = Self::new();
        let releases = u32::try_from(reader.count()?).map_err(|_| NotAnImage)?;
        for _ in 0..releases {
            loading.add_known(Arc::new(reader.title()?));
        }
        for _ in 0..reader.count()? {
            let release = reader.small()?;
            let ids = (0..reader.count()?).map(|_| Ok(reader.text()?.to_owned())).collect::<Read<_>>()?;
            *loading.ids.get_mut(release as usize).ok_or(NotAnImage)? = Ids::known(ids);
        }
        let reports = reader.count()?;
        loading.reserve(reports);
        for _ in 0..reports {
            let report = reader.report(&mut loading, releases)?;
            loading.place(report);
        }
        if reader.rest.is_empty() { Ok(loading) } else { Err(NotAnImage) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use domain::observation::{DeviceReport, Installation};
    use jiff::civil::date;

    use super::*;

    fn report(number: u32) -> DeviceReport {
        let title = |name: &str, version: u32| RawTitle {
            publisher: Some("Globex".to_owned()),
            name: name.to_owned(),
            version: (version > 0).then(|| version.to_string()),
        };
        let installation = |title: RawTitle, last_used_on| {
            let source_id = Some(format!("product_code:{}", title.name));
            Installation { title, last_used_on, source_id }
        };
        let installations = vec![
            installation(title("Draw", number % 3), Some(date(2026, 2, 3))),
            installation(title("Write", number % 5), None),
        ];
        DeviceReport {
            device: DeviceIdentity {
                name: format!("pc-{number}"),
                serial: number.is_multiple_of(2).then(|| format!("S{number}")),
                uuid: number.is_multiple_of(3).then(|| format!("u-{number}")),
            },
            attributes: DeviceAttributes {
                kind: DeviceKind::Virtual,
                environment: Some(Environment::ALL[number as usize % 4]),
                primary_user: Some(format!("person{}@contoso.example", number % 7)),
                cores: Some(8 + number),
                region: Some("Bavaria".to_owned()),
                host: Some("pc-1".to_owned()),
                last_seen_on: Some(date(1999, 12, 31)),
                ..DeviceAttributes::default()
            },
            installations,
            from_outside: number % 10 == 9,
            reported_at: Timestamp::new(1_770_000_000 + i64::from(number), 5).ok(),
        }
    }

    fn estate() -> Estate {
        let mut estate = Estate::new();
        for number in 0..60 {
            estate.report(if number % 4 == 0 { "one" } else { "other" }, ImportId(u64::from(number)), &report(number));
        }
        estate
    }

    fn facts(estate: &Estate) -> Vec<String> {
        let fact = |index| {
            let facts = estate.device(index).unwrap();
            let fact = crate::DeviceFacts { index: super::super::DeviceIndex(0), ..facts };
            format!("{fact:?} {:?}", estate.installed_on(index))
        };
        let mut facts: Vec<String> = estate.devices().map(fact).collect();
        facts.sort();
        facts.extend(
            (0..estate.titles.len()).map(|title| {
                format!("{:?} {:?}", estate.titles.key(title), estate.titles.ids(title).collect::<Vec<_>>())
            }),
        );
        facts
    }

    #[test]
    fn an_estate_comes_back_from_its_image_as_it_was() {
        let estate = estate();
        let image = estate.image();
        let again = EstateLoading::of_image(&image).unwrap().finish();
        let mut expected = facts(&estate);
        let mut found = facts(&again);
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        // Titles are in order from then on, and reports taken in bulk may follow.
        let second = again.image();
        assert_eq!(EstateLoading::of_image(&second).unwrap().finish().image(), second);
        let mut more = EstateLoading::of_image(&second).unwrap();
        let mut one_by_one = again.clone();
        for number in 50..80 {
            let changed = DeviceReport { reported_at: None, ..report(number * 7 % 71) };
            more.report("other", ImportId(99), &changed);
            one_by_one.report("other", ImportId(99), &changed);
        }
        let (mut found, mut expected) = (facts(&more.finish()), facts(&one_by_one));
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_image_that_is_cut_or_altered_is_refused_or_reads_as_another_and_never_panics() {
        let image = estate().image();
        for end in 0..image.len() {
            assert_eq!(EstateLoading::of_image(&image[..end]).err(), Some(NotAnImage), "{end}");
        }
        for place in 0..image.len() {
            let mut altered = image.clone();
            altered[place] ^= 0x15;
            if let Ok(loading) = EstateLoading::of_image(&altered) {
                loading.finish();
            }
        }
        assert!(EstateLoading::of_image(&[&image[..], &[0]].concat()).is_err());
    }
}
