//! Backups in S3-compatible storage. The manifest is written last: without it a backup is not complete.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{Client, Method, Response, StatusCode, Url};
use rusty_s3::actions::{CreateMultipartUpload, ListObjectsV2};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

/// How long a signed address can be used.
const VALID: Duration = Duration::from_hours(1);
/// How long the storage may take to answer a request, a part's transfer included.
const PATIENCE: Duration = Duration::from_mins(10);
/// Bytes of one part of an upload: 10,000 of them are the most that S3 takes.
const PART: usize = 32 * 1024 * 1024;
const MOST_PARTS: u16 = 10_000;
/// Attempts for one request.
const ATTEMPTS: u32 = 4;

/// A bucket and what stands before the names of backups in it.
#[derive(Debug, Clone)]
pub(super) struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    client: Client,
}

impl S3 {
    pub(super) fn new(
        endpoint: Url,
        bucket: &str,
        prefix: &str,
        region: String,
        credentials: Credentials,
    ) -> Result<Self> {
        let bucket = Bucket::new(endpoint, UrlStyle::Path, bucket.to_owned(), region)
            .context("the address of the S3 storage cannot be used")?;
        let client = Client::builder()
            .timeout(PATIENCE)
            .build()
            .context("make an HTTP client")?;
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        Ok(Self {
            bucket,
            credentials,
            prefix,
            client,
        })
    }

    pub(super) fn name(&self) -> String {
        let name = format!("s3://{}/{}", self.bucket.name(), self.prefix);
        name.trim_end_matches('/').to_owned()
    }

    fn key(&self, id: &str, name: &str) -> String {
        format!("{}{id}/{name}", self.prefix)
    }

    /// Uploads a file, in parts where it is large.
    pub(super) async fn put(
        &self,
        id: &str,
        name: &str,
        mut content: impl AsyncRead + Unpin,
    ) -> Result<()> {
        let key = self.key(id, name);
        let first = part(&mut content).await?;
        if first.len() < PART {
            let put = self.bucket.put_object(Some(&self.credentials), &key);
            let response = self.send(Method::PUT, || put.sign(VALID), &first).await?;
            return done(response, &key).await.map(drop);
        }
        let create = self
            .bucket
            .create_multipart_upload(Some(&self.credentials), &key);
        let response = self.send(Method::POST, || create.sign(VALID), &[]).await?;
        let text = done(response, &key).await?;
        let upload = CreateMultipartUpload::parse_response(&text)
            .with_context(|| format!("begin the upload of {key}"))?;
        let outcome = self.parts(&key, upload.upload_id(), first, content).await;
        if outcome.is_err() {
            let abort = self.bucket.abort_multipart_upload(
                Some(&self.credentials),
                &key,
                upload.upload_id(),
            );
            if let Err(error) = self.send(Method::DELETE, || abort.sign(VALID), &[]).await {
                tracing::warn!("parts of {key} are left in the storage: {error:#}");
            }
        }
        outcome
    }

    async fn parts(
        &self,
        key: &str,
        upload: &str,
        first: Vec<u8>,
        mut content: impl AsyncRead + Unpin,
    ) -> Result<()> {
        let mut tags = Vec::new();
        let mut body = first;
        let mut number: u16 = 1;
        while !body.is_empty() {
            ensure!(
                number <= MOST_PARTS,
                "{key} is larger than {MOST_PARTS} parts of {PART} bytes"
            );
            let action = self
                .bucket
                .upload_part(Some(&self.credentials), key, number, upload);
            let response = self.send(Method::PUT, || action.sign(VALID), &body).await?;
            let tag = response
                .headers()
                .get("etag")
                .and_then(|tag| tag.to_str().ok())
                .map(str::to_owned);
            done(response, key).await?;
            tags.push(
                tag.with_context(|| format!("the storage gave no ETag for a part of {key}"))?,
            );
            number += 1;
            body = part(&mut content).await?;
        }
        let action = self.bucket.complete_multipart_upload(
            Some(&self.credentials),
            key,
            upload,
            tags.iter().map(String::as_str),
        );
        let url = action.sign(VALID);
        let body = action.body().into_bytes();
        let response = self.send(Method::POST, || url.clone(), &body).await?;
        let text = done(response, key).await?;
        // S3 answers 200 first and may say afterwards that it failed.
        ensure!(
            !text.contains("<Error>"),
            "the storage could not put {key} together: {text}"
        );
        Ok(())
    }

