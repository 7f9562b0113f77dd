//! Other protocols and impossible lengths on both ports: closed, and named in the log.

use bytes::Bytes;

use crate::support::folder::Folder;
use crate::support::program::{Process, Servers};
use crate::support::wire::Wire;

/// Sends an opening, waits for the close, and for the sentence.
async fn refused(process: &mut Process, port: u16, opening: &'static [u8], said: &str) {
    let mut wire = Wire::connect(port).await;
    // The server may close before all is sent.
    let _ = wire.bytes(Bytes::from_static(opening)).await;
    assert_eq!(wire.frame().await, None, "{said}");
    process.says(said).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_named_and_shown_out() {
    let folder = Folder::new();
    let mut servers = Servers::start(&folder, 0).await;
    let (kafka, zookeeper) = (servers.port, servers.zookeeper_port);
    for (opening, name) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], "TLS"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
    ] {
        let said = format!("the peer speaks {name} to a plain Kafka port");
        refused(&mut servers.broker, kafka, opening, &said).await;
        let said = format!("the peer speaks {name} to a plain ZooKeeper port");
        refused(&mut servers.zookeeper, zookeeper, opening, &said).await;
    }
    for (opening, said) in [
        (&b"\x7f\xff\xff\xff\0\x12\0\0"[..], "announced a frame of 2147483647 bytes"),
        (b"\xff\xff\xff\xff\0\x12\0\0", "announced a frame of -1 bytes"),
    ] {
        refused(&mut servers.broker, kafka, opening, said).await;
        refused(&mut servers.zookeeper, zookeeper, opening, said).await;
    }
    // Whole frames that ask for what is not there, or break off inside: key, version, correlation,
    // no client id, and a body.
    for (opening, said) in [
        (
            &b"\0\0\0\x0a\x03\xe7\0\0\0\0\0\x01\xff\xff"[..],
            "it asked for API 999, which is not offered",
        ),
        (b"\0\0\0\x0a\0\x11\0\0\0\0\0\x01\xff\xff", "it asked for API 17, which is not offered"),
        (
            b"\0\0\0\x0b\0\x03\0\x63\0\0\0\x01\xff\xff\0",
            "it asked for version 99 of Metadata, which is not offered",
        ),
        (
            b"\0\0\0\x0c\0\x03\0\x01\0\0\0\x01\xff\xff\0\0",
            "malformed Metadata request of version 1",
        ),
        (b"\0\0\0\x03\0\x03\0", "not a Kafka request"),
    ] {
        refused(&mut servers.broker, kafka, opening, said).await;
    }
    servers.kill().await;
}
