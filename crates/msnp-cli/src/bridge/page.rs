//! `docs/bridge.schema.json` and the tables of `docs/bridge.md`, made from the types here.
//!
//! After a change: `cargo test -p msnp-cli --bin msnp -- --ignored write_the_page`.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use jsonschema::Validator;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::bridge::command::Command;
use crate::bridge::object::{EmoticonOf, OwnThing};
use crate::bridge::part::{Abilities, Group, MailNews, Pages, Person, Refusal};
use crate::bridge::samples;
use crate::bridge::told::Told;
use crate::bridge::value::{
    AccountText, Body, CallerId, ColourText, FormatOfText, GuidText, ListText, Media, ObjectText,
    Personal, SmallThing, StatusText, Word,
};

/// What every object is: closed.
fn closed(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("properties") {
        object.insert("additionalProperties".into(), false.into());
    }
    // It says how many bits a number has, which is no business of JSON.
    object.remove("format");
}

/// What is never written is not allowed.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(kinds) = object.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        let kind = kinds[0].clone();
        object.insert("type".into(), kind);
    }
    let Some(kinds) = object.get_mut("anyOf").and_then(Value::as_array_mut) else { return };
    kinds.retain(|kind| kind["type"] != "null");
    let only = kinds[0].clone();
    if kinds.len() == 1 {
        object.remove("anyOf");
        for (name, value) in only.as_object().unwrap() {
            object.entry(name).or_insert_with(|| value.clone());
        }
    }
}

fn schema_of<T: JsonSchema>(mut settings: SchemaSettings) -> Value {
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let contract = settings.contract.clone();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(closed).transform(&mut schema);
    if contract.is_serialize() {
        RecursiveTransform(without_null).transform(&mut schema);
    }
    let mut schema = schema.to_value();
    schema.as_object_mut().unwrap().remove("title");
    schema
}

fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12;
    let mut command = schema_of::<Command>(settings().for_deserialize());
    let mut id = schema_of::<CallerId>(settings().for_deserialize());
    id["anyOf"].as_array_mut().unwrap().push(json!({ "type": "null" }));
    for kind in command["oneOf"].as_array_mut().unwrap() {
        kind["additionalProperties"] = false.into();
        kind["properties"]["id"] = id.clone();
    }
    command["description"] = "One line of input.".into();
    let mut event = schema_of::<Told>(settings().for_serialize());
    for kind in event["oneOf"].as_array_mut().unwrap() {
        kind["additionalProperties"] = false.into();
    }
    event["description"] = "One line of output.".into();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "msnp bridge",
        "$defs": { "command": command, "event": event },
        "anyOf": [{ "$ref": "#/$defs/command" }, { "$ref": "#/$defs/event" }],
    })
}

/// The words of types that many members have.
static TYPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let types = [
        told::<AccountText>(),
        told::<StatusText>(),
        told::<ListText>(),
        told::<GuidText>(),
        told::<ColourText>(),
        told::<Word>(),
        told::<ObjectText>(),
        told::<CallerId>(),
        told::<Body>(),
        told::<FormatOfText>(),
        told::<Media>(),
        told::<Personal>(),
        told::<Refusal>(),
        told::<Abilities>(),
        told::<MailNews>(),
        told::<Pages>(),
        told::<EmoticonOf>(),
        read::<OwnThing>(),
        schema_of::<SmallThing>(SchemaSettings::draft2020_12()),
    ];
    types.iter().filter_map(words).collect()
});

/// A table of everything in this part of the schema.
fn table(schema: &Value, tag: &str) -> String {
    let head = if tag == "do" { "Command" } else { "Event" };
    let mut table = format!("| {head} | Members | Meaning |\n|---|---|---|\n");
    for kind in schema["oneOf"].as_array().unwrap() {
        let name = name_of(kind, tag);
        row(&mut table, &format!("`{name}`"), kind, tag);
    }
    table
}

/// A table of what stands inside of others.
fn parts() -> String {
    let mut table = String::from("| Object | Members | Meaning |\n|---|---|---|\n");
    row(&mut table, "`format`", &told::<FormatOfText>(), "");
    row(&mut table, "`current_media`", &told::<Media>(), "");
    row(&mut table, "`picture`, `thing`", &read::<OwnThing>(), "");
    row(&mut table, "one of `emoticons`", &told::<EmoticonOf>(), "");
    row(&mut table, "`error`", &told::<Refusal>(), "");
    row(&mut table, "one of `contacts`", &told::<Person>(), "");
    row(&mut table, "one of `groups`", &told::<Group>(), "");
    row(&mut table, "`personal_message`", &told::<Personal>(), "");
    row(&mut table, "`capabilities`", &told::<Abilities>(), "");
    for kind in told::<MailNews>()["oneOf"].as_array().unwrap() {
        let name = format!("`mail` of kind `{}`", name_of(kind, "kind"));
        row(&mut table, &name, kind, "kind");
    }
    row(&mut table, "`pages`", &told::<Pages>(), "");
    table
}

