# One file, a target for each deployable:
#   platform-api  mqtt-ingestion-worker  telemetry-worker  sensctl  device-simulator  web-console  docs  mock-mqtt
#
#   docker build --target platform-api --build-arg BUILD_SHA="$(git rev-parse HEAD)" -t sens/platform-api:dev .
#
# Every image holds its programs, the libraries they load and nothing else: no shell, no package manager. They run as
# user 65532 on a read-only root file system; only /tmp needs to be writable, and only where that is said below.
#
# Base images are arguments, so that it also builds where no registry is reachable (`just images-local`).
ARG DEBIAN_IMAGE=docker.io/library/debian:bookworm-slim
ARG RUST_IMAGE=docker.io/library/rust:1.95-bookworm
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
# Where sensctl's pg_dump and pg_restore come from. Its major version is to be the database server's.
ARG POSTGRES_IMAGE=docker.io/library/postgres:17-bookworm
# `build` compiles here; `prebuilt` takes what lies in target/image (bin/, console/, docs/).
ARG BINARIES=build
ARG PAGES=build

# --- programs ------------------------------------------------------------------------------------------------------------

FROM ${RUST_IMAGE} AS manifests
COPY . /source
RUN /source/infra/docker/manifests.sh /source /manifests

FROM ${RUST_IMAGE} AS binaries-build
WORKDIR /src
# Servers with ARM processors may have pages of 64 KiB; the allocator takes the size for which it was built, or a smaller one.
ENV CARGO_TERM_COLOR=never \
    AARCH64_UNKNOWN_LINUX_GNU_JEMALLOC_SYS_WITH_LG_PAGE=16
# The dependencies: built again only when a manifest or the lock file changes.
COPY --from=manifests /manifests .
RUN cargo build --release --locked \
    -p platform-api -p mqtt-ingestion-worker -p telemetry-worker -p sensctl -p device-simulator -p static-server
COPY . .
# Newer than the empty programs above, whatever the time stamps of the checkout are.
RUN find libs services -name '*.rs' -exec touch {} + \
    && cargo build --release --locked \
       -p platform-api -p mqtt-ingestion-worker -p telemetry-worker -p sensctl -p device-simulator -p static-server \
    && mkdir -p /out \
    && cd target/release \
    && cp platform-api mqtt-ingestion-worker telemetry-worker sensctl device-simulator static-server /out/

FROM scratch AS binaries-prebuilt
COPY target/image/bin/ /out/

FROM binaries-${BINARIES} AS binaries

# --- pages ---------------------------------------------------------------------------------------------------------------

FROM ${NODE_IMAGE} AS pages-build
WORKDIR /src/services/web-console
COPY services/web-console/package.json services/web-console/package-lock.json ./
RUN npm install --no-save --no-audit --no-fund --loglevel error
WORKDIR /src/docs
COPY docs/package.json docs/package-lock.json ./
RUN npm install --no-save --no-audit --no-fund --loglevel error
COPY services/web-console /src/services/web-console
COPY services/platform-api/openapi.json /src/services/platform-api/openapi.json
COPY docs /src/docs
RUN npm --prefix /src/services/web-console run build && npm --prefix /src/docs run build \
    && mkdir -p /out && cp -r /src/services/web-console/dist /out/console && cp -r /src/docs/dist /out/docs

FROM scratch AS pages-prebuilt
COPY target/image/console /out/console
COPY target/image/docs /out/docs

FROM pages-${PAGES} AS pages

# --- root file systems -----------------------------------------------------------------------------------------------------

FROM ${DEBIAN_IMAGE} AS system
RUN [ -s /etc/ssl/certs/ca-certificates.crt ] \
    || { apt-get update -q && apt-get install -qy --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*; }
COPY infra/docker/collect.sh /usr/local/bin/collect.sh

FROM system AS roots
COPY --from=binaries /out /out
RUN for name in platform-api mqtt-ingestion-worker telemetry-worker device-simulator static-server; do \
      collect.sh "/roots/$name" "/out/$name" || exit 1; \
    done

FROM ${POSTGRES_IMAGE} AS sensctl-root
USER root
COPY infra/docker/collect.sh /usr/local/bin/collect.sh
COPY --from=system /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=binaries /out/sensctl /out/sensctl
RUN programs="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)" \
    && collect.sh /root-of-sensctl /out/sensctl "$programs/pg_dump" "$programs/pg_restore" \
    && mkdir /root-of-sensctl/backups && chown 65532:65532 /root-of-sensctl/backups

