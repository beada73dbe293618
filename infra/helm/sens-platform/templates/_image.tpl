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

{{/* Reference of an image of others: the image. */}}
{{- define "sens.foreignImage" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* Pull policy of an image of ours: dict root, image. */}}
{{- define "sens.pullPolicy" -}}
{{ .image.pullPolicy | default .root.Values.global.imagePullPolicy }}
{{- end -}}
