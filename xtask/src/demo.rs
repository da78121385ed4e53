//! The demo as the tests see it: the program started as a newcomer starts it, waited for, and stopped.
//!
//! What is held against it is in `judges`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A build without optimisation makes the sample company well within this.
const START_MAX: Duration = Duration::from_mins(5);
/// After this the program did not hear that it shall stop.
const STOP_MAX: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// A running demo.
pub struct Demo {
    child: Child,
    /// The address without a path, as in `http://127.0.0.1:8080`.
    pub address: String,
    /// The one-time sign-in link.
    pub link: String,
}

impl Demo {
    /// The data folder of a demo that runs in `folder`.
    pub fn data(folder: &Path) -> PathBuf {
        folder.join("data")
    }

    /// Starts the demo in `folder` and waits until it answers. What it prints is kept in `demo.log`.
    pub fn start(program: &Path, folder: &Path) -> Result<Self, String> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(program);
        command.arg("demo").arg("--data").arg(Self::data(folder)).args(["--listen", &listen]);
        println!("$ {} demo --data {} --listen {listen}", program.display(), Self::data(folder).display());
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| format!("the demo did not start: {error}"))?;
        let lines = child.stdout.take().map(|output| follow(output, folder.join("demo.log")));
        let address = format!("http://{listen}");
        let mut demo = Self { child, address, link: String::new() };
        let lines = lines.ok_or("the demo has no output")?;
        demo.link = demo.wait_for_link(&lines)?;
        demo.wait_for_answer(&listen)?;
        Ok(demo)
    }

    /// The demo prints one line with its address and the link.
    fn wait_for_link(&mut self, lines: &Receiver<String>) -> Result<String, String> {
        let until = Instant::now() + START_MAX;
        loop {
            match lines.recv_timeout(PAUSE) {
                Ok(line) => match link_in(&line, &self.address) {
                    Some(link) => return Ok(link),
                    None => println!("{line}"),
                },
                Err(_) => self.check_alive()?,
            }
            if Instant::now() > until {
                return Err(format!("the demo printed no sign-in link within {} s", START_MAX.as_secs()));
            }
        }
    }

    fn wait_for_answer(&mut self, listen: &str) -> Result<(), String> {
        let until = Instant::now() + START_MAX;
        while !answers(listen) {
            self.check_alive()?;
            if Instant::now() > until {
                return Err(format!("{listen} did not answer within {} s", START_MAX.as_secs()));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn check_alive(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(format!("the demo ended by itself: {status}")),
            Err(error) => Err(format!("the demo cannot be watched: {error}")),
        }
    }

    /// Asks the program to stop, as the system does, and expects it to do so in order.
    pub fn stop(mut self) -> Result<(), String> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        asked.map_err(|error| format!("the demo could not be asked to stop: {error}"))?;
        let until = Instant::now() + STOP_MAX;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("the demo stopped with {status}")),
                Ok(None) if Instant::now() < until => thread::sleep(PAUSE),
                Ok(None) => return Err(format!("the demo did not stop within {} s", STOP_MAX.as_secs())),
                Err(error) => return Err(format!("the demo cannot be watched: {error}")),
            }
        }
    }
}

impl Drop for Demo {
    /// Nothing keeps running when the tests end, however they end.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // It may have ended in between, which is as good.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn free_port() -> Result<u16, String> {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| format!("there is no free port: {error}"))
}

/// Reads the output to its end, into a file and into the channel, so that the program never waits for a reader.
fn follow(output: ChildStdout, log: PathBuf) -> Receiver<String> {
    let (sender, receiver): (Sender<String>, _) = channel();
    thread::spawn(move || {
        let mut log = File::create(log).ok();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(log) = &mut log {
                // The log is for people; without it the tests say the same.
                let _ = writeln!(log, "{line}");
            }
            // Nobody listens any more once the link was found.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The link in a line: the word that begins with the address and goes on with a path.
fn link_in(line: &str, address: &str) -> Option<String> {
    let words = line.split_whitespace().map(|word| word.trim_matches(['(', ')', '<', '>', ',', '"']));
    let path = |word: &&str| word.strip_prefix(address).is_some_and(|path| path.len() > 1 && path.starts_with('/'));
    words.into_iter().find(path).map(str::to_owned)
}

/// Whether something speaks HTTP at the address.
fn answers(listen: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(listen)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut start = [0; 5];
        stream.read_exact(&mut start)?;
        Ok::<_, std::io::Error>(start)
    };
    ask().is_ok_and(|start| start == *b"HTTP/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_found_in_the_line_that_the_demo_prints() {
        let address = "http://127.0.0.1:4711";
        let link = Some("http://127.0.0.1:4711/link/abc".to_owned());
        assert_eq!(link_in("Open http://127.0.0.1:4711/link/abc to sign in.", address), link);
        assert_eq!(link_in("http://127.0.0.1:4711 (sign in: http://127.0.0.1:4711/link/abc)", address), link);
        assert_eq!(link_in("Serving at http://127.0.0.1:4711/", address), None);
        assert_eq!(link_in("http://127.0.0.1:47110/link/abc", address), None);
    }

    #[test]
    fn a_demo_that_ends_by_itself_is_reported_with_its_status() {
        let folder = std::env::temp_dir();
        let ended = Demo::start(Path::new("false"), &folder).map(|demo| demo.link.clone());
        assert_eq!(ended, Err("the demo ended by itself: exit status: 1".to_owned()));
    }
}
