//! A trial: machines and users given in a few numbers, to see what a metric makes of them.
//!
//! What they come to is in `measure`.

use domain::metric::{Example, Machine};
use domain::observation::DeviceKind;

/// How many machines are tried at most: enough for a data centre, and answered at once.
pub const MACHINES_MAX: u64 = 10_000;
/// Users at most, as many as a right can give.
pub const USERS_MAX: u64 = domain::decide::QUANTITY_MAX;
/// Processors, cores and virtual processors of one machine at most.
pub const CAPACITY_MAX: u32 = 1_000_000;
/// The cluster that the machines of a trial are in.
const CLUSTER: &str = "cluster";
/// What the machines of a trial are called.
const HOST: &str = "host";

/// What is tried. What is not given is not known, unless nothing of its kind is given at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// Machines that are alike; 0 is one where anything is said of them, and none where only guests or users are given.
    pub machines: u64,
    /// Processors of each.
    pub processors: Option<u32>,
    /// Cores of each, all processors together.
    pub cores: Option<u32>,
    /// Their processor model.
    pub model: Option<String>,
    /// Virtual machines with the product; without any, it is on the machines. All are on the first machine, and may
    /// move between all of them.
    pub virtual_machines: u64,
    /// Virtual processors of each virtual machine.
    pub virtual_processors: Option<u32>,
    /// Named users.
    pub users: u64,
}

impl Trial {
    /// What is too large, as a field and a sentence.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let capacity = |number: Option<u32>| u64::from(number.unwrap_or(0));
        let faults = [
            ("machines", self.machines, MACHINES_MAX),
            ("virtual_machines", self.virtual_machines, MACHINES_MAX),
            ("users", self.users, USERS_MAX),
            ("processors", capacity(self.processors), u64::from(CAPACITY_MAX)),
            ("cores", capacity(self.cores), u64::from(CAPACITY_MAX)),
            ("virtual_processors", capacity(self.virtual_processors), u64::from(CAPACITY_MAX)),
        ];
        let (field, _, most) = faults.into_iter().find(|(_, number, most)| number > most)?;
        Some((field, format!("Try at most {most}.")))
    }

    /// The trial as the machines of an example.
    pub fn example(&self) -> Example {
        let guests = self.virtual_machines.max(u64::from(self.virtual_processors.is_some()));
        let described = self.processors.is_some() || self.cores.is_some() || self.model.is_some();
        let hosts = self.machines.max(u64::from(described));
        let mut machines = Vec::new();
        if hosts > 0 {
            machines.push(Machine {
                number: hosts,
                name: Some(HOST.to_owned()),
                kind: DeviceKind::Physical,
                processors: self.processors,
                cores: self.cores,
                model: self.model.clone(),
                cluster: (guests > 0).then(|| CLUSTER.to_owned()),
                without_product: guests > 0,
                ..Machine::default()
            });
        }
        if guests > 0 {
            let first = if hosts > 1 { format!("{HOST}-1") } else { HOST.to_owned() };
            machines.push(Machine {
                number: guests,
                name: Some("vm".to_owned()),
                kind: DeviceKind::Virtual,
                virtual_processors: self.virtual_processors,
                host: (hosts > 0).then_some(first),
                cluster: (hosts > 0).then(|| CLUSTER.to_owned()),
                ..Machine::default()
            });
        }
        Example {
            title: "Trial".to_owned(),
            machines,
            users: self.users,
            units: 0,
            at_least: None,
            sessions: Vec::new(),
            readings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::metrics::{library, work};

    fn tried(name: &str, trial: &Trial) -> (u64, u64) {
        let (_, definition) = library().find(|(metric, _)| metric.name() == name).unwrap();
        let worked = work(definition, &trial.example());
        (worked.low, worked.high)
    }

    #[test]
    fn a_few_numbers_are_enough_to_try_a_metric() {
        let host = Trial { processors: Some(2), cores: Some(32), ..Trial::default() };
        assert_eq!(tried("core", &host), (32, 32));
        assert_eq!(tried("microsoft_windows_server_core", &host), (32, 32));
        let guests = Trial { virtual_machines: 3, virtual_processors: Some(4), ..host.clone() };
        assert_eq!(tried("microsoft_sql_server_core", &guests), (12, 12));
        assert_eq!(tried("microsoft_windows_server_core", &guests), (64, 64));
        let cluster = Trial { machines: 3, model: Some("Intel Xeon".to_owned()), ..guests };
        assert_eq!(tried("oracle_processor", &cluster), (48, 48));
        assert_eq!(tried("oracle_processor_by_host", &cluster), (16, 16));
        let users = Trial { users: 11_000, ..Trial::default() };
        assert_eq!(tried("ibm_employee_user_value_unit", &users), (8_650, 8_650));
        assert_eq!(tried("core", &Trial { machines: 1, ..Trial::default() }), (1, 64));
    }
}
