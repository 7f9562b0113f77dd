//! Our tools and our broker, spoken to by servers of other protocols: each is named at once.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::folder::Folder;
use crate::support::program::{run, server_properties};

/// What servers of other protocols say to a client they do not understand.
const OPENINGS: [(&[u8], &str); 3] = [
    // An alert: unexpected message.
    (b"\x15\x03\x03\x00\x02\x02\x0a", "TLS"),
    (b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "HTTP"),
    (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
];

/// A server that answers whatever it is sent with `opening`, as often as it is asked.
async fn stranger(opening: &'static [u8]) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream.write_all(opening).await;
        }
    });
    (port, serving)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_of_other_protocols_are_named() {
    let folder = Folder::new();
    let impatient = folder.write("client.properties", "default.api.timeout.ms=200\n");
    for (opening, name) in OPENINGS {
        let (port, serving) = stranger(opening).await;
        let address = format!("127.0.0.1:{port}");
        let speaks = format!("the port speaks {name}");
        let asked = ["--list", "--bootstrap-server", &address, "--command-config", &impatient];
        let sent = ["--topic", "t", "--broker-list", &address];
        let block = ["--producer-property", "max.block.ms=200"];
        let read = ["--topic", "t", "--bootstrap-server", &address, "--timeout-ms", "200"];
        // The consumer ends when it is told to, after a while without a record: no failure.
        for (tool, line, input, code) in [
            ("kafka-topics", &asked[..], "", 1),
            ("kafka-console-producer", &[&sent[..], &block].concat(), "one\n", 1),
            ("kafka-console-consumer", &read, "", 0),
        ] {
            let ended = run(tool, line, input).await;
            let said = format!("{}{}", ended.stdout, ended.stderr);
            let wanted = format!("{address}: {speaks}");
            assert!(said.contains(&wanted) && !said.contains("panicked"), "{tool}: {said}");
            assert_eq!(ended.code, Some(code), "{tool}: {said}");
        }

        let file = server_properties(&folder, port, "zookeeper.connection.timeout.ms=200\n");
        let ended = run("kafka-server-start", &[&file], "").await;
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains(&speaks) && !said.contains("panicked"), "{said}");
        assert_eq!(ended.code, Some(1), "{said}");
        serving.abort();
    }
}
