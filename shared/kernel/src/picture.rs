use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, Kind, Result};

/// A picture scaled to a width.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct SizedPicture {
    /// Pixels.
    pub width: u16,
    /// Where it is.
    pub url: String,
}

/// A picture that people upload: its bytes, and what they are.
#[derive(Clone, Debug)]
pub struct Picture {
    bytes: Vec<u8>,
    kind: PictureKind,
}

/// The forms that are taken. SVG is none of them: it is a program that a browser runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// image/png
    Png,
    /// image/jpeg
    Jpeg,
    /// image/webp
    Webp,
}

impl PictureKind {
    /// What `bytes` are, by how they begin: what the sender calls them does not count.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The end of its files' names.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }
}

impl Picture {
    /// The largest, bytes.
    pub const MAX_BYTES: usize = 2_000_000;

    /// `bytes` as a picture. 413 where they are too many, 415 where they are none.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(Error::new(Kind::TooLarge, "PAYLOAD_TOO_LARGE", "A picture may have 2,000,000 bytes"));
        }
        let unsupported = || Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send a PNG, JPEG or WebP picture");
        let kind = PictureKind::of(&bytes).ok_or_else(unsupported)?;
        Ok(Self { bytes, kind })
    }

    /// What it is.
    pub fn kind(&self) -> PictureKind {
        self.kind
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let kind = |bytes: &[u8]| Picture::new(bytes.to_vec()).map(|picture| picture.kind()).map_err(|error| error.kind);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...").unwrap(), PictureKind::Png);
        assert_eq!(kind(b"\xff\xd8\xff\xe0").unwrap(), PictureKind::Jpeg);
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 ").unwrap(), PictureKind::Webp);
        for other in
            [b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(), b"<?xml version='1.0'?><svg/>", b"GIF89a", b"", b"RIFF"]
        {
            assert_eq!(kind(other).unwrap_err(), Kind::UnsupportedMediaType);
        }
        let large = [b"\xff\xd8\xff".as_slice(), &vec![0; Picture::MAX_BYTES]].concat();
        assert_eq!(kind(&large).unwrap_err(), Kind::TooLarge);
    }
}
