//! Writes a file of sessions from a seed, and finds the peak of every feature in it, with the instant.
//!
//!     peaks make FILE SESSIONS
//!     peaks read FILE [THREADS]
//!
//! `read` prints a line for each feature (feature, peak, second), which DuckDB's are compared with, and the time it took
//! on standard error. The sweep is the one of the position engine.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use parquet::basic::Compression;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{DataType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use position::usage::peak;

type Failed = Box<dyn std::error::Error + Send + Sync>;

const FEATURES: usize = 200;
/// 1 January 2026, in seconds since 1970.
const BEGIN: i64 = 1_767_225_600;
const YEAR: u64 = 365 * 86_400;
const ROWS_OF_GROUP: usize = 1_000_000;
const SCHEMA: &str = "message sessions {
  required int32 feature (INTEGER(32, true));
  required int32 user (INTEGER(32, true));
  required int32 host (INTEGER(32, true));
  required int64 started (TIMESTAMP(MILLIS, true));
  required int64 ended (TIMESTAMP(MILLIS, true));
}";

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % sides
    }
}

/// Sessions in the order in which they began, as logs have them; a few features have most, and durations are from
/// seconds to a working day.
fn make(path: &Path, sessions: usize) -> Result<(), Failed> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_dictionary_enabled(true);
    let properties = properties.set_column_dictionary_enabled("started".into(), false);
    let properties = properties.set_column_dictionary_enabled("ended".into(), false).build();
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?;
    let mut dice = Dice(20_260_101);
    let mut done = 0;
    while done < sessions {
        let rows = ROWS_OF_GROUP.min(sessions - done);
        let (mut features, mut users, mut hosts) = (vec![0i32; rows], vec![0i32; rows], vec![0i32; rows]);
        let (mut started, mut ended) = (vec![0i64; rows], vec![0i64; rows]);
        for row in 0..rows {
            // The lower of two rolls: the first features have more.
            let feature = dice.roll(FEATURES as u64).min(dice.roll(FEATURES as u64));
            let user = dice.roll(20_000);
            let from = YEAR * (done + row) as u64 / sessions as u64;
            let length = match dice.roll(10) {
                0..=2 => dice.roll(120),
                3..=7 => dice.roll(7_200),
                _ => dice.roll(32_400),
            };
            features[row] = feature as i32;
            users[row] = user as i32;
            hosts[row] = (user * 3 + dice.roll(3)) as i32;
            started[row] = (BEGIN + from as i64) * 1_000;
            ended[row] = (BEGIN + (from + length) as i64) * 1_000;
        }
        let mut group = writer.next_row_group()?;
        for values in [&features, &users, &hosts] {
            let mut column = group.next_column()?.ok_or("a column is missing")?;
            column.typed::<Int32Type>().write_batch(values, None, None)?;
            column.close()?;
        }
        for values in [&started, &ended] {
            let mut column = group.next_column()?.ok_or("a column is missing")?;
            column.typed::<Int64Type>().write_batch(values, None, None)?;
            column.close()?;
        }
        group.close()?;
        done += rows;
    }
    writer.close()?;
    Ok(())
}

/// Beginnings and ends of one feature, in seconds of the year.
#[derive(Default, Clone)]
struct Spans {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

fn column<T: DataType>(group: &dyn parquet::file::reader::RowGroupReader, place: usize, rows: usize) -> Result<Vec<T::T>, Failed> {
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(place)?);
    let mut values = Vec::with_capacity(rows);
    reader.read_records(rows, None, None, &mut values)?;
    Ok(values)
}

/// The sessions of every `threads`th group, by feature.
fn read(path: &Path, first: usize, threads: usize) -> Result<Vec<Spans>, Failed> {
    let file = SerializedFileReader::new(File::open(path)?)?;
    let groups = file.metadata().num_row_groups();
    // Every thread has groups that lie together, so that beginnings stay in order.
    let (from, until) = (groups * first / threads, groups * (first + 1) / threads);
    let mut spans = vec![Spans::default(); FEATURES];
    for number in from..until {
        let group = file.get_row_group(number)?;
        let rows = usize::try_from(group.metadata().num_rows())?;
        let features = column::<Int32Type>(group.as_ref(), 0, rows)?;
        let started = column::<Int64Type>(group.as_ref(), 3, rows)?;
        let ended = column::<Int64Type>(group.as_ref(), 4, rows)?;
        for ((feature, from), until) in features.iter().zip(&started).zip(&ended) {
            let spans = &mut spans[*feature as usize];
            let from = (from / 1_000 - BEGIN) as u32;
            // What was given back within the second was taken all the same.
            let until = ((until / 1_000 - BEGIN) as u32).max(from + 1);
            spans.starts.push(from);
            spans.ends.push(until);
        }
    }
    Ok(spans)
}

fn peaks(path: &Path, threads: usize) -> Result<Vec<Option<(u64, u32)>>, Failed> {
    let parts: Vec<Vec<Spans>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || read(path, first, threads))).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a reader ended early")?).collect::<Result<_, Failed>>()
    })?;
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut found = vec![None; FEATURES];
    let parts = &parts;
    let next = &next;
    let results: Vec<Vec<(usize, Option<(u64, u32)>)>> = std::thread::scope(|scope| {
        let work = move || {
            let mut results = Vec::new();
            loop {
                let feature = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if feature >= FEATURES {
                    return results;
                }
                let rows: usize = parts.iter().map(|part| part[feature].starts.len()).sum();
                let mut all = Spans { starts: Vec::with_capacity(rows), ends: Vec::with_capacity(rows) };
                for part in parts {
                    all.starts.extend_from_slice(&part[feature].starts);
                    all.ends.extend_from_slice(&part[feature].ends);
                }
                results.push((feature, peak(&mut all.starts, &mut all.ends)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    for (feature, result) in results.into_iter().flatten() {
        found[feature] = result;
    }
    Ok(found)
}

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match given.as_slice() {
        ["make", file, sessions] => make(Path::new(file), sessions.parse()?),
        ["read", file, rest @ ..] => {
            let threads = match rest.first() {
                Some(threads) => threads.parse()?,
                None => std::thread::available_parallelism()?.get(),
            };
            let started = Instant::now();
            let found = peaks(Path::new(file), threads)?;
            eprintln!("{:.3} s on {threads} threads", started.elapsed().as_secs_f64());
            for (feature, found) in found.iter().enumerate() {
                if let Some((peak, at)) = found {
                    println!("{feature},{peak},{}", BEGIN + i64::from(*at));
                }
            }
            Ok(())
        }
        _ => Err("peaks make FILE SESSIONS, or peaks read FILE [THREADS]".into()),
    }
}
