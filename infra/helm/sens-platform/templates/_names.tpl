{{/* Start of all names. */}}
{{- define "sens.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- end -}}

{{/* The components in the order they are rendered. */}}
{{- define "sens.componentNames" -}}
platform-api,mqtt-ingestion-worker,telemetry-worker,web-console,docs
{{- end -}}

{{/* All components with the defaults merged in, those that are off left out: a map as YAML. */}}
{{- define "sens.components" -}}
{{- $all := dict -}}
{{- $root := . -}}
{{- range $name := splitList "," (include "sens.componentNames" .) -}}
{{- $component := mergeOverwrite (deepCopy $root.Values.componentDefaults) (deepCopy (index $root.Values.components $name | default dict)) -}}
{{- if $component.enabled -}}
{{- $_ := set $all $name $component -}}
{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Kind of a component's controller. Call with the name. */}}
{{- define "sens.componentKind" -}}
{{- if eq . "mqtt-ingestion-worker" -}}StatefulSet{{- else -}}Deployment{{- end -}}
{{- end -}}

{{/* Number of pods at a time as written; empty where something else decides. */}}
{{- define "sens.scaled" -}}
{{- if or .autoscaling.enabled .keda.enabled -}}true{{- end -}}
{{- end -}}

{{/* Whether Argo Rollouts makes the pods of a component: dict root, name. Empty when not. */}}
{{- define "sens.rolledOut" -}}
{{- $canary := .root.Values.canary -}}
{{- if and $canary.enabled (eq $canary.controller "argoRollouts") (has .name $canary.components) (not .root.Values.restore.enabled) -}}true{{- end -}}
{{- end -}}

{{/* Whether there are pods that check: helm tests, or the verification of rollouts. Empty when not. */}}
{{- define "sens.checked" -}}
{{- if or .Values.tests.enabled .Values.verification.enabled -}}true{{- end -}}
{{- end -}}

{{/* Service of a component: dict root, name. */}}
{{- define "sens.componentName" -}}
{{- printf "%s-%s" (include "sens.fullname" .root) .name -}}
{{- end -}}

{{- define "sens.timescaledb.name" -}}{{ include "sens.fullname" . }}-timescaledb{{- end -}}
{{- define "sens.nats.name" -}}{{ include "sens.fullname" . }}-nats{{- end -}}
{{- define "sens.mockMqtt.name" -}}{{ include "sens.fullname" . }}-mock-mqtt{{- end -}}

{{- define "sens.database.host" -}}
{{- if eq .Values.database.mode "embedded" -}}{{ include "sens.timescaledb.name" . }}{{- else -}}{{ .Values.database.host }}{{- end -}}
{{- end -}}

{{- define "sens.database.port" -}}
{{- if eq .Values.database.mode "embedded" -}}5432{{- else -}}{{ .Values.database.port }}{{- end -}}
{{- end -}}

{{- define "sens.nats.url" -}}
{{- if eq .Values.nats.mode "external" -}}{{ .Values.nats.external.url }}
{{- else -}}
{{- $scheme := ternary "tls" "nats" .Values.nats.tls.enabled -}}
{{- if eq (int .Values.nats.replicas) 1 -}}
{{- printf "%s://%s:4222" $scheme (include "sens.nats.name" .) -}}
{{- else -}}
{{- $root := . -}}
{{- $servers := list -}}
{{- range $i := until (int .Values.nats.replicas) -}}
{{- $servers = append $servers (printf "%s://%s-%d.%s-headless:4222" $scheme (include "sens.nats.name" $root) $i (include "sens.nats.name" $root)) -}}
{{- end -}}
{{- join "," $servers -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "sens.nats.monitorUrl" -}}
{{- if eq .Values.nats.mode "external" -}}{{ .Values.nats.external.monitorUrl }}{{- else -}}http://{{ include "sens.nats.name" . }}-monitor:8222{{- end -}}
{{- end -}}

{{/* Replicas of each stream. */}}
{{- define "sens.nats.streamReplicas" -}}
{{- if eq .Values.nats.mode "external" -}}{{ .Values.nats.external.streamReplicas }}{{- else -}}{{ .Values.nats.replicas }}{{- end -}}
{{- end -}}

{{/* How services log in to NATS: password, creds or none. */}}
{{- define "sens.nats.auth" -}}
{{- if eq .Values.nats.mode "external" -}}{{ .Values.nats.external.auth }}{{- else -}}password{{- end -}}
{{- end -}}

{{- define "sens.mqtt.url" -}}
{{- if .Values.mqtt.broker.url -}}{{ .Values.mqtt.broker.url }}{{- else -}}mqtt://{{ include "sens.mockMqtt.name" . }}:1883{{- end -}}
{{- end -}}

{{/* Port of a URL: dict url, default. */}}
{{- define "sens.urlPort" -}}
{{- $first := first (splitList "," .url) -}}
{{- $port := regexFind ":[0-9]+/?$" $first | trimPrefix ":" | trimSuffix "/" -}}
{{- default .default $port -}}
{{- end -}}

{{/* ServiceAccount of everything: no rights at all, no token. */}}
{{- define "sens.serviceAccount" -}}{{ include "sens.fullname" . }}{{- end -}}

{{/* Start of runbook links. */}}
{{- define "sens.runbookBase" -}}
{{- if .Values.monitoring.prometheusRule.runbookBaseUrl -}}
{{ .Values.monitoring.prometheusRule.runbookBaseUrl | trimSuffix "/" }}
{{- else -}}
{{ ternary "https" "http" .Values.ingress.tls.enabled }}://{{ .Values.ingress.docs.host }}
{{- end -}}
{{- end -}}
