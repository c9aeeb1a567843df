//! Written by scripts/lib/web-assets.mjs: where browsers find what `assets/` was built to. The names hold hashes of the contents.

/// The style sheet.
pub const STYLE: &str = "/assets/app-62T5VQ5V.css";
/// The script of every page.
pub const SCRIPT: &str = "/assets/app-SXVQ7G73.js";
/// The player, with hls.js in it.
pub const PLAYER: &str = "/assets/player-MH5G5PKN.js";
/// What sends files.
pub const UPLOAD: &str = "/assets/upload-EJAJWAYM.js";
