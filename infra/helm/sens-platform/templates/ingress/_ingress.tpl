{{/*
What is published: a map of name to host, tlsSecret and paths (path, type, component), as YAML. The same for Ingress and
Gateway API.
*/}}
{{- define "sens.published" -}}
{{- $v := .Values.ingress -}}
{{- $components := fromYaml (include "sens.components" .) -}}
{{- if and $v.api.enabled (hasKey $components "platform-api") }}
api:
  host: {{ $v.api.host | quote }}
  tlsSecret: {{ $v.api.tlsSecret | default (printf "%s-api-tls" (include "sens.fullname" .)) }}
  paths:
    {{- range $path := list "/health" "/health/live" "/health/ready" "/version" }}
    - {path: {{ $path }}, type: Exact, component: platform-api}
    {{- end }}
    {{- if $v.api.v1 }}
    - {path: /v1, type: Prefix, component: platform-api}
    {{- end }}
    {{- if $v.api.reference }}
    - {path: /docs, type: Prefix, component: platform-api}
    - {path: /openapi.json, type: Exact, component: platform-api}
    {{- end }}
{{- end }}
{{- if and $v.docs.enabled (hasKey $components "docs") }}
docs:
  host: {{ $v.docs.host | quote }}
  tlsSecret: {{ $v.docs.tlsSecret | default (printf "%s-docs-tls" (include "sens.fullname" .)) }}
  paths:
    - {path: /, type: Prefix, component: docs}
{{- end }}
{{- if and $v.console.enabled (hasKey $components "web-console") }}
console:
  host: {{ $v.console.host | quote }}
  tlsSecret: {{ $v.console.tlsSecret | default (printf "%s-console-tls" (include "sens.fullname" .)) }}
  paths:
    - {path: /v1, type: Prefix, component: platform-api}
    - {path: /version, type: Exact, component: platform-api}
    - {path: /, type: Prefix, component: web-console}
{{- end }}
{{- end -}}
