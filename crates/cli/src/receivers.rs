//! The way to the receivers of webhooks: to the world outside, and to no address inside.
//!
//! A name is looked up once, by us, and what is connected to is what was checked. Redirects are not followed, no proxy
//! of the environment is used, and what a receiver says besides its status is not read.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use app::webhooks::{Post, Transport};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};

/// How long a receiver may take, from the look-up of its name to its status.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(15);

/// Where webhooks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses, encrypted.
    Public,
    /// To private addresses too, as the operator said at the start.
    Anywhere,
}

impl Reach {
    /// As the operator said.
    pub fn of(to_private_addresses: bool) -> Self {
        if to_private_addresses { Self::Anywhere } else { Self::Public }
    }
}

/// Looks names up and keeps only what may be reached.
#[derive(Debug, Clone, Copy)]
struct CheckedNames(Reach);

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One address inside is enough to turn all down: a name that has both is made to slip through.
            if reach == Reach::Public && !found.iter().all(|address| is_public(address.ip())) {
                return Err(refused());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn refused() -> Box<dyn Error + Send + Sync> {
    "its address is not a public one; --webhooks-to-private-addresses would allow it".into()
}

/// Whether an address is one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Without what the IANA registry of special addresses (RFC 6890) holds.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only what is given out as unicast (2000::/3), without what stands for an IPv4 address or for an example.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    (0x2000..=0x3fff).contains(&a) && !special
}

/// Whether an address may be tried at all; the name of its host is looked up later.
fn check(url: &Url, reach: Reach) -> Result<(), String> {
    if reach == Reach::Anywhere {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err("its address is not https".to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    // A literal address is never looked up, so it is checked here, in the one spelling that the parser leaves.
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if literal.is_ok_and(|address| !is_public(address)) {
        return Err(refused().to_string());
    }
    Ok(())
}

/// The way to receivers within `reach`.
pub fn transport(reach: Reach) -> Arc<Transport> {
    // Made with the first message: it reads the certificates of the machine, which no start has to wait for.
    let client = Arc::new(tokio::sync::OnceCell::new());
    Arc::new(move |post| {
        let client = Arc::clone(&client);
        Box::pin(async move {
            let made = client.get_or_try_init(|| async move {
                let made = tokio::task::spawn_blocking(move || client_within(reach)).await;
                made.map_err(|error| error.to_string())?
            });
            send(made.await?, post, reach).await
        })
    })
}

fn client_within(reach: Reach) -> Result<Client, String> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(CheckedNames(reach)))
        .no_proxy()
        .timeout(RECEIVER_TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}

async fn send(client: &Client, post: Post, reach: Reach) -> Result<u16, String> {
    let url = Url::parse(&post.url).map_err(|error| error.to_string())?;
    check(&url, reach)?;
    let mut request = client.post(url).body(post.body);
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(|error| told(&error))?;
    Ok(response.status().as_u16())
}

/// An error with what is behind it, for the log.
fn told(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(cause) = behind {
        words = format!("{words}: {cause}");
        behind = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Spellings of addresses inside, each of which somebody got through somewhere.
    const INSIDE: &str = "
        https://127.0.0.1/ https://127.1/ https://127.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.1/
        https://017700000001/ https://0177.0.0.1/ https://0/ https://0.0.0.0/ https://127.255.255.254/
        https://127.0.0.1./ https://%31%32%37.0.0.1/ https://127%2e0%2e0%2e1/ https://１２７.0.0.1/ https://①②⑦.0.0.1/
        https://127。0。0。1/ https://10.0.0.1/ https://10.255.255.255/ https://0xa000001/ https://167772161/
        https://172.16.0.1/ https://172.31.255.255/ https://192.168.0.1/ https://192.168.1/ https://3232235777/
        https://169.254.169.254/ https://169.254.43518/ https://0xa9fea9fe/ https://2852039166/ https://0251.0376.0251.0376/
        https://100.64.0.1/ https://100.100.100.200/ https://192.0.0.192/ https://198.18.0.1/ https://192.0.2.1/
        https://198.51.100.1/ https://203.0.113.1/ https://192.88.99.1/ https://224.0.0.1/ https://255.255.255.255/
        https://240.0.0.1/ https://[::1]/ https://[::]/ https://[0:0:0:0:0:0:0:1]/ https://[::ffff:127.0.0.1]/
        https://[::ffff:7f00:1]/ https://[0:0:0:0:0:ffff:10.0.0.1]/ https://[::127.0.0.1]/ https://[::ffff:169.254.169.254]/
        https://[64:ff9b::7f00:1]/ https://[64:ff9b:1::1]/ https://[fc00::1]/ https://[fd00:ec2::254]/ https://[fe80::1]/
        https://[fec0::1]/ https://[ff02::1]/ https://[2001:db8::1]/ https://[2002:7f00:1::]/ https://[2001::1]/
        https://[2001:0:7f00:1::]/ https://[3fff::1]/ https://[100::1]/ https://[5f00::1]/
        http://93.184.215.14/ http://hooks.example.com/
    ";

    #[test]
    fn no_spelling_of_an_address_inside_is_reached() {
        let spellings: Vec<&str> = INSIDE.split_whitespace().collect();
        assert!(spellings.len() >= 60, "{}", spellings.len());
        for spelling in spellings {
            // What does not parse is not sent either.
            let passes = Url::parse(spelling).is_ok_and(|url| check(&url, Reach::Public).is_ok());
            assert!(!passes, "{spelling}");
        }
        for outside in [
            "https://93.184.215.14/a",
            "https://[2606:2800:220:1::1]:8443/",
            "https://172.32.0.1/",
            "https://hooks.example.com/",
        ] {
            assert_eq!(check(&Url::parse(outside).unwrap(), Reach::Public), Ok(()), "{outside}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_turned_down_before_anybody_is_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let post = |url: String| Post { url, headers: Vec::new(), body: "{}".to_owned() };
        let send = transport(Reach::Public);
        for host in ["localhost", "LOCALHOST", "localhost.", "127.0.0.1"] {
            let error = send(post(format!("https://{host}:{port}/"))).await.unwrap_err();
            assert!(error.contains("not a public one") || error.contains("lookup"), "{host}: {error}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "somebody was connected to");
    }
}
