//! JSON into types, in as little code as can be: the parser is compiled once, for values; and what is compiled for each type takes objects
//! for structs and nothing else, where serde_json's own would take lists for them too. That is a tenth of an upload.

use codex_kernel::{Error, Result};
use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
        VariantAccess, Visitor, value::StringDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use crate::Listed;

type Fault = serde::de::value::Error;

/// `json` as a `T`.
pub(crate) fn decoded<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    let value = serde_json::from_slice(json).map_err(Error::internal)?;
    T::deserialize(Json(value)).map_err(Error::internal)
}

/// What stands under `data` in the object `json`, as a `T`.
pub(crate) fn data<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    fields(json)?.take("data")
}

/// `items` and `pagination` in the object `json`.
pub(crate) fn list<T: DeserializeOwned>(json: &[u8]) -> Result<Listed<T>> {
    let mut fields = fields(json)?;
    Ok(Listed { items: fields.take("items")?, pagination: fields.take("pagination")? })
}

/// An object whose fields are taken by hand: what is around every answer is no type of its own, as often as there are answers.
struct Around(Map<String, Value>);

fn fields(json: &[u8]) -> Result<Around> {
    serde_json::from_slice(json).map(Around).map_err(Error::internal)
}

impl Around {
    fn take<T: DeserializeOwned>(&mut self, field: &str) -> Result<T> {
        T::deserialize(Json(self.0.remove(field).unwrap_or_default())).map_err(Error::internal)
    }
}

struct Json(Value);

impl<'de> Deserializer<'de> for Json {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(bool),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields::new(fields)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(wrong()),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::new(fields)),
            _ => Err(wrong()),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Name(name)),
            _ => Err(wrong()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

#[cold]
fn wrong() -> Fault {
    Fault::custom("JSON of another shape")
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.0.next().map(|item| seed.deserialize(Json(item))).transpose()
    }
}

struct Fields {
    left: serde_json::map::IntoIter,
    value: Value,
}

impl Fields {
    fn new(fields: Map<String, Value>) -> Self {
        Self { left: fields.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = value;
        let key: StringDeserializer<Fault> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        seed.deserialize(Json(self.value.take()))
    }
}

/// The name of a variant without anything in it: answers have no others.
struct Name(String);

impl<'de> EnumAccess<'de> for Name {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let name: StringDeserializer<Fault> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, Self(String::new())))
    }
}

impl<'de> VariantAccess<'de> for Name {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Fault> {
        Err(wrong())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        Err(wrong())
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Fault> {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Small,
        Large,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        seconds: Option<f64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Thing {
        kind: Kind,
        names: Vec<String>,
        how_many: u32,
        change: i64,
        #[serde(default)]
        open: bool,
        nothing: Option<String>,
        #[serde(flatten)]
        inner: Inner,
    }

    fn list_of(json: &str) -> Listed<Thing> {
        list(json.as_bytes()).unwrap()
    }

    #[test]
    fn decodes_as_serde_json_does() {
        let value = json!({
            "kind": "large", "names": ["a", "b"], "howMany": 3, "change": -4, "nothing": null, "seconds": 2, "unknown": { "x": [1] },
        });
        let ours: Thing = decoded(value.to_string().as_bytes()).unwrap();
        assert_eq!(ours, serde_json::from_value(value.clone()).unwrap());
        for (field, wrong) in [("kind", json!("huge")), ("names", json!("a")), ("howMany", json!(-1)), ("change", json!("x"))] {
            let mut value = value.clone();
            value[field] = wrong;
            assert!(decoded::<Thing>(value.to_string().as_bytes()).is_err(), "{field}");
        }
        let list = json!({ "items": [value], "pagination": { "page": 1, "limit": 20, "total": 1, "totalPages": 1 } });
        let listed = list_of(&list.to_string());
        assert_eq!((listed.items.len(), listed.pagination.total), (1, 1));
        assert_eq!(data::<Option<Thing>>(br#"{"data":null}"#).unwrap(), None);
        assert!(data::<Thing>(b"{}").is_err());
        assert!(decoded::<Thing>(b"[]").is_err() && decoded::<Thing>(b"{").is_err());
    }
}
