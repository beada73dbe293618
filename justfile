# Everything a developer or a pipeline runs. `./justw` lists it; recipes are thin, the work is in scripts/.

set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

tools := justfile_directory() / ".tools"
export PATH := tools / "bin" + ":" + tools / "node/bin" + ":" + env("PATH")

services := "-p platform-api -p mqtt-ingestion-worker -p telemetry-worker -p sensctl -p device-simulator -p static-server -p sens-testkit"

[private]
default:
    @{{ just_executable() }} --justfile {{ quote(justfile()) }} --list --unsorted

# Run the whole platform here, on real embedded parts, with simulated devices and the console
[group('run')]
[no-exit-message]
demo *ARGS:
    @scripts/setup rust-deps postgres mosquitto nats node
    @scripts/npm-install services/web-console
    npm --prefix services/web-console run build
    cargo build --release --locked {{ services }} --bins
    target/release/sens-demo "$@"

# Publish the payloads of FILE (one a line; - for standard input) to a running platform and say what became of them
[group('run')]
[no-exit-message]
feed FILE *ARGS:
    @scripts/feed {{ quote(invocation_directory()) }} "$@"

# Measure throughput, CPU, memory and latency beside the bare parts, on this machine
[group('run')]
[no-exit-message]
bench *ARGS:
    @scripts/setup rust-deps postgres mosquitto nats
    cargo build --release --locked {{ services }} --bins
    cargo run --release --locked -p sens-bench -- "$@"

# The same beside other projects, built from their Go modules (needs Go; several minutes the first time)
[group('run')]
[no-exit-message]
bench-peers *ARGS:
    @scripts/setup rust-deps postgres mosquitto nats
    cargo build --release --locked {{ services }} --bins
    @scripts/bench-peers "$@"

# Measure the REST API beside a bare axum handler with the same SQL and, where Go is there, one of its own, and whether its memory stays flat (--minutes 10)
[group('run')]
[no-exit-message]
bench-api *ARGS:
    @scripts/setup rust-deps postgres nats
    cargo build --release --locked -p platform-api -p sens-bench --bins
    @scripts/bench-api "$@"

# Fill storage with READINGS of thousands of devices, ask what an API asks, and say what a reading takes on the disk
[group('run')]
[no-exit-message]
scale READINGS="50000000" *ARGS:
    @scripts/setup rust-deps postgres
    cargo run --release --locked -p sens-bench --bin sens-scale -- "$@"

# Export ROWS readings in every format and see that the API stays under 100 MB of memory
[group('run')]
[no-exit-message]
export-memory ROWS="20000000":
    @scripts/setup rust-deps postgres nats
    cargo build --release --locked -p platform-api --bins
    SENS_BIN_DIR="$PWD/target/release" SENS_EXPORT_ROWS="$1" \
        cargo test --quiet --locked -p platform-api --test api -- --exact exports::an_export_of_many_millions_stays_small --ignored --nocapture

# Open COUNT live streams, say how late readings arrive at them and what the API takes, and see that deaf clients are cut off
[group('run')]
[no-exit-message]
streams COUNT="2000":
    @scripts/setup rust-deps postgres nats
    cargo build --release --locked -p platform-api --bins
    SENS_BIN_DIR="$PWD/target/release" SENS_STREAMS="$1" \
        cargo test --quiet --locked -p platform-api --test api -- --exact crowd::thousands_of_streams_hear_everything_soon --ignored --nocapture

# Install what is missing on this machine, or only the named parts (scripts/setup --help)
[group('develop')]
[no-exit-message]
setup *COMPONENTS:
    @scripts/setup "$@"

# Measure the console on a whole platform: 100,000 devices in the table, a million readings in a line, live readings
[group('develop')]
[no-exit-message]
console-bench:
    @scripts/setup rust-deps postgres mosquitto nats node chromium
    @scripts/npm-install services/web-console
    npm --prefix services/web-console run build
    npm --prefix services/web-console run size
    cargo build --release --locked {{ services }} --bins
    SENS_DEMO="$PWD/target/release/sens-demo" npm --prefix services/web-console run bench

# All checks that need no running server
[group('develop')]
lint: ci-lint

# All tests; ends with the sum of all test runners
[group('develop')]
test: ci-test

# Feed the decoders with damaged payloads for SECONDS; findings are kept as samples (more: --inputs N, --seed N)
[group('develop')]
[no-exit-message]
fuzz SECONDS="60" *ARGS:
    @scripts/fuzz "$@"

