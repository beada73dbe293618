//! Keys of the database, and the bootstrap key of the configuration.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use moka::future::Cache;
use sens_config::Secret;
use sens_schema::LabelSelector;
use sens_schema::api_key::{self, Presented};
use sens_storage::PgPool;
use sens_storage::query::Scope;
use sens_storage::query::api_keys::{self, ActiveApiKey};
use subtle::ConstantTimeEq as _;

use crate::auth::{Authenticator, Caller, Role, bearer};
use crate::http::request_id;
use crate::problem::{Code, Problem};

/// How long a revoked key may still be accepted by another replica.
const REMEMBERED: Duration = Duration::from_secs(5);
/// How often the use of a key is noted.
const NOTED: Duration = Duration::from_mins(1);
/// Most keys remembered: strangers who try ids must not fill the memory.
const CAPACITY: u64 = 10_000;

/// The one implementation of [`Authenticator`].
pub(crate) struct StoredKeys {
    pool: PgPool,
    bootstrap_sha256: Option<[u8; 32]>,
    /// What the database says of an id, unknown ids included.
    found: Cache<String, Option<Arc<ActiveApiKey>>>,
    /// Keys whose use was noted within the last minute.
    noted: Cache<String, ()>,
}

impl StoredKeys {
    /// Looks keys up in the primary: a replica may not know yet that a key is revoked.
    pub(crate) fn new(pool: PgPool, bootstrap: Option<&Secret>) -> Self {
        Self {
            pool,
            bootstrap_sha256: bootstrap.map(|secret| api_key::hash(secret.expose())),
            found: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(REMEMBERED)
                .build(),
            noted: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(NOTED)
                .build(),
        }
    }

    async fn verify(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let token = bearer::token(headers).ok_or_else(|| {
            Problem::unauthenticated("send an API key as Authorization: Bearer <key>")
        })?;
        let request_id = request_id::of(headers);
        if self.is_bootstrap(token) {
            return Ok(Caller {
                key_id: None,
                name: "bootstrap".to_owned(),
                role: Role::Admin,
                scope: Scope::EVERYTHING,
                expires_at: None,
                last_used_at: None,
                request_id,
            });
        }
        let invalid = || Problem::unauthenticated("the API key is not valid");
        let presented = Presented::parse(token).ok_or_else(invalid)?;
        let key = self.find(presented.id).await?.ok_or_else(invalid)?;
        if !presented.matches(&key.secret_sha256) {
            return Err(invalid());
        }
        let role = Role::parse(&key.role).ok_or_else(invalid)?;
        let scope = scope(&key).ok_or_else(invalid)?;
        self.note_use(presented.id).await;
        Ok(Caller {
            key_id: Some(presented.id.to_owned()),
            name: key.name.clone(),
            role,
            scope,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            request_id,
        })
    }

    fn is_bootstrap(&self, token: &str) -> bool {
        self.bootstrap_sha256
            .is_some_and(|expected| api_key::hash(token).ct_eq(&expected).into())
    }

    /// One lookup at a time per id, however many requests wait for it.
    async fn find(&self, id: &str) -> Result<Option<Arc<ActiveApiKey>>, Problem> {
        let lookup = async {
            api_keys::find_active_api_key(&self.pool, id)
                .await
                .map(|key| key.map(Arc::new))
        };
        self.found
            .try_get_with_by_ref(id, lookup)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "an API key cannot be looked up");
                Problem::of(Code::DatabaseUnavailable)
            })
    }

    async fn note_use(&self, id: &str) {
        if self.noted.contains_key(id) {
            return;
        }
        self.noted.insert(id.to_owned(), ()).await;
        let (pool, id) = (self.pool.clone(), id.to_owned());
        tokio::spawn(async move {
            if let Err(error) = api_keys::touch_api_key(&pool, &id).await {
                tracing::warn!(%error, api_key.id = id, "the use of an API key cannot be noted");
            }
        });
    }
}

/// The devices a key is for; `None` when its limit cannot be read, which must not widen it.
fn scope(key: &ActiveApiKey) -> Option<Scope> {
    let selector = key.label_selector.as_deref().map(LabelSelector::parse);
    Some(Scope::limited(
        selector.transpose().ok()?,
        key.serials.clone(),
    ))
}

impl Authenticator for StoredKeys {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(self.verify(headers))
    }

    fn forget<'a>(&'a self, key_id: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(self.found.invalidate(key_id))
    }
}
