/// A word of the protocol: some are known, any other survives a round trip.
///
/// Letters of either case mean the same word; a known one is kept as it is written here.
macro_rules! open_text {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $known:ident = $text:literal;)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(alloc::borrow::Cow<'static, str>);

        impl $name {
            $(
                $(#[$meaning])*
                #[doc = concat!("`", $text, "`")]
                pub const $known: Self = Self(alloc::borrow::Cow::Borrowed($text));
            )*

            /// The one of that name; a known one in any letter case.
            pub fn new(text: &str) -> Self {
                [$(Self::$known),*]
                    .into_iter()
                    .find(|known| known.0.eq_ignore_ascii_case(text))
                    .unwrap_or_else(|| Self(alloc::borrow::Cow::Owned(text.into())))
            }

            /// How it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

pub(super) use open_text;
