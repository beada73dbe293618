//! Keys of the database, and the bootstrap key of the configuration.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::Utc;
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
use crate::cache::Caches;
use crate::http::request_id;
use crate::problem::{Code, Problem};

/// How often the use of a key is noted.
const NOTED: Duration = Duration::from_mins(1);
/// Most keys of which the use is remembered.
const CAPACITY: u64 = 10_000;

/// The one implementation of [`Authenticator`].
pub(crate) struct StoredKeys {
    pool: PgPool,
    bootstrap_sha256: Option<[u8; 32]>,
    caches: Arc<Caches>,
    /// Keys whose use was noted within the last minute.
    noted: Cache<String, ()>,
}

impl StoredKeys {
    /// Looks keys up in the primary: a replica may not know yet that a key is revoked.
    pub(crate) fn new(pool: PgPool, bootstrap: Option<&Secret>, caches: Arc<Caches>) -> Self {
        Self {
            pool,
            bootstrap_sha256: bootstrap.map(|secret| api_key::hash(secret.expose())),
            caches,
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

    /// The key of an id, as long as it is valid.
    async fn find(&self, id: &str) -> Result<Option<Arc<ActiveApiKey>>, Problem> {
        let lookup = async {
            let found = api_keys::find_active_api_key(&self.pool, id).await;
            let found = found.map_err(|error| {
                tracing::warn!(%error, "an API key cannot be looked up");
                Problem::of(Code::DatabaseUnavailable)
            })?;
            Ok(found.map(Arc::new))
        };
        let key = self.caches.keys.get(id, lookup).await?;
        Ok(key.filter(|key| key.expires_at.is_none_or(|at| at > Utc::now())))
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

    fn is_valid<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async move {
            match &caller.key_id {
                Some(id) => Ok(self.find(id).await?.is_some()),
                None => Ok(true),
            }
        })
    }
}
