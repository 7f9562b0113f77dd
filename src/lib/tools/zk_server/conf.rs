//! Where a zk* program finds its settings and leaves its logs, as ZooKeeper's scripts do.
//!
//! The folder of settings is that of `--config`, else `$ZOOCFGDIR`, else `conf/` or `etc/zookeeper/`
//! beside `bin/`, else `config/` there, which is where this distribution has it. The file is the one
//! that was named, else `$ZOOCFG`, else `zoo.cfg`; a name with a slash is a path of its own.

use std::path::{Path, PathBuf};

use crate::config::quorum::ZooCfg;
use crate::tools::{Environment, Failure, Io, serve};

const FILE_DEFAULT: &str = "zoo.cfg";

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools) struct Conf {
    pub(in crate::tools) folder: PathBuf,
    pub(in crate::tools) file: PathBuf,
    pub(in crate::tools) log_folder: PathBuf,
}

impl Conf {
    /// Looks it up. `folder` and `file` are what was typed.
    pub(in crate::tools) fn find(folder: Option<&str>, file: Option<&str>, io: &Io) -> Conf {
        let program = std::env::current_exe().unwrap_or_default();
        Conf::beside(&base(&program), folder, file, io)
    }

    fn beside(base: &Path, folder: Option<&str>, file: Option<&str>, io: &Io) -> Conf {
        let environment = &io.environment;
        let folder = match folder.map(str::to_owned).or_else(|| environment.filled("ZOOCFGDIR")) {
            Some(folder) => PathBuf::from(folder),
            None => {
                let places = ["conf", "etc/zookeeper", "config"].map(|name| base.join(name));
                let found = places.iter().find(|place| io.disk.exists(place));
                found.unwrap_or(&places[0]).clone()
            }
        };
        let named = file.map(str::to_owned).or_else(|| environment.filled("ZOOCFG"));
        let named = named.unwrap_or_else(|| FILE_DEFAULT.to_owned());
        let file = match named.contains('/') {
            true => PathBuf::from(named),
            false => folder.join(named),
        };
        let log_folder = environment.filled("ZOO_LOG_DIR").map(PathBuf::from);
        let log_folder = log_folder.unwrap_or_else(|| base.join("logs"));
        Conf { folder, file, log_folder }
    }

    /// Says which file it is, and what beside it is not read.
    pub(in crate::tools) fn announce(&self, io: &mut Io) -> std::io::Result<()> {
        io.complain(&format!("Using config: {}", self.file.display()))?;
        for name in ["zookeeper-env.sh", "java.env"] {
            let script = self.folder.join(name);
            if io.disk.exists(&script) {
                io.complain(&format!(
                    "{} is a shell script and not read: set its variables in the environment",
                    script.display()
                ))?;
            }
        }
        Ok(())
    }

    /// Reads the settings, over those of the Java command line that would have been.
    pub(in crate::tools) fn load(&self, io: &Io) -> Result<ZooCfg, Failure> {
        serve::zoo_cfg_over(Some(&self.file), &JvmFlags::of(&io.environment).properties)
    }
}

/// The folder that has `bin/` with the program; here where it lies in none.
fn base(program: &Path) -> PathBuf {
    let bin = program.parent().filter(|folder| folder.ends_with("bin"));
    bin.and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The words of `$SERVER_JVMFLAGS` and `$JVMFLAGS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tools) struct JvmFlags {
    /// `-Dname=value`.
    pub(in crate::tools) properties: Vec<(String, String)>,
    /// What is for a JVM alone.
    pub(in crate::tools) others: Vec<String>,
}

impl JvmFlags {
    pub(in crate::tools) fn of(environment: &Environment) -> JvmFlags {
        let mut flags = JvmFlags::default();
        for variable in ["SERVER_JVMFLAGS", "JVMFLAGS"] {
            let text = environment.get(variable).unwrap_or_default();
            for word in text.split_whitespace() {
                match word.strip_prefix("-D").and_then(|pair| pair.split_once('=')) {
                    Some((name, value)) => {
                        flags
                            .properties
                            .push((name.to_owned(), value.trim_matches('"').to_owned()));
                    }
                    None => flags.others.push(word.to_owned()),
                }
            }
        }
        flags
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::disk::Disk;

    fn io(variables: &[(&str, &str)]) -> Io {
        let pairs = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let mut io = Io::captured("zkServer", b"");
        io.environment = Environment::Fixed(BTreeMap::from_iter(pairs));
        io.disk = Disk::memory();
        io
    }

    #[test]
    fn files_are_found_as_the_scripts_find_them() {
        let cases: &[(&[(&str, &str)], Option<&str>, Option<&str>, &str)] = &[
            (&[], None, None, "/zk/conf/zoo.cfg"),
            (&[], None, Some("a.cfg"), "/zk/conf/a.cfg"),
            (&[], None, Some("./a.cfg"), "./a.cfg"),
            (&[("ZOOCFGDIR", "/etc/zk")], None, None, "/etc/zk/zoo.cfg"),
            (&[("ZOOCFGDIR", "/etc/zk"), ("ZOOCFG", "b.cfg")], None, None, "/etc/zk/b.cfg"),
            (&[("ZOOCFGDIR", "/etc/zk")], Some("/c"), None, "/c/zoo.cfg"),
            (&[("ZOOCFG", "b.cfg")], None, Some("c.cfg"), "/zk/conf/c.cfg"),
        ];
        for (variables, folder, file, expected) in cases {
            let conf = Conf::beside(Path::new("/zk"), *folder, *file, &io(variables));
            assert_eq!(conf.file, Path::new(expected), "{variables:?} {folder:?} {file:?}");
        }
        let with_etc = io(&[("ZOO_LOG_DIR", "/var/log")]);
        with_etc.disk.create_dir_all(Path::new("/zk/etc/zookeeper")).unwrap();
        let conf = Conf::beside(Path::new("/zk"), None, None, &with_etc);
        assert_eq!(conf.file, Path::new("/zk/etc/zookeeper/zoo.cfg"));
        assert_eq!(conf.log_folder, Path::new("/var/log"));
        assert_eq!(base(Path::new("/zk/bin/zkServer")), Path::new("/zk"));
        assert_eq!(base(Path::new("/src/target/release/zkServer")), Path::new("."));
    }

    #[test]
    fn system_properties_are_told_from_the_rest() {
        let io =
            io(&[("SERVER_JVMFLAGS", "-Xmx1g -Dzookeeper.a=1"), ("JVMFLAGS", "-Djute.b=\"x\"")]);
        let flags = JvmFlags::of(&io.environment);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(flags.properties, [pair("zookeeper.a", "1"), pair("jute.b", "x")]);
        assert_eq!(flags.others, ["-Xmx1g"]);
    }
}
