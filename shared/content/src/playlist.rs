//! HLS playlists: a presigned playlist does not authorise what it names, so each name becomes an address that is.

use codex_kernel::{Error, Result, is_plain_path};

pub(crate) fn unusable() -> Error {
    Error::rule("PLAYLIST_UNUSABLE", "The media's playlist cannot be played")
}

/// `text` with every file it names replaced by what `sign` makes of it. Child playlists stay: the player asks us for them.
///
/// Only plain relative names are taken: absolute addresses and climbing paths would leave the media's own folder.
pub(crate) fn rewrite(text: &str, sign: impl Fn(&str) -> String) -> Result<String> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.starts_with("#EXTM3U") {
        return Err(unusable());
    }
    // A single-file rendition names the same file once per byte range; it is signed once.
    let mut last: Option<(String, String)> = None;
    let mut write = |name: &str, rewritten: &mut String| -> Result<()> {
        if !is_plain_path(name) {
            return Err(unusable());
        }
        if name.ends_with(".m3u8") {
            rewritten.push_str(name);
            return Ok(());
        }
        let (_, signed) = match last.take() {
            Some(known) if known.0 == name => last.insert(known),
            _ => last.insert((name.to_owned(), sign(name))),
        };
        rewritten.push_str(signed);
        Ok(())
    };
    let mut rewritten = String::with_capacity(text.len() * 2);
    for line in text.lines().map(str::trim_end) {
        if line.starts_with("#EXT") {
            match uri(line) {
                Some((head, tail)) => {
                    let (name, rest) = tail.split_once('"').ok_or_else(unusable)?;
                    rewritten.push_str(head);
                    write(name, &mut rewritten)?;
                    rewritten.push('"');
                    rewritten.push_str(rest);
                }
                None => rewritten.push_str(line),
            }
        } else if line.is_empty() || line.starts_with('#') {
            rewritten.push_str(line);
        } else {
            write(line, &mut rewritten)?;
        }
        rewritten.push('\n');
    }
    Ok(rewritten)
}

/// A tag before and from the value of its attribute `URI`, if it has one (`X-ASSET-URI` and the like are other attributes).
fn uri(line: &str) -> Option<(&str, &str)> {
    let start = [":URI=\"", ",URI=\""].iter().filter_map(|name| line.find(name).map(|at| at + name.len())).min()?;
    line.split_at_checked(start)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn signed(text: &str) -> Result<String> {
        rewrite(text, |name| format!("https://r2/{name}?sig"))
    }

    #[test]
    fn segments_are_signed_and_their_order_kept() {
        let text =
            "#EXTM3U\r\n#EXTINF:4.0,A title\r\n001.ts\r\n\r\n# a comment\r\n#EXTINF:4.0,\r\nlow/002.ts\r\n#EXT-X-ENDLIST\r\n";
        let expected = "#EXTM3U\n#EXTINF:4.0,A title\nhttps://r2/001.ts?sig\n\n# a comment\n#EXTINF:4.0,\nhttps://r2/low/002.ts?sig\n#EXT-X-ENDLIST\n";
        assert_eq!(signed(text).unwrap(), expected);
    }

    #[test]
    fn one_file_in_byte_ranges_is_signed_once() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"720@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@720\nall.mp4\n#EXTINF:4,\n#EXT-X-BYTERANGE:200@820\nall.mp4\n";
        let count = Cell::new(0);
        let result = rewrite(text, |name| {
            count.set(count.get() + 1);
            format!("https://r2/{name}")
        })
        .unwrap();
        assert_eq!(count.get(), 1);
        assert!(result.contains("#EXT-X-MAP:URI=\"https://r2/all.mp4\",BYTERANGE=\"720@0\"\n"));
        assert!(result.contains("#EXT-X-BYTERANGE:200@820\nhttps://r2/all.mp4\n"));
    }

    #[test]
    fn child_playlists_stay_relative() {
        let text = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"en\",URI=\"audio/playlist.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p/playlist.m3u8\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"iframe.m3u8\"\n";
        assert_eq!(signed(text).unwrap(), text);
        let key = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key.aac\",IV=0x1\n";
        assert!(signed(key).unwrap().contains("URI=\"https://r2/key.aac?sig\",IV=0x1"));
        let other = "#EXTM3U\n#EXT-X-DATERANGE:ID=\"a\",X-ASSET-URI=\"https://elsewhere.example\"\n";
        assert_eq!(signed(other).unwrap(), other);
    }

    #[test]
    fn what_leaves_the_folder_is_refused() {
        for name in
            ["https://evil.example/a.ts", "//evil.example/a.ts", "/other/a.ts", "../a.ts", "a/../../b.ts", "a.ts?x=1", "data:,x"]
        {
            assert!(signed(&format!("#EXTM3U\n#EXTINF:1,\n{name}\n")).is_err(), "{name}");
            assert!(signed(&format!("#EXTM3U\n#EXT-X-MAP:URI=\"{name}\"\n")).is_err(), "{name}");
        }
        assert!(signed("no playlist\n").is_err());
        assert!(signed("#EXTM3U\n#EXT-X-MAP:URI=\"open\n").is_err());
    }
}
