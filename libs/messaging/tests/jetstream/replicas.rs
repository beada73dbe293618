//! Replicas answer whoever asks, as long as they are there.

use std::time::Duration;

use anyhow::Context as _;
use sens_config::Secret;
use sens_messaging::{Messaging, Replica};
use sens_testkit::{Nats, assert_eventually};

use crate::support::Server;

const PATIENCE: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(200);

fn replica(service: &str, name: &str, canary: bool) -> Replica {
    let mut config = sens_config::Config::default();
    name.clone_into(&mut config.replica.name);
    config.replica.canary = canary;
    Replica::of(&config, service, "1.2.3", 1_795_168_800_000_000)
}

#[tokio::test]
async fn every_replica_that_is_there_answers_for_itself() -> anyhow::Result<()> {
    let server = Server::start().await?;
    assert_eq!(server.messaging.replicas(A_MOMENT).await?, []);

    let all = [
        replica("platform-api", "a", false),
        replica("telemetry-worker", "b", true),
        replica("telemetry-worker", "c", false),
    ];
    let mut config = sens_config::Config::default().nats;
    config.url = server.nats.url();
    let mut running = Vec::new();
    // In another order than they are shown in.
    for replica in all.iter().rev().cloned() {
        let messaging = Messaging::connect(&config, "replica").await?;
        running.push(tokio::spawn(async move {
            messaging.answer_for(replica).await;
        }));
    }
    assert_eventually!(
        PATIENCE,
        server.messaging.replicas(A_MOMENT).await? == all,
        "all answer"
    );

    // The oldest of the vector is the last of the list.
    running[0].abort();
    assert_eventually!(
        PATIENCE,
        server.messaging.replicas(A_MOMENT).await? == all[..2],
        "one has gone"
    );
    Ok(())
}

#[tokio::test]
async fn an_answer_goes_nowhere_but_where_answers_belong() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let messaging = server.messaging.clone();
    tokio::spawn(async move {
        messaging
            .answer_for(replica("platform-api", "a", false))
            .await;
    });
    assert_eventually!(
        PATIENCE,
        server.messaging.replicas(A_MOMENT).await?.len() == 1,
        "it answers"
    );
    let client = async_nats::connect(server.nats.url()).await?;
    let asked = client.request("sens.replica.ask", Vec::new().into());
    let answer = tokio::time::timeout(A_MOMENT, asked).await;
    assert!(answer.is_err(), "an inbox is not written into: {answer:?}");
    Ok(())
}

/// The part of the chart's configuration of NATS that says who may do what.
fn rights_of_the_chart() -> anyhow::Result<String> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../infra/helm/sens-platform/files/nats/nats.conf.tpl"
    );
    let template = std::fs::read_to_string(file)?;
    let rights = template
        .split_once("\nauthorization {")
        .and_then(|(_, rest)| rest.split_once("{{- with"))
        .map(|(rights, _)| rights.to_owned())
        .context("the template has no rights")?;
    let mut rights = format!("\nauthorization {{{rights}");
    for user in ["ingest", "worker", "api", "admin"] {
        rights = rights
            .replace(&format!("{{{{ $users.{user} | quote }}}}"), user)
            .replace(&format!("${}_PASSWORD", user.to_uppercase()), "secret");
    }
    Ok(rights)
}

#[tokio::test]
async fn the_chart_gives_each_service_the_right_to_answer() -> anyhow::Result<()> {
    let mut nats = Nats::start().await?;
    let file = nats.dir().join("nats.conf");
    let config = std::fs::read_to_string(&file)?;
    std::fs::write(&file, config + &rights_of_the_chart()?)?;
    nats.restart().await?;

    let connect = async |user: &str| {
        let mut config = sens_config::Config::default().nats;
        config.url = nats.url();
        config.user = Some(user.to_owned());
        config.password = Some(Secret::new("secret"));
        Messaging::connect(&config, user).await
    };
    let all = [
        replica("mqtt-ingestion-worker", "ingest", false),
        replica("platform-api", "api", false),
        replica("telemetry-worker", "worker", false),
    ];
    for replica in all.iter().cloned() {
        let messaging = connect(&replica.name).await?;
        tokio::spawn(async move { messaging.answer_for(replica).await });
    }
    let api = connect("api").await?;
    assert_eventually!(
        PATIENCE,
        api.replicas(A_MOMENT).await? == all,
        "all may answer, and the API may ask"
    );
    Ok(())
}