FROM system AS broker-root
RUN command -v mosquitto && command -v mosquitto_sub \
    || { apt-get update -q && apt-get install -qy --no-install-recommends mosquitto mosquitto-clients && rm -rf /var/lib/apt/lists/*; }
COPY infra/docker/mosquitto.conf /etc/mosquitto/mosquitto.conf
RUN collect.sh /root-of-broker "$(command -v mosquitto)" "$(command -v mosquitto_sub)" "$(command -v mosquitto_passwd)" \
    && mkdir -p /root-of-broker/etc/mosquitto /root-of-broker/var/lib/mosquitto \
    && cp /etc/mosquitto/mosquitto.conf /root-of-broker/etc/mosquitto/ \
    && chown 65532:65532 /root-of-broker/var/lib/mosquitto

# --- what all images share ---------------------------------------------------------------------------------------------------

FROM scratch AS image
ARG VERSION=0.0.0-dev
ARG BUILD_SHA=unknown
ARG SOURCE=https://github.com/sens-platform/sens-platform
LABEL org.opencontainers.image.vendor="SENS Platform" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${BUILD_SHA}" \
      org.opencontainers.image.source="${SOURCE}"
ENV PATH=/usr/local/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    BUILD_SHA="${BUILD_SHA}"
USER 65532:65532
WORKDIR /tmp
STOPSIGNAL SIGTERM

# --- deployables -----------------------------------------------------------------------------------------------------------

FROM image AS platform-api
LABEL org.opencontainers.image.title="platform-api" \
      org.opencontainers.image.description="REST, live streams and administration of SENS Platform"
COPY --from=roots /roots/platform-api /
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=8s --start-period=30s --retries=3 CMD ["platform-api", "healthcheck"]
ENTRYPOINT ["platform-api"]

FROM image AS mqtt-ingestion-worker
LABEL org.opencontainers.image.title="mqtt-ingestion-worker" \
      org.opencontainers.image.description="Takes packets from the MQTT broker into JetStream"
COPY --from=roots /roots/mqtt-ingestion-worker /
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=8s --start-period=30s --retries=3 CMD ["mqtt-ingestion-worker", "healthcheck"]
ENTRYPOINT ["mqtt-ingestion-worker"]

FROM image AS telemetry-worker
LABEL org.opencontainers.image.title="telemetry-worker" \
      org.opencontainers.image.description="Decodes raw messages and stores them in PostgreSQL"
COPY --from=roots /roots/telemetry-worker /
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=8s --start-period=30s --retries=3 CMD ["telemetry-worker", "healthcheck"]
ENTRYPOINT ["telemetry-worker"]

# With pg_dump and pg_restore for `sensctl backup` and `sensctl restore`.
FROM image AS sensctl
LABEL org.opencontainers.image.title="sensctl" \
      org.opencontainers.image.description="The operator's command line: migrations, keys, backup, restore"
COPY --from=sensctl-root /root-of-sensctl /
ENTRYPOINT ["sensctl"]
CMD ["--help"]

FROM image AS device-simulator
LABEL org.opencontainers.image.title="device-simulator" \
      org.opencontainers.image.description="Plays devices: fleets for the demo, tests and load"
COPY --from=roots /roots/device-simulator /
ENTRYPOINT ["device-simulator"]
CMD ["--help"]

FROM image AS web-console
LABEL org.opencontainers.image.title="web-console" \
      org.opencontainers.image.description="The web console of SENS Platform"
COPY --from=roots /roots/static-server /
COPY --from=pages /out/console /srv/pages
ENV STATIC_DIR=/srv/pages
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=8s --start-period=10s --retries=3 CMD ["static-server", "healthcheck"]
ENTRYPOINT ["static-server"]

FROM image AS docs
LABEL org.opencontainers.image.title="docs" \
      org.opencontainers.image.description="The documentation site of SENS Platform"
COPY --from=roots /roots/static-server /
COPY --from=pages /out/docs /srv/pages
ENV STATIC_DIR=/srv/pages
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=8s --start-period=10s --retries=3 CMD ["static-server", "healthcheck"]
ENTRYPOINT ["static-server"]

# mosquitto, for local and test. /var/lib/mosquitto needs a volume or a tmpfs on a read-only root file system.
FROM image AS mock-mqtt
LABEL org.opencontainers.image.title="mock-mqtt" \
      org.opencontainers.image.description="A mosquitto broker for local and test environments"
COPY --from=broker-root /root-of-broker /
EXPOSE 1883
HEALTHCHECK --interval=10s --timeout=8s --start-period=5s --retries=3 \
    CMD ["mosquitto_sub", "-h", "127.0.0.1", "-p", "1883", "-t", "health", "-E", "-W", "5"]
ENTRYPOINT ["mosquitto"]
CMD ["-c", "/etc/mosquitto/mosquitto.conf"]