    pub(super) async fn read(&self, id: &str, name: &str) -> Result<Option<Vec<u8>>> {
        let key = self.key(id, name);
        let Some(response) = self.get(&key).await? else {
            return Ok(None);
        };
        let bytes = response
            .bytes()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("download {key}"))?;
        Ok(Some(bytes.to_vec()))
    }

    /// Downloads a file.
    pub(super) async fn fetch(&self, id: &str, name: &str, to: &Path) -> Result<()> {
        let key = self.key(id, name);
        let Some(mut response) = self.get(&key).await? else {
            bail!("the backup's file {name} is missing in the storage ({key})");
        };
        let failed = || format!("write {}", to.display());
        let mut file = tokio::fs::File::create(to).await.with_context(failed)?;
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("download {key}"))?
        {
            file.write_all(&chunk).await.with_context(failed)?;
        }
        file.flush().await.with_context(failed)
    }

    async fn get(&self, key: &str) -> Result<Option<Response>> {
        let action = self.bucket.get_object(Some(&self.credentials), key);
        let response = self.send(Method::GET, || action.sign(VALID), &[]).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        succeeded(response, key).await.map(Some)
    }

    /// Names of all backups, complete or not.
    pub(super) async fn ids(&self) -> Result<Vec<String>> {
        let keys = self.keys(&self.prefix).await?;
        let ids: BTreeSet<String> = keys
            .iter()
            .filter_map(|key| key.strip_prefix(&self.prefix)?.split_once('/'))
            .map(|(id, _)| id.to_owned())
            .collect();
        Ok(ids.into_iter().collect())
    }

    /// Deletes a backup, the manifest first: a backup that is partly deleted must not look complete.
    pub(super) async fn delete(&self, id: &str) -> Result<()> {
        let mut keys = self.keys(&self.key(id, "")).await?;
        keys.sort_by_key(|key| !key.ends_with(super::manifest::MANIFEST));
        for key in keys {
            let action = self.bucket.delete_object(Some(&self.credentials), &key);
            let response = self
                .send(Method::DELETE, || action.sign(VALID), &[])
                .await?;
            done(response, &key).await?;
        }
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
            action.with_prefix(prefix);
            if let Some(token) = &token {
                action.with_continuation_token(token.as_str());
            }
            let response = self.send(Method::GET, || action.sign(VALID), &[]).await?;
            let text = done(response, self.bucket.name()).await?;
            let listed = ListObjectsV2::parse_response(&text)
                .with_context(|| format!("list the bucket {}", self.bucket.name()))?;
            keys.extend(listed.contents.into_iter().map(|object| object.key));
            match listed.next_continuation_token {
                Some(next) => token = Some(next),
                None => return Ok(keys),
            }
        }
    }

    /// Sends a request, again where the storage is busy or away. Addresses hold a signature and are never shown.
    async fn send(&self, method: Method, sign: impl Fn() -> Url, body: &[u8]) -> Result<Response> {
        let mut attempt = 1;
        loop {
            let request = self
                .client
                .request(method.clone(), sign())
                .body(body.to_vec());
            let outcome = request.send().await.map_err(reqwest::Error::without_url);
            let again = match &outcome {
                Ok(response) => response.status().is_server_error(),
                Err(error) => !error.is_builder(),
            };
            if !again || attempt >= ATTEMPTS {
                return outcome.with_context(|| {
                    format!("reach the S3 storage of bucket {}", self.bucket.name())
                });
            }
            tokio::time::sleep(Duration::from_millis(250) * 2_u32.pow(attempt)).await;
            attempt += 1;
        }
    }
}

/// The next part of the content; shorter than a whole one only at the end.
async fn part(content: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    content
        .take(PART as u64)
        .read_to_end(&mut body)
        .await
        .context("read what is to be uploaded")?;
    Ok(body)
}

/// The text of an answer that must be a success.
async fn done(response: Response, key: &str) -> Result<String> {
    let response = succeeded(response, key).await?;
    response
        .text()
        .await
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("read the storage's answer about {key}"))
}

async fn succeeded(response: Response, key: &str) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let reason = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    bail!(
        "the S3 storage answered {status} {reason} about {key}: check bucket, credentials and rights"
    )
}
