//! The known name nearest to one that was mistyped.

/// The name among `known` that is nearest to `typed`, if one is near enough to be meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = typed.to_ascii_lowercase();
    // A third of the letters wrong is another word.
    let most = typed.len().div_ceil(4).clamp(1, 6);
    known
        .into_iter()
        .map(|name| (distance(&lower, &name.to_ascii_lowercase()), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["log.dirs", "log.dir", "num.partitions", "zookeeper.connect"];
        assert_eq!(nearest("log.dris", known), Some("log.dirs"));
        assert_eq!(nearest("num.partition", known), Some("num.partitions"));
        assert_eq!(nearest("NUM.Partitions", known), Some("num.partitions"));
        assert_eq!(nearest("zookeper.conect", known), Some("zookeeper.connect"));
        assert_eq!(nearest("my.plugin.setting", known), None);
        assert_eq!(nearest("", known), None);
    }
}
