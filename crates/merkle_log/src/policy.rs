//! Whom to trust (C2SP tlog-policy): logs, witnesses, and which witnesses must have cosigned.
//!
//! Decides on one checkpoint at a time. How old a cosignature may be is for the caller, who has the
//! clock.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::{Cosignature, CosignatureVerifier};
use crate::encoding::decimal;
use crate::key::KeyError;
use crate::note::{NoteError, NoteVerifier, SignedNote};

/// Longest policy file that is read: more than two thousand lines.
pub const POLICY_BYTES_MAX: usize = 1 << 18;

/// The name that asks for no witness.
const NONE: &[u8] = b"none";

/// A trust policy.
#[derive(Clone, Debug)]
pub struct Policy {
    logs: Vec<NoteVerifier>,
    parties: Vec<Party>,
    quorum: Option<usize>,
}

/// A witness or a group; groups name parties by their place in the list, always an earlier one.
#[derive(Clone, Debug)]
enum Party {
    Witness(CosignatureVerifier),
    Group { threshold: usize, members: Vec<usize> },
}

/// A checkpoint that the policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedCheckpoint {
    /// What the log stated.
    pub checkpoint: Checkpoint,
    /// Every verified cosignature of a witness in the policy, in the order of the policy.
    pub witnessed: Vec<Cosignature>,
}

/// Why a policy file is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Too long to read.
    #[error("the policy has {bytes} bytes; at most {POLICY_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A control character.
    #[error("line {line} of the policy has a control character; only tab and newline are allowed")]
    ControlCharacter {
        /// Counted from 1.
        line: usize,
    },
    /// The last line has no newline.
    #[error("the policy does not end with a newline; it may be cut off")]
    Unterminated,
    /// Not one of the four kinds of line.
    #[error(
        "line {line} of the policy is none of: log KEY [URL], witness NAME KEY [URL], group NAME K|any|all NAME..., quorum NAME|none"
    )]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// The key cannot be used.
    #[error("the key in line {line} of the policy cannot be used")]
    Key {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        reason: KeyError,
    },
    /// The same public key twice.
    #[error("line {line} of the policy repeats the public key of an earlier line")]
    DuplicateKey {
        /// Counted from 1.
        line: usize,
    },
    /// The name is taken.
    #[error("line {line} of the policy defines a name that is already taken")]
    DuplicateName {
        /// Counted from 1.
        line: usize,
    },
    /// A name that no earlier line defines.
    #[error("line {line} of the policy uses a name that no line above it defines")]
    UnknownName {
        /// Counted from 1.
        line: usize,
    },
    /// A party in two groups could count twice.
    #[error("line {line} of the policy names a member that already belongs to a group")]
    MemberTwice {
        /// Counted from 1.
        line: usize,
    },
    /// The threshold is zero or more than the members.
    #[error("the threshold in line {line} of the policy is not between 1 and the number of members")]
    Threshold {
        /// Counted from 1.
        line: usize,
    },
    /// No quorum, or a second one.
    #[error("a policy has exactly one quorum line; this one has {found}")]
    Quorum {
        /// How many.
        found: usize,
    },
}

/// Why a checkpoint is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyRefusal {
    /// The note's text is not a checkpoint.
    #[error("the signed text is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// Not signed by a log of the policy, or by another log than it names.
    #[error("the checkpoint is not signed by a log that is trusted here")]
    Log(#[source] NoteError),
    /// A cosignature under a trusted witness's name does not verify.
    #[error("a cosignature does not verify")]
    Witness(#[source] NoteError),
    /// Not enough witnesses.
    #[error("the checkpoint is cosigned by {cosigned} trusted witnesses; the quorum is not reached")]
    Quorum {
        /// Number of verified cosignatures.
        cosigned: usize,
    },
}

impl Policy {
    /// The policy that trusts one log and asks for all of the given witnesses.
    pub fn for_log(log: NoteVerifier, witnesses: Vec<CosignatureVerifier>) -> Self {
        let members: Vec<usize> = (0..witnesses.len()).collect();
        let quorum = (!members.is_empty()).then_some(members.len());
        let group = quorum.map(|threshold| Party::Group { threshold, members });
        Self { logs: vec![log], parties: witnesses.into_iter().map(Party::Witness).chain(group).collect(), quorum }
    }

    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > POLICY_BYTES_MAX {
            return Err(PolicyError::TooLong { bytes: bytes.len() });
        }
        let mut reader = PolicyReader::default();
        let lines = bytes.strip_suffix(b"\n").ok_or(PolicyError::Unterminated)?;
        for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n')) {
            reader.read(number, line)?;
        }
        if reader.quorums != 1 {
            return Err(PolicyError::Quorum { found: reader.quorums });
        }
        Ok(reader.policy)
    }

    /// The logs it trusts.
    pub fn logs(&self) -> &[NoteVerifier] {
        &self.logs
    }

    /// The witnesses it knows.
    pub fn witnesses(&self) -> impl Iterator<Item = &CosignatureVerifier> {
        self.parties.iter().filter_map(|party| match party {
            Party::Witness(verifier) => Some(verifier),
            Party::Group { .. } => None,
        })
    }

    /// Accepts a checkpoint that one of the logs signed under its own name and that the quorum of
    /// witnesses cosigned.
    pub fn evaluate(&self, note: &SignedNote) -> Result<TrustedCheckpoint, PolicyRefusal> {
        let signed_by = note.verify(&self.logs).map_err(PolicyRefusal::Log)?;
        let checkpoint: Checkpoint = note.text().parse().map_err(PolicyRefusal::Checkpoint)?;
        if !signed_by.iter().any(|log| *log.name() == checkpoint.origin) {
            return Err(PolicyRefusal::Log(NoteError::Unsigned));
        }
        let mut witnessed = Vec::new();
        let mut satisfied = Vec::with_capacity(self.parties.len());
        for party in &self.parties {
            satisfied.push(match party {
                Party::Witness(verifier) => {
                    let cosignature = verifier.verify(note).map_err(PolicyRefusal::Witness)?;
                    let cosigned = cosignature.is_some();
                    witnessed.extend(cosignature);
                    cosigned
                }
                Party::Group { threshold, members } => {
                    let count = members.iter().filter(|member| satisfied.get(**member) == Some(&true)).count();
                    count >= *threshold
                }
            });
        }
        let reached = self.quorum.is_none_or(|party| satisfied.get(party) == Some(&true));
        if !reached {
            return Err(PolicyRefusal::Quorum { cosigned: witnessed.len() });
        }
        Ok(TrustedCheckpoint { checkpoint, witnessed })
    }
}

