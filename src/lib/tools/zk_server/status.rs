//! What a server says of itself: the answer to `srvr`, found through the settings.

use std::time::Duration;

use bytes::Bytes;

use super::conf::Conf;
use crate::config::quorum::ZooCfg;
use crate::net::socket::Stream;
use crate::tools::{Ended, Exit, Failure, Io};

/// How long a server may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// More than a server says.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const HOST_DEFAULT: &str = "localhost";

/// Where clients connect.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: u16,
    tls: bool,
}

/// `status`.
pub(super) async fn status(conf: &Conf, io: &mut Io) -> Ended {
    let cfg = conf.load(io)?;
    let my_id = io.disk.read_text(&cfg.data_dir().join("myid")).ok();
    let my_id = my_id.and_then(|text| text.trim().parse().ok());
    let (said, place) = place(&cfg, my_id);
    for line in said {
        io.stdout.line(line)?;
    }
    let Some(Place { host, port, tls }) = place else { return Ok(Exit::FAILED) };
    io.stdout
        .line(&format!("Client port found: {port}. Client address: {host}. Client SSL: {tls}."))?;
    io.stdout.flush()?;
    if tls {
        return Err(Failure::named(
            "only plain connections are made so far: ask over clientPort, or the admin server",
        ));
    }
    let answer = tokio::time::timeout(ANSWER_WITHIN, ask(&host, port)).await;
    let text = answer.ok().and_then(Result::ok).unwrap_or_default();
    let Some(mode) = text.lines().find(|line| line.contains("Mode")) else {
        return Err(Failure::printed("Error contacting service. It is probably not running."));
    };
    io.stdout.line(mode.trim())?;
    Ok(Exit::OK)
}

/// The port of the settings, else that of this server's own line, else the one for TLS; and what
/// is said on the way there.
fn place(cfg: &ZooCfg, my_id: Option<i64>) -> (Vec<&'static str>, Option<Place>) {
    let mut said = Vec::new();
    let keys = &cfg.keys;
    let number = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
    let host = |host: &Option<String>| host.clone().unwrap_or_else(|| HOST_DEFAULT.to_owned());
    if let Some(port) = number(keys.client_port) {
        let host = host(&keys.client_port_address);
        return (said, Some(Place { host, port, tls: false }));
    }
    match my_id.map(|id| cfg.members.servers.get(&id).and_then(|line| line.client.clone())) {
        Some(Some((host, port))) => return (said, Some(Place { host, port, tls: false })),
        Some(None) => said.push("Client port not found in the server configs"),
        None => said.push(
            "myid could not be determined, will not able to locate clientPort in the server \
             configs.",
        ),
    }
    said.push("Client port not found. Looking for secureClientPort in the static config.");
    let Some(port) = number(keys.secure_client_port) else {
        said.push(
            "Unable to find either secure or unsecure client port in any configs. Terminating.",
        );
        return (said, None);
    };
    (said, Some(Place { host: host(&keys.secure_client_port_address), port, tls: true }))
}

async fn ask(host: &str, port: u16) -> std::io::Result<String> {
    let stream = Stream::connect(host, port, ANSWER_WITHIN).await?;
    let (mut reader, mut writer) = stream.split();
    writer.bytes(Bytes::from_static(b"srvr")).await?;
    let answer = reader.to_end(ANSWER_BYTES_MAX).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Properties;

    fn found(lines: &str, my_id: Option<i64>) -> (usize, Option<Place>) {
        let text = format!("dataDir=/d\ninitLimit=5\nsyncLimit=2\n{lines}");
        let cfg = ZooCfg::parse(&Properties::parse(&text).unwrap()).unwrap();
        let (said, place) = place(&cfg, my_id);
        (said.len(), place)
    }

    #[test]
    fn the_port_is_looked_for_where_it_may_stand() {
        let at = |host: &str, port, tls| Some(Place { host: host.to_owned(), port, tls });
        assert_eq!(found("clientPort=1\n", None), (0, at("localhost", 1, false)));
        let bound = "clientPort=1\nclientPortAddress=10.0.0.1\n";
        assert_eq!(found(bound, None), (0, at("10.0.0.1", 1, false)));
        let own = "server.1=a:1:2;b:3\nserver.2=a:1:2;4\n";
        assert_eq!(found(own, Some(1)), (0, at("b", 3, false)));
        assert_eq!(found(own, Some(2)), (0, at("0.0.0.0", 4, false)));
        assert_eq!(found(own, None), (3, None));
        let secure = "secureClientPort=5\n";
        assert_eq!(found(secure, None), (2, at("localhost", 5, true)));
        assert_eq!(found(&format!("{own}{secure}"), Some(9)), (2, at("localhost", 5, true)));
    }
}
