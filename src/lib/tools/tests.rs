//! Tests of the list of programs, and of the way from a line to an exit code.

use super::options::{Group, faults, flag, value};
use super::*;

fn lines(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const OPTIONS: &[Opt] = &[
    flag("fail", Group::Action, "Fails."),
    flag("close", Group::Action, "Fails as a closed pipe does."),
    value("number", "n", Group::Target, "Takes a number."),
    common::HELP,
    common::VERSION,
];

static SAMPLE: Tool = Tool {
    name: "sample",
    about: "does nothing",
    manual: Manual {
        intro: "This tool helps.",
        bare: Some("Type something."),
        usage: &["[options]"],
        details: "It does nothing.",
        examples: &["sample --fail"],
        exits: &[(0, "done"), (1, "failed")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(sample(parsed, io))),
};

async fn sample(parsed: Parsed, io: &mut Io) -> Ended {
    if parsed.has("fail") {
        return Err(Failure::named("no luck"));
    }
    if parsed.has("close") {
        return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
    }
    let number: Option<i32> = parsed.number("number")?;
    io.stdout.line(&format!("{number:?}"))?;
    Ok(Exit::OK)
}

#[test]
fn a_line_becomes_output_and_a_code() {
    let help = options::usage::help(&SAMPLE);
    let usage = |line: &str| format!("{line}\n\n{help}");
    let cases: &[(&[&str], u8, &str, &str)] = &[
        (&[], 1, "", &usage("Type something.")),
        (&["--help"], 1, "", &usage("This tool helps.")),
        (&["--help", "--bogus"], 1, "", "bogus is not a recognized option\n"),
        (&["--version"], 0, "3.9.1 (milena 0.1.0)\n", ""),
        (&["--fail"], 1, "", "sample: no luck\n"),
        (&["--close"], 0, "", ""),
        (&["--number", "5"], 0, "Some(5)\n", ""),
        (&["--number", "x"], 1, "", "Cannot parse argument 'x' of option number\n"),
        (&["stray"], 0, "None\n", ""),
    ];
    for (line, code, stdout, stderr) in cases {
        let mut io = Io::captured("sample", b"");
        assert_eq!(call(&SAMPLE, &lines(line), &mut io), *code, "{line:?}");
        assert_eq!(io.stdout.kept(), *stdout, "{line:?}");
        assert_eq!(io.stderr.kept(), *stderr, "{line:?}");
    }
}

#[test]
fn every_table_is_sound() {
    for tool in TOOLS.iter().copied().chain([&SAMPLE]) {
        assert_eq!(faults(tool.options), Vec::<String>::new(), "{}", tool.name);
    }
}