# Hold a running API against its OpenAPI document: about EXAMPLES generated requests for each operation, by SEED
[group('develop')]
[no-exit-message]
api-fuzz EXAMPLES="50" SEED="":
    @scripts/setup rust-deps postgres mosquitto nats
    cargo build --locked {{ services }} --bins
    @scripts/api-fuzz "$@"

# Break a whole platform under load, FAULTS times by the plan SEED names, and compare what devices sent with what it holds
[group('develop')]
[no-exit-message]
chaos *ARGS:
    @scripts/setup rust-deps postgres mosquitto nats
    cargo build --release --locked {{ services }} -p sens-chaos --bins
    target/release/sens-chaos "$@"

# The database, then NATS, gone for MINUTES at full input: memory of each worker every few seconds, both ledgers at the end
[group('develop')]
[no-exit-message]
soak-outage MINUTES="10" RATE="1000":
    @scripts/setup rust-deps postgres mosquitto nats
    cargo build --release --locked {{ services }} --bins
    SENS_BIN_DIR="$PWD/target/release" SENS_SOAK_MINUTES="$1" SENS_SOAK_RATE="$2" \
        cargo test --quiet --locked -p sens-e2e --test it -- --exact soak::outages_at_full_input --ignored --nocapture

# Measure how long decoding takes
[group('develop')]
bench-decode:
    cargo bench --quiet --locked -p sens-schema

# Format Rust and TypeScript
[group('develop')]
fmt:
    cargo fmt --all
    @scripts/npm-install services/web-console
    npm --prefix services/web-console run format

# Build the documentation site into docs/dist
[group('docs')]
docs:
    @scripts/setup node
    @scripts/npm-install docs
    npm --prefix docs run build

# Write the generated reference pages and API types again
[group('docs')]
docs-generate:
    cargo run --quiet --locked -p xtask -- generate
    @scripts/npm-install services/web-console
    npm --prefix services/web-console run generate

# Fail on a dead link, a stale generated page or a snippet that no longer runs
[group('docs')]
[no-exit-message]
docs-check:
    @scripts/setup node
    @scripts/npm-install docs
    scripts/docs-check

# Prove the Helm chart without a cluster: schemas, unit tests, alerts, NATS configuration, who reaches whom
[group('chart')]
[no-exit-message]
chart-check:
    @scripts/chart-check

# Prove the Helm chart on the cluster that KUBECONFIG names: install, tests, upgrade and rollback under load, killed pods, policies, Ingress, scaling, uninstall
[group('chart')]
[no-exit-message]
chart-e2e *ARGS:
    @scripts/chart-e2e "$@"

# Start a cluster in containers (kind or k3d) with policies, metrics and Traefik
[group('chart')]
[no-exit-message]
cluster-up KIND:
    @scripts/cluster-up "$@"

# Build the images, load them into that cluster and prove the chart there
[group('chart')]
[no-exit-message]
cluster-e2e KIND *ARGS:
    @scripts/cluster-e2e "$@"

# Write the chart's schema, README and reference page again, from values.yaml
[group('chart')]
[no-exit-message]
chart-docs *ARGS:
    @scripts/chart-docs "$@"

# The whole check, stage by stage, as run on every pull request
[group('check')]
[no-exit-message]
ci:
    @scripts/ci {{ quote(just_executable()) }}

# Stage 1: install dependencies
[group('check')]
[no-exit-message]
ci-install:
    scripts/setup
    cargo fetch --locked
    scripts/npm-install services/web-console
    scripts/npm-install docs

# Stage 2: formatting, lints, spelling, sizes, architecture, licences
[group('check')]
ci-lint: && deny
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo run --quiet --locked -p xtask -- sizes
    cargo run --quiet --locked -p xtask -- architecture
    typos
    scripts/lint-scripts
    scripts/compose-check
    cargo run --quiet --locked -p sens-release -- check
    npm --prefix services/web-console run lint

# Stage 3: types of the console, and Rust's public documentation with its links
[group('check')]
ci-typecheck:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
    npm --prefix services/web-console run check-generated
    npm --prefix services/web-console run typecheck

# Stage 4: Rust tests on real servers, console unit tests, console in Chromium
[group('check')]
[no-exit-message]
ci-test:
    @scripts/test

