//! The lines of a log of Apache ZooKeeper 3.9.5, as its own toolkit prints them.

use bytes::Bytes;
use jiff::tz::TimeZone;

use super::*;
use crate::base::disk::{Disk, Mode};
use crate::zookeeper::jute::txn::*;
use crate::zookeeper::jute::{Acl, SessionId, Transaction, Txn, Zxid, to_bytes};

const SESSION: SessionId = SessionId(0x100_016d_b24c_0000);

fn entry(zxid: i64, txn: Txn) -> Bytes {
    let header = TxnHeader {
        session: SESSION,
        cxid: i32::try_from(zxid).unwrap() - 1,
        zxid: Zxid(zxid),
        time_ms: 1_795_576_349_000,
        op: txn.op(),
    };
    to_bytes(&Transaction { header, txn, digest: None })
}

fn create(path: &str, data: &'static [u8], parent_cversion: i32) -> CreateTxn {
    CreateTxn {
        path: path.to_owned(),
        data: Some(Bytes::from_static(data)),
        acl: vec![Acl::world(31)],
        ephemeral: false,
        parent_cversion,
    }
}

#[test]
fn transactions_are_printed_as_by_zookeeper() {
    let cases = [
        (1, Txn::CreateSession(CreateSessionTxn { timeout_ms: 30_000 }), "createSession 30000"),
        (2, Txn::Create(create("/a", b"one", 1)), "create /a,one,[31,s{'world,'anyone}\n],false,1"),
        (
            5,
            Txn::CreateContainer(CreateContainerTxn {
                path: "/c".to_owned(),
                data: None,
                acl: vec![Acl::world(31)],
                parent_cversion: 3,
            }),
            "createContainer /c,,[31,s{'world,'anyone}\n],3",
        ),
        (
            6,
            Txn::SetData(SetDataTxn {
                path: "/a".to_owned(),
                data: Some(Bytes::from_static(b"two")),
                version: 1,
            }),
            "setData /a,two,1",
        ),
        (
            7,
            Txn::SetAcl(SetAclTxn { path: "/a".into(), acl: vec![Acl::world(1)], version: 1 }),
            "setACL '/a,v{s{1,s{'world,'anyone}}},1",
        ),
        (8, Txn::Error(-102), "error -102"),
        (11, Txn::Delete(DeleteTxn { path: "/de,p".into() }), "delete '/de%2Cp"),
        (
            12,
            Txn::CloseSession(CloseSessionTxn { paths: Some(vec!["/e".into(), "/f".into()]) }),
            "closeSession v{'/e,'/f}",
        ),
        (13, Txn::CloseSession(CloseSessionTxn { paths: None }), "closeSession "),
        (
            14,
            Txn::Multi(vec![
                Txn::Check(CheckVersionTxn { path: "/m1".into(), version: 2 }),
                Txn::Error(0),
            ]),
            "multi check:\0\0\0\u{3}/m1\0\0\0\u{2};error:\0\0\0\0",
        ),
    ];
    for (zxid, txn, expected) in cases {
        let line = text::line(&entry(zxid, txn), &TimeZone::UTC);
        let cxid = zxid - 1;
        let lead = "11/25/26, 3:12:29 AM UTC session 0x100016db24c0000";
        assert_eq!(line, format!("{lead} cxid 0x{cxid:x} zxid 0x{zxid:x} {expected}"));
    }
    assert!(text::line(&Bytes::from_static(b"x"), &TimeZone::UTC).starts_with("not a transaction"));
}

/// A log of five transactions; the checksum of the second is wrong, and room follows.
fn log(disk: &Disk) {
    disk.create_dir_all(Path::new("/d")).unwrap();
    let mut writer = RawLogWriter::create(disk, Path::new("/d/log.1"), 0).unwrap();
    for zxid in 1..=5 {
        let bytes = entry(zxid, Txn::Delete(DeleteTxn { path: "/a".into() }));
        let raw = RawEntry { checksum: 0, bytes };
        let checksum = if zxid == 2 { 7 } else { raw.expected() };
        writer.write(checksum, &raw.bytes).unwrap();
    }
    writer.finish().unwrap();
    let file = disk.open(Path::new("/d/log.1"), Mode::Write).unwrap();
    file.set_len(file.len().unwrap() + 1000).unwrap();
}

