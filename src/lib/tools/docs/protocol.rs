//! The page of APIs, from the table of the protocol and the broker's dispatch.

use std::fmt::Write as _;
use std::path::Path;

use crate::kafka::broker::dispatch::is_offered;
use crate::kafka::protocol::api::{APIS, Api, Caller};

/// The page. `root` is the repository, where handlers are looked for.
pub(super) fn page(root: &Path) -> String {
    let mut page = String::from(
        "# Protocol\n\nThe APIs of Kafka 3.9, by key. *Versions* are those that are offered in \
         ZooKeeper mode, *flexible* is the first with compact lengths and tagged fields, *callers* \
         are who may ask. An API without a handler is known and not offered yet; ApiVersions does \
         not name it. The fields of each are in `src/lib/kafka/protocol/schema/`.\n\n\
         | key | name | versions | flexible | callers | handler |\n|---|---|---|---|---|---|\n",
    );
    for api in APIS.iter().filter(|api| api.caller != Caller::Nobody) {
        row(&mut page, api, root);
    }
    page.push_str(
        "\nNever offered, because they belong to KRaft or to features that ZooKeeper mode lacks: ",
    );
    let never = APIS.iter().filter(|api| api.caller == Caller::Nobody);
    let never: Vec<String> =
        never.map(|api| format!("{} ({})", api.name, api.key.number())).collect();
    page.push_str(&never.join(", "));
    page.push_str(".\n");
    page
}

fn row(page: &mut String, api: &Api, root: &Path) {
    let flexible = match api.flexible {
        -1 => "none".to_owned(),
        version => version.to_string(),
    };
    let callers = match api.caller {
        Caller::Anyone => "anyone",
        Caller::Brokers => "brokers",
        Caller::Controller => "the controller",
        Caller::Nobody => "nobody",
    };
    let handler = match is_offered(api.key) {
        true => format!("`{}`", handler_file(api, root)),
        false => String::new(),
    };
    let (key, name) = (api.key.number(), api.name);
    // Writing to memory cannot fail.
    let _ = writeln!(
        page,
        "| {key} | {name} | {} to {} | {flexible} | {callers} | {handler} |",
        api.min, api.max
    );
}

/// A handler is a file, or a folder where it is long, with the name of its API.
fn handler_file(api: &Api, root: &Path) -> String {
    let mut name = String::new();
    for letter in api.name.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    let file = format!("src/lib/kafka/broker/api/{name}.rs");
    match root.join(&file).exists() {
        true => file,
        false => format!("src/lib/kafka/broker/api/{name}/mod.rs"),
    }
}
