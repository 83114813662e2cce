use alloc::boxed::Box;

use msnp_auth::Product;
use msnp_codec::command::ClientCvr;
use msnp_core::{Account, TransactionId, Version};

/// What a client program says of itself: the parameters of `CVR`, and the product that answers
/// challenges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientProgram {
    /// The language, a Windows locale in hexadecimal.
    pub locale: Box<str>,
    /// The operating system.
    pub system: Box<str>,
    /// Its version.
    pub system_version: Box<str>,
    /// The processor.
    pub architecture: Box<str>,
    /// The program.
    pub client: Box<str>,
    /// Its version.
    pub client_version: Box<str>,
    /// The code base.
    pub code_base: Box<str>,
    /// Who it is when challenged up to MSNP10.
    pub early_product: &'static Product,
    /// Who it is when challenged from MSNP11.
    pub product: &'static Product,
}

impl ClientProgram {
    /// The `CVR` of this version.
    pub(crate) fn describe<'a>(
        &'a self,
        transaction: TransactionId,
        account: &'a Account,
        version: Version,
    ) -> ClientCvr<'a> {
        ClientCvr {
            transaction,
            locale: &self.locale,
            system: &self.system,
            system_version: &self.system_version,
            architecture: &self.architecture,
            client: &self.client,
            client_version: &self.client_version,
            code_base: version.cvr_has_code_base().then_some(&self.code_base),
            account: version.requires_cvr().then_some(account.as_str()),
            hops: None,
        }
    }
}

impl Default for ClientProgram {
    /// MSN Messenger 7.0 on Windows XP, in English: what servers have seen for twenty years.
    fn default() -> Self {
        Self {
            locale: "0x0409".into(),
            system: "winnt".into(),
            system_version: "5.1".into(),
            architecture: "i386".into(),
            client: "MSNMSGR".into(),
            client_version: "7.0.0816".into(),
            code_base: "MSMSGS".into(),
            early_product: &Product::MSMSGS,
            product: &Product::MSN_7_0,
        }
    }
}
