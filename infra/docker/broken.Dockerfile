# A release that starts and then fails, for trying that a rollout is stopped: each of its transactions refuses to write.
# Needs no context: docker build --build-arg IMAGE=sens/platform-api:0.0.0-dev - <infra/docker/broken.Dockerfile
ARG IMAGE
FROM ${IMAGE}
ENV PGOPTIONS="-c default_transaction_read_only=on"
