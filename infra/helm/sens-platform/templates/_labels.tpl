{{/* Labels of an object: dict root, name (component). */}}
{{- define "sens.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ include "sens.tag" (dict "root" .root) | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: sens-platform
{{ include "sens.selectorLabels" . }}
{{- with .root.Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels that select pods: dict root, name. */}}
{{- define "sens.selectorLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{/* Annotations of an object: dict root, wave, optional annotations (a map). */}}
{{- define "sens.annotations" -}}
{{- $annotations := deepCopy (.annotations | default dict) -}}
{{- if .root.Values.global.argocd.syncWaves -}}
{{- $_ := set $annotations "argocd.argoproj.io/sync-wave" (.wave | toString) -}}
{{- end -}}
{{- if $annotations }}
annotations:
  {{- toYaml $annotations | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Everything in metadata but the name: dict root, name, wave, optional annotations. */}}
{{- define "sens.metadata" -}}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "sens.labels" . | nindent 2 }}
{{- include "sens.annotations" . }}
{{- end -}}

{{/* Labels of a pod, without versions: an upgrade restarts only what really differs. dict root, name, optional labels. */}}
{{- define "sens.podLabels" -}}
app.kubernetes.io/part-of: sens-platform
{{ include "sens.selectorLabels" . }}
{{- with .root.Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- with mergeOverwrite (deepCopy .root.Values.global.podLabels) (deepCopy (.labels | default dict)) }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Annotations of a pod: dict root, optional annotations. Ends a pod's metadata. */}}
{{- define "sens.podAnnotations" -}}
{{- $annotations := mergeOverwrite (deepCopy .root.Values.global.podAnnotations) (deepCopy (.annotations | default dict)) -}}
{{- with .root.Values.secrets.rotation }}{{ $_ := set $annotations "sens-platform/secrets-rotation" . }}{{ end -}}
{{- if $annotations }}
annotations:
  {{- toYaml $annotations | nindent 2 }}
{{- end }}
{{- end -}}
