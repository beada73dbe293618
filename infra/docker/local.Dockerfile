# Stand-ins for the images that usually come from a registry, made from a Debian base alone (`just images-local`). For
# trying the platform where no registry is reachable; not for production.
ARG DEBIAN_IMAGE=sens-base/debian:bookworm

FROM ${DEBIAN_IMAGE} AS apt
RUN apt-get update -q

# Context: a Rust toolchain's folder.
FROM apt AS rust
RUN apt-get install -qy --no-install-recommends gcc libc6-dev make pkg-config libssl-dev
COPY . /usr/local/rust
ENV PATH=/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Context: a folder with bin/node and lib/node_modules/npm.
FROM apt AS node
RUN apt-get install -qy --no-install-recommends libatomic1
COPY . /usr/local/node
RUN ln -s /usr/local/node/bin/node /usr/local/bin/node \
    && printf '#!/bin/sh\nexec node /usr/local/node/lib/node_modules/npm/bin/npm-cli.js "$@"\n' >/usr/local/bin/npm \
    && chmod 755 /usr/local/bin/npm

# Context: infra/docker. Takes the official image's variables (POSTGRES_USER, _PASSWORD, _DB, their _FILE forms, PGDATA).
FROM apt AS postgres
RUN apt-get install -qy --no-install-recommends postgresql postgresql-contrib && rm -rf /var/lib/postgresql/* /etc/postgresql/* \
    && usermod --uid 65532 postgres && groupmod --gid 65532 postgres \
    && mkdir -p /var/lib/postgresql/data /var/run/postgresql \
    && chown -R 65532:65532 /var/lib/postgresql /var/run/postgresql && chmod 1777 /var/run/postgresql \
    && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/data
USER 65532:65532
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]

FROM apt AS busybox
RUN apt-get install -qy --no-install-recommends busybox-static && mkdir -p /empty

# Context: a folder with a statically linked nats-server. With wget for health checks, as the official image has it.
FROM scratch AS nats
COPY nats-server /usr/local/bin/nats-server
COPY --from=busybox /bin/busybox /usr/local/bin/wget
COPY --from=busybox --chown=65532:65532 /empty /data
ENV PATH=/usr/local/bin
USER 65532:65532
EXPOSE 4222 8222 6222
ENTRYPOINT ["nats-server"]

FROM apt AS caddy
RUN apt-get install -qy --no-install-recommends caddy && mkdir -p /data /config && chown 65532:65532 /data /config
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
EXPOSE 80 443
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
