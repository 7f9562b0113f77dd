//! Who holds a port or a file, as far as `/proc` tells: for the sentence that says what is taken.
//!
//! Only processes whose descriptors we may look at are found; elsewhere the answer is none.

use std::path::Path;

use super::disk::Disk;

/// The process that listens on a port: `kafka-server-start (pid 12)`.
pub fn of_port(port: u16) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let text = Disk::System.read_text(table.as_ref()).ok()?;
        listening_inode(&text, port).map(str::to_owned)
    })?;
    with_open(&format!("socket:[{inode}]"))
}

/// The process that has a file open.
pub fn of_file(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    with_open(&path.to_string_lossy())
}

/// The first process with a descriptor that leads to `wanted`.
fn with_open(wanted: &str) -> Option<String> {
    let disk = Disk::System;
    let processes = disk.list("/proc".as_ref()).ok()?;
    processes.iter().filter(|entry| entry.name.parse::<u32>().is_ok()).find_map(|process| {
        let folder = format!("/proc/{}", process.name);
        let descriptors = disk.list(format!("{folder}/fd").as_ref()).ok()?;
        let holds = descriptors.iter().any(|entry| {
            let path = format!("{folder}/fd/{}", entry.name);
            disk.read_link(path.as_ref()).is_ok_and(|target| target.to_string_lossy() == wanted)
        });
        holds.then(|| format!("{} (pid {})", program(&folder), process.name))
    })
}

/// What a process is called: the kernel's own name of it is cut off at 15 letters.
fn program(folder: &str) -> String {
    let read = |name: &str| {
        Disk::System.read_text(format!("{folder}/{name}").as_ref()).unwrap_or_default()
    };
    let line = read("cmdline");
    let first = line.split('\0').next().unwrap_or_default();
    match first.rsplit('/').next().unwrap_or_default() {
        "" => read("comm").trim().to_owned(),
        name => name.to_owned(),
    }
}

/// The socket in state LISTEN (0A) on a port, in the form of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let ending = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (words.get(1)?, words.get(3)?, words.get(9)?);
        (local.ends_with(&ending) && *state == "0A").then_some(*inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_us(found: Option<String>) -> bool {
        found.is_some_and(|it| it.ends_with(&format!("(pid {})", std::process::id())))
    }

    #[test]
    fn the_holder_of_a_port_is_found() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert!(is_us(of_port(port)), "this very process");
        drop(socket);
        assert_eq!(of_port(port), None);
    }

    #[test]
    fn the_holder_of_a_file_is_found() {
        let path = std::env::temp_dir().join(format!("milena-holder-{}", std::process::id()));
        let file = Disk::System.open(&path, crate::base::disk::Mode::Create).unwrap();
        assert!(is_us(of_file(&path)), "this very process");
        drop(file);
        assert_eq!(of_file(&path), None);
        Disk::System.remove_file(&path).unwrap();
    }
}
