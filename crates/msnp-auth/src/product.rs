use msnp_core::Version;

/// A program that can answer challenges: its id, which it sends in `QRY`, and its key, which it
/// hashes.
///
/// The same pair signs offline messages in later versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// The id, printable ASCII without spaces.
    pub id: &'static str,
    /// The key, printable ASCII. It is in every copy of the program and so no secret.
    pub key: &'static str,
    /// The client that carried it.
    pub client: &'static str,
    /// The last version that a public server (Escargot) lets this product use; where that server
    /// does not know the product, the version of its client.
    pub last_version: Version,
}

impl Product {
    /// Windows Messenger and MSN Messenger 3.6 to 5.0, and clones of their time.
    pub const MSMSGS: Self = of("msmsgs@msnmsgr.com", "Q1P7W2E4J9R8U3S5", MSN_3_6, Version::MSNP10);
    /// MSN Messenger 7.0, the usual one for MSNP11.
    pub const MSN_7_0: Self = of("PROD0090YUAUV{2B", "YMM8C_H7KCQ2S_KL", MSN_7, Version::MSNP12);
    /// Windows Live Messenger 2009 and later, the usual one for MSNP16 to MSNP21.
    pub const WLM_2009: Self = of("PROD0120PW!CCV9@", "C1BX{V4W}Q3*10SM", WLM_9, Version::MSNP21);

    /// Every product whose key is known, in the order of ids.
    ///
    /// The ids `PROD00517IFH4@RV` (MSN Messenger 6) and `PROD008955JTJ_S7` (7) are known too, but
    /// not their keys. Sources: published client sources of twisted, Kopete, Pidgin, aMSN, papyon
    /// and MSNPSharp; the server Escargot; the MSNP wiki of yellows111.
    pub const ALL: &'static [Self] = &[
        // twisted, Escargot, wiki
        Self::MSMSGS,
        // MSNPSharp, Pidgin, Escargot; seen from Pidgin 2.4.3 in MSNP9
        of("PROD0038W!61ZTF9", "VT6PX?UQTM4WM%YR", MSN_6, Version::MSNP10),
        // Escargot, wiki
        of("PROD00504RLUG%WL", "I2EBK%PYNLZL5_J4", MSN_6, Version::MSNP10),
        // MSNPSharp, Escargot
        of("PROD0058#7IL2{QD", "QHDCY@7R1TB6W?5B", MSN_6, Version::MSNP10),
        // MSNPSharp, Escargot
        of("PROD0061VRRZH@4F", "JXQ6J@TUOGYV@N0M", MSN_6, Version::MSNP10),
        // Escargot, wiki
        of("PROD0076ENE8*@AW", "CEQJ8}OE0!WTSWII", MSN_6, Version::MSNP10),
        // aMSN, Escargot, wiki
        Self::MSN_7_0,
        // Wiki only
        of("PROD00974#MT*RC2", "LMCVO*18PQJ3H!K3", MSN_7, Version::MSNP12),
        // Kopete, Escargot; seen from msn-pecan in MSNP12
        of("PROD0101{0RM?UBW", "CFHUR$52U_{VIX5T", "MSN Messenger 7.0.0813", Version::MSNP12),
        // Wiki only
        of("PROD0104U6VVM{UJ", "VK67B}379XYM5}$T", "MSN Messenger 7.5", Version::MSNP12),
        // Kopete, Pidgin, Escargot
        of("PROD01065C%ZFN6F", "O4BG@C7BWLYQX?5G", WLM_8_0, Version::MSNP14),
        // Escargot
        of("PROD0112J1LW7%NB", "RH96F{PHI8PPX_TJ", WLM_8_0, Version::MSNP14),
        // Escargot
        of("PROD0113H11T8$X_", "RG@XY*28Q5QHS%Q5", WLM_8_1, Version::MSNP21),
        // papyon, Escargot
        of("PROD0114ES4Z%Q5W", "PK}_A_0N_K%O?A9S", WLM_8_1, Version::MSNP21),
        // Escargot
        of("PROD0118R6%2WYOS", "YIXPX@5I2P0UT*LK", WLM_8_5, Version::MSNP21),
        // Pidgin, MSNPSharp, Escargot; seen from Pidgin 2.5 and later in MSNP15 to MSNP18
        of("PROD0119GSJUC$18", "ILTXC!4IXB5FB*PX", WLM_8_5, Version::MSNP21),
        // Pidgin, MSNPSharp, Escargot; seen from MSNPSharp in MSNP21
        Self::WLM_2009,
    ];

    /// The product with this id, compared as sent: upper and lower case differ.
    pub fn find(id: impl AsRef<[u8]>) -> Option<&'static Self> {
        let id = id.as_ref();
        Self::ALL.iter().find(|product| product.id.as_bytes() == id)
    }
}

const MSN_3_6: &str = "MSN Messenger 3.6, Windows Messenger";
const MSN_6: &str = "MSN Messenger 6";
const MSN_7: &str = "MSN Messenger 7";
const WLM_8_0: &str = "Windows Live Messenger 8.0";
const WLM_8_1: &str = "Windows Live Messenger 8.1";
const WLM_8_5: &str = "Windows Live Messenger 8.5";
const WLM_9: &str = "Windows Live Messenger 2009 and later";

const fn of(
    id: &'static str,
    key: &'static str,
    client: &'static str,
    last_version: Version,
) -> Product {
    Product { id, key, client, last_version }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_found_by_its_id_and_no_id_is_there_twice() {
        for product in Product::ALL {
            assert_eq!(Product::find(product.id), Some(product));
        }
        assert_eq!(Product::find("PROD00517IFH4@RV"), None);
        assert_eq!(Product::find("prod0120pw!ccv9@"), None);
        assert_eq!(Product::find(""), None);
    }

    #[test]
    fn ids_and_keys_have_the_length_and_characters_of_the_wire() {
        for product in Product::ALL {
            assert!(product.id.len() == 16 || product.id == "msmsgs@msnmsgr.com", "{}", product.id);
            assert_eq!(product.key.len(), 16, "{}", product.id);
            assert!(product.id.bytes().chain(product.key.bytes()).all(|b| b.is_ascii_graphic()));
        }
    }
}
