//! The requests that an action takes, and how they follow one another.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use msnp_core::{Account, List, Now, TransactionId};
use msnp_session::{NsRequest, RequestError};

use crate::client::{Client, Running};
use crate::{ActionId, Event, NotDoneReason, Started};

impl Client {
    pub(crate) fn steps_to_add(&self, account: &Account) -> Vec<NsRequest> {
        let lists = self.roster.lists(account);
        let mut steps = self.steps_on(List::Forward, account);
        if !lists.contains(List::Block) {
            steps.extend(self.steps_on(List::Allow, account));
        }
        steps.extend(self.steps_off_pending(account));
        steps
    }

    pub(crate) fn steps_to_block(&self, account: &Account) -> Vec<NsRequest> {
        let mut steps = self.steps_off(List::Allow, account);
        steps.extend(self.steps_on(List::Block, account));
        steps.extend(self.steps_off_pending(account));
        steps
    }

    pub(crate) fn steps_to_unblock(&self, account: &Account) -> Vec<NsRequest> {
        let mut steps = self.steps_off(List::Block, account);
        steps.extend(self.steps_on(List::Allow, account));
        steps
    }

    /// Whoever has been decided about waits no more.
    fn steps_off_pending(&self, account: &Account) -> Vec<NsRequest> {
        if !self.roster.lists(account).contains(List::Pending) {
            return Vec::new();
        }
        let mut steps = vec![self.remove(List::Pending, account)];
        if self.version().is_some_and(|version| version.accepts_by_reverse_list()) {
            steps.insert(0, self.add(List::Reverse, account));
        }
        steps
    }

    fn steps_on(&self, list: List, account: &Account) -> Vec<NsRequest> {
        match self.roster.lists(account).contains(list) {
            true => Vec::new(),
            false => vec![self.add(list, account)],
        }
    }

    pub(crate) fn steps_off(&self, list: List, account: &Account) -> Vec<NsRequest> {
        match self.roster.lists(account).contains(list) {
            true => vec![self.remove(list, account)],
            false => Vec::new(),
        }
    }

    pub(crate) fn add(&self, list: List, account: &Account) -> NsRequest {
        let known = self.roster.contact(account);
        let name = known.map_or(account.as_str(), |contact| contact.name.as_str()).into();
        NsRequest::Add { list, account: account.clone(), name }
    }

    pub(crate) fn remove(&self, list: List, account: &Account) -> NsRequest {
        let guid = self.roster.contact(account).and_then(|contact| contact.guid.clone());
        NsRequest::Remove { list, account: account.clone(), guid }
    }

    pub(crate) fn step_into_group(
        &self,
        account: Account,
        group: Box<str>,
    ) -> Result<NsRequest, NotDoneReason> {
        let (guid, name) = self.on_forward_list(&account)?;
        Ok(NsRequest::AddToGroup { account, guid, name, group })
    }

    pub(crate) fn step_out_of_group(
        &self,
        account: Account,
        group: Box<str>,
    ) -> Result<NsRequest, NotDoneReason> {
        let (guid, _) = self.on_forward_list(&account)?;
        Ok(NsRequest::RemoveFromGroup { account, guid, group })
    }

    pub(crate) fn step_to_name(
        &self,
        account: Account,
        name: Box<str>,
    ) -> Result<NsRequest, NotDoneReason> {
        let by_guid = self.version().is_some_and(|version| version.has_guids());
        let guid = if by_guid { self.on_forward_list(&account)?.0 } else { None };
        Ok(NsRequest::NameContact { account, guid, name })
    }

    /// What names a contact of the forward list: the GUID, where there are any, and the name.
    fn on_forward_list(
        &self,
        account: &Account,
    ) -> Result<(Option<Box<str>>, Box<str>), NotDoneReason> {
        let contact = self.roster.contact(account);
        let contact = contact.filter(|contact| contact.lists.contains(List::Forward));
        let contact = contact.ok_or(NotDoneReason::NotPossible)?;
        let by_guid = self.version().is_some_and(|version| version.has_guids());
        match by_guid && contact.guid.is_none() {
            true => Err(NotDoneReason::NotPossible),
            false => Ok((contact.guid.clone(), contact.name.as_str().into())),
        }
    }

    /// Makes the first of several requests; each next one follows when the one before is done.
    pub(crate) fn run(
        &mut self,
        now: Now,
        steps: Vec<NsRequest>,
    ) -> Result<Started, NotDoneReason> {
        let action = ActionId::new(self.last_action + 1);
        let mut steps = VecDeque::from(steps);
        match steps.pop_front() {
            None => self.outputs.event(Event::ActionEnded { action, result: Ok(()) }),
            Some(step) => {
                let asked = self.request(now, step);
                let transaction = asked.map_err(|reason| self.reason(reason))?;
                self.actions.insert(transaction, Running { action, steps });
            }
        }
        self.last_action += 1;
        Ok(Started::Action(action))
    }

    /// A request has ended; says whether it was one of an action.
    pub(crate) fn action_step_ended(
        &mut self,
        now: Now,
        transaction: TransactionId,
        result: Result<(), RequestError>,
    ) -> bool {
        let Some(mut running) = self.actions.remove(&transaction) else { return false };
        let action = running.action;
        let result = match (result, running.steps.pop_front()) {
            (Ok(()), Some(step)) => match self.request(now, step) {
                Ok(transaction) => {
                    self.actions.insert(transaction, running);
                    return true;
                }
                Err(reason) => Err(RequestError::NotSent(reason)),
            },
            (result, _) => result,
        };
        self.outputs.event(Event::ActionEnded { action, result });
        true
    }
}
