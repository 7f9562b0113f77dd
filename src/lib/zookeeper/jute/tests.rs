//! Bytes made by others, round trips of everything, and bytes that are broken on purpose.

use bytes::Bytes;

use super::reply::{AclStat, ChildrenStat, CreatedStat, DataStat};
use super::request::*;
use super::txn::*;
use super::*;
use crate::base::rng::Rng;

fn hex(text: &str) -> Bytes {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect::<Vec<u8>>().into()
}

fn read<T: Jute>(bytes: &Bytes) -> Result<T> {
    T::decode(&mut Reader::shared(bytes))
}

#[test]
fn the_handshake_of_a_java_client() {
    let bytes = hex("00000000 0000000000000000 00000fa0 0000000000000000 00000010
                     00000000000000000000000000000000 00");
    let request: ConnectRequest = read(&bytes).unwrap();
    assert_eq!(request.timeout_ms, 4000);
    assert_eq!(request.read_only, Some(false));
    assert_eq!(to_bytes(&request), bytes);

    let short = bytes.slice(..44);
    let request: ConnectRequest = read(&short).unwrap();
    assert_eq!(request.read_only, None);
    assert_eq!(to_bytes(&request), short);

    let refusal = hex("00000000 00000000 0000000000000000 00000010
                       00000000000000000000000000000000 00");
    assert_eq!(to_bytes(&ConnectResponse::refusal(Some(true))), refusal);
    assert_eq!(to_bytes(&ConnectResponse::refusal(None)).len(), 36);
}

#[test]
fn a_ping_and_a_failed_multi() {
    let ping = RequestHeader { xid: record::xid::PING, kind: OpCode::Ping.code() };
    assert_eq!(to_bytes(&ping), hex("fffffffe 0000000b"));

    let reply =
        Reply::Multi(vec![MultiResult::Error(0), MultiResult::Error(KeeperError::NoNode.code())]);
    let mut writer = Writer::new();
    reply.encode(&mut writer);
    let bytes = writer.into_bytes();
    assert_eq!(
        bytes,
        hex("ffffffff 00 00000000 00000000 ffffffff 00 ffffff9b ffffff9b ffffffff 01 ffffffff")
    );
    assert_eq!(Reply::decode(OpCode::Multi, &mut Reader::new(&bytes)), Ok(reply));
}

#[test]
fn transactions_of_a_java_log() {
    let bytes = hex("010000194d100002 00000000 000000000000000f 000001a2030e5e4b fffffff5
                     00000000 00000002 000000010da3ae1f");
    let close: Transaction = read(&bytes).unwrap();
    assert_eq!(close.header.session, SessionId(0x0100_0019_4d10_0002));
    assert_eq!(close.header.zxid, Zxid(0xf));
    assert_eq!(close.txn, Txn::CloseSession(CloseSessionTxn { paths: Some(vec![]) }));
    assert_eq!(close.digest, Some(TxnDigest { version: 2, digest: 0x1_0da3_ae1f }));
    assert_eq!(to_bytes(&close), bytes);

    let bytes = hex("01000019da2e0000 00000001 0000000000000011 000001a2030e8271 00000001
                     000000032f6431 00000003616263 00000001 0000001f
                     00000005776f726c64 00000006616e796f6e65 00 00000004
                     00000002 000000012e7ce1f7");
    let create: Transaction = read(&bytes).unwrap();
    let expected = CreateTxn {
        path: "/d1".to_owned(),
        data: Some(Bytes::from_static(b"abc")),
        acl: vec![Acl::world(record::perms::ALL)],
        ephemeral: false,
        parent_cversion: 4,
    };
    assert_eq!(create.txn, Txn::Create(expected));
    assert_eq!(to_bytes(&create), bytes);
}

#[test]
fn logs_of_older_servers_lack_what_came_later() {
    // A create of before 3.4 without the parent's version, a close of before 3.6 without paths.
    let header = |op| TxnHeader { op, ..TxnHeader::default() };
    let mut writer = Writer::new();
    header(OpCode::Create).encode(&mut writer);
    writer.raw(&hex("000000022f61 ffffffff 00000000 01"));
    let create: Transaction = read(&writer.into_bytes()).unwrap();
    let Txn::Create(txn) = create.txn else { panic!("not a create") };
    assert_eq!((txn.data, txn.ephemeral, txn.parent_cversion), (None, true, -1));

    let close: Transaction = read(&to_bytes(&header(OpCode::CloseSession))).unwrap();
    assert_eq!(close.txn, Txn::CloseSession(CloseSessionTxn { paths: None }));

    let unknown = hex("0000000000000000 00000000 0000000000000001 0000000000000000 0000004d");
    assert!(matches!(read::<Transaction>(&unknown), Err(Error::Value { found: 0x4d, .. })));
}

#[test]
fn null_is_not_empty_and_lengths_are_checked() {
    assert_eq!(read::<Option<Bytes>>(&hex("ffffffff")), Ok(None));
    assert_eq!(read::<Option<Bytes>>(&hex("00000000")), Ok(Some(Bytes::new())));
    assert_eq!(read::<Vec<i32>>(&hex("ffffffff")), Ok(vec![]));
    assert_eq!(read::<String>(&hex("00000002 c3 28")), Ok("\u{fffd}(".to_owned()));
    assert!(read::<String>(&hex("ffffffff")).is_err());
    assert!(read::<String>(&hex("fffffffe")).is_err());
    assert!(read::<Option<Bytes>>(&hex("7fffffff 00")).is_err());
    assert!(read::<Vec<Acl>>(&hex("7fffffff 00000001")).is_err());
}

fn text(rng: &mut Rng) -> String {
    let letters = ["/", "a", "zookeeper", "-", "\u{e9}", "0000000001", "."];
    (0..rng.below(6)).map(|_| letters[rng.below(letters.len() as u64) as usize]).collect()
}

fn some<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Vec<T> {
    (0..rng.below(4)).map(|_| make(rng)).collect()
}

fn data(rng: &mut Rng) -> Option<Bytes> {
    let length = if rng.below(20) == 0 { 700 } else { rng.below(20) };
    (rng.below(4) > 0).then(|| (0..length).map(|_| rng.below(256) as u8).collect())
}

fn acl(rng: &mut Rng) -> Acl {
    Acl { perms: rng.below(64) as i32 - 16, id: Id { scheme: text(rng), id: text(rng) } }
}

fn int(rng: &mut Rng) -> i32 {
    rng.below(1 << 32) as u32 as i32
}

fn long(rng: &mut Rng) -> i64 {
    rng.below(u64::MAX) as i64
}

fn request(rng: &mut Rng, op: OpCode) -> Request {
    let path = text(rng);
    let watch = WatchRequest { path: path.clone(), watch: rng.below(2) == 0 };
    let create =
        CreateRequest { path: path.clone(), data: data(rng), acl: some(rng, acl), flags: int(rng) };
    let version = VersionRequest { path: path.clone(), version: int(rng) };
    let prefix = PrefixRequest { path: (rng.below(2) == 0).then(|| text(rng)) };
    match op {
        OpCode::Create => Request::Create(create),
        OpCode::Create2 => Request::Create2(create),
        OpCode::CreateContainer => Request::CreateContainer(create),
        OpCode::CreateTtl => Request::CreateTtl(CreateTtlRequest {
            path,
            data: create.data,
            acl: create.acl,
            flags: create.flags,
            ttl_ms: long(rng),
        }),
        OpCode::Delete => Request::Delete(version),
        OpCode::Check => Request::Check(version),
        OpCode::DeleteContainer => Request::DeleteContainer(PathRequest { path }),
        OpCode::Exists => Request::Exists(watch),
        OpCode::GetData => Request::GetData(watch),
        OpCode::GetChildren => Request::GetChildren(watch),
        OpCode::GetChildren2 => Request::GetChildren2(watch),
        OpCode::SetData => {
            Request::SetData(SetDataRequest { path, data: data(rng), version: int(rng) })
        }
        OpCode::GetAcl => Request::GetAcl(PathRequest { path }),
        OpCode::SetAcl => {
            Request::SetAcl(SetAclRequest { path, acl: some(rng, acl), version: int(rng) })
        }
        OpCode::Sync => Request::Sync(prefix),
        OpCode::GetEphemerals => Request::GetEphemerals(prefix),
        OpCode::Reconfig => Request::Reconfig(ReconfigRequest {
            joining: prefix.path,
            leaving: None,
            new_members: Some(path),
            config_id: long(rng),
        }),
        OpCode::CheckWatches => Request::CheckWatches(WatchesRequest { path, kind: int(rng) }),
        OpCode::RemoveWatches => Request::RemoveWatches(WatchesRequest { path, kind: int(rng) }),
        OpCode::Auth => Request::Auth(AuthPacket { kind: int(rng), scheme: path, auth: data(rng) }),
        OpCode::SetWatches => Request::SetWatches(SetWatches {
            relative_zxid: Zxid(long(rng)),
            data: some(rng, text),
            exist: some(rng, text),
            child: some(rng, text),
        }),
        OpCode::SetWatches2 => Request::SetWatches2(SetWatches2 {
            relative_zxid: Zxid(long(rng)),
            data: some(rng, text),
            exist: some(rng, text),
            child: some(rng, text),
            persistent: some(rng, text),
            recursive: some(rng, text),
        }),
        OpCode::Sasl => Request::Sasl(SaslRequest { token: data(rng) }),
        OpCode::GetAllChildrenNumber => Request::GetAllChildrenNumber(PathRequest { path }),
        OpCode::AddWatch => Request::AddWatch(AddWatchRequest { path, mode: int(rng) }),
        OpCode::CreateSession => {
            Request::CreateSession(CreateSessionRequest { timeout_ms: int(rng) })
        }
        OpCode::Multi => Request::Multi(some(rng, |rng| {
            let ops =
                [OpCode::Create, OpCode::Delete, OpCode::SetData, OpCode::Check, OpCode::CreateTtl];
            let op = ops[rng.below(5) as usize];
            request(rng, op)
        })),
        OpCode::MultiRead => Request::MultiRead(some(rng, |rng| request(rng, OpCode::GetData))),
        OpCode::Ping => Request::Ping,
        OpCode::WhoAmI => Request::WhoAmI,
        OpCode::CloseSession | OpCode::Error | OpCode::Notification => Request::CloseSession,
    }
}

fn stat(rng: &mut Rng) -> Stat {
    Stat { czxid: Zxid(long(rng)), mtime: long(rng), version: int(rng), ..Stat::default() }
}

fn reply(rng: &mut Rng, op: OpCode) -> Reply {
    let stat = stat(rng);
    match op {
        OpCode::Create => Reply::Created(text(rng)),
        OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl => {
            Reply::CreatedStat(CreatedStat { path: text(rng), stat })
        }
        OpCode::Exists | OpCode::SetData | OpCode::SetAcl => Reply::Stat(stat),
        OpCode::GetData | OpCode::Reconfig => Reply::Data(DataStat { data: data(rng), stat }),
        OpCode::GetAcl => Reply::Acl(AclStat { acl: some(rng, acl), stat }),
        OpCode::GetChildren | OpCode::GetEphemerals => Reply::Children(some(rng, text)),
        OpCode::GetChildren2 => {
            Reply::ChildrenStat(ChildrenStat { children: some(rng, text), stat })
        }
        OpCode::Sync => Reply::Synced(None),
        OpCode::Multi | OpCode::MultiRead => Reply::Multi(vec![
            MultiResult::Created(text(rng)),
            MultiResult::CreatedStat(CreatedStat { path: text(rng), stat: stat.clone() }),
            MultiResult::Deleted,
            MultiResult::Set(stat.clone()),
            MultiResult::Checked,
            MultiResult::Data(DataStat { data: data(rng), stat }),
            MultiResult::Children(some(rng, text)),
            MultiResult::Error(int(rng)),
        ]),
        OpCode::Sasl => Reply::Token(data(rng)),
        OpCode::GetAllChildrenNumber => Reply::Count(int(rng)),
        OpCode::AddWatch => Reply::WatchAdded,
        OpCode::WhoAmI => {
            Reply::WhoAmI(some(rng, |rng| ClientInfo { scheme: text(rng), user: text(rng) }))
        }
        _ => Reply::Empty,
    }
}

fn txn(rng: &mut Rng, op: OpCode) -> Txn {
    let (path, data, acl) = (text(rng), data(rng), some(rng, acl));
    let (version, parent_cversion) = (int(rng), int(rng));
    match op {
        OpCode::CreateSession => Txn::CreateSession(CreateSessionTxn { timeout_ms: version }),
        OpCode::CloseSession => Txn::CloseSession(CloseSessionTxn { paths: Some(some(rng, text)) }),
        OpCode::Create => {
            Txn::Create(CreateTxn { path, data, acl, ephemeral: version > 0, parent_cversion })
        }
        OpCode::Create2 => {
            Txn::Create2(CreateTxn { path, data, acl, ephemeral: version > 0, parent_cversion })
        }
        OpCode::CreateContainer => {
            Txn::CreateContainer(CreateContainerTxn { path, data, acl, parent_cversion })
        }
        OpCode::CreateTtl => {
            Txn::CreateTtl(CreateTtlTxn { path, data, acl, parent_cversion, ttl_ms: long(rng) })
        }
        OpCode::Delete => Txn::Delete(DeleteTxn { path }),
        OpCode::DeleteContainer => Txn::DeleteContainer(DeleteTxn { path }),
        OpCode::SetData => Txn::SetData(SetDataTxn { path, data, version }),
        OpCode::Reconfig => Txn::Reconfig(SetDataTxn { path, data, version }),
        OpCode::SetAcl => Txn::SetAcl(SetAclTxn { path, acl, version }),
        OpCode::Check => Txn::Check(CheckVersionTxn { path, version }),
        OpCode::Multi => Txn::Multi(vec![
            txn(rng, OpCode::Create),
            txn(rng, OpCode::Check),
            txn(rng, OpCode::Error),
        ]),
        _ => Txn::Error(version),
    }
}

fn transaction(rng: &mut Rng, op: OpCode) -> Transaction {
    let txn = txn(rng, op);
    let header = TxnHeader {
        session: SessionId(long(rng)),
        cxid: int(rng),
        zxid: Zxid(long(rng)),
        time_ms: long(rng),
        op: txn.op(),
    };
    let digest = TxnDigest { version: 2, digest: long(rng) };
    Transaction { header, txn, digest: Some(digest) }
}

#[test]
fn everything_goes_both_ways() {
    let mut rng = Rng::seeded(1);
    for round in 0..2_000 {
        let op = OpCode::ALL[round % OpCode::ALL.len()];
        let made = request(&mut rng, op);
        let mut writer = Writer::new();
        made.encode(&mut writer);
        let bytes = writer.into_bytes();
        let mut reader = Reader::shared(&bytes);
        assert_eq!(Request::decode(made.op(), &mut reader), Ok(made));
        reader.finish().unwrap();

        if !matches!(op, OpCode::Error | OpCode::Notification) {
            let made = reply(&mut rng, op);
            let mut writer = Writer::new();
            made.encode(&mut writer);
            let bytes = writer.into_bytes();
            let mut reader = Reader::shared(&bytes);
            assert_eq!(Reply::decode(op, &mut reader), Ok(made));
            reader.finish().unwrap();
        }

        let made = transaction(&mut rng, op);
        let bytes = to_bytes(&made);
        assert_eq!(read::<Transaction>(&bytes), Ok(made));
    }
}

#[test]
fn broken_bytes_are_errors_and_never_a_panic() {
    let mut rng = Rng::seeded(2);
    for round in 0..100_000 {
        let op = OpCode::ALL[round % OpCode::ALL.len()];
        let mut writer = Writer::new();
        match round % 3 {
            0 => request(&mut rng, op).encode(&mut writer),
            1 => reply(&mut rng, op).encode(&mut writer),
            _ => transaction(&mut rng, op).encode(&mut writer),
        }
        let mut bytes = writer.into_bytes().to_vec();
        for _ in 0..rng.below(3) {
            if !bytes.is_empty() {
                let at = rng.below(bytes.len() as u64) as usize;
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.below(5) as usize];
            }
        }
        bytes.truncate(rng.below(bytes.len() as u64 + 1) as usize);
        let bytes = Bytes::from(bytes);
        let _ = Request::decode(op, &mut Reader::shared(&bytes));
        let _ = Reply::decode(op, &mut Reader::shared(&bytes));
        let _ = read::<Transaction>(&bytes);
        let _ = read::<ConnectRequest>(&bytes);
        let _ = read::<ConnectResponse>(&bytes);
    }
}
