{{/*
Every Secret the platform needs, by id: where its name is set, and its keys with the kind of their value
(a fixed text, or "random"). A YAML map.
*/}}
{{- define "sens.secretTable" -}}
{{- if eq .Values.database.mode "embedded" }}
db-owner: {existing: {{ .Values.database.users.owner.existingSecret | quote }}, keys: {username: sens_owner, password: random}}
{{- else }}
db-owner: {existing: {{ .Values.database.users.owner.existingSecret | quote }}, keys: {username: {{ .Values.database.name | quote }}, password: random}, outside: true}
{{- end }}
db-ingest: {existing: {{ .Values.database.users.ingest.existingSecret | quote }}, keys: {username: sens_worker_login, password: random}}
db-api: {existing: {{ .Values.database.users.api.existingSecret | quote }}, keys: {username: sens_api_login, password: random}}
db-readonly: {existing: {{ .Values.database.users.readonly.existingSecret | quote }}, keys: {username: sens_readonly_login, password: random}}
{{- if eq (include "sens.nats.auth" .) "password" }}
nats: {existing: {{ .Values.nats.existingSecret | quote }}, keys: {ingest-password: random, worker-password: random, api-password: random, admin-password: random, route-password: random}}
{{- end }}
{{- if .Values.mqtt.broker.auth }}
mqtt: {existing: {{ .Values.mqtt.broker.existingSecret | quote }}, keys: {username: sens, password: random}}
{{- end }}
api: {existing: {{ .Values.api.existingSecret | quote }}, keys: {bootstrap-key: random}}
{{- if .Values.features.deviceStartup }}
provisioning: {existing: {{ .Values.provisioning.existingSecret | quote }}, keys: {secret: random}}
{{- end }}
{{- if and (or .Values.backup.enabled .Values.restore.enabled) (eq .Values.backup.target "s3") }}
backup-s3: {existing: {{ .Values.backup.s3.existingSecret | quote }}, keys: {access-key-id: random, secret-access-key: random}, outside: true}
{{- end }}
{{- end -}}

{{/* Name of a Secret: dict root, id. */}}
{{- define "sens.secret" -}}
{{- $entry := index (fromYaml (include "sens.secretTable" .root)) .id | default dict -}}
{{- $entry.existing | default (printf "%s-%s" (include "sens.fullname" .root) .id) -}}
{{- end -}}
