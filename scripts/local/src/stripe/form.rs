//! Stripe's forms: `a[b][0][c]=d` is `{"a": {"b": {"0": {"c": "d"}}}}`.

use serde_json::{Map, Value};

/// A form as nested objects whose leaves are strings; lists are objects with the keys 0, 1, and so on.
pub fn parse(body: &[u8]) -> Result<Map<String, Value>, String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).map_err(|error| error.to_string())?;
    let mut form = Map::new();
    for (key, value) in pairs {
        let keys: Vec<&str> = key.split('[').map(|part| part.strip_suffix(']').unwrap_or(part)).collect();
        insert(&mut form, &keys, value).ok_or_else(|| format!("Invalid parameter: {key}"))?;
    }
    Ok(form)
}

fn insert(object: &mut Map<String, Value>, keys: &[&str], value: String) -> Option<()> {
    let (first, rest) = keys.split_first()?;
    // `a[]=x` appends.
    let key = if first.is_empty() { object.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        return object.insert(key, Value::String(value)).is_none().then_some(());
    }
    insert(object.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()?, rest, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn nests_by_brackets() {
        let form = parse(b"mode=payment&line_items[0][price_data][currency]=gbp&metadata[a%20b]=c%26d&x[]=1&x[]=2").unwrap();
        let expected = json!({
            "mode": "payment", "line_items": {"0": {"price_data": {"currency": "gbp"}}},
            "metadata": {"a b": "c&d"}, "x": {"0": "1", "1": "2"},
        });
        assert_eq!(serde_json::Value::Object(form), expected);
        assert!(parse(b"a=1&a[b]=2").is_err());
        assert!(parse(b"a=1&a=2").is_err());
    }
}
