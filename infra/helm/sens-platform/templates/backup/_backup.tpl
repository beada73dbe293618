{{/* Where backups are: a folder of the volume, or a URL. */}}
{{- define "sens.backup.target" -}}
{{- if eq .Values.backup.target "s3" -}}
s3://{{ .Values.backup.s3.bucket }}/{{ .Values.backup.s3.prefix | trimAll "/" }}
{{- else -}}/backup{{- end -}}
{{- end -}}

{{- define "sens.backup.files" -}}
{{ include "sens.files.database" (dict "root" . "user" "owner") }}
{{ include "sens.files.nats" (dict "root" . "user" "admin") }}
{{- if eq .Values.backup.target "s3" }}
- {id: backup-s3, keys: [access-key-id, secret-access-key]}
{{- end }}
{{- end -}}

{{/* Pod of a job of sensctl with the owner's rights: dict root, name, args. */}}
{{- define "sens.backup.pod" -}}
{{- $v := .root.Values -}}
metadata:
  labels:
    {{- include "sens.podLabels" (dict "root" .root "name" "backup") | nindent 4 }}
  {{- include "sens.podAnnotations" (dict "root" .root) | nindent 2 }}
spec:
  {{- include "sens.podBase" (dict "root" .root) | nindent 2 }}
  restartPolicy: Never
  initContainers:
    - name: wait-for-database
      image: {{ include "sens.image" (dict "root" .root "image" $v.migrations.image) }}
      imagePullPolicy: {{ include "sens.pullPolicy" (dict "root" .root "image" $v.migrations.image) }}
      args: [migrate, --check, --at-least, "0", --wait, {{ $v.migrations.waitSeconds | quote }}]
      env:
        {{- include "sens.env.common" (dict "root" .root) | nindent 8 }}
        {{- include "sens.env.database" (dict "root" .root "user" "owner") | nindent 8 }}
      {{- include "sens.containerSecurity" . | nindent 6 }}
      resources:
        {{- toYaml $v.migrations.resources | nindent 8 }}
      volumeMounts:
        {{- include "sens.secretMount" . | nindent 8 }}
  containers:
    - name: {{ .name }}
      image: {{ include "sens.image" (dict "root" .root "image" $v.migrations.image) }}
      imagePullPolicy: {{ include "sens.pullPolicy" (dict "root" .root "image" $v.migrations.image) }}
      args:
        {{- toYaml .args | nindent 8 }}
      env:
        {{- include "sens.env.common" (dict "root" .root) | nindent 8 }}
        {{- include "sens.env.database" (dict "root" .root "user" "owner") | nindent 8 }}
        {{- include "sens.env.nats" (dict "root" .root "user" "admin") | nindent 8 }}
        {{- if eq $v.backup.target "s3" }}
        {{- with $v.backup.s3.endpoint }}
        - name: AWS_ENDPOINT_URL
          value: {{ . | quote }}
        {{- end }}
        - name: AWS_REGION
          value: {{ $v.backup.s3.region | quote }}
        - name: AWS_ACCESS_KEY_ID_FILE
          value: /run/secrets/sens/backup-s3/access-key-id
        - name: AWS_SECRET_ACCESS_KEY_FILE
          value: /run/secrets/sens/backup-s3/secret-access-key
        {{- end }}
      {{- include "sens.containerSecurity" . | nindent 6 }}
      resources:
        {{- toYaml $v.backup.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- include "sens.secretMount" . | nindent 8 }}
        {{- if eq $v.backup.target "pvc" }}
        - name: backup
          mountPath: /backup
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    {{- if eq $v.backup.target "pvc" }}
    - name: backup
      persistentVolumeClaim:
        claimName: {{ $v.backup.pvc.existingClaim | default (printf "%s-backup" (include "sens.fullname" .root)) }}
    {{- end }}
    {{- include "sens.secretVolume" (dict "root" .root "files" (fromYamlArray (include "sens.backup.files" .root))) | nindent 4 }}
{{- end -}}

{{/* A CronJob: dict root, name, schedule, args. */}}
{{- define "sens.backup.cronjob" -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "sens.fullname" .root }}-{{ .name }}
  {{- include "sens.metadata" (dict "root" .root "name" "backup" "wave" 20) | nindent 2 }}
spec:
  schedule: {{ .schedule | quote }}
  timeZone: {{ .root.Values.backup.timeZone }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 2
  failedJobsHistoryLimit: 3
  suspend: {{ .root.Values.restore.enabled }}
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ .root.Values.backup.activeDeadlineSeconds }}
      template:
        {{- include "sens.backup.pod" . | nindent 8 }}
{{- end -}}
