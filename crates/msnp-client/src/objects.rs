//! Objects of one's own, and those of others.

use alloc::boxed::Box;
use alloc::string::ToString;

use msnp_codec::msn_object::MsnObject;
use msnp_core::{Account, Now};
use msnp_p2p::{FetchError, ObjectCache, Peer, TransferId};

use crate::client::Client;
use crate::{NotDoneReason, OwnObject, Started};

impl Client {
    /// What has been fetched. A program that keeps a copy gives it to the
    /// [`Config`](crate::Config::objects) of the next client.
    pub fn objects(&mut self) -> &mut ObjectCache {
        self.p2p.cache()
    }

    /// Fails where this version has no objects.
    pub(crate) fn has_objects(&self) -> Result<(), NotDoneReason> {
        match self.version() {
            Some(version) if version.has_msn_objects() => Ok(()),
            Some(version) => Err(NotDoneReason::NotInVersion(version)),
            None => Err(NotDoneReason::NotSignedIn),
        }
    }

    /// Shows this object. It goes with the status, so it is the status that is sent again.
    pub(crate) fn show(
        &mut self,
        now: Now,
        object: Option<Box<str>>,
    ) -> Result<Started, NotDoneReason> {
        self.has_objects()?;
        let before = core::mem::replace(&mut self.object, object);
        // Without a status nobody sees one, and asking for one would change that.
        let steps = self.chosen.map(|status| self.status_request(status)).into_iter().collect();
        let begun = self.run(now, steps);
        match begun {
            Ok(_) => self.withdraw_picture(),
            Err(_) => self.object = before,
        }
        begun
    }

    /// Shows this picture, and serves it.
    pub(crate) fn show_picture(
        &mut self,
        now: Now,
        picture: Option<OwnObject>,
    ) -> Result<Started, NotDoneReason> {
        let Some(picture) = picture else { return self.show(now, None) };
        let object = Box::new(picture.object.clone());
        self.offer(picture)?;
        match self.show(now, Some(object.to_string().into())) {
            Ok(begun) => {
                self.picture = Some(object);
                Ok(begun)
            }
            Err(reason) => {
                self.p2p.withdraw(&object);
                Err(reason)
            }
        }
    }

    /// Serves an object.
    pub(crate) fn offer(&mut self, own: OwnObject) -> Result<(), NotDoneReason> {
        self.has_objects()?;
        if own.content.len() > self.config.limits.p2p.object {
            return Err(NotDoneReason::TooLong);
        }
        match self.p2p.publish(own.object, own.content) {
            true => Ok(()),
            false => Err(NotDoneReason::NotPossible),
        }
    }

    /// Serves an object no more.
    pub(crate) fn take_back(&mut self, object: &MsnObject) -> Result<(), NotDoneReason> {
        self.has_objects()?;
        match self.p2p.withdraw(object) {
            true => Ok(()),
            false => Err(NotDoneReason::NotPossible),
        }
    }

    /// Asks somebody for an object.
    pub(crate) fn fetch(
        &mut self,
        now: Now,
        account: Account,
        object: &MsnObject,
    ) -> Result<TransferId, NotDoneReason> {
        self.has_objects()?;
        let peer = Peer::v1(account);
        let begun = self.p2p.fetch(now, &peer, object).map_err(|error| match error {
            FetchError::TooLong { .. } => NotDoneReason::TooLong,
            FetchError::TooMany => NotDoneReason::Full,
            _ => NotDoneReason::NotPossible,
        });
        self.stir_peer(&peer);
        begun
    }

    /// The picture that was shown before is served no more, unless it is the new one.
    fn withdraw_picture(&mut self) {
        let is_shown = |picture: &MsnObject| {
            let shown = self.object.as_deref().and_then(|object| MsnObject::parse(object).ok());
            shown.is_some_and(|shown| shown.is_same_thing(picture))
        };
        if let Some(picture) = self.picture.take_if(|picture| !is_shown(picture)) {
            self.p2p.withdraw(&picture);
        }
    }
}
