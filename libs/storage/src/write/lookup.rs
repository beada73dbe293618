//! What the write path knows of names and partitions, for those who write readings beside it.

use sqlx::PgConnection;

use super::batch::PendingMessage;
use super::names::{DeviceIds, MetricIds, Names};
use super::partitions::KnownPartitions;
use super::{devices, metrics, raw};
use crate::Error;

/// The devices and metrics of the messages' readings: placeholders and unlisted metrics are made in the transaction.
pub(crate) async fn resolve(
    connection: &mut PgConnection,
    messages: &[PendingMessage],
) -> Result<(DeviceIds, MetricIds), Error> {
    let names = Names::default();
    let devices = devices::resolve(&mut *connection, &names, messages).await?;
    let metrics = metrics::resolve(connection, &names, messages).await?;
    Ok((devices, metrics))
}

/// Makes the partitions that the messages need; outside of a transaction that writes them.
pub(crate) async fn ensure_partitions(
    connection: &mut PgConnection,
    messages: &[PendingMessage],
) -> Result<(), Error> {
    KnownPartitions::default()
        .ensure(connection, messages)
        .await
}

/// A text as the tables can hold it.
pub(crate) fn stored_text(text: &str) -> String {
    raw::without_nul(text).into_owned()
}
