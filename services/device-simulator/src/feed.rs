//! `feed`: publishes the lines of a file and says what became of them.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::accounting::{Accountant, Accounts};
use crate::cli::FeedOptions;
use crate::commands::Commands;
use crate::deliver::Delivery;
use crate::ledger::Ledger;
use crate::load::{Patience, settle};
use crate::message::{Kind, Message};
use crate::pacer::Pacer;
use crate::stop::Stop;
use crate::tally::Tally;
use crate::target::{self, Api, BadArgument};

/// Publishes the file, waits for all acknowledgements, reports.
///
/// # Errors
/// When arguments make no sense, the broker or the API does not answer, or messages are
/// refused or left over.
pub(crate) async fn feed(options: FeedOptions) -> Result<()> {
    let target = target::resolve(&options.connection)?;
    if options.topic.is_empty() || options.topic.contains(['+', '#', '\0']) {
        let fault = format!("--topic {:?} is no topic to publish to", options.topic);
        return Err(BadArgument(fault).into());
    }
    let payloads = split(&read(&options.file)?);
    if payloads.is_empty() {
        let fault = format!("{} holds no payloads", options.file.display());
        return Err(BadArgument(fault).into());
    }
    let api = match (&options.api_url, &options.api_key) {
        (Some(url), Some(key)) => Some(Api {
            url: url.clone(),
            key: key.clone(),
        }),
        _ => target.api,
    };
    let accountant = api.as_ref().map(Accountant::new).transpose()?;
    let before = match &accountant {
        Some(accountant) => Some(accountant.ask().await?),
        None => None,
    };
    let stop = Stop::listen()?;
    let ledger = options
        .connection
        .ledger
        .as_deref()
        .map(Ledger::create)
        .transpose()?;
    let tally = Arc::new(Tally::new(ledger));
    let total = payloads.len() as u64;
    eprintln!(
        "feeding {total} payloads to {} on {}",
        target.broker, options.topic
    );

    let (sender, source) = mpsc::channel(usize::from(options.connection.window));
    let delivery = Delivery {
        broker: Arc::new(target.broker),
        client_id: format!("sens-feed-{}", std::process::id()),
        window: options.connection.window,
        require_subscribers: options.connection.require_subscribers,
        storms: None,
        greeting: Vec::new(),
        will: None,
        commands: Commands::default(),
        tally: Arc::clone(&tally),
    };
    let mut clients = tokio::task::JoinSet::new();
    clients.spawn(delivery.run(source, stop.abandon.clone()));
    let topic: Arc<str> = options.topic.as_str().into();
    let mut pacer = Pacer::new(options.rate, 0.0);
    let finish = stop.finish.clone();
    tokio::spawn(async move {
        for payload in payloads {
            pacer.wait().await;
            let message = Message {
                topic: Arc::clone(&topic),
                payload,
                retain: false,
                kind: Kind::File,
                readings: 0,
            };
            if finish.is_cancelled() || sender.send(message).await.is_err() {
                return;
            }
        }
    });
    let patience = Patience::new(options.patience);
    let time = settle(clients, total, &tally, &stop, patience).await?;
    let seconds = time.as_secs_f64();
    let rate = total as f64 / seconds.max(1e-9);
    println!("{total} payloads acknowledged by the broker in {seconds:.1} s ({rate:.0}/s)");
    if let (Some(accountant), Some(before)) = (accountant, before) {
        let became = outcome(&accountant, &before, total, patience).await?;
        println!("{became}");
    }
    Ok(())
}

fn read(path: &Path) -> Result<Bytes, BadArgument> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    read.map_err(|error| BadArgument(format!("cannot read {}: {error}", path.display())))?;
    Ok(bytes.into())
}

/// The lines, each exactly as it is: only line feeds separate. A line feed at the very end
/// starts no line; an empty line is an empty payload.
fn split(bytes: &Bytes) -> Vec<Bytes> {
    let mut lines: Vec<_> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| bytes.slice_ref(line))
        .collect();
    if lines.last().is_some_and(Bytes::is_empty) {
        lines.pop();
    }
    lines
}

/// Asks until the platform has received `total` messages more and has none in flight.
async fn outcome(
    accountant: &Accountant,
    before: &Accounts,
    total: u64,
    patience: Patience,
) -> Result<Accounts> {
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    let mut last = (Accounts::default(), Instant::now());
    loop {
        tick.tick().await;
        let now = accountant
            .ask()
            .await
            .context("the payloads are sent, but")?
            .since(before);
        if now.messages.received >= total && now.messages.in_flight == 0 {
            return Ok(now);
        }
        if now != last.0 {
            last = (now, Instant::now());
        } else if last.1.elapsed() > patience.0 {
            bail!(
                "the platform did not finish, nothing changed for {} s\n{now}",
                patience.0.as_secs()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_feeds_separate() {
        let lines = |text: &'static [u8]| split(&Bytes::from_static(text));
        assert_eq!(
            lines(b"a\r\nb\0\x0c\n\xff\n"),
            [&b"a\r"[..], b"b\0\x0c", b"\xff"]
        );
        assert_eq!(lines(b"a\n\nb"), [&b"a"[..], b"", b"b"]);
        assert!(lines(b"").is_empty());
        assert_eq!(lines(b"\n").len(), 1, "an empty line is an empty payload");
    }
}
