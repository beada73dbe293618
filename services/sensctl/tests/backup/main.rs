//! Backup and restore on real servers: a PostgreSQL, two nats-servers, and an S3 server where one is installed.

mod broken;
mod restore;
mod s3;
mod site;
mod take;
