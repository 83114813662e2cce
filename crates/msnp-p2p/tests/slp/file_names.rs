//! What a peer calls a file is not what it is kept under.

use msnp_p2p::context::{FileTransferContext, OfferedName, safe_file_name};

#[test]
fn only_the_last_component_of_a_path_is_kept() {
    for (raw, name) in [
        ("a.txt", "a.txt"),
        ("C:\\Users\\bob\\a.txt", "a.txt"),
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\autoexec.bat", "autoexec.bat"),
        ("/etc/cron.d/x", "x"),
        ("\\\\server\\share\\x.exe", "x.exe"),
        ("a/b\\c", "c"),
        ("folder/", "folder"),
        ("folder\\..", "folder"),
    ] {
        assert_eq!(safe_file_name(raw), name, "{raw}");
    }
}

#[test]
fn where_nothing_is_left_there_is_a_name_all_the_same() {
    for raw in ["", ".", "..", "/", "../..", "\0", " . ", "\u{202e}", "\r\n"] {
        assert_eq!(safe_file_name(raw), "file", "{raw:?}");
    }
}

#[test]
fn what_a_system_understands_otherwise_is_taken_out() {
    for (raw, name) in [
        ("a\0.txt", "a.txt"),
        ("a\r\nb\u{7f}\u{9b}.txt", "ab.txt"),
        ("photo\u{202e}gpj.exe", "photogpj.exe"),
        ("\u{feff}a.txt\u{200f}", "a.txt"),
        ("C:evil.txt", "C_evil.txt"),
        ("a.txt:stream", "a.txt_stream"),
        ("<a>|\"b\"?*", "_a___b___"),
        (".bashrc", "_bashrc"),
        (" a.txt . ", "a.txt"),
        ("a.exe.", "a.exe"),
    ] {
        assert_eq!(safe_file_name(raw), name, "{raw:?}");
    }
}

#[test]
fn names_of_devices_are_changed() {
    for raw in
        ["CON", "con.txt", "Nul", "aux.tar.gz", "COM1", "lpt9.log", "com¹", "CONIN$", "NUL .txt"]
    {
        assert_eq!(safe_file_name(raw), format!("_{raw}"));
    }
    for raw in ["console", "com", "COM10", "nulls.txt", "a.con"] {
        assert_eq!(safe_file_name(raw), raw);
    }
}

#[test]
fn a_long_name_keeps_its_extension() {
    let name = safe_file_name(&format!("{}.tar.gz", "é".repeat(200)));
    assert!((250..=255).contains(&name.len()) && name.ends_with("é.gz"), "{name}");
    let name = safe_file_name(&"a.".repeat(200));
    assert!(name.len() <= 255 && name.ends_with('a'), "{name}");
    assert_eq!(safe_file_name(&"a".repeat(300)).len(), 255);
}

#[test]
fn an_offered_name_is_kept_raw_beside_the_safe_one() {
    let mut bytes = FileTransferContext::new("", 1).to_bytes();
    let raw = "C:\\Documents and Settings\\bob\\♥.jpg";
    for (at, unit) in raw.encode_utf16().enumerate() {
        bytes[20 + 2 * at..][..2].copy_from_slice(&unit.to_le_bytes());
    }
    let offer = FileTransferContext::from_bytes(&bytes).unwrap();
    assert_eq!(offer.name.raw(), raw);
    assert_eq!(offer.name.file_name(), "♥.jpg");
    assert_eq!(offer.to_bytes(), bytes);
}

#[test]
fn a_name_that_fills_its_place_is_read_and_ours_leaves_room_for_a_nul() {
    let mut bytes = FileTransferContext::new("", 1).to_bytes();
    bytes[20..540].fill(b'a');
    let offer = FileTransferContext::from_bytes(&bytes).unwrap();
    assert_eq!(offer.name.raw().chars().count(), OfferedName::MAX_UNITS);
    assert_eq!(offer.to_bytes(), bytes);

    let ours = OfferedName::new(&"😀".repeat(200)).raw();
    assert_eq!(ours.encode_utf16().count(), 258);
}
