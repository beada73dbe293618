//! `GET /v1/ws`.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use sens_schema::LabelSelector;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::MissedTickBehavior;

use super::events::{HEARTBEAT, OpenStream, STALLED, UNKNOWN};
use super::messages::{self, Order};
use super::select::{self, Place, Selection};
use super::watch::{self, Watch};
use crate::app::App;
use crate::auth::{Caller, Listener};
use crate::cache::Registrar;
use crate::feed::{Item, Sequel};
use crate::http::params::Params;
use crate::problem::{AccessErrors, Code, ParameterErrors, Problem};

/// Messages written ahead for a client that reads slowly; beyond, the shared feed's backlog fills.
const AHEAD: usize = 1024;
/// Subscriptions of one connection.
const MOST: usize = 32;
/// Largest message of a client.
const LARGEST: usize = 64 * 1024;

/// Live readings over a WebSocket
///
/// The client sends `{"type":"subscribe","subscription":"a","device":[…],"label":[…],"metric":[…],"after":"<id>"}` for each selection it
/// wants, under a name of its own, and `unsubscribe`; it gets `subscribed`, then `reading` messages with the same `id` and `data`
/// as `/v1/stream`. `after` resumes without gap or double. `gap` says that some readings are no longer kept; `error` that an order
/// was not understood or a subscription has ended. A ping every 15 seconds shows that the connection lives; one that takes
/// nothing for 30 seconds is closed.
#[utoipa::path(
    get,
    path = "/v1/ws",
    tag = "live",
    responses(
        (status = 101, description = "switched to a WebSocket"),
        (status = 426, description = "`upgrade_required`", content_type = "application/problem+json"),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn open_socket(
    Listener(caller): Listener,
    State(app): State<App>,
    params: Params,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    params.finish()?;
    let upgrade = upgrade.map_err(|rejection| no_handshake(&rejection))?;
    let place = OpenStream::new(&app)?;
    Ok(upgrade
        .max_message_size(LARGEST)
        .on_upgrade(move |socket| async move {
            let _place = place;
            Connection::new(app, caller).run(socket).await;
        }))
}

/// A request that is no opening handshake: the answer names what would be one (RFC 9110 section 15.5.22, RFC 6455 section 4.4).
fn no_handshake(rejection: &WebSocketUpgradeRejection) -> Problem {
    if matches!(
        rejection,
        WebSocketUpgradeRejection::WebSocketKeyHeaderMissing(_)
    ) {
        return Problem::new(Code::BadRequest, rejection.body_text());
    }
    Problem::new(Code::UpgradeRequired, rejection.body_text())
        .header(header::CONNECTION, HeaderValue::from_static("upgrade"))
        .header(header::UPGRADE, HeaderValue::from_static("websocket"))
        .header(
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static("13"),
        )
}

/// An open connection and what it has asked for.
struct Connection {
    app: App,
    caller: Caller,
    sender: mpsc::Sender<String>,
    receiver: mpsc::Receiver<String>,
    subscriptions: HashMap<String, AbortHandle>,
}

/// Why a connection ends.
enum End {
    Gone,
    Close(u16, &'static str),
}

impl Drop for Connection {
    fn drop(&mut self) {
        for task in self.subscriptions.values() {
            task.abort();
        }
    }
}

impl Connection {
    fn new(app: App, caller: Caller) -> Self {
        let (sender, receiver) = mpsc::channel(AHEAD);
        Self {
            app,
            caller,
            sender,
            receiver,
            subscriptions: HashMap::new(),
        }
    }

    async fn run(mut self, mut socket: WebSocket) {
        let end = self.serve(&mut socket).await;
        if let End::Close(code, reason) = end {
            let frame = CloseFrame {
                code,
                reason: Utf8Bytes::from_static(reason),
            };
            let close = socket.send(Message::Close(Some(frame)));
            drop(tokio::time::timeout(Duration::from_secs(1), close).await);
        }
    }

    async fn serve(&mut self, socket: &mut WebSocket) -> End {
        let shutdown = self.app.shutdown.clone();
        let mut watch = Watch::new(self.app.clone(), self.caller.clone());
        let ended = watch.ended();
        tokio::pin!(ended);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        loop {
            let message = tokio::select! {
                received = socket.recv() => match received {
                    Some(Ok(Message::Text(text))) => match self.order(&text).await {
                        Some(answer) => Message::text(answer),
                        None => continue,
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Binary(_))) => {
                        return End::Close(close_code::UNSUPPORTED, "messages are JSON texts");
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                },
                Some(text) = self.receiver.recv() => Message::text(text),
                _ = heartbeat.tick() => Message::Ping(Bytes::new()),
                () = &mut ended => return End::Close(close_code::POLICY, watch::ENDED),
                () = shutdown.cancelled() => return End::Close(close_code::AWAY, "the service stops"),
            };
            match tokio::time::timeout(STALLED, socket.send(message)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return End::Gone,
                Err(_) => return End::Close(close_code::POLICY, "the client reads too slowly"),
            }
        }
    }

    /// Does what the client says; gives what is to be told at once.
    async fn order(&mut self, text: &str) -> Option<String> {
        self.subscriptions.retain(|_, task| !task.is_finished());
        match serde_json::from_str(text) {
            Err(error) => Some(messages::error(None, &error.to_string())),
            Ok(Order::Unsubscribe { subscription }) => {
                let Some(task) = self.subscriptions.remove(&subscription) else {
                    return Some(messages::error(
                        Some(&subscription),
                        "there is no such subscription",
                    ));
                };
                task.abort();
                Some(messages::unsubscribed(&subscription))
            }
            Ok(Order::Subscribe {
                subscription,
                device,
                label,
                metric,
                after,
            }) => {
                let begun = match self.select(device, &label, metric).await {
                    Ok(selection) => {
                        self.subscribe(&subscription, selection, after.as_deref())
                            .await
                    }
                    Err(detail) => Err(detail),
                };
                begun
                    .err()
                    .map(|detail| messages::error(Some(&subscription), &detail))
            }
        }
    }

    /// What is asked for, of the devices that the key may see.
    async fn select(
        &self,
        devices: Vec<String>,
        labels: &[String],
        metrics: Vec<String>,
    ) -> Result<Selection, String> {
        let mut scope = self.caller.scope.clone();
        for text in labels {
            let selector = LabelSelector::parse(text).map_err(|error| error.to_string())?;
            scope = scope.narrowed(&selector);
        }
        let selection = Selection::of(&self.app, scope, devices, metrics).await;
        selection.map_err(|problem| problem.into_body("", "").detail)
    }

    async fn subscribe(
        &mut self,
        name: &str,
        selection: Selection,
        after: Option<&str>,
    ) -> Result<(), String> {
        if self.subscriptions.contains_key(name) {
            return Err("there is a subscription of this name already".to_owned());
        }
        if self.subscriptions.len() >= MOST {
            return Err(format!("a connection has at most {MOST} subscriptions"));
        }
        let seen = after.map(|after| {
            select::read(after).ok_or("after must be the id of a reading, <sequence>-<index>")
        });
        let seen = seen.transpose()?;
        let sequel = Sequel::open(&self.app.feed, &self.app.link, select::start(seen)).await;
        let sequel = sequel.map_err(|problem| problem.into_body("", "").detail)?;
        let task = follow(
            name.to_owned(),
            sequel,
            selection,
            self.app.registrar.clone(),
            seen,
            self.sender.clone(),
        );
        self.subscriptions
            .insert(name.to_owned(), tokio::spawn(task).abort_handle());
        Ok(())
    }
}

/// Sends the readings of a subscription until it or the connection ends.
async fn follow(
    name: String,
    mut sequel: Sequel,
    selection: Selection,
    registrar: Registrar,
    mut seen: Option<Place>,
    sender: mpsc::Sender<String>,
) {
    let mut texts = vec![messages::subscribed(&name)];
    loop {
        for text in texts.drain(..) {
            if sender.send(text).await.is_err() {
                return;
            }
        }
        match sequel.next().await {
            Item::Event(batch) => {
                let Ok(devices) = selection.devices(&batch, &registrar).await else {
                    drop(sender.send(messages::error(Some(&name), UNKNOWN)).await);
                    return;
                };
                let readings = messages::readings(&name, &batch.item, devices, &selection, seen);
                texts.extend(readings);
            }
            Item::Gap => {
                seen = None;
                texts.push(messages::gap(&name));
            }
            Item::Broken(why) => {
                drop(sender.send(messages::error(Some(&name), why)).await);
                return;
            }
        }
    }
}
