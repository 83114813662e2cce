//! Display pictures: one's own that is shown, and those of others, saved as files.
//!
//! A file is named by the hash of what is in it, so that nobody else has a say in its name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use msnp::client::{Action, Client, Event, OwnObject, Started, TransferId};
use msnp::codec::msn_object::{MsnObject, ObjectType};
use msnp::core::{Account, Act, Now, Watched};

use crate::dialogue::Dialogue;
use crate::fault::Fault;

/// Own picture and the pictures of others, as far as the user wants them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pictures {
    /// What one shows, and what its file is called.
    own: Option<(Vec<u8>, String)>,
    /// Where those of others go.
    save_in: Option<PathBuf>,
    under_way: BTreeSet<TransferId>,
}

/// The largest picture that is shown, in bytes: as much as others take.
const LARGEST: u64 = 1024 * 1024;

impl Pictures {
    /// Reads one's own picture, and makes the place for those of others.
    pub(crate) fn new(own: Option<&Path>, save_in: Option<&Path>) -> Result<Self, Fault> {
        let own = own.map(|file| {
            let read = read(file).map_err(|cause| Fault::Picture { file: file.into(), cause })?;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            Ok((read, name.unwrap_or_default()))
        });
        if let Some(folder) = save_in {
            fs::create_dir_all(folder)
                .map_err(|cause| Fault::PictureFolder { folder: folder.into(), cause })?;
        }
        let save_in = save_in.map(Path::to_path_buf);
        Ok(Self { own: own.transpose()?, save_in, under_way: BTreeSet::new() })
    }

    /// Does what an event calls for. Gives a line for the user where there is something to say.
    pub(crate) fn heard(
        &mut self,
        client: &mut Watched<Client, Dialogue>,
        now: Now,
        event: &Event,
    ) -> Option<String> {
        match event {
            Event::SignedIn => self.show(client, now),
            // Whom one talks to, one may see. Nobody is called for their picture alone.
            Event::Joined { account, .. } => {
                self.fetch(client, now, account);
                None
            }
            Event::ObjectReceived { transfer, account, object, content } => {
                let folder = self.save_in.as_deref().filter(|_| self.under_way.remove(transfer))?;
                Some(match save(folder, object, content) {
                    Ok(file) => {
                        format!("The picture of {account} was received: {}.", file.display())
                    }
                    Err(error) => format!("The picture of {account} cannot be saved: {error}."),
                })
            }
            Event::TransferFailed { transfer, account, error } => self
                .under_way
                .remove(transfer)
                .then(|| format!("The picture of {account} did not come: {error}.")),
            _ => None,
        }
    }

    fn show(&mut self, client: &mut Watched<Client, Dialogue>, now: Now) -> Option<String> {
        self.under_way.clear();
        let (content, name) = self.own.clone()?;
        let account = client.machine().account().clone();
        let kind = ObjectType::DISPLAY_PICTURE;
        let picture = OwnObject::new(&account, kind, &name, "", content.into());
        let shown = client.act(now, Action::SetPicture(Some(picture)));
        shown.err().map(|not_done| format!("Your picture is not shown: {not_done}."))
    }

    fn fetch(&mut self, client: &mut Watched<Client, Dialogue>, now: Now, account: &Account) {
        let Some(folder) = &self.save_in else { return };
        let contact = client.machine().roster().contact(account);
        let object = contact.and_then(|contact| contact.object.as_deref());
        let Some(object) = object.and_then(|object| MsnObject::parse(object).ok()) else { return };
        let is_there = hash(&object).is_none_or(|hash| is_saved(folder, &hash));
        if object.kind() != Some(ObjectType::DISPLAY_PICTURE) || is_there {
            return;
        }
        let fetch = Action::FetchObject(account.clone(), Box::new(object));
        // Where it cannot be asked for now, it is the next time.
        if let Ok(Started::Transfer(transfer)) = client.act(now, fetch) {
            self.under_way.insert(transfer);
        }
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(file)?.take(LARGEST + 1).read_to_end(&mut content)?;
    match u64::try_from(content.len()) {
        Ok(len) if len <= LARGEST => Ok(content),
        _ => Err(io::Error::other(format!("a picture may have {LARGEST} bytes"))),
    }
}

/// The kinds of pictures, by how their files begin.
const KINDS: [(&[u8], &str); 4] =
    [(b"\x89PNG", "png"), (b"GIF8", "gif"), (b"\xff\xd8\xff", "jpg"), (b"BM", "bmp")];
/// What else there may be.
const OTHER: &str = "bin";

/// Saves the content of an object whose hash was found right.
fn save(folder: &Path, object: &MsnObject, content: &[u8]) -> io::Result<PathBuf> {
    let kind = KINDS.iter().find(|(begin, _)| content.starts_with(begin));
    let hash = hash(object).ok_or_else(|| io::Error::other("it has no hash"))?;
    let file = folder.join(format!("{hash}.{}", kind.map_or(OTHER, |(_, kind)| kind)));
    match OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(mut open) => {
            if let Err(error) = open.write_all(content) {
                // Half a picture is none, and would keep the whole one away.
                let _ = fs::remove_file(&file);
                return Err(error);
            }
        }
        // The same content has the same name.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(file)
}

fn is_saved(folder: &Path, hash: &str) -> bool {
    let kinds = KINDS.iter().map(|(_, kind)| *kind).chain([OTHER]);
    kinds.map(|kind| folder.join(format!("{hash}.{kind}"))).any(|file| file.exists())
}

fn hash(object: &MsnObject) -> Option<String> {
    let mut text = String::new();
    for byte in object.data_hash()? {
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_hash_and_never_by_the_peer() {
        let folder = std::env::temp_dir().join(format!("msnp-pictures-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let content = b"GIF89a and more";
        let kind = ObjectType::DISPLAY_PICTURE;
        let object =
            MsnObject::new("bob@example.com", kind, "../../../etc/passwd", "/etc/passwd", content);
        let file = save(&folder, &object, content).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(file.parent(), Some(&*folder));
        assert!(name.ends_with(".gif") && name.len() == 44, "{name}");
        assert_eq!(fs::read(&file).unwrap(), content);
        assert!(is_saved(&folder, name.strip_suffix(".gif").unwrap()));
        assert_eq!(save(&folder, &object, content).unwrap(), file);
        fs::remove_dir_all(&folder).unwrap();
    }
}
