//! Where backups lie: a folder or S3-compatible storage.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio::io::AsyncRead;

use super::files::{self, Hashing};
use super::folder::Folder;
use super::manifest::{FileEntry, MANIFEST, MANIFEST_HASH, Manifest};
use super::s3::S3;

/// How S3-compatible storage is reached. Keys come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or from files
/// named by the same variables with `_FILE`.
#[derive(Debug, Clone, Args)]
pub(crate) struct S3Options {
    /// Address of the storage
    #[arg(
        long,
        env = "AWS_ENDPOINT_URL",
        default_value = "https://s3.amazonaws.com",
        value_name = "URL"
    )]
    s3_endpoint: String,
    /// Region to sign for
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    s3_region: String,
}

/// Where backups lie.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Folder(FolderPlace),
    Bucket(Box<BucketPlace>),
}

#[derive(Debug, Clone)]
pub(crate) struct FolderPlace(Folder);

#[derive(Debug, Clone)]
pub(crate) struct BucketPlace(S3);

/// A backup as a list shows it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Its name.
    pub(crate) id: String,
    /// What it says of itself, or why it cannot be used.
    pub(crate) manifest: Result<Manifest>,
}

impl Place {
    /// Reads `DIR` or `s3://bucket/prefix`.
    pub(crate) fn parse(text: &str, options: &S3Options) -> Result<Self> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return Ok(Self::Folder(FolderPlace(Folder::new(PathBuf::from(text)))));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            bail!("{text} names no bucket: write s3://bucket/prefix");
        }
        let endpoint = options
            .s3_endpoint
            .parse()
            .with_context(|| format!("AWS_ENDPOINT_URL: {} is no address", options.s3_endpoint))?;
        let needed = |name: &str| {
            secret(name)?
                .with_context(|| format!("{name} is not set: s3:// needs the storage's keys"))
        };
        let (key, value) = (
            needed("AWS_ACCESS_KEY_ID")?,
            needed("AWS_SECRET_ACCESS_KEY")?,
        );
        let credentials = match secret("AWS_SESSION_TOKEN")? {
            Some(token) => rusty_s3::Credentials::new_with_token(key, value, token),
            None => rusty_s3::Credentials::new(key, value),
        };
        let s3 = S3::new(
            endpoint,
            bucket,
            prefix,
            options.s3_region.clone(),
            credentials,
        )?;
        Ok(Self::Bucket(Box::new(BucketPlace(s3))))
    }

    /// What it is called, without keys.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Folder(FolderPlace(folder)) => folder.name(),
            Self::Bucket(bucket) => bucket.0.name(),
        }
    }

    /// Writes a file of a backup that is being made.
    pub(super) async fn put(
        &self,
        id: &str,
        name: &str,
        content: impl AsyncRead + Unpin,
    ) -> Result<FileEntry> {
        let mut content = Hashing::new(content);
        match self {
            Self::Folder(FolderPlace(folder)) => folder.put(id, name, &mut content).await?,
            Self::Bucket(bucket) => bucket.0.put(id, name, &mut content).await?,
        }
        Ok(content.entry(name))
    }

    /// Writes the manifest: from then on the backup is complete.
    pub(super) async fn complete(&self, manifest: &Manifest) -> Result<()> {
        let (json, hash) = manifest.encode()?;
        self.put(&manifest.id, MANIFEST_HASH, &hash[..]).await?;
        self.put(&manifest.id, MANIFEST, &json[..]).await?;
        match self {
            Self::Folder(FolderPlace(folder)) => folder.complete(&manifest.id).await,
            Self::Bucket(_) => Ok(()),
        }
    }

    async fn read(&self, id: &str, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(FolderPlace(folder)) => folder.read(id, name).await,
            Self::Bucket(bucket) => bucket.0.read(id, name).await,
        }
    }

    /// What a complete backup says of itself.
    pub(crate) async fn manifest(&self, id: &str) -> Result<Manifest> {
        let json = self.read(id, MANIFEST).await?;
        let json = json.with_context(|| {
            format!(
                "backup {id} has no {MANIFEST}: it was never completed, or the manifest is lost"
            )
        })?;
        let hash = self.read(id, MANIFEST_HASH).await?;
        let hash = hash.with_context(|| format!("backup {id} has no {MANIFEST_HASH}"))?;
        Manifest::decode(id, &json, &hash)
    }

    /// All backups, oldest first.
    pub(crate) async fn list(&self) -> Result<Vec<Listed>> {
        let mut ids = match self {
            Self::Folder(FolderPlace(folder)) => folder.ids().await?,
            Self::Bucket(bucket) => bucket.0.ids().await?,
        };
        ids.sort();
        let mut listed = Vec::with_capacity(ids.len());
        for id in ids {
            let manifest = self.manifest(&id).await;
            listed.push(Listed { id, manifest });
        }
        Ok(listed)
    }

    /// The named backup, or the newest complete one.
    pub(crate) async fn choose(&self, id: Option<&str>) -> Result<Manifest> {
        if let Some(id) = id {
            return self.manifest(id).await;
        }
        let listed = self.list().await?;
        let newest = listed
            .into_iter()
            .rev()
            .find_map(|entry| entry.manifest.ok());
        newest.context("there is no complete backup here: `sensctl backup list` shows all")
    }

    /// A file of a backup on this machine, whole and undamaged. Files from S3 are put into `work`.
    pub(super) async fn fetch(
        &self,
        manifest: &Manifest,
        name: &str,
        work: &Path,
    ) -> Result<PathBuf> {
        let wanted = manifest.file(name)?;
        let path = match self {
            Self::Folder(FolderPlace(folder)) => folder.of(&manifest.id).join(name),
            Self::Bucket(bucket) => {
                let path = work.join(name);
                bucket.0.fetch(&manifest.id, name, &path).await?;
                path
            }
        };
        files::check(&path, wanted).await?;
        Ok(path)
    }

    /// Deletes a backup.
    pub(crate) async fn delete(&self, id: &str) -> Result<()> {
        match self {
            Self::Folder(FolderPlace(folder)) => folder.delete(id).await,
            Self::Bucket(bucket) => bucket.0.delete(id).await,
        }
    }
}

/// A secret from its variable or from the file that `<NAME>_FILE` names.
fn secret(name: &str) -> Result<Option<String>> {
    if let Ok(path) = std::env::var(format!("{name}_FILE")) {
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("read {path} named by {name}_FILE"))?;
        return Ok(Some(text.trim_end().to_owned()));
    }
    Ok(std::env::var(name).ok().filter(|value| !value.is_empty()))
}
