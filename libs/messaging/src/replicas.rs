//! Which replicas of which service run: whoever wants to know asks all of them at once, and each answers for itself.
//!
//! Nothing of it is stored. The question and the answers have subjects of their own, so that no service needs the right to write
//! into the inboxes of others.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use sens_config::Config;
use sens_schema::Micros;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use crate::{Error, Messaging};

const QUESTION: &str = "sens.replica.ask";
const ANSWER: &str = "sens.replica.answer.";

/// A running replica of a service, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// Name of the service.
    pub service: String,
    /// Name of the replica: its host's, or its pod's.
    pub name: String,
    /// Version of the service.
    pub version: String,
    /// Git SHA of the build.
    pub build_sha: String,
    /// Whether it is one of the first of a new version.
    pub canary: bool,
    /// When it started.
    pub started_at: Micros,
}

impl Replica {
    /// The replica that runs with this configuration, and started at that time.
    pub fn of(config: &Config, service: &str, version: &str, started_at: Micros) -> Self {
        Self {
            service: service.to_owned(),
            name: config.replica.name.clone(),
            version: version.to_owned(),
            build_sha: config.build_sha.clone(),
            canary: config.replica.canary,
            started_at,
        }
    }
}

impl Messaging {
    /// Answers for a replica for as long as it is polled. What goes wrong costs an answer and no more: nothing rests on it.
    pub async fn answer_for(&self, replica: Replica) {
        let told = async {
            let body = Bytes::from(serde_json::to_vec(&replica)?);
            let mut questions =
                self.client.subscribe(QUESTION).await.map_err(|error| {
                    Error::jetstream("listen for who asks for replicas", &error)
                })?;
            while let Some(question) = questions.next().await {
                let Some(reply) = question.reply.filter(|to| to.starts_with(ANSWER)) else {
                    continue;
                };
                if let Err(error) = self.client.publish(reply, body.clone()).await {
                    tracing::debug!(%error, "a question for replicas was not answered");
                }
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "this replica will not be shown among those that run");
        }
    }

    /// The replicas that answer within that time, by service and name. One that is busy or cut off is not among them.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the server is away.
    pub async fn replicas(&self, within: Duration) -> Result<Vec<Replica>, Error> {
        let failed =
            |error: &dyn std::fmt::Display| Error::jetstream("ask which replicas run", &error);
        let inbox = self.client.new_inbox();
        let token = inbox.rsplit('.').next().unwrap_or_default();
        let reply = format!("{ANSWER}{token}");
        let mut answers = self
            .client
            .subscribe(reply.clone())
            .await
            .map_err(|error| failed(&error))?;
        self.client
            .publish_with_reply(QUESTION, reply, Bytes::new())
            .await
            .map_err(|error| failed(&error))?;
        let deadline = Instant::now() + within;
        let mut replicas: Vec<Replica> = Vec::new();
        while let Ok(Some(answer)) = timeout_at(deadline, answers.next()).await {
            match serde_json::from_slice(&answer.payload) {
                Ok(replica) => replicas.push(replica),
                Err(error) => tracing::debug!(%error, "an unreadable replica was passed over"),
            }
        }
        let order = |replica: &Replica| {
            let Replica { service, name, .. } = replica.clone();
            (service, name, replica.started_at)
        };
        replicas.sort_by_key(order);
        Ok(replicas)
    }
}
