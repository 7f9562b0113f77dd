//! Who may do what: getAcl, setAcl, addauth, whoami.

use super::nodes;
use super::refusal::{Done, Refusal, lawful};
use super::shell::Shell;
use super::text;
use super::words::Given;
use crate::zookeeper::jute::record::{Id, perms};
use crate::zookeeper::jute::{Acl, KeeperError};

/// The letters of permissions, in the order they are shown.
const LETTERS: [(char, i32); 5] = [
    ('c', perms::CREATE),
    ('d', perms::DELETE),
    ('r', perms::READ),
    ('w', perms::WRITE),
    ('a', perms::ADMIN),
];

/// Reads `scheme:id:perms,...`. What cannot be read is said and left out; nothing left is refused.
pub(super) fn parse(shell: &mut Shell<'_>, list: &str) -> Result<Vec<Acl>, Refusal> {
    let mut acl = Vec::new();
    for item in list.split(',') {
        let parts = item.split_once(':').and_then(|(scheme, rest)| {
            let (id, letters) = rest.rsplit_once(':')?;
            Some((scheme, id, letters))
        });
        let Some((scheme, id, letters)) = parts else {
            shell.warn(&format!("{item} does not have the form scheme:id:perm"))?;
            continue;
        };
        let mut perms = 0;
        for letter in letters.chars() {
            match LETTERS.iter().find(|(known, _)| *known == letter) {
                Some((_, bit)) => perms |= bit,
                None => shell.warn(&format!("Unknown perm type: {letter}"))?,
            }
        }
        acl.push(Acl { perms, id: Id { scheme: scheme.to_owned(), id: id.to_owned() } });
    }
    match acl.is_empty() {
        true => Err(Refusal::said("Acl is not valid : null")),
        false => Ok(acl),
    }
}

fn shown(acl: &Acl) -> String {
    let letters = LETTERS.iter().filter(|(_, bit)| acl.perms & bit != 0).map(|(letter, _)| letter);
    let letters: String = letters.collect();
    format!("'{},'{}\n: {letters}", acl.id.scheme, acl.id.id)
}

pub(super) async fn get(shell: &mut Shell<'_>, given: Given) -> Done {
    let (acl, stat) = shell.client()?.get_acl(lawful(given.word(0))?).await?;
    acl.iter().try_for_each(|acl| shell.say(&shown(acl)))?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

pub(super) async fn set(shell: &mut Shell<'_>, given: Given) -> Done {
    let path = lawful(given.word(0))?;
    let acl = parse(shell, given.word(1))?;
    let version = match given.value("v") {
        Some(text) => {
            text.parse().map_err(|_| Refusal::said(format!("-v: not a whole number: '{text}'")))?
        }
        None => -1,
    };
    let client = shell.client()?;
    if given.has("R") {
        let mut paths = nodes::below(&client, path, false).await?;
        paths.insert(0, path.to_owned());
        for path in paths {
            let done = client.set_acl(&path, &acl, version).await;
            // Deleted since it was listed.
            let gone = matches!(&done, Err(error) if error.keeper() == Some(KeeperError::NoNode));
            if !gone {
                done?;
            }
        }
        return Ok(());
    }
    let stat = client.set_acl(path, &acl, version).await?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

/// A server that does not accept it ends the session, which is shown as an event.
pub(super) async fn add_auth(shell: &mut Shell<'_>, given: Given) -> Done {
    let client = shell.client()?;
    match client.add_auth(given.word(0), given.word(1).as_bytes()).await {
        Err(error) if error.keeper() == Some(KeeperError::AuthFailed) => shell.show_events(),
        done => Ok(done?),
    }
}

pub(super) async fn who_am_i(shell: &mut Shell<'_>, _: Given) -> Done {
    let known = shell.client()?.who_am_i().await?;
    shell.say("Auth scheme: User")?;
    known.iter().try_for_each(|it| shell.say(&format!("{}: {}", it.scheme, it.user)))
}
