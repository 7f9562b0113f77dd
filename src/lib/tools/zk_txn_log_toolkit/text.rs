//! Transactions as lines, in the form of ZooKeeper's own toolkit.

use std::fmt::Write as _;

use bytes::Bytes;
use jiff::tz::TimeZone;

use crate::base::bytes::{Reader, Writer};
use crate::tools::dates;
use crate::zookeeper::jute::{Acl, Jute, Transaction, Txn};

/// One transaction.
pub(super) fn line(entry: &Bytes, zone: &TimeZone) -> String {
    let Transaction { header, txn, .. } = match Transaction::decode(&mut Reader::shared(entry)) {
        Ok(transaction) => transaction,
        // Only behind a wrong checksum, and then anything may be.
        Err(error) => return format!("not a transaction: {error}"),
    };
    format!(
        "{} session 0x{:x} cxid 0x{:x} zxid 0x{:x} {} {}",
        dates::short(header.time_ms, zone),
        header.session.0,
        header.cxid,
        header.zxid.0,
        header.op.name(),
        body(&txn)
    )
}

fn body(txn: &Txn) -> String {
    match txn {
        Txn::CreateSession(txn) => txn.timeout_ms.to_string(),
        Txn::CloseSession(txn) => txn.paths.as_deref().map_or_else(String::new, |paths| {
            let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
            format!("v{{{}}}", paths.join(","))
        }),
        Txn::Error(code) => code.to_string(),
        Txn::Create(txn) | Txn::Create2(txn) => format!(
            "{},{},{},{},{}",
            txn.path,
            data(txn.data.as_ref()),
            rows(&txn.acl),
            txn.ephemeral,
            txn.parent_cversion
        ),
        Txn::CreateContainer(txn) => {
            let (path, data) = (&txn.path, data(txn.data.as_ref()));
            format!("{path},{data},{},{}", rows(&txn.acl), txn.parent_cversion)
        }
        Txn::CreateTtl(txn) => {
            let (path, data) = (&txn.path, data(txn.data.as_ref()));
            format!("{path},{data},{},{},{}", rows(&txn.acl), txn.parent_cversion, txn.ttl_ms)
        }
        Txn::Delete(txn) | Txn::DeleteContainer(txn) => quoted(&txn.path),
        Txn::SetData(txn) | Txn::Reconfig(txn) => {
            format!("{},{},{}", txn.path, data(txn.data.as_ref()), txn.version)
        }
        Txn::SetAcl(txn) => {
            let rows = txn.acl.iter().map(|acl| format!("s{{{}}}", row(acl)));
            let rows: Vec<String> = rows.collect();
            format!("{},v{{{}}},{}", quoted(&txn.path), rows.join(","), txn.version)
        }
        Txn::Check(txn) => format!("{},{}", quoted(&txn.path), txn.version),
        Txn::Multi(txns) => {
            let each = txns.iter().map(|txn| {
                let mut writer = Writer::new();
                txn.encode(&mut writer);
                let bytes = writer.into_bytes();
                format!("{}:{}", txn.op().name(), String::from_utf8_lossy(&bytes))
            });
            each.collect::<Vec<_>>().join(";")
        }
    }
}

fn data(data: Option<&Bytes>) -> String {
    data.map_or_else(String::new, |data| String::from_utf8_lossy(data).into_owned())
}

/// A list of records, each of which ends its line.
fn rows(acls: &[Acl]) -> String {
    let rows: Vec<String> = acls.iter().map(|acl| format!("{}\n", row(acl))).collect();
    format!("[{}]", rows.join(", "))
}

fn row(acl: &Acl) -> String {
    format!("{},s{{{},{}}}", acl.perms, quoted(&acl.id.scheme), quoted(&acl.id.id))
}

/// A text within a record.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        match letter {
            '\0' | '\n' | '\r' | ',' | '}' | '%' => {
                let _ = write!(out, "%{:02X}", u32::from(letter));
            }
            other => out.push(other),
        }
    }
    out
}
