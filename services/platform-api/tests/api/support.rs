//! A running platform-api with its database and stream, and what a telemetry worker would do.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use sens_config::{Database, Secret};
use sens_messaging::{Bytes, Messaging, Outgoing};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::event::{BatchCounts, BatchEvent, ReadingEvent};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Decoded, Position, Topic, Value, decode};
use sens_storage::write::{BatchWriter, PendingMessage, stream_epoch};
use sens_storage::{LoginRole, Pools};
use sens_testkit::{Nats, Postgres, Service, free_port};
use serde_json::Value as Json;

/// The bootstrap key of the service under test.
pub(crate) const ADMIN: &str = "test-bootstrap-key-0123456789";
const LOGIN: &str = "api_login";
const PASSWORD: &str = "api-password";
/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The service under test and its surroundings.
pub(crate) struct Bench {
    pub(crate) postgres: Postgres,
    pub(crate) nats: Nats,
    pub(crate) api: Service,
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    pub(crate) messaging: Messaging,
    pub(crate) pools: Pools,
    writer: BatchWriter,
}

/// A status, headers and a body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Asserts a problem with this status and code, complete as RFC 9457 and we ask for.
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        let body = self.json();
        assert_eq!(
            (self.status, body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text()
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("/docs/errors/{code}"));
        assert_eq!(body["request_id"], self.header("x-request-id"));
        for member in ["title", "detail", "instance"] {
            assert!(
                body[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member}: {}",
                self.text()
            );
        }
    }
}

impl Bench {
    /// Starts everything, with further environment variables for the service.
    pub(crate) async fn start(env: &[(&str, &str)]) -> Result<Self> {
        Self::start_on(Postgres::start().await?, env).await
    }

    /// The same on a database that survives its own death: it forgets nothing it has committed.
    pub(crate) async fn start_durable(env: &[(&str, &str)]) -> Result<Self> {
        Self::start_on(Postgres::start_durable().await?, env).await
    }

    async fn start_on(postgres: Postgres, env: &[(&str, &str)]) -> Result<Self> {
        Self::start_with(postgres, Nats::start().await?, env).await
    }

    /// The same on these servers.
    pub(crate) async fn start_with(
        postgres: Postgres,
        nats: Nats,
        env: &[(&str, &str)],
    ) -> Result<Self> {
        let owner = database(&postgres.url());
        sens_storage::migrate(&owner).await?;
        let password = Secret::new(PASSWORD);
        sens_storage::set_login(&owner, LOGIN, LoginRole::Api, &password).await?;
        let (api, url) = spawn(&postgres, &nats, env).await?;
        let config = sens_config::Config::default();
        let messaging = Messaging::connect(
            &sens_config::Nats {
                url: nats.url(),
                ..config.nats.clone()
            },
            "test",
        )
        .await?;
        messaging.ensure_streams(&config.nats).await?;
        messaging.ensure_raw_consumer().await?;
        let pools = sens_storage::connect(&owner, "test", None)?;
        let writer = BatchWriter::new(pools.primary.clone());
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        let bench = Self {
            postgres,
            nats,
            api,
            url,
            client,
            messaging,
            pools,
            writer,
        };
        bench.wait_for_messaging().await?;
        Ok(bench)
    }

