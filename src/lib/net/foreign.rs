//! Recognises another protocol by its first bytes.
//!
//! A length prefix that makes no sense is nearly always a client of something else: a browser, a
//! TLS client on a plain port, a port scanner. The log should say which, not "invalid size".

/// What the first bytes look like, if they are known.
pub fn recognise(first: &[u8]) -> Option<&'static str> {
    const TEXTS: [(&[u8], &str); 12] = [
        (b"GET ", "HTTP"),
        (b"POST", "HTTP"),
        (b"PUT ", "HTTP"),
        (b"HEAD", "HTTP"),
        (b"OPTI", "HTTP"),
        (b"DELE", "HTTP"),
        (b"CONN", "HTTP"),
        (b"HTTP", "HTTP"),
        (b"PRI ", "HTTP/2"),
        (b"SSH-", "SSH"),
        (b"PROX", "the PROXY protocol"),
        (b"*1\r\n", "Redis"),
    ];
    // A TLS record: handshake (22) or alert (21), version 3.x.
    if matches!(first, [0x15 | 0x16, 0x03, 0..=4, ..]) {
        return Some("TLS");
    }
    TEXTS.iter().find(|(start, _)| first.starts_with(start)).map(|(_, name)| *name)
}

/// One sentence for the log about a length that cannot be. `what` is what we speak.
pub fn describe(prefix: [u8; 4], max: usize, what: &str) -> String {
    let length = i32::from_be_bytes(prefix);
    match recognise(&prefix) {
        Some(name) => format!("the peer speaks {name} to a plain {what} port"),
        None if length < 0 => {
            format!("the peer announced a frame of {length} bytes; is it a {what} client?")
        }
        None => format!(
            "the peer announced a frame of {length} bytes, more than the {max} allowed; is it a {what} client?"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_openings_are_named() {
        let said = |prefix: &[u8; 4]| describe(*prefix, 100, "Kafka");
        assert_eq!(said(b"\x16\x03\x01\x02"), "the peer speaks TLS to a plain Kafka port");
        assert_eq!(said(b"GET "), "the peer speaks HTTP to a plain Kafka port");
        assert_eq!(said(b"SSH-"), "the peer speaks SSH to a plain Kafka port");
        assert_eq!(
            said(&[0x7f, 0xff, 0xff, 0xff]),
            "the peer announced a frame of 2147483647 bytes, more than the 100 allowed; is it a Kafka client?"
        );
    }
}
