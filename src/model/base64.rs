//! Bytes in base64 (RFC 4648): the digits that stand for them, and with the signs that fill up the end.

/// The digits of most uses, and those of URLs and file names.
pub const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub const BASE64_FOR_URLS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    let digits = base64_digits(bytes, BASE64).into_iter().map(char::from);
    let mut text: String = digits.collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The digits alone, in an alphabet.
pub fn base64_digits(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let mut digits = Vec::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..=three.len() {
            let digit = bits >> (18 - 6 * at) & 63;
            digits.push(alphabet[digit as usize]);
        }
    }
    digits
}

/// The bytes that digits of the alphabet for URLs stand for; none for anything else, padding and bits
/// that nobody would have written too: of one text there is one form.
pub fn from_base64_url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for at in 0..4 {
            let digit = four.get(at).map_or(Some(0), |digit| {
                BASE64_FOR_URLS.iter().position(|known| known == digit)
            });
            bits = bits << 6 | u32::try_from(digit?).ok()?;
        }
        let [_, three @ ..] = bits.to_be_bytes();
        let (said, rest) = three.split_at(four.len().checked_sub(1)?);
        if said.is_empty() || rest.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(said);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"\xff\xfe\0\x01"] {
            let digits = String::from_utf8(base64_digits(bytes, BASE64_FOR_URLS)).unwrap();
            assert_eq!(from_base64_url(&digits).as_deref(), Some(bytes), "{digits}");
        }
        for wrong in ["Zg==", "Zh", "Z", "Zm9vY", "Zm+v", "Zm 9", "Zm9\u{e9}"] {
            assert_eq!(from_base64_url(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn as_the_rfc_has_it() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
        assert_eq!(base64_digits(&[0xfb, 0xff], BASE64_FOR_URLS), b"-_8");
    }
}