# Stage 5: release binaries, console and documentation site
[group('check')]
ci-build: docs
    cargo build --release --locked {{ services }} --bins
    npm --prefix services/web-console run build
    npm --prefix services/web-console run size

# Stage 6: the documentation check
[group('check')]
ci-docs: docs-check

# Stage 7: the Helm chart, without a cluster
[group('check')]
[no-exit-message]
ci-chart: chart-check

# Stage 8: the template of the infrastructure repository, and who may do what in Argo CD
[group('check')]
[no-exit-message]
ci-gitops: gitops-check

# Bans, licences and sources of all dependencies (needs no advisory database)
[group('check')]
deny:
    @scripts/setup cargo-deny
    cargo deny --log-level error check --hide-inclusion-graph bans licenses sources

# Known vulnerabilities of all dependencies (asks the advisory database on the network)
[group('check')]
advisories:
    @scripts/setup cargo-deny
    cargo deny check advisories

# Build every image with a local Docker engine and no registry, start each once, print sizes (--from-source, --save FOLDER, …)
[group('images')]
[no-exit-message]
images-local *ARGS:
    @scripts/images-local "$@"

# Run both compose files for real: devices, a killed worker, backup, loss of the database, restore (--images FOLDER, --keep)
[group('images')]
[no-exit-message]
compose-smoke *ARGS:
    @scripts/compose-smoke "$@"

# Test the template of the infrastructure repository (infra/gitops) without a cluster
[group('release')]
[no-exit-message]
gitops-check:
    @scripts/gitops-check

# Argo CD for real, on a node with Argo CD (KUBECONFIG): test follows and heals, production waits, access, bad releases, rollback
[group('release')]
[no-exit-message]
gitops-e2e *ARGS:
    @scripts/gitops-e2e "$@"

# Try the first server's code (infra/server) on bare Debian and Ubuntu systems made by debootstrap (root)
[group('release')]
[no-exit-message]
server-trial *SYSTEMS:
    @scripts/server-trial "$@"

# Rehearse a release here: a registry and bare repositories, from build over push, deployment and promotion by digest to rollback
[group('release')]
[no-exit-message]
release-rehearsal *ARGS:
    @scripts/release-rehearsal "$@"

# Print the next version of CHANNEL (alpha, rc, stable), or why there is none
[group('release')]
[no-exit-message]
release-version CHANNEL *ARGS:
    @cargo run --quiet --locked -p sens-release -- next "$@"

# Build all images for PLATFORM and push them by digest
[group('release')]
[no-exit-message]
release-images VERSION PLATFORM:
    @scripts/release-images "$@"

# Give images that were pushed by digest their VERSION, and print release.json
[group('release')]
[no-exit-message]
release-publish VERSION *LISTS:
    @scripts/release-publish "$@"

# The images of a release.json as a pipeline's matrix
[private]
release-matrix FILE:
    @cargo run --quiet --locked -p sens-release -- images --json "$@"

# Change an environment in the infrastructure repository: deploy, configure, flag, … (scripts/release-deploy)
[group('release')]
[no-exit-message]
release-deploy *ARGS:
    @scripts/release-deploy "$@"

# Promote what was verified to staging or production, by digest, as a pull request
[group('release')]
[no-exit-message]
release-promote *ARGS:
    @scripts/release-promote "$@"

# Bring back an earlier release of ENVIRONMENT: test at once, others by a pull request
[group('release')]
[no-exit-message]
release-rollback ENVIRONMENT VERSION="":
    @scripts/release-deploy {{ if ENVIRONMENT == "test" { "" } else { "--pull-request" } }} rollback "$1" ${2:+--to "$2"}

# Verify what runs in ENVIRONMENT at URL, and keep the evidence
[group('release')]
[no-exit-message]
release-verify ENVIRONMENT URL *SECONDS:
    @scripts/release-verify "$@"

# Notes, release.json and packaged chart of a TAG, in FOLDER
[group('release')]
[no-exit-message]
release-artifacts TAG FOLDER:
    @scripts/release-artifacts "$@"

# Look for secrets in the whole history
[group('check')]
[no-exit-message]
secrets-scan:
    @scripts/secrets-scan

# Known vulnerabilities of all npm packages (asks the npm registry)
[group('check')]
npm-audit:
    @scripts/setup node
    npm --prefix services/web-console audit --audit-level=high
    npm --prefix docs audit --audit-level=high
