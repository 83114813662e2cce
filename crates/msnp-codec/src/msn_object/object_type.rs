/// What an object is (`Type`). Open: a number without a name survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType(pub u32);

impl ObjectType {
    /// 1
    pub const AVATAR: Self = Self(1);
    /// 2
    pub const CUSTOM_EMOTICON: Self = Self(2);
    /// 3
    pub const DISPLAY_PICTURE: Self = Self(3);
    /// 4
    pub const SHARED_FILE: Self = Self(4);
    /// 5: what a conversation is painted on.
    pub const BACKGROUND: Self = Self(5);
    /// 6
    pub const HISTORY: Self = Self(6);
    /// 7: a display picture that moves.
    pub const DYNAMIC_DISPLAY_PICTURE: Self = Self(7);
    /// 8
    pub const WINK: Self = Self(8);
    /// 9
    pub const MAP_FILE: Self = Self(9);
    /// 10: a background that moves.
    pub const DYNAMIC_BACKGROUND: Self = Self(10);
    /// 11
    pub const VOICE_CLIP: Self = Self(11);
    /// 12: what a plug-in keeps.
    pub const SAVED_STATE: Self = Self(12);
    /// 13
    pub const ROAMING_OBJECT: Self = Self(13);
    /// 14. Some programs take this number for a location.
    pub const SIGNATURE_SOUND: Self = Self(14);
    /// 16
    pub const SCENE: Self = Self(16);

    /// Its name, in lower-case English; none for a number that nobody explained.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::AVATAR => "avatar",
            Self::CUSTOM_EMOTICON => "custom emoticon",
            Self::DISPLAY_PICTURE => "display picture",
            Self::SHARED_FILE => "shared file",
            Self::BACKGROUND => "background",
            Self::HISTORY => "history",
            Self::DYNAMIC_DISPLAY_PICTURE => "dynamic display picture",
            Self::WINK => "wink",
            Self::MAP_FILE => "map file",
            Self::DYNAMIC_BACKGROUND => "dynamic background",
            Self::VOICE_CLIP => "voice clip",
            Self::SAVED_STATE => "saved state",
            Self::ROAMING_OBJECT => "roaming object",
            Self::SIGNATURE_SOUND => "signature sound",
            Self::SCENE => "scene",
            _ => return None,
        })
    }
}
