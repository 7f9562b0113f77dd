//! JSON as Jackson's pretty printer writes it: some read it with `grep`.

use serde_json::Value;

/// Two blanks a level of objects; arrays stay on their line.
pub(super) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(pairs) if pairs.is_empty() => out.push_str("{ }"),
        Value::Object(pairs) => {
            out.push('{');
            for (index, (name, value)) in pairs.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&"  ".repeat(depth + 1));
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push_str(" : ");
                write(value, depth + 1, out);
            }
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
            out.push('}');
        }
        Value::Array(values) if values.is_empty() => out.push_str("[ ]"),
        Value::Array(values) => {
            out.push_str("[ ");
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write(value, depth, out);
            }
            out.push_str(" ]");
        }
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_go_down_and_arrays_along() {
        let value = json!({
            "connections": [{"a": 1, "b": "x\"y"}, {"a": 0.0}],
            "none": [],
            "map": {},
            "paths": {"72059268196990977": ["/w/e", "/f"]},
            "error": null,
        });
        let expected = "{\n  \"connections\" : [ {\n    \"a\" : 1,\n    \"b\" : \"x\\\"y\"\n  }, {\n    \
                        \"a\" : 0.0\n  } ],\n  \"none\" : [ ],\n  \"map\" : { },\n  \"paths\" : {\n    \
                        \"72059268196990977\" : [ \"/w/e\", \"/f\" ]\n  },\n  \"error\" : null\n}";
        assert_eq!(pretty(&value), expected);
    }
}