/// A policy while its lines are read.
struct PolicyReader {
    policy: Policy,
    names: BTreeMap<Vec<u8>, usize>,
    grouped: BTreeSet<usize>,
    quorums: usize,
}

impl Default for PolicyReader {
    fn default() -> Self {
        Self {
            policy: Policy { logs: Vec::new(), parties: Vec::new(), quorum: None },
            names: BTreeMap::new(),
            grouped: BTreeSet::new(),
            quorums: 0,
        }
    }
}

impl PolicyReader {
    fn read(&mut self, line: usize, text: &[u8]) -> Result<(), PolicyError> {
        let allowed = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
        if !text.iter().all(allowed) {
            return Err(PolicyError::ControlCharacter { line });
        }
        // Names are opaque bytes, so lines are split as bytes.
        let items: Vec<&[u8]> =
            text.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] | [b"log", key, _] => self.log(line, key),
            [b"witness", name, key] | [b"witness", name, key, _] => self.witness(line, name, key),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(line, name, threshold, members)
            }
            [b"quorum", name] => self.quorum(line, name),
            _ => Err(PolicyError::Line { line }),
        }
    }

    fn log(&mut self, line: usize, key: &[u8]) -> Result<(), PolicyError> {
        let log: NoteVerifier = parse_key(line, key)?;
        let same_key = |other: &NoteVerifier| other.public_key() == log.public_key();
        if self.policy.logs.iter().any(same_key) {
            return Err(PolicyError::DuplicateKey { line });
        }
        self.policy.logs.push(log);
        Ok(())
    }

    fn witness(&mut self, line: usize, name: &[u8], key: &[u8]) -> Result<(), PolicyError> {
        let witness: CosignatureVerifier = parse_key(line, key)?;
        let same_key = |other: &CosignatureVerifier| other.public_key() == witness.public_key();
        if self.policy.witnesses().any(same_key) {
            return Err(PolicyError::DuplicateKey { line });
        }
        self.define(line, name, Party::Witness(witness))
    }

    fn group(&mut self, line: usize, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), PolicyError> {
        let threshold = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            number => str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .ok_or(PolicyError::Threshold { line })?,
        };
        let mut places = Vec::with_capacity(members.len());
        for member in members {
            let place = *self.names.get(*member).ok_or(PolicyError::UnknownName { line })?;
            if !self.grouped.insert(place) {
                return Err(PolicyError::MemberTwice { line });
            }
            places.push(place);
        }
        let members = places;
        self.define(line, name, Party::Group { threshold, members })
    }

    fn quorum(&mut self, line: usize, name: &[u8]) -> Result<(), PolicyError> {
        self.quorums += 1;
        if name == NONE {
            return Ok(());
        }
        let place = self.names.get(name).ok_or(PolicyError::UnknownName { line })?;
        self.policy.quorum = Some(*place);
        Ok(())
    }

    fn define(&mut self, line: usize, name: &[u8], party: Party) -> Result<(), PolicyError> {
        let place = self.policy.parties.len();
        if name == NONE || self.names.insert(name.to_vec(), place).is_some() {
            return Err(PolicyError::DuplicateName { line });
        }
        self.policy.parties.push(party);
        Ok(())
    }
}

fn parse_key<K: std::str::FromStr<Err = KeyError>>(line: usize, text: &[u8]) -> Result<K, PolicyError> {
    str::from_utf8(text)
        .map_err(|_| KeyError::Form)
        .and_then(str::parse)
        .map_err(|reason| PolicyError::Key { line, reason })
}