fn call(disk: &Disk, line: &[&str], input: &str) -> (u8, String, String) {
    let mut io = Io::captured("zkTxnLogToolkit", input.as_bytes());
    io.disk = disk.clone();
    let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
    let code = crate::tools::call(&TOOL, &line, &mut io);
    (code, io.stdout.kept(), io.stderr.kept())
}

const QUESTION: &str = "Would you like to fix it (Yes/No/Abort) ? ";
const END: &str = "EOF reached after 5 txns.\n";

#[test]
fn a_wrong_checksum_is_shown_and_put_right() {
    let disk = Disk::memory();
    log(&disk);
    let (code, shown, _) = call(&disk, &["/d/log.1"], "");
    assert_eq!((code, shown.matches(" delete ").count()), (0, 6), "{shown}");
    assert!(shown.contains("\nCRC ERROR - ") && shown.ends_with(END), "{shown}");

    let fixed = |count| {
        format!("Recovery file /d/log.1.fixed has been written with {count} fixed CRC error(s)\n")
    };
    let (code, shown, _) = call(&disk, &["-r", "/d/log.1"], "what\nno\n");
    assert_eq!(code, 0);
    assert!(shown.ends_with(&format!("{QUESTION}{QUESTION}{END}{}", fixed(0))), "{shown}");
    let (code, _, said) = call(&disk, &["-r", "/d/log.1"], "y\n");
    let exists = "Recovery file /d/log.1.fixed already exists or not writable\n";
    assert_eq!((code, said.as_str()), (1, exists));
    let file = Path::new("/d/log.1.fixed");
    disk.remove_file(file).unwrap();
    let (code, _, said) = call(&disk, &["--recover", "/d/log.1"], "abort\n");
    assert_eq!((code, said.as_str(), disk.exists(file)), (0, "Recovery aborted.\n", false));
    let (code, _, said) = call(&disk, &["--recover", "/d/log.1"], "");
    assert_eq!((code, disk.exists(file)), (1, false), "{said}");
    let (code, shown, _) = call(&disk, &["-ry", "/d/log.1"], "");
    assert_eq!((code, shown.matches("CRC FIXED - ").count()), (0, 1));
    assert!(shown.ends_with(&format!("{END}{}", fixed(1))), "{shown}");
    let (_, shown, _) = call(&disk, &["/d/log.1.fixed"], "");
    assert!(!shown.contains("CRC") && shown.ends_with(END), "{shown}");
}

#[test]
fn a_log_is_cut_at_a_zxid() {
    let disk = Disk::memory();
    log(&disk);
    call(&disk, &["-r", "-y", "/d/log.1"], "");
    let (code, shown, _) = call(&disk, &["-c", "-z", "0x3", "/d/log.1.fixed"], "");
    assert_eq!(code, 0);
    assert!(shown.ends_with("\nChopping at 3 new log has 3 records\n"), "{shown}");
    let (_, shown, _) = call(&disk, &["/d/log.1.fixed.chopped3"], "");
    assert!(shown.ends_with("EOF reached after 3 txns.\n"), "{shown}");
    for (zxid, said) in [("5", END), ("99", END)] {
        let (code, shown, _) = call(&disk, &["-c", "-z", zxid, "/d/log.1.fixed"], "");
        let failed = format!("{said}Got exception: Failed to chop log.1.fixed\n");
        assert_eq!(code, 1);
        assert!(shown.ends_with(&failed), "{shown}");
        assert!(!disk.exists(Path::new(&format!("/d/log.1.fixed.chopped{zxid}"))));
    }
    let (code, shown, _) = call(&disk, &["-c", "-z", "4", "/d/log.1"], "");
    assert!(code == 1 && shown.contains("CRC doesn't match 7 vs "), "{shown}");
}

#[test]
fn what_is_no_log_is_refused() {
    let disk = Disk::memory();
    log(&disk);
    disk.open(Path::new("/d/snapshot.0"), Mode::Create).unwrap().write_all_at(b"ZKSN", 0).unwrap();
    let invalid = "Invalid magic number for snapshot.0\n".to_owned();
    assert_eq!(call(&disk, &["/d/snapshot.0"], ""), (2, String::new(), invalid));
    let missing = "File doesn't exist or not readable: /d/none\n".to_owned();
    assert_eq!(call(&disk, &["/d/none"], ""), (1, String::new(), missing));
    assert_eq!(call(&disk, &[], "").0, 1);
}
