//! What was typed, and what is refused before a server is asked.

use super::*;

fn args(flavour: Flavour, line: &str) -> Args {
    let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let options = if flavour == Flavour::Kafka { SHELL_OPTIONS } else { OPTIONS };
    Args::from(flavour, &Parsed::parse("tool", options, &line).unwrap()).unwrap()
}

#[test]
fn options_end_where_the_command_begins() {
    let typed = args(Flavour::Apache, "-server a:1/b -timeout 5000 -r ls -s -R /");
    assert_eq!((typed.server.as_deref(), typed.read_only), (Some("a:1/b"), true));
    assert_eq!(typed.timeout, Duration::from_secs(5));
    assert_eq!(typed.command, ["ls", "-s", "-R", "/"]);
    let typed = args(Flavour::Kafka, "a:1 -zk-tls-config-file f -waitforconnection get -s /a");
    assert_eq!((typed.server.as_deref(), typed.config.as_deref()), (Some("a:1"), Some("f")));
    assert!(typed.waits);
    assert_eq!(typed.command, ["get", "-s", "/a"]);
    let typed = args(Flavour::Apache, "ls /");
    assert_eq!(typed.server.as_deref(), Some(SERVER_DEFAULT));
    assert_eq!(args(Flavour::Kafka, "").server, None);
}

fn typed(tool: &'static Tool, line: &[&str], input: &str) -> (u8, String, String) {
    let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
    let mut io = Io::captured(tool.name, input.as_bytes());
    let code = super::super::call(tool, &line, &mut io);
    (code, io.stdout.kept(), io.stderr.kept())
}

#[test]
fn what_needs_no_server_asks_none() {
    let (code, stdout, _) = typed(&TOOL, &["version"], "");
    assert_eq!(code, 0);
    assert!(stdout.contains("\nZooKeeper CLI version: 3.9.5 (milena "), "{stdout}");
    let (code, _, stderr) = typed(&TOOL, &["bogus"], "");
    assert_eq!(code, 127);
    let (first, last) = (stderr.lines().next(), stderr.lines().last());
    let usage = "ZooKeeper -server host:port -client-configuration properties-file cmd args";
    assert_eq!(first, Some(usage));
    assert_eq!(last, Some("Command not found: Command not found bogus"));
}

#[test]
fn the_history_is_numbered_and_done_again() {
    let input = "printwatches\nversion 1\n\nredo 0\nhistory\nredo 9\nquit\n";
    let (code, stdout, stderr) = typed(&SHELL, &["localhost:1"], input);
    let expected = "Connecting to localhost:1\nWelcome to ZooKeeper!\nJLine support is disabled\n\
                    printwatches is on\nprintwatches is on\n0 - printwatches\n1 - version 1\n\
                    2 - printwatches\n3 - history\n\nWATCHER::\n\nWatchedEvent state:Closed \
                    type:None path:null\n";
    assert_eq!((code, stdout.as_str()), (1, expected));
    assert_eq!(stderr, "version\nCommand index out of range\n");
}

#[test]
fn encryption_is_refused_and_not_left_out() {
    let mut io = Io::captured("zkCli", b"");
    io.disk = crate::base::disk::Disk::memory();
    let path = std::path::Path::new("/etc/tls");
    io.disk.create_dir_all(std::path::Path::new("/etc")).unwrap();
    let file = io.disk.open(path, crate::base::disk::Mode::Create).unwrap();
    file.write_all_at(b"zookeeper.ssl.client.enable=true\n", 0).unwrap();
    let failure = check_config(Some("/etc/tls"), &io).unwrap_err();
    assert!(failure.message.contains("zookeeper.ssl.client.enable=true"), "{failure:?}");
    assert_eq!(check_config(None, &io), Ok(()));
}
