//! Written by scripts/lib/web-assets.mjs: where browsers find what `assets/` was built to. The names hold hashes of the contents.

/// The style sheet.
pub const STYLE: &str = "/assets/app-XFU2F5UN.css";
/// The script of every page.
pub const SCRIPT: &str = "/assets/app-WMNAGCUK.js";
/// The player, with hls.js in it.
pub const PLAYER: &str = "/assets/player-PXMWMS2S.js";
/// What sends files.
pub const UPLOAD: &str = "/assets/upload-KY5SGNOI.js";
