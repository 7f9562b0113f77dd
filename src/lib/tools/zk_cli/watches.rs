//! Watches: addWatch, removewatches, printwatches, and how what they tell is shown.

use super::refusal::{Done, Refusal, lawful};
use super::shell::Shell;
use super::verbs::usage_of;
use super::words::Given;
use crate::zookeeper::client::{Event, State, WatchEvent, WatchKind};
use crate::zookeeper::jute::Zxid;
use crate::zookeeper::jute::request::WatcherType;

/// An event as it is printed. Clients before 3.9 do not know the transaction.
pub(super) fn shown(event: &Event, with_zxid: bool) -> String {
    let (state, kind, path, zxid) = match event {
        Event::State(state) => (state_name(*state), "None", "null", Zxid(-1)),
        Event::Watch(WatchEvent { kind, path, zxid }) => {
            ("SyncConnected", kind_name(*kind), path.as_str(), *zxid)
        }
    };
    let zxid = if with_zxid { format!(" zxid: {}", zxid.0) } else { String::new() };
    format!("\nWATCHER::\n\nWatchedEvent state:{state} type:{kind} path:{path}{zxid}")
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Connecting => "Disconnected",
        State::Connected => "SyncConnected",
        State::Expired => "Expired",
        State::AuthFailed => "AuthFailed",
        State::Closed => "Closed",
    }
}

fn kind_name(kind: WatchKind) -> &'static str {
    match kind {
        WatchKind::Created => "NodeCreated",
        WatchKind::Deleted => "NodeDeleted",
        WatchKind::DataChanged => "NodeDataChanged",
        WatchKind::ChildrenChanged => "NodeChildrenChanged",
    }
}

pub(super) async fn add(shell: &mut Shell<'_>, given: Given) -> Done {
    let recursive = match given.value("m") {
        None | Some("PERSISTENT_RECURSIVE") => true,
        Some("PERSISTENT") => false,
        Some(_) => return Err(Refusal::said(usage_of("addWatch"))),
    };
    let path = lawful(given.word(0))?;
    Ok(shell.client()?.add_watch(path, recursive).await?)
}

/// With `-l` a watch also goes where no server can be asked.
pub(super) async fn remove(shell: &mut Shell<'_>, given: Given) -> Done {
    let kind = match given.one_of(&["c", "d", "a"])? {
        Some(("c", _)) => WatcherType::Children,
        Some(("d", _)) => WatcherType::Data,
        _ => WatcherType::Any,
    };
    let path = lawful(given.word(0))?;
    Ok(shell.client()?.remove_watches(path, kind).await?)
}

pub(super) async fn print(shell: &mut Shell<'_>, given: Given) -> Done {
    match given.words().first() {
        Some(word) => {
            // What has come so far is shown, or not, as it was asked before.
            shell.show_events()?;
            shell.prints_watches = word == "on";
            Ok(())
        }
        None => {
            let is = if shell.prints_watches { "on" } else { "off" };
            shell.say(&format!("printwatches is {is}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_look_as_javas_do() {
        let event = Event::Watch(WatchEvent {
            kind: WatchKind::DataChanged,
            path: "/a".to_owned(),
            zxid: Zxid(36),
        });
        let line = "\nWATCHER::\n\nWatchedEvent state:SyncConnected type:NodeDataChanged path:/a";
        assert_eq!(shown(&event, true), format!("{line} zxid: 36"));
        assert_eq!(shown(&event, false), line);
        let closed = shown(&Event::State(State::Closed), true);
        assert!(closed.ends_with("WatchedEvent state:Closed type:None path:null zxid: -1"));
    }
}
