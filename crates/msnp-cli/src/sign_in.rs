//! From the arguments of `chat` and `bridge` to the configuration of a client.

use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use msnp::client::Config;
use msnp::core::Secret;

use crate::arguments::SignIn;
use crate::embedded;
use crate::fault::Fault;

/// The variable of the environment that may hold the password.
const VARIABLE: &str = "MSNP_PASSWORD";
/// The most bytes of a password file that are read.
const LONGEST: u64 = 4096;

/// Everything that a client needs to know. Asks for the password where nothing else holds it.
pub(crate) fn config(arguments: &SignIn) -> Result<Config, Fault> {
    let password = password(arguments)?;
    let mut config = Config::new(arguments.account.clone(), password, arguments.server.clone());
    config.seed = embedded::seed()?;
    if let Some(version) = arguments.protocol {
        config.versions = vec![version];
    }
    if let Some(nexus) = &arguments.nexus {
        config.nexus.clone_from(nexus);
    }
    Ok(config)
}

fn password(arguments: &SignIn) -> Result<Secret, Fault> {
    if let Some(file) = &arguments.password_file {
        return first_line(file);
    }
    if let Some(password) = env::var_os(VARIABLE) {
        return password.into_string().map(Secret::new).map_err(|_| Fault::PasswordVariable);
    }
    let prompt = format!("Password of {}: ", arguments.account);
    let password = rpassword::prompt_password(prompt).map_err(Fault::NoPassword)?;
    Ok(Secret::new(password))
}

fn first_line(path: &Path) -> Result<Secret, Fault> {
    let unreadable = |cause| Fault::PasswordFile { file: path.into(), cause };
    let file = File::open(path).map_err(unreadable)?;
    let mut line = String::new();
    BufReader::new(file.take(LONGEST)).read_line(&mut line).map_err(unreadable)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
