//! One `server.N` line: where a member of the ensemble is, and what it does.

use std::fmt;

/// What a member does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Participant,
    Observer,
}

/// One address of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    pub host: String,
    pub quorum_port: u16,
    pub election_port: u16,
}

/// One `server.N` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLine {
    /// At least one; several only with `multiAddress.enabled`.
    pub addresses: Vec<ServerAddress>,
    pub role: Role,
    /// Where its clients connect, if the line says so.
    pub client: Option<(String, u16)>,
}

/// The form of a line.
const FORM: &str = "expected host:port:port[:role][;[host:]port]";
/// Where clients connect if only a port is given.
const CLIENT_HOST: &str = "0.0.0.0";

impl ServerLine {
    /// Reads the value of a line; the error says what was expected.
    pub fn parse(text: &str) -> Result<ServerLine, String> {
        let (members, client) = match text.split_once(';') {
            Some((members, client)) => (members, Some(parse_client(client)?)),
            None => (text, None),
        };
        let mut addresses = Vec::new();
        let mut role = Role::Participant;
        for address in members.split('|') {
            let (address, said) = parse_address(address.trim())?;
            addresses.push(address);
            role = said.unwrap_or(role);
        }
        Ok(ServerLine { addresses, role, client })
    }
}

/// `host:quorum:election[:role]`, the host in brackets where it is IPv6.
fn parse_address(text: &str) -> Result<(ServerAddress, Option<Role>), String> {
    let form = || FORM.to_owned();
    let (host, rest) = split_host(text).ok_or_else(form)?;
    let mut parts = rest.split(':');
    let mut port = || parts.next().and_then(|port| port.trim().parse().ok()).ok_or_else(form);
    let address =
        ServerAddress { host: host.to_owned(), quorum_port: port()?, election_port: port()? };
    let role = match parts.next().map(str::to_ascii_lowercase).as_deref() {
        None => None,
        Some("participant") => Some(Role::Participant),
        Some("observer") => Some(Role::Observer),
        Some(other) => return Err(format!("Unrecognised peertype: {other}")),
    };
    if parts.next().is_some() || host.is_empty() {
        return Err(form());
    }
    if address.quorum_port == address.election_port {
        return Err("Client and election port must be different".to_owned());
    }
    Ok((address, role))
}

/// `[host:]port`.
fn parse_client(text: &str) -> Result<(String, u16), String> {
    let text = text.trim();
    let (host, port) = split_host(text).unwrap_or((CLIENT_HOST, text));
    let port = port.parse().map_err(|_| FORM.to_owned())?;
    Ok((host.to_owned(), port))
}

/// The host and what follows its colon; brackets around an IPv6 address are taken off.
fn split_host(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:"),
        None => text.split_once(':'),
    }
}

impl fmt::Display for ServerLine {
    /// The canonical text, as in `/zookeeper/config`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |host: &str| match host.contains(':') {
            true => format!("[{host}]"),
            false => host.to_owned(),
        };
        for (index, address) in self.addresses.iter().enumerate() {
            let bar = if index == 0 { "" } else { "|" };
            let host = bracketed(&address.host);
            write!(f, "{bar}{host}:{}:{}", address.quorum_port, address.election_port)?;
        }
        f.write_str(match self.role {
            Role::Participant => ":participant",
            Role::Observer => ":observer",
        })?;
        match &self.client {
            Some((host, port)) => write!(f, ";{}:{port}", bracketed(host)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_written() {
        let cases = [
            ("a:2888:3888", "a:2888:3888:participant"),
            ("a:2888:3888:observer", "a:2888:3888:observer"),
            ("a:2888:3888;2181", "a:2888:3888:participant;0.0.0.0:2181"),
            ("a:2888:3888:participant;b:2181", "a:2888:3888:participant;b:2181"),
            ("[::1]:2888:3888;[::]:2181", "[::1]:2888:3888:participant;[::]:2181"),
            ("a:1:2|b:3:4", "a:1:2|b:3:4:participant"),
        ];
        for (text, canonical) in cases {
            let line = ServerLine::parse(text).unwrap();
            assert_eq!(line.to_string(), canonical);
            assert_eq!(ServerLine::parse(canonical).unwrap(), line);
        }
    }

    #[test]
    fn broken_lines_are_refused() {
        for text in ["", "a", "a:1", "a:x:2", "a:1:70000", "a:1:2:king", "a:1:1", "a:1:2;x", ":1:2"]
        {
            assert!(ServerLine::parse(text).is_err(), "{text}");
        }
    }
}
