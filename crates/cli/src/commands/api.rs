//! `indult api`: any request, for what has no command of its own.

use std::process::ExitCode;

use axum::http::Method;
use serde_json::{Map, Value};

use super::Asked;
use crate::arguments::Api;
use crate::client::{Sent, read_file};
use crate::exit::Exit;
use crate::print;

pub async fn run(asked: &Asked, api: Api) -> Result<ExitCode, Exit> {
    let method: Method = api
        .method
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| Exit::usage(format!("{} is no method; use GET or POST.", api.method)))?;
    let body = match &api.input {
        Some(file) => {
            let bytes = read_file(file)?;
            match serde_json::from_slice(&bytes) {
                Ok(json) => Sent::Json(json),
                Err(_) => Sent::Bytes(bytes),
            }
        }
        None if api.fields.is_empty() => Sent::Nothing,
        None => Sent::Json(Value::Object(fields(&api.fields)?)),
    };
    let answer = asked.client.send(method, &api.path, body).await?;
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(json) => print::json(&json),
        Err(_) => print::bytes(&answer.body),
    }
    Ok(ExitCode::SUCCESS)
}

/// `a=1` is a number, `a=true` a truth, `a=x` a text; a key with dots is an object in an object.
fn fields(given: &[String]) -> Result<Map<String, Value>, Exit> {
    let mut all = Map::new();
    for field in given {
        let (key, text) =
            field.split_once('=').ok_or_else(|| Exit::usage(format!("{field} is no field; write it as key=value.")))?;
        let value = match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
        };
        let mut path: Vec<&str> = key.split('.').collect();
        let last = path.pop().unwrap_or(key);
        let mut place = &mut all;
        for step in path {
            let inner = place.entry(step).or_insert_with(|| Value::Object(Map::new()));
            place = inner
                .as_object_mut()
                .ok_or_else(|| Exit::usage(format!("{key} is given both as a value and as an object.")))?;
        }
        place.insert(last.to_owned(), value);
    }
    Ok(all)
}
