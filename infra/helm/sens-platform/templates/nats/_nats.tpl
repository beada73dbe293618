{{/* 90 % of the volume in bytes, so that the file system never fills up. */}}
{{- define "sens.nats.maxFileStore" -}}
{{- $size := .Values.nats.jetstream.file.size -}}
{{- $number := regexFind "^[0-9]+" $size | int64 -}}
{{- $unit := trimPrefix ($number | toString) $size -}}
{{- $bytes := index (dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776) $unit | int64 -}}
{{- div (mul $number $bytes 9) 10 -}}
{{- end -}}

{{- define "sens.nats.config" -}}
{{ tpl (.Files.Get "files/nats/nats.conf.tpl") . }}
{{- end -}}
