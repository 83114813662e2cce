//! What an invitation says in the words of its application: the `Context` of MSNSLP.
//!
//! | application | context, before base64 | type |
//! |---|---|---|
//! | object | its descriptor, XML, often with a NUL at its end | [`Context::object`] |
//! | file transfer | little-endian fields, the name in UTF-16, a preview | [`FileTransferContext`] |
//! | webcam | a GUID in braces, UTF-16 with a NUL | [`WebcamContext`] |
//! | activity | `number;number;name`, UTF-16 with a NUL | [`ActivityContext`] |
//! | the end of a session | a number, little-endian | [`CloseCode`] |
//!
//! Numbers and UTF-16 are little-endian everywhere.

mod activity;
mod close;
mod encoded;
mod file_name;
mod file_transfer;
mod utf16_text;
mod webcam;

pub use activity::ActivityContext;
pub use close::CloseCode;
pub use encoded::{Context, ContextError};
pub use file_name::{OfferedName, safe_file_name};
pub use file_transfer::{FileContextKind, FileTransferContext};
pub use webcam::WebcamContext;
