use msnp_codec::{CommandError, Problem};
use msnp_core::ErrorCode;

/// What a server answers to a command that is not what its verb asks for.
pub(crate) fn refusal_of(error: &CommandError) -> ErrorCode {
    match error.problem {
        Problem::Missing => ErrorCode::SYNTAX_ERROR,
        Problem::Invalid if error.transaction.is_none() => ErrorCode::SYNTAX_ERROR,
        Problem::Invalid => ErrorCode::INVALID_PARAMETER,
    }
}
