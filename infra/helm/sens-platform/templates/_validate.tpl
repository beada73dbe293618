{{/* Refuses what cannot work or is not safe: one sentence that names the key and the reason. */}}
{{- define "sens.validate" -}}
{{- $v := .Values -}}
{{- $production := eq $v.global.environment "production" -}}
{{- $components := fromYaml (include "sens.components" .) -}}
{{- include "sens.validate.images" . -}}
{{- include "sens.validate.components" . -}}
{{- if and (eq $v.secrets.strategy "generate") (ne $v.global.environment "local") -}}
{{- fail (printf "secrets.strategy: generate is for local only and refused in %s; use existing or externalSecrets" $v.global.environment) -}}
{{- end -}}
{{- if and (eq $v.secrets.strategy "externalSecrets") (not $v.secrets.externalSecrets.storeRef.name) -}}
{{- fail "secrets.externalSecrets.storeRef.name: is empty, but with secrets.strategy=externalSecrets it must name the store to read from" -}}
{{- end -}}
{{- if $production -}}
{{- if $v.mqtt.mock.enabled -}}
{{- fail "mqtt.mock.enabled: must be false in production, because the mock broker keeps nothing when its pod goes; name your broker in mqtt.broker.url" -}}
{{- end -}}
{{- if not $v.backup.enabled -}}
{{- fail "backup.enabled: must be true in production, because a disk that is lost would take all data with it" -}}
{{- end -}}
{{- if ne $v.backup.target "s3" -}}
{{- fail "backup.target: must be s3 in production, because a volume in the same cluster is lost with it" -}}
{{- end -}}
{{- end -}}
{{- if and $v.mqtt.mock.enabled $v.mqtt.broker.url -}}
{{- fail "mqtt.mock.enabled: must be false when mqtt.broker.url names a broker, because nothing would use the mock broker" -}}
{{- end -}}
{{- if not (or $v.mqtt.mock.enabled $v.mqtt.broker.url) -}}
{{- fail "mqtt.broker.url: is empty and mqtt.mock.enabled is false, so there is no broker to read from" -}}
{{- end -}}
{{- if and $v.mqtt.broker.url (not (regexMatch "^mqtts?://[^/]+$" $v.mqtt.broker.url)) -}}
{{- fail "mqtt.broker.url: must look like mqtt://host:1883 or mqtts://host:8883" -}}
{{- end -}}
{{- if and $v.mqtt.broker.clientCertificate (not $v.mqtt.broker.tlsSecret) -}}
{{- fail "mqtt.broker.tlsSecret: is empty, but mqtt.broker.clientCertificate needs its tls.crt and tls.key" -}}
{{- end -}}
{{- if not (has (int $v.nats.replicas) (list 1 3)) -}}
{{- fail (printf "nats.replicas: %v is not possible; use 1, or 3 for a cluster that survives the loss of a server" $v.nats.replicas) -}}
{{- end -}}
{{- /* What the streams reserve: SENS_RAW, a quarter of it each for dead letters and parked messages, 848 MiB for the others. */ -}}
{{- $reserved := add (div (mul (int64 $v.nats.rawMaxBytes) 3) 2) (mul 848 1048576) -}}
{{- if and (eq $v.nats.mode "embedded") (lt (include "sens.nats.maxFileStore" . | int64) $reserved) -}}
{{- fail (printf "nats.jetstream.file.size: %s is too small, because with nats.rawMaxBytes=%d the streams reserve %d MiB and JetStream takes at most 90 %% of the volume" $v.nats.jetstream.file.size (int64 $v.nats.rawMaxBytes) (div $reserved 1048576)) -}}
{{- end -}}
{{- if and (eq $v.nats.mode "external") (not (regexMatch "^(nats|tls)://" $v.nats.external.url)) -}}
{{- fail "nats.external.url: must start with nats:// or tls:// when nats.mode is external" -}}
{{- end -}}
{{- if and (eq (include "sens.nats.auth" .) "creds") (not $v.nats.external.credsSecret) -}}
{{- fail "nats.external.credsSecret: is empty, but nats.external.auth=creds needs its sens.creds" -}}
{{- end -}}
{{- if and $v.nats.tls.enabled (not $v.nats.tls.secret) -}}
{{- fail "nats.tls.secret: is empty, but nats.tls.enabled needs its certificates" -}}
{{- end -}}
{{- if and (eq $v.nats.mode "embedded") (eq (int $v.nats.replicas) 1) (ne $v.nats.jetstream.syncInterval "always") (ne $v.global.environment "local") -}}
{{- fail "nats.jetstream.syncInterval: must be always with one NATS server, because otherwise a crash loses acknowledged messages" -}}
{{- end -}}
{{- if and (eq $v.database.mode "external") (not $v.database.host) -}}
{{- fail "database.host: is empty, but database.mode is external" -}}
{{- end -}}
{{- if and (eq $v.database.mode "external") (eq $v.secrets.strategy "generate") (not $v.database.users.owner.existingSecret) -}}
{{- fail "database.users.owner.existingSecret: is empty, but the chart cannot make up the password of an external database" -}}
{{- end -}}
{{- if and (hasPrefix "verify-" $v.database.sslMode) (not $v.database.caSecret) -}}
{{- fail (printf "database.caSecret: is empty, but database.sslMode=%s needs its ca.crt" $v.database.sslMode) -}}
{{- end -}}
{{- range $key, $reason := dict "fsync" "a crash would corrupt the database" "synchronous_commit" "a crash would lose committed readings" "full_page_writes" "a crash would corrupt the database" -}}
{{- $value := index $v.timescaledb.postgresql.parameters $key | default "on" | toString -}}
{{- if and (has $value (list "off" "false" "0" "no")) (ne $v.global.environment "local") -}}
{{- fail (printf "timescaledb.postgresql.parameters.%s: must not be off outside local, because %s" $key $reason) -}}
{{- end -}}
{{- end -}}
{{- if and (or $v.backup.enabled $v.restore.enabled) (eq $v.backup.target "s3") (not $v.backup.s3.bucket) -}}
{{- fail "backup.s3.bucket: is empty, but backup.target is s3" -}}
{{- end -}}
{{- if and $v.backup.drill.enabled (not $v.backup.enabled) -}}
{{- fail "backup.drill.enabled: needs backup.enabled, because there is nothing to prove without backups" -}}
{{- end -}}
{{- if and $v.restore.enabled (ne $v.restore.confirm .Release.Name) -}}
{{- fail (printf "restore.confirm: must be the name of the release (%s), because a restore stops the services" .Release.Name) -}}
{{- end -}}
{{- if and $v.canary.enabled (eq $v.canary.controller "argoRollouts") (not (and $v.canary.prometheus.url $v.canary.prometheus.stopWhen)) -}}
{{- fail "canary.prometheus.stopWhen: needs a query and canary.prometheus.url, because Argo Rollouts judges by Prometheus alone" -}}
{{- end -}}
{{- if and $v.canary.prometheus.stopWhen (not $v.canary.prometheus.url) -}}
{{- fail "canary.prometheus.url: is empty, but canary.prometheus.stopWhen asks it" -}}
{{- end -}}
{{- if $v.canary.imageTag -}}
{{- include "sens.validate.tag" (dict "key" "canary.imageTag" "tag" $v.canary.imageTag "environment" $v.global.environment) -}}
{{- end -}}
{{- if and $v.gateway.enabled (not $v.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs: is empty, but gateway.enabled needs a Gateway to attach to" -}}
{{- end -}}
{{- if and $v.monitoring.serviceMonitor.enabled $v.monitoring.podMonitor.enabled -}}
{{- fail "monitoring.podMonitor.enabled: must be false beside monitoring.serviceMonitor.enabled, because everything would be scraped twice" -}}
{{- end -}}
{{- end -}}

{{/* SemVer versions, optionally without a pre-release part: dict key, tag, environment. */}}
{{- define "sens.validate.tag" -}}
{{- $semver := "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$" -}}
{{- if not (regexMatch $semver .tag) -}}
{{- fail (printf "%s: %q is no SemVer version such as 1.4.0 or 1.5.0-rc.1, and only those name one build for ever" .key .tag) -}}
{{- end -}}
{{- if and (eq .environment "production") (contains "-" .tag) -}}
{{- fail (printf "%s: %q is a pre-release version and refused in production; roll out a released one" .key .tag) -}}
{{- end -}}
{{- end -}}

{{- define "sens.validate.images" -}}
{{- $root := . -}}
{{- $environment := .Values.global.environment -}}
{{- include "sens.validate.tag" (dict "key" (ternary "global.imageTag" "appVersion of the chart" (ne .Values.global.imageTag "")) "tag" (.Values.global.imageTag | default .Chart.AppVersion) "environment" $environment) -}}
{{- $images := dict "migrations.image" .Values.migrations.image "mqtt.mock.image" .Values.mqtt.mock.image "mqtt.mock.simulator.image" .Values.mqtt.mock.simulator.image "tests.image" .Values.tests.image -}}
{{- range $name, $component := fromYaml (include "sens.components" .) -}}
{{- $_ := set $images (printf "components.%s.image" $name) $component.image -}}
{{- end -}}
{{- range $key, $image := $images -}}
{{- if not $image.repository -}}
{{- fail (printf "%s.repository: is empty" $key) -}}
{{- end -}}
{{- if $image.tag -}}
{{- include "sens.validate.tag" (dict "key" (printf "%s.tag" $key) "tag" $image.tag "environment" $environment) -}}
{{- end -}}
{{- end -}}
{{- range $key, $image := dict "timescaledb.image" .Values.timescaledb.image "nats.image" .Values.nats.image -}}
{{- if has $image.tag (list "" "latest") -}}
{{- fail (printf "%s.tag: %q names another image every day; name a version" $key $image.tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "sens.validate.components" -}}
{{- $v := .Values -}}
{{- range $name, $component := fromYaml (include "sens.components" .) -}}
{{- $key := printf "components.%s" $name -}}
{{- if and $component.autoscaling.enabled $component.keda.enabled -}}
{{- fail (printf "%s.keda.enabled: must be false beside autoscaling.enabled, because two autoscalers would fight" $key) -}}
{{- end -}}
{{- if and (eq $name "mqtt-ingestion-worker") (or $component.autoscaling.enabled $component.keda.enabled) -}}
{{- fail (printf "%s.autoscaling.enabled: must be false, because a replica that is taken away leaves packets in its session at the broker; set replicas, and retire what goes" $key) -}}
{{- end -}}
{{- if and $component.keda.enabled (ne $name "telemetry-worker") -}}
{{- fail (printf "%s.keda.enabled: must be false, because consumer lag says something about telemetry-worker only" $key) -}}
{{- end -}}
{{- if and $component.keda.enabled (ne $v.nats.mode "embedded") -}}
{{- fail (printf "%s.keda.enabled: needs nats.mode=embedded; for an external NATS write the ScaledObject in extraObjects" $key) -}}
{{- end -}}
{{- if and $component.autoscaling.enabled (gt (int $component.autoscaling.minReplicas) (int $component.autoscaling.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling.minReplicas: %v is more than maxReplicas (%v)" $key $component.autoscaling.minReplicas $component.autoscaling.maxReplicas) -}}
{{- end -}}
{{- if and $component.autoscaling.enabled (not (dig "requests" "cpu" "" $component.resources)) -}}
{{- fail (printf "%s.resources.requests.cpu: is not set, but autoscaling measures CPU in percent of it" $key) -}}
{{- end -}}
{{- if and $component.retire (ne $name "mqtt-ingestion-worker") -}}
{{- fail (printf "%s.retire: must be empty, because only mqtt-ingestion-worker has sessions to retire" $key) -}}
{{- end -}}
{{- range $ordinal := $component.retire -}}
{{- if lt (int $ordinal) (int $component.replicas) -}}
{{- fail (printf "%s.retire: replica %v is still there (replicas is %v); lower replicas first" $key $ordinal $component.replicas) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
