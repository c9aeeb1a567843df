//! A crate may depend only on lower floors; only `edge` and the workers' entry points may name the `worker` crate.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn floor(name: &str) -> u8 {
    match name {
        "kernel" => 0,
        "edge" => 1,
        "identity" | "organizations" | "content" | "commerce" | "notifications" | "profiles" | "transcoding" | "insights" => 2,
        "http" => 3,
        "pages" => 4,
        _ => 5,
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.join("Cargo.toml").exists()).collect()
}

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn dependencies_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let crates: Vec<_> = folders(&root.join("shared")).into_iter().chain(folders(&root.join("workers"))).collect();
    assert!(crates.len() > 8, "the folders were not found");
    for folder in crates {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        for line in dependencies.lines().filter_map(|line| line.strip_prefix("codex-")) {
            let dependency = line.split(['.', ' ']).next().unwrap();
            let allowed = name == "testkit" || floor(dependency) < floor(&name);
            assert!(allowed, "{name} (floor {}) depends on {dependency} (floor {})", floor(&name), floor(dependency));
        }
        let mut files = Vec::new();
        sources(&folder.join("src"), &mut files);
        for file in files.iter().filter(|file| name != "edge" && name != "testkit" && !file.ends_with("entry.rs")) {
            assert!(!fs::read_to_string(file).unwrap().contains("worker::"), "{} names the worker crate", file.display());
        }
    }
}