    /// The service connects to NATS in the background; ingest tells when it has.
    async fn wait_for_messaging(&self) -> Result<()> {
        sens_testkit::eventually(PATIENCE, "the service reaches NATS", || async {
            let answer = self.get("/v1/accounting").await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer {
            status,
            headers,
            body: response.bytes().await?.to_vec(),
        })
    }

    /// A request with a key.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        key: &str,
    ) -> Result<reqwest::RequestBuilder> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        Ok(self
            .client
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(key))
    }

    /// Reads as admin.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(self.request("GET", path, ADMIN)?).await
    }

    /// Reads JSON as admin and insists on success.
    pub(crate) async fn json(&self, path: &str) -> Result<Json> {
        let answer = self.get(path).await?;
        ensure!(
            answer.status == 200,
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
        Ok(answer.json())
    }

    /// Posts to /v1/ingest as admin.
    pub(crate) async fn ingest(
        &self,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Result<Answer> {
        let request = self.request("POST", "/v1/ingest", ADMIN)?;
        self.send(request.header("content-type", content_type).body(body))
            .await
    }

    /// Makes a key with a role.
    pub(crate) async fn key(&self, role: &str) -> Result<(String, String)> {
        let body = serde_json::json!({ "name": format!("a {role}"), "role": role });
        let answer = self
            .send(self.request("POST", "/v1/api-keys", ADMIN)?.json(&body))
            .await?;
        ensure!(answer.status == 201, "{}", answer.text());
        let text = |name: &str| {
            answer.json()[name]
                .as_str()
                .map(str::to_owned)
                .context("a member is missing")
        };
        Ok((text("id")?, text("key")?))
    }

    /// The epoch of the raw stream, made where it is new.
    pub(crate) async fn epoch(&self) -> Result<i32> {
        let status = self.messaging.raw_status().await?;
        Ok(stream_epoch(&self.pools.primary, status.created_at).await?)
    }

    /// Publishes payloads as the ingestion worker does.
    pub(crate) async fn publish(&self, payloads: &[(&str, &str)]) -> Result<Vec<u64>> {
        let messages: Vec<Outgoing> = payloads
            .iter()
            .map(|(topic, payload)| outgoing(topic, payload))
            .collect();
        let sequences = self
            .messaging
            .publisher()
            .publish(&messages)
            .await
            .into_iter()
            .collect::<Result<_, _>>()?;
        Ok(sequences)
    }

    /// Publishes, stores and announces payloads: the whole way of a message.
    pub(crate) async fn commit(&self, payloads: &[(&str, &str)]) -> Result<Vec<u64>> {
        let epoch = self.epoch().await?;
        let sequences = self.publish(payloads).await?;
        let mut messages = Vec::new();
        for (sequence, (topic, payload)) in sequences.iter().zip(payloads) {
            let Outgoing { envelope, payload } = outgoing(topic, payload);
            let decoded = decoded(
                &envelope,
                &payload,
                Position {
                    epoch,
                    seq: *sequence,
                },
            );
            messages.push(PendingMessage {
                sequence: *sequence,
                maybe_known: false,
                envelope,
                payload,
                decoded,
                startups: Vec::new(),
            });
        }
        self.writer.store(epoch, &messages).await?;
        self.announce(epoch, messages.iter().map(|message| &message.decoded))
            .await?;
        Ok(sequences)
    }

    /// Announces payloads as if they were stored.
    pub(crate) async fn tell(&self, payloads: &[(&str, &str)]) -> Result<u64> {
        let position = Position { epoch: 1, seq: 1 };
        let decoded: Vec<Decoded> = payloads
            .iter()
            .map(|(topic, payload)| outgoing(topic, payload))
            .map(|Outgoing { envelope, payload }| decoded(&envelope, &payload, position))
            .collect();
        self.announce(1, decoded.iter()).await
    }

    async fn announce(&self, epoch: i32, decoded: impl Iterator<Item = &Decoded>) -> Result<u64> {
        let now = Utc::now().timestamp_micros();
        let readings = decoded
            .flat_map(|decoded| &decoded.readings)
            .map(|reading| ReadingEvent {
                serial: reading.device.to_string().into(),
                metric: (&*reading.metric).into(),
                value: match &reading.value {
                    Value::Number(number) => serde_json::json!(number),
                    Value::Text(text) => serde_json::json!(text),
                },
                unit: reading.unit.as_deref().map(Into::into),
                recorded_at: reading.recorded_at,
                received_at: now,
            })
            .collect();
        let counts = BatchCounts::default();
        let event = BatchEvent {
            epoch,
            committed_at: now,
            readings,
            outcomes: Vec::new(),
            counts,
        };
        Ok(self.messaging.publish_event(&event).await?)
    }
}

/// A service on these servers, and its address.
pub(crate) async fn spawn(
    postgres: &Postgres,
    nats: &Nats,
    env: &[(&str, &str)],
) -> Result<(Service, String)> {
    let listen = format!("127.0.0.1:{}", free_port()?);
    let ops = format!("127.0.0.1:{}", free_port()?);
    let (database_url, nats_url) = (postgres.url_as(LOGIN, PASSWORD)?, nats.url());
    let mut variables = vec![
        ("DATABASE_URL", database_url.as_str()),
        ("SENS_NATS__URL", nats_url.as_str()),
        ("SENS_API__LISTEN", listen.as_str()),
        ("SENS_OPS__LISTEN", ops.as_str()),
        ("SENS_API__BOOTSTRAP_KEY", ADMIN),
    ];
    variables.extend_from_slice(env);
    let mut api = Service::spawn("platform-api", &[], &variables)?;
    api.wait_ready(PATIENCE).await?;
    Ok((api, format!("http://{listen}")))
}

fn database(url: &str) -> Database {
    Database {
        url: Some(Secret::new(url)),
        ..sens_config::Config::default().database
    }
}

fn outgoing(topic: &str, payload: &str) -> Outgoing {
    let envelope = Envelope {
        topic: topic.to_owned(),
        source: Source::Mqtt,
        received_at: Utc::now().timestamp_micros(),
        content_type: None,
        traceparent: None,
        truncated: None,
        wait: false,
    };
    Outgoing {
        envelope,
        payload: Bytes::copy_from_slice(payload.as_bytes()),
    }
}

fn decoded(envelope: &Envelope, payload: &[u8], position: Position) -> Decoded {
    let context = DecodeContext {
        topic: &Topic::parse(&envelope.topic),
        received_at: envelope.received_at,
        content_type: None,
        truncated: false,
        full_length: payload.len() as u64,
        position,
        catalogue: &Catalogue::builtin(),
        clock: ClockPolicy::default(),
    };
    decode(payload, &context)
}

/// A flat event of a legacy device, `seconds` after a fixed moment.
pub(crate) fn flat(device: u32, event_type: &str, value: f64, seconds: u32) -> String {
    let timestamp = 1_790_000_000 + i64::from(seconds);
    serde_json::json!({ "device_id": device, "event_type": event_type, "value": value, "timestamp": timestamp }).to_string()
}