fn told<T: JsonSchema>() -> Value {
    schema_of::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn read<T: JsonSchema>() -> Value {
    schema_of::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

fn row(table: &mut String, name: &str, kind: &Value, tag: &str) {
    let mut meaning = words(kind).expect(name);
    for (member, schema) in kind["properties"].as_object().unwrap() {
        // What its type says stands elsewhere on the page.
        if let Some(words) = words(schema).filter(|words| !TYPES.contains(words)) {
            write!(meaning, "<br>`{member}`: {words}").unwrap();
        }
    }
    let members = members(kind, tag);
    writeln!(table, "| {name} | {members} | {meaning} |").unwrap();
}

fn words(schema: &Value) -> Option<String> {
    Some(schema["description"].as_str()?.replace('\n', " "))
}

fn name_of<'s>(kind: &'s Value, tag: &str) -> &'s str {
    kind["properties"][tag]["const"].as_str().unwrap()
}

/// The members, those that must be there first.
fn members(kind: &Value, tag: &str) -> String {
    let none = Vec::new();
    let required = kind["required"].as_array().unwrap_or(&none);
    let properties: &Map<_, _> = kind["properties"].as_object().unwrap();
    let mut members: Vec<_> = properties
        .iter()
        .filter(|(name, _)| *name != tag && (tag != "do" || *name != "id"))
        .map(|(name, member)| (!required.contains(&json!(name)), name, member))
        .collect();
    members.sort_by_key(|(optional, name, _)| (*optional, name.as_str()));
    let shown = members.into_iter().map(|(optional, name, member)| {
        let mark = if optional { "?" } else { "" };
        format!("`{name}`{mark} {}", kind_of(member))
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// A word for the type of a value.
fn kind_of(member: &Value) -> String {
    let words = |kind: &str| match kind {
        "string" => "text",
        "integer" => "number",
        "boolean" => "true or false",
        "array" => "list",
        "null" => "nothing",
        _ => "object",
    };
    match &member["type"] {
        Value::String(kind) => words(kind).into(),
        Value::Array(kinds) => words(kinds[0].as_str().unwrap()).into(),
        _ => match member["anyOf"].as_array() {
            Some(kinds) => {
                let mut kinds: Vec<_> = kinds.iter().map(kind_of).collect();
                kinds.retain(|kind| kind != "nothing");
                kinds.dedup();
                kinds.join(" or ")
            }
            None => "object".into(),
        },
    }
}

fn docs(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../docs", file].iter().collect()
}

/// The page with the tables as they should be.
fn page(page: &str, schema: &Value) -> String {
    let mut page = page.to_owned();
    for (name, table) in [
        ("commands", table(&schema["$defs"]["command"], "do")),
        ("events", table(&schema["$defs"]["event"], "event")),
        ("parts", parts()),
    ] {
        let begin = format!("<!-- {name}: made from the types -->\n");
        let (before, rest) = page.split_once(&begin).expect(&begin);
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        page = format!("{before}{begin}{table}<!-- end -->{after}");
    }
    page
}

fn validator(part: &str) -> Validator {
    let mut schema = schema();
    schema["$ref"] = format!("#/$defs/{part}").into();
    schema.as_object_mut().unwrap().remove("anyOf");
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_valid(validator: &Validator, line: &Value) {
    if let Some(error) = validator.iter_errors(line).next() {
        panic!("{error}, at {} of {line}", error.instance_path());
    }
}

#[test]
fn every_command_and_every_event_is_as_the_schema_says() {
    let (command, event) = (validator("command"), validator("event"));
    for line in samples::commands() {
        assert_valid(&command, &line);
    }
    for line in samples::told_lines() {
        assert_valid(&event, &line);
    }
}

#[test]
fn there_is_a_sample_of_every_kind_in_the_schema() {
    let schema = schema();
    for (part, tag, lines) in
        [("command", "do", samples::commands()), ("event", "event", samples::told_lines())]
    {
        for kind in schema["$defs"][part]["oneOf"].as_array().unwrap() {
            let name = name_of(kind, tag);
            assert!(lines.iter().any(|line| line[tag] == name), "{name}");
        }
    }
}

#[test]
fn the_schema_allows_no_other_member_and_no_other_name() {
    for (part, lines) in [("command", samples::commands()), ("event", samples::told_lines())] {
        let validator = validator(part);
        for mut line in lines {
            line["surprise"] = 1.into();
            assert!(!validator.is_valid(&line), "{line}");
        }
    }
    let command = validator("command");
    for line in [
        json!({}),
        json!([]),
        json!({"do": "dance"}),
        json!({"do": "leave"}),
        json!({"do": "leave", "conversation": "1"}),
        json!({"do": "block", "account": "bob"}),
        json!({"do": "status", "id": true}),
        json!({"do": "send_text", "conversation": 1, "text": "", "format": {"size": 12}}),
    ] {
        assert!(!command.is_valid(&line), "{line}");
    }
}

#[test]
fn the_schema_and_the_page_are_those_of_these_types() {
    let schema = schema();
    let written: Value =
        serde_json::from_str(&fs::read_to_string(docs("bridge.schema.json")).unwrap()).unwrap();
    assert!(written == schema, "docs/bridge.schema.json is not fresh; see bridge/page.rs");
    let written = fs::read_to_string(docs("bridge.md")).unwrap();
    assert!(written == page(&written, &schema), "docs/bridge.md is not fresh; see bridge/page.rs");
}

/// Not a check: it writes what the check above wants.
#[test]
#[ignore = "writes into docs"]
fn write_the_page() {
    let schema = schema();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    fs::write(docs("bridge.schema.json"), text).unwrap();
    let written = fs::read_to_string(docs("bridge.md")).unwrap();
    fs::write(docs("bridge.md"), page(&written, &schema)).unwrap();
}
