use core::fmt;

/// A parameter that is a secret: the hash of a password, a ticket, a cookie.
///
/// It is text like any other parameter, but `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hidden<'a>(pub &'a str);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_parameter_is_not_shown() {
        assert_eq!(alloc::format!("{:?}", Hidden("t=secret")), "Hidden(…)");
    }
}
