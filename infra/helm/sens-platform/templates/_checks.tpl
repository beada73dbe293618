{{/* Files that a check needs. Call with the root. */}}
{{- define "sens.test.files" -}}
{{- if .Values.mqtt.mock.enabled }}{{ include "sens.files.mqtt" (dict "root" .) }}{{ end }}
{{- end -}}

{{/* A container that checks: dict root, name (health, function, security, load), args, optional report (a folder that is mounted). */}}
{{- define "sens.test.container" -}}
- name: {{ .name }}
  image: {{ include "sens.image" (dict "root" .root "image" .root.Values.tests.image) }}
  imagePullPolicy: {{ include "sens.pullPolicy" (dict "root" .root "image" .root.Values.tests.image) }}
  args:
    - verify
    - {{ .name }}
    - --api-url
    - http://{{ include "sens.componentName" (dict "root" .root "name" "platform-api") }}
    {{- range .args }}
    - {{ . | quote }}
    {{- end }}
  env:
    {{- include "sens.test.key" .root | nindent 4 }}
    {{- if .root.Values.mqtt.mock.enabled }}
    {{- include "sens.env.mqtt" (dict "root" .root) | nindent 4 }}
    {{- end }}
  {{- include "sens.containerSecurity" . | nindent 2 }}
  resources:
    requests: {cpu: 50m, memory: 32Mi}
    limits: {memory: 256Mi}
  {{- $files := fromYamlArray (include "sens.test.files" .root) }}
  {{- if or $files .report }}
  volumeMounts:
    {{- if $files }}
    {{- include "sens.secretMount" . | nindent 4 }}
    {{- end }}
    {{- with .report }}
    - name: tmp
      mountPath: {{ . }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "sens.test.key" -}}
- name: SENS_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "sens.secret" (dict "root" . "id" "api") }}
      key: bootstrap-key
{{- end -}}

{{/* Arguments of the checks, by name: dict root, messages. A map as YAML. */}}
{{- define "sens.test.args" -}}
{{- $root := .root -}}
{{- $components := fromYaml (include "sens.components" .root) -}}
{{- $pages := list -}}
{{- range $name := list "web-console" "docs" -}}
{{- if hasKey $components $name -}}
{{- $pages = concat $pages (list "--page" (printf "http://%s/" (include "sens.componentName" (dict "root" $root "name" $name)))) -}}
{{- end -}}
{{- end -}}
{{- $closed := list -}}
{{- if .root.Values.networkPolicy.enabled -}}
{{- range $name, $component := $components -}}
{{- $closed = concat $closed (list "--closed" (printf "%s:%v" (include "sens.componentName" (dict "root" $root "name" $name)) $component.service.opsPort)) -}}
{{- end -}}
{{- $closed = concat $closed (list "--closed" (printf "%s:%s" (include "sens.database.host" .root) (include "sens.database.port" .root))) -}}
{{- if eq .root.Values.nats.mode "embedded" -}}
{{- $closed = concat $closed (list "--closed" (printf "%s:4222" (include "sens.nats.name" .root)) "--closed" (printf "%s-monitor:8222" (include "sens.nats.name" .root))) -}}
{{- end -}}
{{- end -}}
{{- $mqtt := list -}}
{{- if .root.Values.mqtt.mock.enabled }}{{ $mqtt = list "--mqtt" }}{{ end -}}
{{- if and .root.Values.mqtt.mock.enabled .root.Values.mqtt.broker.auth }}{{ $closed = append $closed "--mqtt" }}{{ end -}}
{{- toYaml (dict "health" $pages "function" $mqtt "security" $closed "load" (concat $mqtt (list "--messages" (.messages | toString)))) -}}
{{- end -}}
