//! `CHL`, `QRY`: is this a client program that the service knows?

use msnp_core::TransactionId;

use crate::field::command;

command! {
    /// A challenge: `CHL 0 15570131571988941333`.
    ServerChl<'a> {
        /// 0.
        transaction: TransactionId,
        /// The challenge, 20 digits as a rule.
        challenge: &'a str,
    }
}

command! {
    /// The answer: the product id, and in the body 32 hexadecimal digits.
    ClientQry<'a> {
        /// The transaction.
        transaction: TransactionId,
        /// The product id, `PROD0090YUAUV{2B` for example.
        product: &'a str,
        ;
        /// The digits.
        response
    }
}

command! {
    /// The answer is right.
    ServerQry {
        /// The transaction.
        transaction: TransactionId,
    }
}
