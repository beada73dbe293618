//! The content security policy of a folder of pages: inline scripts are allowed by their hashes, and by nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy of a single-page app, which loads nothing from elsewhere and needs no inline script or style.
pub(crate) const APP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The policy of a site with the pages in `folder`. Its search runs WebAssembly, its generator writes inline styles.
///
/// # Errors
/// When a page cannot be read.
pub(crate) fn of_site(folder: &Path) -> std::io::Result<String> {
    let mut hashes = BTreeSet::new();
    collect(folder, &mut hashes)?;
    let mut policy = String::from("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    for hash in hashes {
        // Writing to a String cannot fail.
        _ = write!(policy, " 'sha256-{hash}'");
    }
    policy.push_str(
        "; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    Ok(policy)
}

fn collect(folder: &Path, hashes: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, hashes)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let page = std::fs::read_to_string(&path)?;
            hashes.extend(
                inline_scripts(&page).map(|script| STANDARD.encode(Sha256::digest(script))),
            );
        }
    }
    Ok(())
}

/// The texts of the scripts that stand in the page itself.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_hash() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        let page = "<script src=\"/x.js\"></script><script>alert(1)</script><script type=\"module\">alert(1)</script>";
        std::fs::write(folder.path().join("a/index.html"), page).unwrap();
        let policy = of_site(folder.path()).unwrap();
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"),
            "{policy}"
        );
        assert_eq!(policy.matches("sha256-").count(), 1);
    }
}
