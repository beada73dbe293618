{{/* What every pod has: dict root, user, optional settings (nodeSelector, tolerations, affinity, priorityClassName). */}}
{{- define "sens.podBase" -}}
serviceAccountName: {{ include "sens.serviceAccount" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user | default .root.Values.global.runAsUser }}
  runAsGroup: {{ .user | default .root.Values.global.runAsUser }}
  fsGroup: {{ .user | default .root.Values.global.runAsUser }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- $settings := .settings | default dict }}
{{- with mergeOverwrite (deepCopy .root.Values.global.nodeSelector) (deepCopy ($settings.nodeSelector | default dict)) }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat .root.Values.global.tolerations ($settings.tolerations | default list) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* What every container has. */}}
{{- define "sens.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* Spread over zones and nodes: dict root, name, when. */}}
{{- define "sens.topologySpread" -}}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $.when }}
    labelSelector:
      matchLabels:
        {{- include "sens.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* Settings that all our programs share: dict root. */}}
{{- define "sens.env.common" -}}
- name: SENS_ENVIRONMENT
  value: {{ .root.Values.global.environment }}
- name: SENS_LOG__FORMAT
  value: json
{{- with .root.Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Connection to the database: dict root, user (owner, ingest, api, readonly). */}}
{{- define "sens.env.database" -}}
- name: DATABASE_HOST
  value: {{ include "sens.database.host" .root | quote }}
- name: DATABASE_PORT
  value: {{ include "sens.database.port" .root | quote }}
- name: DATABASE_NAME
  value: {{ .root.Values.database.name | quote }}
{{- with .root.Values.database.schema }}
- name: DATABASE_SCHEMA
  value: {{ . | quote }}
{{- end }}
- name: DATABASE_USER
  valueFrom:
    secretKeyRef:
      name: {{ include "sens.secret" (dict "root" .root "id" (printf "db-%s" .user)) }}
      key: username
- name: DATABASE_PASSWORD_FILE
  value: /run/secrets/sens/db-{{ .user }}/password
- name: PGSSLMODE
  value: {{ .root.Values.database.sslMode }}
{{- if .root.Values.database.caSecret }}
- name: PGSSLROOTCERT
  value: /run/secrets/sens/db-ca/ca.crt
{{- end }}
- name: SENS_DATABASE__MAX_CONNECTIONS
  value: {{ .root.Values.database.maxConnections | quote }}
{{- end -}}

{{/* Connection to NATS: dict root, user (ingest, worker, api, admin). */}}
{{- define "sens.env.nats" -}}
- name: SENS_NATS__URL
  value: {{ include "sens.nats.url" .root | quote }}
- name: SENS_NATS__REPLICAS
  value: {{ include "sens.nats.streamReplicas" .root | quote }}
- name: SENS_NATS__RAW_MAX_BYTES
  value: {{ .root.Values.nats.rawMaxBytes | int64 | quote }}
{{- $auth := include "sens.nats.auth" .root }}
{{- if eq $auth "password" }}
- name: SENS_NATS__USER
  value: {{ index .root.Values.nats.users .user | quote }}
- name: SENS_NATS__PASSWORD_FILE
  value: /run/secrets/sens/nats/{{ .user }}-password
{{- else if eq $auth "creds" }}
- name: SENS_NATS__CREDS_FILE
  value: /run/secrets/sens/nats-creds/sens.creds
{{- end }}
{{- if .root.Values.nats.tls.enabled }}
- name: SENS_NATS__CA_FILE
  value: /run/secrets/sens/nats-ca/ca.crt
{{- end }}
{{- with include "sens.nats.monitorUrl" .root }}
- name: SENS_NATS__MONITOR_URL
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Connection to the MQTT broker: dict root. */}}
{{- define "sens.env.mqtt" -}}
{{- $broker := .root.Values.mqtt.broker -}}
- name: SENS_MQTT__URL
  value: {{ include "sens.mqtt.url" .root | quote }}
{{- if $broker.auth }}
- name: SENS_MQTT__USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ include "sens.secret" (dict "root" .root "id" "mqtt") }}
      key: username
- name: SENS_MQTT__PASSWORD_FILE
  value: /run/secrets/sens/mqtt/password
{{- end }}
{{- if $broker.tlsSecret }}
- name: SENS_MQTT__CA_FILE
  value: /run/secrets/sens/mqtt-tls/ca.crt
{{- if $broker.clientCertificate }}
- name: SENS_MQTT__CLIENT_CERT_FILE
  value: /run/secrets/sens/mqtt-tls/tls.crt
