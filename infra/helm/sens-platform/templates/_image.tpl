{{/* Tag of an image of ours: dict root, optional image. */}}
{{- define "sens.tag" -}}
{{- $own := "" -}}
{{- with .image }}{{ $own = .tag | default "" }}{{ end -}}
{{- $own | default .root.Values.global.imageTag | default .root.Chart.AppVersion -}}
{{- end -}}

{{/* Reference of an image of ours: dict root, image. */}}
{{- define "sens.image" -}}
{{- $repository := .image.repository -}}
{{- if not (regexMatch "^[^/]*[.:][^/]*/" $repository) -}}
{{- $repository = printf "%s/%s" (.root.Values.global.imageRegistry | trimSuffix "/") $repository -}}
{{- end -}}
{{ $repository }}:{{ include "sens.tag" . }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* Tag that the pods that go first have alone, with plain Helm; empty where they have that of all. Call with the root. */}}
{{- define "sens.canary.tag" -}}
{{- $canary := .Values.canary -}}
{{- if and $canary.enabled (eq $canary.controller "deployment") (not .Values.restore.enabled) -}}{{ $canary.imageTag }}{{- end -}}
{{- end -}}

{{/* An image as the pods that go first have it: dict root, image. YAML. */}}
{{- define "sens.canary.image" -}}
{{- $image := deepCopy .image -}}
{{- with include "sens.canary.tag" .root -}}
{{- $_ := set $image "tag" . -}}
{{- $_ := set $image "digest" "" -}}
{{- end -}}
{{- toYaml $image -}}
{{- end -}}

{{/* Reference of an image of others: the image. */}}
{{- define "sens.foreignImage" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* Pull policy of an image of ours: dict root, image. */}}
{{- define "sens.pullPolicy" -}}
{{ .image.pullPolicy | default .root.Values.global.imagePullPolicy }}
{{- end -}}
