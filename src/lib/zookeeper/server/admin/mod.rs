//! Four-letter words: a question of four bytes on a fresh connection, a text, and the end of it.

mod text;

use super::dispatch::Dispatch;
use super::pipeline::Role;

macro_rules! words {
    ($($name:ident $text:literal;)*) => {
        /// A question.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word { $($name,)* }

        impl Word {
            /// The word four bytes spell.
            pub(super) fn of(bytes: [u8; 4]) -> Option<Word> {
                const ALL: &[(&str, Word)] = &[$(($text, Word::$name),)*];
                let found = ALL.iter().find(|(text, _)| text.as_bytes() == bytes);
                found.map(|&(_, word)| word)
            }

            /// How it is spelt.
            pub(super) fn text(self) -> &'static str {
                match self { $(Word::$name => $text,)* }
            }
        }
    };
}

words! {
    Conf "conf";
    Cons "cons";
    Crst "crst";
    Dirs "dirs";
    Dump "dump";
    Envi "envi";
    Gtmk "gtmk";
    Hash "hash";
    Isro "isro";
    Mntr "mntr";
    Ruok "ruok";
    Srst "srst";
    Srvr "srvr";
    Stat "stat";
    Stmk "stmk";
    Wchc "wchc";
    Wchp "wchp";
    Wchs "wchs";
}

/// The trace mask ZooKeeper starts with. Nothing is traced by it here.
const TRACE_MASK: &str = "306";

/// What a word is answered.
pub(super) fn answer(word: Word, server: &Dispatch) -> String {
    let pipeline = &server.pipeline;
    if !pipeline.settings.allows(word.text()) {
        let word = word.text();
        return format!("{word} is not executed because it is not in the whitelist.\n");
    }
    let always = matches!(word, Word::Ruok | Word::Envi | Word::Gtmk | Word::Stmk | Word::Isro);
    if !always && pipeline.state().role == Role::Looking {
        return "This ZooKeeper instance is not currently serving requests\n".to_owned();
    }
    match word {
        Word::Ruok => "imok".to_owned(),
        Word::Isro if pipeline.state().role == Role::Looking => "null".to_owned(),
        Word::Isro if pipeline.state().role == Role::ReadOnly => "ro".to_owned(),
        Word::Isro => "rw".to_owned(),
        Word::Gtmk | Word::Stmk => TRACE_MASK.to_owned(),
        Word::Conf => text::conf(server),
        Word::Dirs => text::dirs(server),
        Word::Envi => text::envi(),
        Word::Cons => text::cons(&pipeline.state(), pipeline.settings.clock.now()),
        Word::Dump => text::dump(&mut pipeline.state(), &pipeline.settings.clock),
        Word::Hash => text::hash(&pipeline.state()),
        Word::Mntr => text::mntr(server),
        Word::Srvr => text::srvr(&pipeline.state(), pipeline.outstanding(), false),
        Word::Stat => text::srvr(&pipeline.state(), pipeline.outstanding(), true),
        Word::Wchc => text::wchc(&pipeline.state()),
        Word::Wchp => text::wchp(&pipeline.state()),
        Word::Wchs => text::wchs(&pipeline.state()),
        Word::Crst => {
            let mut state = pipeline.state();
            state.connections.values_mut().for_each(|connection| connection.stats.reset());
            "Connection stats reset.\n".to_owned()
        }
        Word::Srst => {
            pipeline.state().stats = Default::default();
            "Server stats reset.\n".to_owned()
        }
    }
}