- name: SENS_MQTT__CLIENT_KEY_FILE
  value: /run/secrets/sens/mqtt-tls/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{/*
Secret files as one volume, each Secret in a folder of its own under /run/secrets/sens: dict root, files (a list of
dicts: id of a secret, or name of one with folder; keys).
*/}}
{{- define "sens.secretVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range .files }}
      - secret:
          name: {{ if .id }}{{ include "sens.secret" (dict "root" $.root "id" .id) }}{{ else }}{{ .name }}{{ end }}
          items:
            {{- $folder := .id | default .folder }}
            {{- range .keys }}
            - key: {{ . }}
              path: {{ $folder }}/{{ . }}
            {{- end }}
      {{- end }}
{{- end -}}

{{- define "sens.secretMount" -}}
- name: secrets
  mountPath: /run/secrets/sens
  readOnly: true
{{- end -}}

{{/* Files for the database connection: dict root, user. A YAML list. */}}
{{- define "sens.files.database" -}}
- {id: db-{{ .user }}, keys: [password]}
{{- with .root.Values.database.caSecret }}
- {name: {{ . }}, folder: db-ca, keys: [ca.crt]}
{{- end }}
{{- end -}}

{{/* Files for NATS: dict root, user. */}}
{{- define "sens.files.nats" -}}
{{- $auth := include "sens.nats.auth" .root }}
{{- if eq $auth "password" }}
- {id: nats, keys: [{{ .user }}-password]}
{{- else if eq $auth "creds" }}
- {name: {{ .root.Values.nats.external.credsSecret }}, folder: nats-creds, keys: [sens.creds]}
{{- end }}
{{- if .root.Values.nats.tls.enabled }}
- {name: {{ .root.Values.nats.tls.secret }}, folder: nats-ca, keys: [ca.crt]}
{{- end }}
{{- end -}}

{{/* Files for the MQTT broker: dict root. */}}
{{- define "sens.files.mqtt" -}}
{{- if .root.Values.mqtt.broker.auth }}
- {id: mqtt, keys: [password]}
{{- end }}
{{- with .root.Values.mqtt.broker.tlsSecret }}
- {name: {{ . }}, folder: mqtt-tls, keys: [ca.crt{{ if $.root.Values.mqtt.broker.clientCertificate }}, tls.crt, tls.key{{ end }}]}
{{- end }}
{{- end -}}

{{/* Environment of a component, as the chart sees it: dict root, name, component. */}}
{{- define "sens.component.env" -}}
{{- $mine := fromYamlArray (include "sens.component.ownEnv" .) -}}
{{- $env := list -}}
{{- $overrides := .component.env -}}
{{- range $mine -}}
{{- if not (hasKey $overrides .name) }}{{ $env = append $env . }}{{ end -}}
{{- end -}}
{{- range $key, $value := $overrides -}}
{{- $env = append $env (dict "name" $key "value" ($value | toString)) -}}
{{- end -}}
{{- toYaml (concat $env .component.extraEnv) -}}
{{- end -}}

{{- define "sens.component.ownEnv" -}}
{{ include "sens.env.common" . }}
- name: RUST_LOG
  value: {{ .component.logLevel | quote }}
- name: SENS_SHUTDOWN_GRACE_SECONDS
  value: {{ sub (int .component.terminationGracePeriodSeconds) 5 | quote }}
{{- if eq (get (.labels | default dict) "sens-platform/track") "canary" }}
- name: SENS_REPLICA__CANARY
  value: "true"
{{- end }}
{{- if eq .name "platform-api" }}
{{ include "sens.env.database" (dict "root" .root "user" "api") }}
{{ include "sens.env.nats" (dict "root" .root "user" "api") }}
- name: SENS_API__BOOTSTRAP_KEY_FILE
  value: /run/secrets/sens/api/bootstrap-key
{{ include "sens.env.provisioning" . }}
{{- with .root.Values.cors.origin }}
- name: CORS_ORIGIN
  value: {{ . | quote }}
{{- end }}
{{- else if eq .name "telemetry-worker" }}
{{ include "sens.env.database" (dict "root" .root "user" "ingest") }}
{{ include "sens.env.nats" (dict "root" .root "user" "worker") }}
{{ include "sens.env.provisioning" . }}
{{- else if eq .name "mqtt-ingestion-worker" }}
{{ include "sens.env.nats" (dict "root" .root "user" "ingest") }}
{{ include "sens.env.mqtt" . }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: SENS_MQTT__CLIENT_ID
  value: {{ .root.Values.mqtt.broker.clientIdPrefix }}-{{ .root.Release.Namespace }}-$(POD_NAME)
- name: SENS_MQTT__SHARE_GROUP
  value: {{ .root.Values.mqtt.broker.shareGroup | quote }}
{{- end }}
{{- end -}}

{{- define "sens.env.provisioning" -}}
- name: SENS_FEATURES__DEVICE_STARTUP
  value: {{ .root.Values.features.deviceStartup | quote }}
{{- if .root.Values.features.deviceStartup }}
- name: PROVISION_SECRET_FILE
  value: /run/secrets/sens/provisioning/secret
{{- if .root.Values.provisioning.previous }}
- name: PROVISION_SECRET_PREVIOUS_FILE
  value: /run/secrets/sens/provisioning/previous
{{- end }}
{{- end }}
{{- end -}}

{{/* Secret files of a component: dict root, name. A YAML list, empty where it needs none. */}}
{{- define "sens.component.files" -}}
{{- if eq .name "platform-api" }}
{{ include "sens.files.database" (dict "root" .root "user" "api") }}
{{ include "sens.files.nats" (dict "root" .root "user" "api") }}
- {id: api, keys: [bootstrap-key]}
{{ include "sens.files.provisioning" . }}
{{- else if eq .name "telemetry-worker" }}
{{ include "sens.files.database" (dict "root" .root "user" "ingest") }}
{{ include "sens.files.nats" (dict "root" .root "user" "worker") }}
{{ include "sens.files.provisioning" . }}
{{- else if eq .name "mqtt-ingestion-worker" }}
{{ include "sens.files.nats" (dict "root" .root "user" "ingest") }}
{{ include "sens.files.mqtt" . }}
{{- end }}
{{- end -}}

{{- define "sens.files.provisioning" -}}
{{- if .root.Values.features.deviceStartup }}
- {id: provisioning, keys: [secret{{ if .root.Values.provisioning.previous }}, previous{{ end }}]}
{{- end }}
{{- end -}}

{{/* The database login of a component, empty where it has none. Call with the name. */}}
{{- define "sens.component.databaseUser" -}}
{{- if eq . "platform-api" -}}api{{- else if eq . "telemetry-worker" -}}ingest{{- end -}}
{{- end -}}

{{/* Waits until the schema is new enough: dict root, user, image. A container. */}}
{{- define "sens.waitForSchema" -}}
- name: wait-for-schema
  image: {{ include "sens.image" . }}
  imagePullPolicy: {{ include "sens.pullPolicy" . }}
  args: [migrate, --check, --wait, {{ .root.Values.migrations.waitSeconds | quote }}]
  env:
    {{- include "sens.env.common" . | nindent 4 }}
    {{- include "sens.env.database" . | nindent 4 }}
  {{- include "sens.containerSecurity" . | nindent 2 }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  volumeMounts:
    {{- include "sens.secretMount" . | nindent 4 }}
{{- end -}}

{{/*
Pod template of a component: dict root, name, component, optional labels, beside (a further container as YAML text), sensctl (its
image, where it is another than that of the migrations).
*/}}
{{- define "sens.component.pod" -}}
{{- $files := fromYamlArray (include "sens.component.files" .) -}}
{{- $user := include "sens.component.databaseUser" .name -}}
{{- $pages := has .name (list "web-console" "docs") -}}
metadata:
  labels:
    {{- include "sens.podLabels" (dict "root" .root "name" .name "labels" (mergeOverwrite (deepCopy .component.podLabels) (.labels | default dict))) | nindent 4 }}
  {{- include "sens.podAnnotations" (dict "root" .root "annotations" .component.podAnnotations) | nindent 2 }}
spec:
  {{- include "sens.podBase" (dict "root" .root "settings" .component) | nindent 2 }}
  terminationGracePeriodSeconds: {{ .component.terminationGracePeriodSeconds }}
  {{- if .component.topologySpread.enabled }}
  {{- include "sens.topologySpread" (dict "root" .root "name" .name "when" .component.topologySpread.whenUnsatisfiable) | nindent 2 }}
  {{- end }}
  {{- if and $user .root.Values.migrations.enabled }}
  initContainers:
    {{- include "sens.waitForSchema" (dict "root" .root "user" $user "image" (.sensctl | default .root.Values.migrations.image)) | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "sens.image" (dict "root" .root "image" .component.image) }}
      imagePullPolicy: {{ include "sens.pullPolicy" (dict "root" .root "image" .component.image) }}
      {{- include "sens.containerSecurity" . | nindent 6 }}
      env:
        {{- include "sens.component.env" . | nindent 8 }}
      {{- with .component.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- if or $pages (eq .name "platform-api") }}
        - name: http
          containerPort: 8080
        {{- end }}
        - name: ops
          containerPort: 9090
      {{- with .component.probes.startup }}
      startupProbe:
        httpGet: {path: /health/live, port: ops}
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .component.probes.readiness }}
      readinessProbe:
        httpGet: {path: /health/ready, port: ops}
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .component.probes.liveness }}
      livenessProbe:
        httpGet: {path: /health/live, port: ops}
        {{- toYaml . | nindent 8 }}
      {{- end }}
      resources:
        {{- toYaml .component.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $files }}
        {{- include "sens.secretMount" . | nindent 8 }}
        {{- end }}
        {{- with .component.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .beside }}
    {{- . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if $files }}
    {{- include "sens.secretVolume" (dict "root" .root "files" $files) | nindent 4 }}
    {{- end }}
    {{- with .component.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
